//! The rules, one by one.

use std::collections::BTreeMap;

use super::{check_created, check_plan, fit, repair};
use crate::framework::{Attribute, Nesting, Schema, Type, Value};

fn schema() -> Schema {
    let member = || {
        vec![
            Attribute::required("key", Type::String, "A key."),
            Attribute::computed("value", Type::String, "A value."),
        ]
    };
    Schema {
        version: 0,
        description: "An object.",
        attributes: vec![
            Attribute::optional("plain", Type::String, "Text."),
            Attribute::optional_computed("either", Type::String, "Text."),
            Attribute::computed("made", Type::String, "Text."),
            Attribute::optional("list", (Nesting::List, member()), "A list."),
            Attribute::optional("map", (Nesting::Map, member()), "A map."),
            Attribute::optional("set", (Nesting::Set, member()), "A set."),
            Attribute::optional("one", (Nesting::Single, member()), "One."),
        ],
    }
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let mut values: BTreeMap<_, _> = schema()
        .attributes
        .iter()
        .map(|attribute| (attribute.name.to_owned(), Value::Null))
        .collect();
    values.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(values)
}

fn member(key: &str, value: Value) -> Value {
    Value::Object(BTreeMap::from([
        ("key".to_owned(), key.into()),
        ("value".to_owned(), value),
    ]))
}

fn map<const N: usize>(elements: [(&str, Value); N]) -> Value {
    Value::Map(elements.map(|(key, value)| (key.to_owned(), value)).into())
}

