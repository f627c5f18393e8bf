//! The passes, one by one and in their order.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{GenericPlan, changed_paths, fill_defaults, generic_plan, mark_unknowns};
use crate::framework::{Attribute, Nesting, Schema, Type, Value};

fn element() -> Vec<Attribute> {
    vec![
        Attribute::required("key", Type::String, "A key.").requires_replace(),
        Attribute::optional("role", Type::String, "A role.").default_value("user"),
        Attribute::computed("made", Type::String, "Made anew."),
        Attribute::computed("kept", Type::String, "Kept.").keeps_prior_value(),
    ]
}

fn schema(nesting: Nesting) -> Schema {
    let mut attributes = element();
    attributes.push(Attribute::optional(
        "nested",
        (nesting, element()),
        "Nested.",
    ));
    Schema {
        version: 0,
        description: "An object.",
        attributes,
    }
}

fn filled<const N: usize>(names: &[&str], attributes: [(&str, Value); N]) -> Value {
    let mut values: BTreeMap<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    values.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(values)
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    filled(&["key", "role", "made", "kept", "nested"], attributes)
}

fn inner<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    filled(&["key", "role", "made", "kept"], attributes)
}

fn collection(nesting: Nesting, element: Value) -> Value {
    match nesting {
        Nesting::Single => element,
        Nesting::List => Value::List(vec![element]),
        Nesting::Set => Value::Set(vec![element]),
        Nesting::Map => Value::Map([("m".to_owned(), element)].into()),
    }
}

const ALL: [Nesting; 4] = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map];

#[test]
fn defaults_fill_what_the_configuration_leaves_out() {
    for nesting in ALL {
        let config = object([("nested", collection(nesting, inner([("key", "k".into())])))]);
        let mut planned = config.clone();
        fill_defaults(&schema(nesting).attributes, &config, &mut planned);
        let nested = inner([("key", "k".into()), ("role", "user".into())]);
        let expected = object([
            ("role", "user".into()),
            ("nested", collection(nesting, nested)),
        ]);
        assert_eq!(planned, expected, "{nesting:?}");
    }
}

#[test]
fn a_default_gives_way_to_configured_and_unknown_values_and_makes_no_object() {
    for role in [Value::from("admin"), Value::Unknown] {
        let config = object([("role", role)]);
        let mut planned = config.clone();
        fill_defaults(&schema(Nesting::Single).attributes, &config, &mut planned);
        assert_eq!(planned, config);
    }
}

#[test]
fn a_create_leaves_every_computed_value_unknown() {
    for nesting in ALL {
        let config = object([("nested", collection(nesting, inner([("key", "k".into())])))]);
        let mut planned = config.clone();
        mark_unknowns(
            &schema(nesting).attributes,
            &config,
            &Value::Null,
            &mut planned,
        );
        let nested = inner([
            ("key", "k".into()),
            ("made", Value::Unknown),
            ("kept", Value::Unknown),
        ]);
        let expected = object([
            ("made", Value::Unknown),
            ("kept", Value::Unknown),
            ("nested", collection(nesting, nested)),
        ]);
        assert_eq!(planned, expected, "{nesting:?}");
    }
}

#[test]
fn an_update_keeps_prior_values_that_it_does_not_change() {
    let stored = || {
        inner([
            ("key", "k".into()),
            ("made", "1".into()),
            ("kept", "2".into()),
        ])
    };
    for nesting in ALL {
        let prior = object([
            ("made", "1".into()),
            ("nested", collection(nesting, stored())),
        ]);
        let config = object([("nested", collection(nesting, inner([("key", "k".into())])))]);
        let mut planned = prior.clone();
        mark_unknowns(&schema(nesting).attributes, &config, &prior, &mut planned);
        let nested = inner([
            ("key", "k".into()),
            ("made", Value::Unknown),
            ("kept", "2".into()),
        ]);
        let expected = object([
            ("made", Value::Unknown),
            ("nested", collection(nesting, nested)),
        ]);
        assert_eq!(planned, expected, "{nesting:?}");
    }
}

