//! From the state of an imported object to the configuration that somebody could have written for
//! it.

use crate::framework::{Attribute, Kind, Mode, Nesting, Value};

/// The arguments of a state. Null is what no configuration may set, what the schema sets by
/// default, and what never stood in a state.
pub fn arguments(attributes: &[Attribute], state: &Value) -> Value {
    let Some(values) = state.as_object() else {
        return state.clone();
    };
    let argument = |name: &String, value: &Value| {
        let attribute = attributes
            .iter()
            .find(|attribute| attribute.name == *name)?;
        let is_written =
            attribute.mode != Mode::Computed && attribute.default.as_ref() != Some(value);
        is_written.then(|| nested(&attribute.kind, value))
    };
    Value::Object(
        values
            .iter()
            .map(|(name, value)| {
                let argument = argument(name, value).unwrap_or(Value::Null);
                (name.clone(), argument)
            })
            .collect(),
    )
}

fn nested(kind: &Kind, value: &Value) -> Value {
    let Kind::Nested(nesting, attributes) = kind else {
        return value.clone();
    };
    let each = |value: &Value| arguments(attributes, value);
    match (nesting, value) {
        (Nesting::Single, value) => each(value),
        (Nesting::List, Value::List(elements)) => Value::List(elements.iter().map(each).collect()),
        (Nesting::Set, Value::Set(elements)) => Value::Set(elements.iter().map(each).collect()),
        (Nesting::Map, Value::Map(entries)) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), each(value)))
                .collect(),
        ),
        (_, other) => other.clone(),
    }
}
