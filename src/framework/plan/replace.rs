//! Pass: which changes force a new object.

use std::collections::BTreeMap;

use crate::framework::{Attribute, AttributePath, Kind, Nesting, Value};

const NULL: &Value = &Value::Null;
const UNKNOWN: &Value = &Value::Unknown;

/// The attributes that force a new object and differ between `prior` and `planned`; an unknown value counts as another.
pub(super) fn changed_paths(
    schema: &[Attribute],
    prior: &Value,
    planned: &Value,
) -> Vec<AttributePath> {
    let mut paths = Vec::new();
    collect(
        schema,
        prior,
        planned,
        &AttributePath::default(),
        &mut paths,
    );
    paths
}

fn collect(
    schema: &[Attribute],
    prior: &Value,
    planned: &Value,
    path: &AttributePath,
    out: &mut Vec<AttributePath>,
) {
    for attribute in schema {
        let name = attribute.name;
        let (prior, planned) = (prior.attribute(name), inner(planned, name));
        if prior == planned && planned.is_wholly_known() {
            continue;
        }
        let path = path.attribute(name);
        if attribute.requires_replace {
            out.push(path);
        } else if let Kind::Nested(nesting, schema) = &attribute.kind {
            nested(*nesting, schema, prior, planned, &path, out);
        }
    }
}

fn nested(
    nesting: Nesting,
    schema: &[Attribute],
    prior: &Value,
    planned: &Value,
    path: &AttributePath,
    out: &mut Vec<AttributePath>,
) {
    match nesting {
        Nesting::Single => collect(schema, prior, planned, path, out),
        Nesting::List => {
            let (prior, planned) = (elements(prior), elements(planned));
            for index in 0..prior.len().max(planned.len()) {
                let (prior, planned) = (prior.get(index), planned.get(index));
                collect(
                    schema,
                    prior.unwrap_or(NULL),
                    planned.unwrap_or(NULL),
                    &path.index(index),
                    out,
                );
            }
        }
        Nesting::Map => {
            let none = BTreeMap::new();
            let (prior, planned) = (entries(prior, &none), entries(planned, &none));
            let added = planned.keys().filter(|key| !prior.contains_key(*key));
            for key in prior.keys().chain(added) {
                let (prior, planned) = (prior.get(key), planned.get(key));
                collect(
                    schema,
                    prior.unwrap_or(NULL),
                    planned.unwrap_or(NULL),
                    &path.key(key),
                    out,
                );
            }
        }
        // Elements of sets have no address: the set itself is what forces the new object.
        Nesting::Set => {
            if forces_anywhere(schema) {
                out.push(path.clone());
            }
        }
    }
}

/// An attribute of an unknown object is unknown.
fn inner<'v>(planned: &'v Value, name: &str) -> &'v Value {
    if planned.is_unknown() {
        UNKNOWN
    } else {
        planned.attribute(name)
    }
}

fn forces_anywhere(schema: &[Attribute]) -> bool {
    schema.iter().any(|attribute| {
        attribute.requires_replace
            || matches!(&attribute.kind, Kind::Nested(_, schema) if forces_anywhere(schema))
    })
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) => elements,
        _ => &[],
    }
}

fn entries<'v>(value: &'v Value, none: &'v BTreeMap<String, Value>) -> &'v BTreeMap<String, Value> {
    match value {
        Value::Map(entries) => entries,
        _ => none,
    }
}
