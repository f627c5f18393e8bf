//! A state made to follow its plan, so that core keeps it.

use super::applied::is_compatible;
use crate::framework::Value;

/// The nearest state to `actual` that core accepts after `planned`: known planned values win, and what is still
/// unknown becomes null. With an unknown plan, this only replaces what is unknown.
pub fn repair(planned: &Value, actual: &Value) -> Value {
    if is_compatible(planned, actual) {
        return actual.clone();
    }
    match (planned, actual) {
        (Value::Unknown, actual) => known(actual),
        (Value::Object(planned), Value::Object(actual)) => Value::Object(
            planned
                .iter()
                .map(|(name, planned)| {
                    let actual = actual.get(name).unwrap_or(&Value::Null);
                    (name.clone(), repair(planned, actual))
                })
                .collect(),
        ),
        (Value::List(planned), actual) => {
            let actual = elements(actual);
            Value::List(
                planned
                    .iter()
                    .enumerate()
                    .map(|(index, planned)| {
                        repair(planned, actual.get(index).unwrap_or(&Value::Null))
                    })
                    .collect(),
            )
        }
        (Value::Map(planned), actual) => Value::Map(
            planned
                .iter()
                .map(|(key, planned)| {
                    let actual = match actual {
                        Value::Map(actual) => actual.get(key),
                        _ => None,
                    };
                    (key.clone(), repair(planned, actual.unwrap_or(&Value::Null)))
                })
                .collect(),
        ),
        (Value::Set(planned), actual) => repair_set(planned, elements(actual)),
        // An object that came back as something else: its known values stand, the rest is null.
        (Value::Object(_), _) => known(planned),
        (planned, _) => known(planned),
    }
}

/// The value with null for everything unknown.
fn known(value: &Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(elements) => Value::List(elements.iter().map(known).collect()),
        Value::Set(elements) => Value::Set(elements.iter().map(known).collect()),
        Value::Map(elements) => Value::Map(
            elements
                .iter()
                .map(|(key, value)| (key.clone(), known(value)))
                .collect(),
        ),
        Value::Object(attributes) => Value::Object(
            attributes
                .iter()
                .map(|(name, value)| (name.clone(), known(value)))
                .collect(),
        ),
        known => known.clone(),
    }
}

/// Each planned element with the first element that may follow it and is not taken, or without its unknown values.
fn repair_set(planned: &[Value], actual: &[Value]) -> Value {
    let mut left: Vec<&Value> = actual.iter().collect();
    let repaired = planned.iter().map(|planned| {
        match left
            .iter()
            .position(|actual| is_compatible(planned, actual))
        {
            Some(position) => left.swap_remove(position).clone(),
            None => known(planned),
        }
    });
    Value::Set(repaired.collect())
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) | Value::Set(elements) => elements,
        _ => &[],
    }
}
