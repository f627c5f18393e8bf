//! Which element of one collection of nested attributes stands for which of another.

use crate::framework::{Attribute, Kind, Nesting, Value};

const NULL: &Value = &Value::Null;

/// Calls `visit` with every object under a nested attribute and its counterparts in `others` (null where there is none).
pub(super) fn for_each_object<const N: usize>(
    nesting: Nesting,
    schema: &[Attribute],
    planned: &mut Value,
    others: [&Value; N],
    mut visit: impl FnMut(&mut Value, [&Value; N]),
) {
    match (nesting, planned) {
        (Nesting::Single, planned @ Value::Object(_)) => visit(planned, others),
        (Nesting::List, Value::List(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                visit(element, others.map(|other| at_index(other, index)));
            }
        }
        (Nesting::Map, Value::Map(elements)) => {
            for (key, element) in elements {
                visit(element, others.map(|other| at_key(other, key)));
            }
        }
        (Nesting::Set, Value::Set(elements)) => {
            for element in elements {
                let same = others.map(|other| same_in_set(schema, other, element));
                visit(element, same);
            }
        }
        _ => {}
    }
}

fn at_index(list: &Value, index: usize) -> &Value {
    match list {
        Value::List(elements) => elements.get(index).unwrap_or(NULL),
        _ => NULL,
    }
}

fn at_key<'v>(map: &'v Value, key: &str) -> &'v Value {
    match map {
        Value::Map(elements) => elements.get(key).unwrap_or(NULL),
        _ => NULL,
    }
}

/// Elements of sets have no address. Core makes a proposed element from a configured one and puts computed values only
/// where the configuration has none, so the counterpart agrees on everything but these.
fn same_in_set<'v>(schema: &[Attribute], set: &'v Value, element: &Value) -> &'v Value {
    match set {
        Value::Set(elements) => elements
            .iter()
            .find(|other| agree(schema, element, other))
            .unwrap_or(NULL),
        _ => NULL,
    }
}

fn agree(schema: &[Attribute], planned: &Value, other: &Value) -> bool {
    schema.iter().all(|attribute| {
        let (planned, other) = (
            planned.attribute(attribute.name),
            other.attribute(attribute.name),
        );
        if planned == other {
            return true;
        }
        if attribute.mode.is_computed() && (other.is_null() || planned.is_null()) {
            return true;
        }
        match (&attribute.kind, planned, other) {
            (Kind::Nested(Nesting::Single, schema), Value::Object(_), Value::Object(_)) => {
                agree(schema, planned, other)
            }
            _ => false,
        }
    })
}
