//! The rules for a plan against configuration and prior state.

use std::collections::BTreeMap;

use super::Difference;
use crate::framework::{Attribute, AttributePath, Kind, Nesting, Schema, Value};

const NULL: &Value = &Value::Null;

/// What core would refuse in the plan of a create (`prior` is null) or update: a configured value
/// must be taken over as it is or stay at its prior value, and only computed attributes may have
/// values that are not configured.
pub fn check_plan(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    object(
        &schema.attributes,
        [prior, config, planned],
        &AttributePath::default(),
        &mut differences,
    );
    differences
}

/// A whole object: the root, a nested one, or an element of a collection.
fn object(
    schema: &[Attribute],
    [prior, config, planned]: [&Value; 3],
    path: &AttributePath,
    differences: &mut Vec<Difference>,
) {
    match (config, planned) {
        (Value::Null | Value::Unknown, _) if config == planned => {}
        (Value::Object(_), Value::Object(_)) => {
            attributes(schema, [prior, config, planned], path, differences);
        }
        (_, Value::Null) => differences.push(Difference::new(path, ABSENT)),
        (_, Value::Unknown) => differences.push(Difference::new(path, UNKNOWN)),
        _ => differences.push(Difference::new(path, "is planned, but not configured")),
    }
}

const ABSENT: &str = "is configured, but planned to be absent";
const UNKNOWN: &str = "is configured, but planned as unknown";

fn attributes(
    schema: &[Attribute],
    [prior, config, planned]: [&Value; 3],
    path: &AttributePath,
    differences: &mut Vec<Difference>,
) {
    for attribute in schema {
        let name = attribute.name;
        self::attribute(
            attribute,
            [
                prior.attribute(name),
                attribute.configured(config),
                planned.attribute(name),
            ],
            &path.attribute(name),
            differences,
        );
    }
}

fn attribute(
    attribute: &Attribute,
    [prior, config, planned]: [&Value; 3],
    path: &AttributePath,
    differences: &mut Vec<Difference>,
) {
    let accepted = planned == config;
    let suppressed = planned == prior && !prior.is_null() && !config.is_null();
    let computed = config.is_null() && attribute.mode.is_computed();
    if accepted || suppressed || computed {
        return;
    }
    if config.is_null() {
        return differences.push(Difference::new(
            path,
            "is not computed and not configured, but planned",
        ));
    }
    match &attribute.kind {
        Kind::Nested(nesting, schema) => nested(
            *nesting,
            schema,
            [prior, config, planned],
            path,
            differences,
        ),
        Kind::Plain(_) => differences.push(Difference::new(
            path,
            "is planned with neither its configured nor its prior value",
        )),
    }
}

fn nested(
    nesting: Nesting,
    schema: &[Attribute],
    [prior, config, planned]: [&Value; 3],
    path: &AttributePath,
    differences: &mut Vec<Difference>,
) {
    match (nesting, config, planned) {
        (Nesting::Single, _, _) => object(schema, [prior, config, planned], path, differences),
        (_, _, Value::Null) => differences.push(Difference::new(path, ABSENT)),
        (_, _, Value::Unknown) => differences.push(Difference::new(path, UNKNOWN)),
        (Nesting::List, Value::List(config), Value::List(planned)) => {
            if config.len() != planned.len() {
                return differences.push(count(path));
            }
            let prior = elements(prior);
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                let prior = prior.get(index).unwrap_or(NULL);
                object(
                    schema,
                    [prior, config, planned],
                    &path.index(index),
                    differences,
                );
            }
        }
        (Nesting::Map, Value::Map(config), Value::Map(planned)) => {
            if !config.keys().eq(planned.keys()) {
                return differences.push(count(path));
            }
            let none = BTreeMap::new();
            let prior = if let Value::Map(prior) = prior {
                prior
            } else {
                &none
            };
            for (key, planned) in planned {
                let prior = prior.get(key).unwrap_or(NULL);
                let config = config.get(key).unwrap_or(NULL);
                object(
                    schema,
                    [prior, config, planned],
                    &path.key(key),
                    differences,
                );
            }
        }
        // Elements of sets cannot be told apart by anything but their values: only the count is
        // fixed.
        (Nesting::Set, Value::Set(config), Value::Set(planned)) => {
            if config.len() != planned.len() {
                differences.push(count(path));
            }
        }
        _ => differences.push(Difference::new(
            path,
            "is planned in another form than configured",
        )),
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) => elements,
        _ => &[],
    }
}

fn count(path: &AttributePath) -> Difference {
    Difference::new(path, "is planned with other elements than configured")
}
