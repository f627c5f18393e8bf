//! What the state of a data source may be. Core checks that there is one and that it is known; it
//! takes the rest on trust, so the arguments are held against the configuration here. Source:
//! `readDataSource` of
//! <https://github.com/hashicorp/terraform/blob/main/internal/terraform/node_resource_abstract_instance.go>

use std::collections::BTreeMap;

use super::{Rule, Violation, check_stored_object};
use crate::{
    path::Path,
    schema::{Attribute, AttributeType, Block},
    value::Value,
};

/// What is wrong with the state that was read for a wholly known configuration.
pub fn check_data_source(block: &Block, config: &Value, state: &Value) -> Vec<Violation> {
    if state.is_null() {
        let message = "the data source returned no object";
        return vec![Violation::new(
            Rule::InvalidDataSource,
            &Path::root(),
            message,
        )];
    }
    let mut found = check_stored_object(block, state);
    arguments(&block.attributes, config, state, &Path::root(), &mut found);
    found
}

fn arguments(
    schema: &BTreeMap<String, Attribute>,
    config: &Value,
    state: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    for (name, attribute) in schema {
        let path = path.attribute(name);
        let (config, state) = (config.attribute(name), state.attribute(name));
        if config.is_null() {
            if !attribute.computed && !state.is_null() {
                found.push(changed(&path, "was not configured, and has a value"));
            }
            continue;
        }
        match &attribute.ty {
            AttributeType::Plain(_) if config == state => {}
            AttributeType::Plain(_) => found.push(changed(&path, "is not as it was configured")),
            AttributeType::Nested { attributes, .. } => {
                objects(attributes, config, state, &path, found);
            }
        }
    }
}

fn objects(
    schema: &BTreeMap<String, Attribute>,
    config: &Value,
    state: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    match (config, state) {
        (Value::Object(_), Value::Object(_)) => arguments(schema, config, state, path, found),
        (Value::List(configured), Value::List(read)) if configured.len() == read.len() => {
            for (index, (config, state)) in configured.iter().zip(read).enumerate() {
                arguments(schema, config, state, &path.index(index), found);
            }
        }
        (Value::Map(configured), Value::Map(read)) if configured.keys().eq(read.keys()) => {
            for (key, config) in configured {
                arguments(schema, config, &read[key], &path.key(key), found);
            }
        }
        // Elements of sets cannot be told apart by anything but their values: only the count is
        // fixed.
        (Value::Set(configured), Value::Set(read)) if configured.len() == read.len() => {}
        _ => found.push(changed(path, "has other elements than were configured")),
    }
}

fn changed(path: &Path, what: &str) -> Violation {
    Violation::new(
        Rule::InvalidDataSource,
        path,
        format!("the argument {what}"),
    )
}
