//! The rules for the state that follows a plan.

use std::collections::BTreeMap;

use super::Difference;
use crate::framework::value::nfc;
use crate::framework::{AttributePath, Value};

/// What core would refuse in the state that an apply returns for a plan: known planned values must
/// come back as they are, unknown ones may become anything of their type, and nothing may stay
/// unknown. Good for updates too.
pub fn check_created(planned: &Value, state: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(planned, state, &AttributePath::default(), &mut differences);
    differences
}

/// Whether `actual` may follow `planned`.
pub(super) fn is_compatible(planned: &Value, actual: &Value) -> bool {
    check_created(planned, actual).is_empty()
}

fn compare(planned: &Value, actual: &Value, path: &AttributePath, out: &mut Vec<Difference>) {
    match (planned, actual) {
        (Value::Unknown, actual) => {
            if !actual.is_wholly_known() {
                out.push(Difference::new(path, "is still unknown after apply"));
            }
        }
        (Value::Null, Value::Null) => {}
        (_, Value::Unknown) => out.push(Difference::new(path, "was known and is now unknown")),
        (Value::Null, _) => out.push(Difference::new(
            path,
            "was planned as absent and is now present",
        )),
        (_, Value::Null) => out.push(Difference::new(path, "was planned and is now absent")),
        (Value::List(planned), Value::List(actual)) => {
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                compare(planned, actual, &path.index(index), out);
            }
            if planned.len() != actual.len() {
                out.push(Difference::new(
                    path,
                    "has elements that appeared or vanished",
                ));
            }
        }
        (Value::Map(planned), Value::Map(actual)) => {
            for (key, actual) in actual {
                if let Some(planned) = planned.get(key) {
                    compare(planned, actual, &path.key(key), out);
                }
            }
            if !planned.keys().eq(actual.keys()) {
                out.push(Difference::new(
                    path,
                    "has elements that appeared or vanished",
                ));
            }
        }
        (Value::Object(planned), Value::Object(actual)) => object(planned, actual, path, out),
        (Value::Set(planned), Value::Set(actual)) => {
            if !sets_correlate(planned, actual) {
                out.push(Difference::new(path, "has other elements than planned"));
            }
        }
        (Value::String(planned), Value::String(actual)) => {
            if planned != actual && nfc(planned) != nfc(actual) {
                out.push(Difference::new(path, CHANGED));
            }
        }
        (planned, actual) => {
            if planned != actual {
                out.push(Difference::new(path, CHANGED));
            }
        }
    }
}

const CHANGED: &str = "was planned with a known value and came back with another";

fn object(
    planned: &BTreeMap<String, Value>,
    actual: &BTreeMap<String, Value>,
    path: &AttributePath,
    out: &mut Vec<Difference>,
) {
    for (name, planned) in planned {
        match actual.get(name) {
            Some(actual) => compare(planned, actual, &path.attribute(name), out),
            None => out.push(Difference::new(&path.attribute(name), "is missing")),
        }
    }
    for name in actual.keys().filter(|name| !planned.contains_key(*name)) {
        out.push(Difference::new(
            &path.attribute(name),
            "is not in the schema",
        ));
    }
}

/// Every element must have a counterpart on the other side. A set may shrink, when unknown elements
/// turn out equal, never grow.
fn sets_correlate(planned: &[Value], actual: &[Value]) -> bool {
    let mut distinct: Vec<&Value> = Vec::new();
    for value in actual {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct.len() <= planned.len()
        && distinct
            .iter()
            .all(|actual| planned.iter().any(|planned| is_compatible(planned, actual)))
        && planned
            .iter()
            .all(|planned| distinct.iter().any(|actual| is_compatible(planned, actual)))
}
