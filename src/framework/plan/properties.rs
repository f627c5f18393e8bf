//! Whatever the configuration: core accepts the plan, and a second plan of the applied state is
//! empty.

use std::convert::Infallible;

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use proptest::strategy::BoxedStrategy;

use super::{GenericPlan, generic_plan};
use crate::framework::conformance::{check_created, check_plan};
use crate::framework::{Attribute, Kind, Mode, Nesting, Schema, Type, Value};

const NULL: &Value = &Value::Null;

fn schema() -> Schema {
    let element = || {
        vec![
            Attribute::required("key", Type::String, "A key.").requires_replace(),
            Attribute::optional("role", Type::String, "A role.").default_value("user"),
            Attribute::computed("made", Type::String, "Made anew."),
            Attribute::computed("kept", Type::String, "Kept.").keeps_prior_value(),
            Attribute::optional_computed("either", Type::String, "Configured or made."),
        ]
    };
    let mut attributes = element();
    attributes.extend([
        Attribute::optional("one", (Nesting::Single, element()), "One."),
        Attribute::optional("list", (Nesting::List, element()), "A list."),
        Attribute::optional_computed("map", (Nesting::Map, element()), "A map."),
        Attribute::optional("set", (Nesting::Set, element()), "A set."),
        Attribute::computed("remote", (Nesting::Single, element()), "Made."),
    ]);
    Schema {
        version: 0,
        description: "An object.",
        attributes,
    }
}

/// Configurations of `attributes`, with or without unknown values.
fn configs(attributes: &[Attribute], unknown: bool) -> BoxedStrategy<Value> {
    let names: Vec<_> = attributes.iter().map(|a| a.name.to_owned()).collect();
    let values: Vec<_> = attributes
        .iter()
        .map(|attribute| configured(attribute, unknown))
        .collect();
    values
        .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
        .boxed()
}

fn configured(attribute: &Attribute, unknown: bool) -> BoxedStrategy<Value> {
    if attribute.mode == Mode::Computed {
        return Just(Value::Null).boxed();
    }
    let known = match &attribute.kind {
        Kind::Plain(_) => "[ab]".prop_map(Value::from).boxed(),
        Kind::Nested(nesting, attributes) => {
            let object = configs(attributes, unknown);
            match nesting {
                Nesting::Single => object,
                Nesting::List => vec(object, 0..3).prop_map(Value::List).boxed(),
                Nesting::Map => btree_map("[mn]", object, 0..3).prop_map(Value::Map).boxed(),
                // Equal elements coalesce before core sends them.
                Nesting::Set => vec(object, 0..2).prop_map(Value::Set).boxed(),
            }
        }
    };
    let absent = u32::from(attribute.mode != Mode::Required);
    prop_oneof![
        4 => known,
        absent => Just(Value::Null),
        u32::from(unknown) => Just(Value::Unknown),
    ]
    .boxed()
}

/// What core proposes: the configuration, with prior values where only the provider sets them.
fn proposed(attributes: &[Attribute], config: &Value, prior: &Value) -> Value {
    let Value::Object(values) = config else {
        return config.clone();
    };
    let mut values = values.clone();
    for attribute in attributes {
        let name = attribute.name;
        let (config, prior) = (config.attribute(name), prior.attribute(name));
        let value = match (&attribute.kind, config) {
            _ if config.is_null() && attribute.mode.is_computed() => prior.clone(),
            (Kind::Nested(_, nested), Value::Object(_)) => proposed(nested, config, prior),
            (Kind::Nested(_, nested), Value::List(elements)) => {
                let prior = |index| match prior {
                    Value::List(prior) => prior.get(index).unwrap_or(NULL),
                    _ => NULL,
                };
                let elements = elements.iter().enumerate();
                let elements = elements.map(|(at, element)| proposed(nested, element, prior(at)));
                Value::List(elements.collect())
            }
            (Kind::Nested(_, nested), Value::Set(elements)) => {
                let prior = match prior {
                    Value::Set(prior) => prior.first().unwrap_or(NULL),
                    _ => NULL,
                };
                let elements = elements.iter();
                let elements = elements.map(|element| proposed(nested, element, prior));
                Value::Set(elements.collect())
            }
            (Kind::Nested(_, nested), Value::Map(elements)) => {
                let prior = |key| match prior {
                    Value::Map(prior) => prior.get(key).unwrap_or(NULL),
                    _ => NULL,
                };
                let elements = elements.iter();
                let elements = elements
                    .map(|(key, element)| (key.clone(), proposed(nested, element, prior(key))));
                Value::Map(elements.collect())
            }
            _ => config.clone(),
        };
        values.insert(name.to_owned(), value);
    }
    Value::Object(values)
}

fn plan(config: &Value, prior: &Value) -> GenericPlan {
    let schema = schema();
    let proposed = proposed(&schema.attributes, config, prior);
    let same = |planned: &Value| Ok::<_, Infallible>(planned.clone());
    let Ok(plan) = generic_plan(&schema, config, prior, proposed, same);
    plan
}

/// The state after an apply that made something of everything unknown.
fn applied(planned: &Value) -> Value {
    match planned {
        Value::Unknown => Value::Null,
        Value::List(elements) => Value::List(elements.iter().map(applied).collect()),
        Value::Set(elements) => Value::Set(elements.iter().map(applied).collect()),
        Value::Map(elements) => Value::Map(each(elements)),
        Value::Object(attributes) => Value::Object(each(attributes)),
        known => known.clone(),
    }
}

fn each(
    values: &std::collections::BTreeMap<String, Value>,
) -> std::collections::BTreeMap<String, Value> {
    values
        .iter()
        .map(|(name, value)| {
            let made = matches!(name.as_str(), "made" | "kept" | "either") && value.is_unknown();
            let value = if made { "made".into() } else { applied(value) };
            (name.clone(), value)
        })
        .collect()
}

proptest! {
    #[test]
    fn core_accepts_the_plan_of_a_create(config in configs(&schema().attributes, true)) {
        let plan = plan(&config, NULL);
        assert_eq!(check_plan(&schema(), NULL, &config, &plan.planned_state), []);
        let state = applied(&plan.planned_state);
        assert_eq!(check_created(&plan.planned_state, &state), []);
    }

    #[test]
    fn core_accepts_the_plan_of_an_update(
        old in configs(&schema().attributes, false),
        new in configs(&schema().attributes, true),
    ) {
        let prior = applied(&plan(&old, NULL).planned_state);
        let plan = plan(&new, &prior);
        assert_eq!(check_plan(&schema(), &prior, &new, &plan.planned_state), []);
    }

    #[test]
    fn a_second_plan_is_empty(config in configs(&schema().attributes, false)) {
        let state = applied(&plan(&config, NULL).planned_state);
        let second = plan(&config, &state);
        assert_eq!(second.planned_state, state);
        assert_eq!(second.requires_replace, []);
    }
}