#[test]
fn an_element_that_is_new_keeps_nothing() {
    let stored = inner([("key", "k".into()), ("kept", "2".into())]);
    let prior = object([("nested", Value::List(vec![stored.clone()]))]);
    let config = [inner([("key", "k".into())]), inner([("key", "l".into())])];
    let config = object([("nested", Value::List(config.into()))]);
    let new = inner([("key", "l".into())]);
    let mut planned = object([("nested", Value::List(vec![stored, new]))]);
    mark_unknowns(
        &schema(Nesting::List).attributes,
        &config,
        &prior,
        &mut planned,
    );
    let Value::List(elements) = planned.attribute("nested") else {
        panic!("a list")
    };
    assert_eq!(elements[0].attribute("kept"), &"2".into());
    assert_eq!(elements[1].attribute("kept"), &Value::Unknown);
}

fn replaced(nesting: Nesting, prior: Value, planned: Value) -> Vec<String> {
    let [prior, planned] = [prior, planned].map(|value| object([("nested", value)]));
    changed_paths(&schema(nesting).attributes, &prior, &planned)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_changed_unknown_new_or_removed_key_forces_a_new_object_where_it_stands() {
    let with = |nesting, key: Value| collection(nesting, inner([("key", key)]));
    for (nesting, path) in [
        (Nesting::Single, "nested.key"),
        (Nesting::List, "nested[0].key"),
        (Nesting::Map, "nested[\"m\"].key"),
        (Nesting::Set, "nested"),
    ] {
        let old = || with(nesting, "k".into());
        let none: [&str; 0] = [];
        assert_eq!(replaced(nesting, old(), old()), none);
        assert_eq!(replaced(nesting, old(), with(nesting, "l".into())), [path]);
        assert_eq!(
            replaced(nesting, old(), with(nesting, Value::Unknown)),
            [path]
        );
        assert_eq!(replaced(nesting, Value::Null, old()), [path]);
        assert_eq!(replaced(nesting, old(), Value::Null), [path]);
    }
    let old = with(Nesting::Single, "k".into());
    assert_eq!(
        replaced(Nesting::Single, old, Value::Unknown),
        ["nested.key"]
    );
}

fn planned(prior: &Value, config: &Value, proposed: Value) -> GenericPlan {
    let same = |planned: &Value| Ok::<_, Infallible>(planned.clone());
    let Ok(plan) = generic_plan(&schema(Nesting::Set), config, prior, proposed, same);
    plan
}

#[test]
fn no_change_is_the_prior_state_even_in_another_order() {
    let [a, b] = ["a", "b"].map(|key| {
        inner([
            ("key", key.into()),
            ("role", "user".into()),
            ("made", "1".into()),
        ])
    });
    let prior = object([
        ("key", "k".into()),
        ("role", "user".into()),
        ("made", "1".into()),
        ("nested", Value::Set(vec![a.clone(), b.clone()])),
    ]);
    let config = ["b", "a"].map(|key| inner([("key", key.into())]));
    let config = object([("key", "k".into()), ("nested", Value::Set(config.into()))]);
    let proposed = object([
        ("key", "k".into()),
        ("made", "1".into()),
        ("nested", Value::Set(vec![b, a])),
    ]);
    let plan = planned(&prior, &config, proposed);
    assert_eq!(plan.planned_state, prior);
    assert_eq!(plan.requires_replace, []);
}

#[test]
fn a_value_that_means_the_same_changes_nothing_and_forces_nothing() {
    let prior = object([
        ("key", "k".into()),
        ("role", "user".into()),
        ("made", "1".into()),
    ]);
    let config = object([("key", "K".into())]);
    let proposed = object([("key", "K".into()), ("made", "1".into())]);
    let keep = |_: &Value| Ok::<_, Infallible>(prior.clone());
    let Ok(plan) = generic_plan(
        &schema(Nesting::Set),
        &config,
        &prior,
        proposed.clone(),
        keep,
    );
    assert_eq!(plan.planned_state, prior);
    assert_eq!(plan.requires_replace, []);
    let changed = planned(&prior, &config, proposed);
    assert_eq!(changed.requires_replace[0].to_string(), "key");
    assert_eq!(changed.planned_state.attribute("made"), &Value::Unknown);
}

#[test]
fn a_create_forces_nothing_and_plans_the_same_twice() {
    let config = object([("key", Value::Unknown)]);
    let plan = planned(&Value::Null, &config, config.clone());
    assert_eq!(plan.requires_replace, []);
    assert_eq!(plan.planned_state.attribute("kept"), &Value::Unknown);
    assert_eq!(plan, planned(&Value::Null, &config, config.clone()));
}
