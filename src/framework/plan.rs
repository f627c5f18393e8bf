//! The generic passes of a plan: pure functions of values, in the order of [`generic_plan`].
//!
//! Core plans twice in one command and compares, so nothing here may depend on anything but its
//! arguments.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::framework::{Attribute, AttributePath, Kind, Nesting, Schema, Value};

const NULL: &Value = &Value::Null;
const UNKNOWN: &Value = &Value::Unknown;

/// A plan before the resource itself refines it.
#[derive(Clone, Debug, PartialEq)]
pub struct GenericPlan {
    /// The state after apply, as far as it can be known.
    pub planned_state: Value,
    /// Attributes whose change forces a new object; none for a create.
    pub requires_replace: Vec<AttributePath>,
}

/// Plans a create (`prior` is null) or an update, starting from the state that core proposes.
/// `keep_equal_values` puts prior values back where the new ones mean the same; it runs for updates
/// only.
pub fn generic_plan<E>(
    schema: &Schema,
    config: &Value,
    prior: &Value,
    proposed: Value,
    keep_equal_values: impl FnOnce(&Value) -> Result<Value, E>,
) -> Result<GenericPlan, E> {
    let attributes = &schema.attributes;
    let mut planned = proposed;
    fill_defaults(attributes, config, &mut planned);
    if !prior.is_null() {
        planned = keep_equal_values(&planned)?;
    }
    if planned == *prior {
        // The same value may be written differently: sets have no order.
        planned = prior.clone();
    } else {
        mark_unknowns(attributes, config, prior, &mut planned);
    }
    let requires_replace = if prior.is_null() {
        Vec::new()
    } else {
        changed_paths(attributes, prior, &planned)
    };
    Ok(GenericPlan {
        planned_state: planned,
        requires_replace,
    })
}

/// Returns what must come of a configuration that is read rather than planned: what it sets as it
/// is, everything else that the provider may set as unknown.
pub fn expected_of_config(schema: &Schema, config: &Value) -> Value {
    let mut expected = config.clone();
    mark_unknowns(&schema.attributes, config, &Value::Null, &mut expected);
    expected
}

/// Puts the default of every attribute that is null in `config` into `planned`. Nested attributes
/// are filled in objects that exist; a default does not bring an object about.
fn fill_defaults(schema: &[Attribute], config: &Value, planned: &mut Value) {
    let Value::Object(values) = planned else {
        return;
    };
    for attribute in schema {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        let configured = attribute.configured(config);
        match (&attribute.default, &attribute.kind) {
            (Some(default), _) if configured.is_null() => *value = default.clone(),
            (_, Kind::Nested(nesting, schema)) if !configured.is_null() => {
                for_each_object(*nesting, schema, value, [configured], |object, [config]| {
                    fill_defaults(schema, config, object);
                });
            }
            _ => {}
        }
    }
}

/// Makes every computed attribute unknown that has neither a configured value nor a default. With a
/// prior object, an attribute that keeps its prior value keeps it instead, null included.
fn mark_unknowns(schema: &[Attribute], config: &Value, prior: &Value, planned: &mut Value) {
    let Value::Object(values) = planned else {
        return;
    };
    for attribute in schema {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        let configured = attribute.configured(config);
        let prior_value = prior.attribute(attribute.name);
        if configured.is_null() {
            if !attribute.mode.is_computed() || attribute.default.is_some() {
                continue;
            }
            *value = if attribute.keeps_prior_value && !prior.is_null() {
                prior_value.clone()
            } else {
                Value::Unknown
            };
        } else if let Kind::Nested(nesting, schema) = &attribute.kind {
            let others = [configured, prior_value];
            for_each_object(
                *nesting,
                schema,
                value,
                others,
                |object, [config, prior]| {
                    mark_unknowns(schema, config, prior, object);
                },
            );
        }
    }
}

/// The attributes that force a new object and differ between `prior` and `planned`; an unknown
/// value counts as another.
fn changed_paths(schema: &[Attribute], prior: &Value, planned: &Value) -> Vec<AttributePath> {
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

/// Calls `visit` with every object under a nested attribute and its counterparts in `others` (null
/// where there is none).
fn for_each_object<const N: usize>(
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

/// Elements of sets have no address. Core makes a proposed element from a configured one and puts
/// computed values only where the configuration has none, so the counterpart agrees on everything
/// but these.
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
