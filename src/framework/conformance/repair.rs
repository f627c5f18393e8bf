//! A state made to have its type and to follow its plan, so that core keeps it.

use super::Difference;
use super::applied::is_compatible;
use crate::framework::{AttributePath, Type, Value};

/// The nearest state to `actual` that core accepts after `planned`: known planned values win, and
/// what is still unknown becomes null. With an unknown plan, this only replaces what is unknown.
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

/// Each planned element with the first element that may follow it and is not taken, or without its
/// unknown values.
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

/// `value` as a value of type `ty`: what does not fit becomes null, and attributes are added or
/// left out. A state must be writable, or core keeps nothing of an object that exists.
pub fn fit(value: Value, ty: &Type) -> (Value, Vec<Difference>) {
    let mut differences = Vec::new();
    let fitted = fitted(value, ty, &AttributePath::default(), &mut differences);
    (fitted, differences)
}

fn fitted(value: Value, ty: &Type, path: &AttributePath, out: &mut Vec<Difference>) -> Value {
    match (value, ty) {
        (Value::Null, _) => Value::Null,
        (Value::Unknown, _) => Value::Unknown,
        (value @ Value::Bool(_), Type::Bool)
        | (value @ Value::Number(_), Type::Number)
        | (value @ Value::String(_), Type::String) => value,
        (Value::List(elements), Type::List(element)) => Value::List(
            elements
                .into_iter()
                .enumerate()
                .map(|(index, value)| fitted(value, element, &path.index(index), out))
                .collect(),
        ),
        (Value::Set(elements), Type::Set(element)) => Value::Set(
            elements
                .into_iter()
                .map(|value| fitted(value, element, path, out))
                .collect(),
        ),
        (Value::Map(elements), Type::Map(element)) => Value::Map(
            elements
                .into_iter()
                .map(|(key, value)| {
                    let value = fitted(value, element, &path.key(&key), out);
                    (key, value)
                })
                .collect(),
        ),
        (Value::Object(mut values), Type::Object(attributes)) => {
            let fitted = attributes
                .iter()
                .map(|(name, ty)| {
                    let path = path.attribute(name);
                    let value = values.remove(name).unwrap_or_else(|| {
                        out.push(Difference::new(&path, "is missing"));
                        Value::Null
                    });
                    (name.clone(), fitted(value, ty, &path, out))
                })
                .collect();
            for name in values.keys() {
                out.push(Difference::new(
                    &path.attribute(name),
                    "is not in the schema",
                ));
            }
            Value::Object(fitted)
        }
        _ => {
            out.push(Difference::new(path, "has another type than in the schema"));
            Value::Null
        }
    }
}
