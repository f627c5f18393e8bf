//! Core's check of a result against its plan (AssertObjectCompatible): what was known must have
//! come true.

use std::collections::BTreeMap;

use super::{Rule, Violation, set_correlation::check_sets_correlate};
use crate::{
    json::to_json,
    path::Path,
    schema::{Block, NestedBlock, Nesting},
    value::Value,
};

/// What of `actual` was not planned. `rule` says which comparison this is: the result of an apply,
/// or the plan that core makes again during apply. Values of sensitive attributes are hidden.
pub fn check_object_compatible(
    rule: Rule,
    block: &Block,
    planned: &Value,
    actual: &Value,
) -> Vec<Violation> {
    body(rule, block, planned, actual, &Path::root())
}

/// The same for a value without a schema.
pub fn check_value_compatible(
    rule: Rule,
    planned: &Value,
    actual: &Value,
    path: &Path,
) -> Vec<Violation> {
    let one = |message: String| vec![Violation::new(rule, path, message)];
    match (planned, actual) {
        (Value::Unknown, _) | (Value::Null, Value::Null) => vec![],
        (_, Value::Unknown) => one("was known, but now unknown".to_owned()),
        (Value::Null, _) => one(format!("was null, but now {}", to_json(actual))),
        (_, Value::Null) => one(format!("was {}, but now null", to_json(planned))),
        (Value::List(planned), Value::List(actual)) => {
            let mut found: Vec<_> = planned
                .iter()
                .zip(actual)
                .enumerate()
                .flat_map(|(index, (planned, actual))| {
                    check_value_compatible(rule, planned, actual, &path.index(index))
                })
                .collect();
            for index in actual.len()..planned.len() {
                found.extend(one(format!("element {index} has vanished")));
            }
            for index in planned.len()..actual.len() {
                found.extend(one(format!("new element {index} has appeared")));
            }
            found
        }
        (Value::Map(planned), Value::Map(actual)) => entries(
            rule,
            planned,
            actual,
            path,
            "element",
            |planned, actual, key| check_value_compatible(rule, planned, actual, &path.key(key)),
        ),
        (Value::Object(planned), Value::Object(actual)) => entries(
            rule,
            planned,
            actual,
            path,
            "attribute",
            |planned, actual, name| {
                check_value_compatible(rule, planned, actual, &path.attribute(name))
            },
        ),
        (Value::Set(planned), Value::Set(actual)) => {
            let mut found = check_sets_correlate(rule, planned, actual, path, |planned, actual| {
                check_value_compatible(rule, planned, actual, path).is_empty()
            });
            // Elements may turn out to be equal and coalesce, so a set may shrink.
            if planned.len() < actual.len() {
                found.extend(one(length_changed(planned.len(), actual.len())));
            }
            found
        }
        (Value::Dynamic(planned_type, planned), Value::Dynamic(actual_type, actual))
            if planned_type == actual_type =>
        {
            check_value_compatible(rule, planned, actual, path)
        }
        _ if planned == actual => vec![],
        _ => one(format!(
            "was {}, but now {}",
            to_json(planned),
            to_json(actual)
        )),
    }
}

fn body(rule: Rule, block: &Block, planned: &Value, actual: &Value, path: &Path) -> Vec<Violation> {
    match (planned, actual) {
        (Value::Null, Value::Null) => return vec![],
        (Value::Null, _) => return vec![Violation::new(rule, path, "was absent, but now present")],
        (_, Value::Null) => return vec![Violation::new(rule, path, "was present, but now absent")],
        (_, Value::Unknown) => {
            return vec![Violation::new(rule, path, "was known, but now unknown")];
        }
        _ => {}
    }
    let attributes = block.attributes.iter().flat_map(|(name, attribute)| {
        let path = path.attribute(name);
        let (planned, actual) = (planned.attribute(name), actual.attribute(name));
        let found = check_value_compatible(rule, planned, actual, &path);
        if attribute.sensitive && !found.is_empty() {
            let message = "inconsistent values for sensitive attribute";
            return vec![Violation::new(rule, &path, message)];
        }
        found
    });
    let blocks = block.blocks.iter().flat_map(|(name, nested)| {
        let (planned, actual) = (planned.attribute(name), actual.attribute(name));
        nested_block(rule, nested, planned, actual, &path.attribute(name))
    });
    attributes.chain(blocks).collect()
}

fn nested_block(
    rule: Rule,
    nested: &NestedBlock,
    planned: &Value,
    actual: &Value,
    path: &Path,
) -> Vec<Violation> {
    // A block whose count was not known may have become anything.
    if !planned.is_known() {
        return vec![];
    }
    let inner = |planned: &Value, actual: &Value, path: &Path| {
        body(rule, &nested.block, planned, actual, path)
    };
    match (nested.nesting, planned, actual) {
        (Nesting::Single | Nesting::Group, _, _) => inner(planned, actual, path),
        (Nesting::List, Value::List(planned), Value::List(actual)) => {
            let mut found = Vec::new();
            if planned.len() != actual.len() {
                let message = format!(
                    "block count changed from {} to {}",
                    planned.len(),
                    actual.len()
                );
                found.push(Violation::new(rule, path, message));
            }
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                found.extend(inner(planned, actual, &path.index(index)));
            }
            found
        }
        (Nesting::Map, Value::Map(planned), Value::Map(actual)) => entries(
            rule,
            planned,
            actual,
            path,
            "block",
            |planned, actual, key| inner(planned, actual, &path.key(key)),
        ),
        (Nesting::Set, Value::Set(planned), Value::Set(actual)) => {
            let mut found = check_sets_correlate(rule, planned, actual, path, |planned, actual| {
                inner(planned, actual, path).is_empty()
            });
            if planned.len() < actual.len() {
                let message = format!("block set {}", length_changed(planned.len(), actual.len()));
                found.push(Violation::new(rule, path, message));
            }
            found
        }
        // Null or unknown blocks: the plan or the form of the value is at fault, and other rules
        // say so.
        _ => check_value_compatible(rule, planned, actual, path),
    }
}

fn entries(
    rule: Rule,
    planned: &BTreeMap<String, Value>,
    actual: &BTreeMap<String, Value>,
    path: &Path,
    noun: &str,
    check: impl Fn(&Value, &Value, &str) -> Vec<Violation>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    for (key, planned) in planned {
        match actual.get(key) {
            Some(actual) => found.extend(check(planned, actual, key)),
            None => found.push(Violation::new(
                rule,
                path,
                format!("{noun} {key:?} has vanished"),
            )),
        }
    }
    for key in actual.keys().filter(|key| !planned.contains_key(*key)) {
        found.push(Violation::new(
            rule,
            path,
            format!("new {noun} {key:?} has appeared"),
        ));
    }
    found
}

fn length_changed(from: usize, to: usize) -> String {
    format!("length changed from {from} to {to}")
}
