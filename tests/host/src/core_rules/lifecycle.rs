//! Rules for single answers: what may be stored, and what two equal questions must give.

use std::collections::BTreeMap;

use super::{Rule, Violation, compatible::check_value_compatible};
use crate::{
    path::Path,
    schema::{Attribute, AttributeType, Block},
    value::Value,
};

/// An object that core is about to store, after apply, read, import or upgrade: wholly known, and
/// null in every write-only attribute.
pub fn check_stored_object(block: &Block, value: &Value) -> Vec<Violation> {
    let unknown = value
        .unknown_paths()
        .into_iter()
        .map(|path| Violation::new(Rule::UnknownResult, &path, "the value is still unknown"));
    unknown.chain(check_write_only_null(block, value)).collect()
}

/// Write-only attributes are null in every plan and state.
pub fn check_write_only_null(block: &Block, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    body(block, value, &Path::root(), &mut found);
    found
}

/// Two plans of the same request: state, replace paths and all must be equal, unknown where the
/// other is unknown.
pub fn check_same_plan(first: &Value, second: &Value) -> Vec<Violation> {
    if first == second {
        return vec![];
    }
    let rule = Rule::UnstablePlan;
    let mut found = check_value_compatible(rule, first, second, &Path::root());
    if found.is_empty() {
        // Known the second time and unknown the first is compatible, but it is not the same.
        found = check_value_compatible(rule, second, first, &Path::root());
    }
    found
}

fn body(block: &Block, value: &Value, path: &Path, found: &mut Vec<Violation>) {
    attributes(&block.attributes, value, path, found);
    for (name, nested) in &block.blocks {
        each(
            value.attribute(name),
            &path.attribute(name),
            &mut |value, path| {
                body(&nested.block, value, path, found);
            },
        );
    }
}

fn attributes(
    schema: &BTreeMap<String, Attribute>,
    value: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    for (name, attribute) in schema {
        let (value, path) = (value.attribute(name), path.attribute(name));
        if attribute.write_only && !value.is_null() {
            found.push(Violation::new(
                Rule::WriteOnly,
                &path,
                "the value of a write-only attribute is not null",
            ));
        }
        if let AttributeType::Nested {
            attributes: inner, ..
        } = &attribute.ty
        {
            each(value, &path, &mut |value, path| {
                attributes(inner, value, path, found);
            });
        }
    }
}

/// Calls `visit` for each object within a nested attribute or block.
fn each(value: &Value, path: &Path, visit: &mut impl FnMut(&Value, &Path)) {
    match value {
        Value::Object(_) => visit(value, path),
        Value::List(elements) | Value::Set(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(element, &path.index(index));
            }
        }
        Value::Map(entries) => {
            for (key, entry) in entries {
                visit(entry, &path.key(key));
            }
        }
        _ => {}
    }
}
