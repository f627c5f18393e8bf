//! What core proposes to the provider: the configuration, with prior values where the provider may
//! compute.

use std::collections::BTreeMap;

use crate::{
    path::Path,
    schema::{Attribute, AttributeType, Block, NestedBlock, Nesting},
    value::Value,
};

/// The object that core proposes from the prior state and the configuration (ProposedNew). Both may
/// be null.
pub fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() && prior.is_null() {
        return Value::Null;
    }
    if prior.is_null() {
        return body(block, &block.empty_value(), config);
    }
    body(block, prior, config)
}

fn body(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return prior.clone();
    }
    let mut proposed = attributes(&block.attributes, prior, config);
    for (name, nested) in &block.blocks {
        let value = nested_block(nested, prior.attribute(name), config.attribute(name));
        proposed.insert(name.clone(), value);
    }
    Value::Object(proposed)
}

fn nested_block(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    if !config.is_known() {
        return Value::Unknown;
    }
    if nested.nesting == Nesting::Single && config.is_null() {
        return Value::Null;
    }
    collection(nested.nesting, prior, config, Body::Block(&nested.block))
}

fn attributes(
    schema: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
) -> BTreeMap<String, Value> {
    schema
        .iter()
        .map(|(name, attribute)| {
            let (prior, config) = (prior.attribute(name), config.attribute(name));
            (name.clone(), attribute_value(attribute, prior, config))
        })
        .collect()
}

fn attribute_value(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    if attribute.computed && config.is_null() {
        // Objects that the configuration once wrote cannot be the provider's now that it writes
        // none.
        return if holds_configured_values(attribute, prior) {
            Value::Null
        } else {
            prior.clone()
        };
    }
    match &attribute.ty {
        AttributeType::Nested {
            nesting,
            attributes,
        } if !config.is_null() => collection(*nesting, prior, config, Body::Object(attributes)),
        _ => config.clone(),
    }
}

/// Whether an optional nested attribute has a value in one of its attributes that only a
/// configuration can write.
fn holds_configured_values(attribute: &Attribute, value: &Value) -> bool {
    let AttributeType::Nested { attributes, .. } = &attribute.ty else {
        return false;
    };
    attribute.optional && any_configured(attributes, value)
}

fn any_configured(schema: &BTreeMap<String, Attribute>, value: &Value) -> bool {
    match value {
        Value::Object(values) => schema.iter().any(|(name, attribute)| {
            let value = values.get(name).unwrap_or(&Value::Null);
            let nested = match &attribute.ty {
                AttributeType::Nested { attributes, .. } => any_configured(attributes, value),
                AttributeType::Plain(_) => false,
            };
            !value.is_null() && (!attribute.computed || nested)
        }),
        Value::List(elements) | Value::Set(elements) => elements
            .iter()
            .any(|element| any_configured(schema, element)),
        Value::Map(entries) => entries.values().any(|entry| any_configured(schema, entry)),
        _ => false,
    }
}

#[derive(Clone, Copy)]
enum Body<'s> {
    Block(&'s Block),
    Object(&'s BTreeMap<String, Attribute>),
}

impl Body<'_> {
    fn propose(self, prior: &Value, config: &Value) -> Value {
        match self {
            Self::Block(block) => proposed_new(block, prior, config),
            Self::Object(_) if config.is_null() || !config.is_known() => config.clone(),
            Self::Object(schema) => Value::Object(attributes(schema, prior, config)),
        }
    }
}

fn collection(nesting: Nesting, prior: &Value, config: &Value, schema: Body<'_>) -> Value {
    match (nesting, config) {
        (_, Value::Unknown) => Value::Unknown,
        (Nesting::Single | Nesting::Group, _) => schema.propose(prior, config),
        (Nesting::List, Value::List(elements)) => Value::List(
            elements
                .iter()
                .enumerate()
                .map(
                    |(index, element)| match prior.at(&Path::root().index(index)) {
                        Some(prior) => schema.propose(prior, element),
                        None => element.clone(),
                    },
                )
                .collect(),
        ),
        (Nesting::Map, Value::Map(entries)) => Value::Map(
            entries
                .iter()
                .map(|(key, entry)| {
                    let value = match prior.at(&Path::root().key(key)) {
                        Some(prior) => schema.propose(prior, entry),
                        None => entry.clone(),
                    };
                    (key.clone(), value)
                })
                .collect(),
        ),
        (Nesting::Set, Value::Set(elements)) => set(prior, elements, schema),
        _ => config.clone(),
    }
}

/// Elements of a set are told apart by what the configuration writes: a prior element may stand
/// behind a configured one when they differ in computed values only. Each prior element is used
/// once.
fn set(prior: &Value, config: &[Value], schema: Body<'_>) -> Value {
    let mut candidates: Vec<&Value> = prior.elements().iter().collect();
    let elements = config.iter().map(|element| {
        let found = candidates
            .iter()
            .position(|prior| could_come_from(schema, prior, element));
        match found {
            Some(index) => schema.propose(candidates.remove(index), element),
            None => element.clone(),
        }
    });
    Value::set(elements.collect())
}

fn could_come_from(schema: Body<'_>, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    let (Value::Object(_), Value::Object(_)) = (prior, config) else {
        return false;
    };
    let attributes = match schema {
        Body::Block(block) => &block.attributes,
        Body::Object(attributes) => attributes,
    };
    let attributes_fit = attributes.iter().all(|(name, attribute)| {
        attribute_could_come_from(attribute, prior.attribute(name), config.attribute(name))
    });
    let blocks_fit = match schema {
        Body::Object(_) => true,
        Body::Block(block) => block.blocks.iter().all(|(name, nested)| {
            let body = Body::Block(&nested.block);
            each_could_come_from(
                nested.nesting,
                body,
                prior.attribute(name),
                config.attribute(name),
            )
        }),
    };
    attributes_fit && blocks_fit
}

fn attribute_could_come_from(attribute: &Attribute, prior: &Value, config: &Value) -> bool {
    if prior == config || (attribute.computed && config.is_null()) {
        return true;
    }
    match &attribute.ty {
        AttributeType::Plain(_) => false,
        AttributeType::Nested {
            nesting,
            attributes,
        } => each_could_come_from(*nesting, Body::Object(attributes), prior, config),
    }
}

fn each_could_come_from(nesting: Nesting, schema: Body<'_>, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    match (nesting, prior, config) {
        (Nesting::Single | Nesting::Group, _, _) => could_come_from(schema, prior, config),
        (Nesting::List, Value::List(prior), Value::List(config)) => {
            prior.len() == config.len()
                && prior
                    .iter()
                    .zip(config)
                    .all(|(prior, config)| could_come_from(schema, prior, config))
        }
        (Nesting::Map, Value::Map(prior), Value::Map(config)) => {
            prior.keys().eq(config.keys())
                && prior
                    .values()
                    .zip(config.values())
                    .all(|(prior, config)| could_come_from(schema, prior, config))
        }
        // Within a set nothing can be correlated, so the sets had to be equal.
        _ => false,
    }
}