fn shown(differences: &[super::Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

type Named = (&'static str, Value);

#[test]
fn plans_that_core_accepts() {
    for (prior, config, planned) in [
        (
            ("plain", Value::Null),
            ("plain", "a".into()),
            ("plain", "a".into()),
        ),
        (
            ("plain", "A".into()),
            ("plain", "a".into()),
            ("plain", "A".into()),
        ),
        (
            ("plain", Value::Null),
            ("plain", Value::Unknown),
            ("plain", Value::Unknown),
        ),
        (
            ("either", "x".into()),
            ("either", Value::Null),
            ("either", Value::Unknown),
        ),
        (
            ("either", Value::Null),
            ("either", Value::Null),
            ("either", "default".into()),
        ),
        (
            ("made", "x".into()),
            ("made", Value::Null),
            ("made", Value::Unknown),
        ),
        // With `ignore_changes`, core shows the prior value as if it were configured.
        (
            ("made", "x".into()),
            ("made", "x".into()),
            ("made", Value::Unknown),
        ),
        (
            ("made", "x".into()),
            ("made", "x".into()),
            ("made", "y".into()),
        ),
        (
            ("made", "x".into()),
            ("made", "x".into()),
            ("made", Value::Null),
        ),
        (
            ("list", Value::Null),
            ("list", Value::List(vec![member("k", Value::Null)])),
            ("list", Value::List(vec![member("k", Value::Unknown)])),
        ),
        (
            ("map", Value::Null),
            ("map", map([("m", member("k", Value::Null))])),
            ("map", map([("m", member("k", Value::Unknown))])),
        ),
        (
            ("set", Value::Null),
            ("set", Value::Set(vec![member("k", Value::Null)])),
            ("set", Value::Set(vec![member("k", Value::Unknown)])),
        ),
        (
            ("one", Value::Null),
            ("one", member("k", Value::Null)),
            ("one", member("k", "v".into())),
        ),
    ] as [(Named, Named, Named); 13]
    {
        let [prior, config, planned] = [prior, config, planned].map(|named| object([named]));
        assert_eq!(
            shown(&check_plan(&schema(), &prior, &config, &planned)),
            [""; 0]
        );
    }
}

#[test]
fn plans_that_core_refuses() {
    for (prior, config, planned, difference) in [
        (
            ("plain", "a".into()),
            ("plain", "b".into()),
            ("plain", "c".into()),
            "plain is planned with neither its configured nor its prior value",
        ),
        (
            ("plain", Value::Null),
            ("plain", "b".into()),
            ("plain", Value::Unknown),
            "plain is planned with neither its configured nor its prior value",
        ),
        (
            ("plain", "a".into()),
            ("plain", Value::Null),
            ("plain", "a".into()),
            "plain is not computed and not configured, but planned",
        ),
        (
            ("plain", "a".into()),
            ("plain", "b".into()),
            ("plain", Value::Null),
            "plain is planned with neither its configured nor its prior value",
        ),
        (
            ("plain", Value::Null),
            ("plain", Value::Unknown),
            ("plain", "b".into()),
            "plain is planned with neither its configured nor its prior value",
        ),
        (
            ("either", "x".into()),
            ("either", "x".into()),
            ("either", Value::Unknown),
            "either is planned with neither its configured nor its prior value",
        ),
        (
            ("one", Value::Null),
            ("one", member("k", Value::Null)),
            ("one", member("other", Value::Null)),
            "one.key is planned with neither its configured nor its prior value",
        ),
        (
            ("one", Value::Null),
            ("one", member("k", Value::Null)),
            ("one", Value::Unknown),
            "one is configured, but planned as unknown",
        ),
        (
            ("one", Value::Null),
            ("one", member("k", Value::Null)),
            ("one", Value::Null),
            "one is configured, but planned to be absent",
        ),
        (
            ("one", Value::Null),
            ("one", Value::Null),
            ("one", member("k", Value::Null)),
            "one is not computed and not configured, but planned",
        ),
        (
            ("list", Value::Null),
            ("list", Value::List(vec![])),
            ("list", Value::List(vec![member("k", Value::Null)])),
            "list is planned with other elements than configured",
        ),
        (
            ("list", Value::Null),
            ("list", Value::List(vec![member("k", Value::Null)])),
            ("list", Value::List(vec![member("x", Value::Null)])),
            "list[0].key is planned with neither its configured nor its prior value",
        ),
        (
            ("map", Value::Null),
            ("map", map([("a", member("k", Value::Null))])),
            ("map", map([("b", member("k", Value::Null))])),
            "map is planned with other elements than configured",
        ),
        (
            ("set", Value::Null),
            ("set", Value::Set(vec![])),
            ("set", Value::Set(vec![member("k", Value::Null)])),
            "set is planned with other elements than configured",
        ),
    ] as [(Named, Named, Named, &str); 14]
    {
        let [prior, config, planned] = [prior, config, planned].map(|named| object([named]));
        assert_eq!(
            shown(&check_plan(&schema(), &prior, &config, &planned)),
            [difference]
        );
    }
    for (config, planned, difference) in [
        (
            object([]),
            Value::Null,
            "the whole object is configured, but planned to be absent",
        ),
        (
            object([]),
            Value::Unknown,
            "the whole object is configured, but planned as unknown",
        ),
        (
            Value::Null,
            object([]),
            "the whole object is planned, but not configured",
        ),
    ] {
        assert_eq!(
            shown(&check_plan(&schema(), &Value::Null, &config, &planned)),
            [difference]
        );
    }
}

#[test]
fn states_that_core_accepts() {
    let two_unknown = Value::Set(vec![
        member("k", Value::Unknown),
        member("k", Value::Unknown),
    ]);
    for (planned, state) in [
        (("plain", "a".into()), ("plain", "a".into())),
        (("plain", "e\u{301}".into()), ("plain", "\u{e9}".into())),
        (("made", Value::Unknown), ("made", Value::Null)),
        (("made", Value::Unknown), ("made", "x".into())),
        (
            ("set", two_unknown),
            ("set", Value::Set(vec![member("k", "v".into())])),
        ),
        (
            ("list", Value::Unknown),
            ("list", Value::List(vec![member("k", "v".into())])),
        ),
    ] as [(Named, Named); 6]
    {
        let [planned, state] = [planned, state].map(|named| object([named]));
        assert_eq!(shown(&check_created(&planned, &state)), [""; 0]);
    }
}

#[test]
fn states_that_core_refuses_are_found_and_repaired() {
    let list = |values: Vec<Value>| Value::List(values);
    for (planned, state, difference, repaired) in [
        (
            ("plain", "a".into()),
            ("plain", "b".into()),
            "plain was planned with a known value and came back with another",
            ("plain", "a".into()),
        ),
        (
            ("plain", "a".into()),
            ("plain", Value::Null),
            "plain was planned and is now absent",
            ("plain", "a".into()),
        ),
        (
            ("plain", Value::Null),
            ("plain", "b".into()),
            "plain was planned as absent and is now present",
            ("plain", Value::Null),
        ),
        (
            ("plain", "a".into()),
            ("plain", Value::Unknown),
            "plain was known and is now unknown",
            ("plain", "a".into()),
        ),
        (
            ("made", Value::Unknown),
            ("made", Value::Unknown),
            "made is still unknown after apply",
            ("made", Value::Null),
        ),
        (
            ("list", list(vec![member("k", Value::Unknown)])),
            ("list", list(vec![])),
            "list has elements that appeared or vanished",
            ("list", list(vec![member("k", Value::Null)])),
        ),
        (
            ("list", list(vec![member("k", Value::Unknown)])),
            ("list", list(vec![member("x", "v".into())])),
            "list[0].key was planned with a known value and came back with another",
            ("list", list(vec![member("k", "v".into())])),
        ),
        (
            ("map", map([("a", member("k", Value::Unknown))])),
            ("map", map([("b", member("k", "v".into()))])),
            "map has elements that appeared or vanished",
            ("map", map([("a", member("k", Value::Null))])),
        ),
        (
            ("set", Value::Set(vec![member("k", Value::Unknown)])),
            (
                "set",
                Value::Set(vec![member("k", "v".into()), member("k", "w".into())]),
            ),
            "set has other elements than planned",
            ("set", Value::Set(vec![member("k", "v".into())])),
        ),
    ] as [(Named, Named, &str, Named); 9]
    {
        let [planned, state, repaired] = [planned, state, repaired].map(|named| object([named]));
        assert_eq!(shown(&check_created(&planned, &state)), [difference]);
        assert_eq!(repair(&planned, &state), repaired);
    }
}

#[test]
fn a_value_is_made_to_fit_its_type() {
    let ty = schema().ty();
    let Value::Object(mut values) = object([("plain", 1.into())]) else {
        panic!("an object")
    };
    values.remove("made");
    values.insert("surplus".to_owned(), true.into());
    let (fitted, differences) = fit(Value::Object(values), &ty);
    assert_eq!(fitted, object([]));
    assert_eq!(
        shown(&differences),
        [
            "made is missing",
            "plain has another type than in the schema",
            "surplus is not in the schema"
        ]
    );
}
