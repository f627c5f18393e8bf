//! A value made to have its type, whatever it was.

use super::Difference;
use crate::framework::{AttributePath, Type, Value};

/// `value` as a value of type `ty`: what does not fit becomes null, and attributes are added or left out. A state must
/// be writable, or core keeps nothing of an object that exists.
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
