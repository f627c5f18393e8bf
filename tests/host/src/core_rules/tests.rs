//! Tables of good and bad answers, one per rule.

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    json::{config, unknown},
    schema::{Block, NestedBlock, Nesting, samples},
    value::Value,
};

/// A body of the sample schema; null for JSON null.
fn order(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        json => config(&samples::order(), &json).unwrap(),
    }
}

fn lines(violations: Vec<Violation>) -> Vec<String> {
    violations
        .iter()
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

fn a_set_of_rules() -> Block {
    let attributes = [
        ("port", samples::attribute("number", "required")),
        ("rule_id", samples::attribute("string", "computed")),
    ];
    let nested: NestedBlock = samples::block(Nesting::Set, attributes);
    Block {
        blocks: [("rule".to_owned(), nested)].into(),
        ..Block::default()
    }
}

#[test]
fn core_proposes_the_configuration_and_keeps_computed_values() {
    for (what, prior, config, proposed) in [
        ("destroy", Json::Null, Json::Null, Json::Null),
        (
            "create",
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": "a" }),
        ),
        (
            "computed values stay",
            json!({ "name": "a", "id": "1", "note": "n" }),
            json!({ "name": "b" }),
            json!({ "name": "b", "id": "1", "note": "n" }),
        ),
        (
            "configured values win",
            json!({ "name": "a", "note": "n" }),
            json!({ "name": unknown(), "note": "m" }),
            json!({ "name": unknown(), "note": "m" }),
        ),
        (
            "optional values go",
            json!({ "name": "a", "tags": ["t"] }),
            json!({ "name": "a" }),
            json!({ "name": "a" }),
        ),
        (
            "write-only values are not proposed",
            json!({ "name": "a" }),
            json!({ "name": "a", "secret": "s" }),
            json!({ "name": "a" }),
        ),
        (
            "nested objects are matched by index",
            json!({ "name": "a", "contacts": [{ "email": "x", "contact_id": "7" }] }),
            json!({ "name": "a", "contacts": [{ "email": "y" }, { "email": "z" }] }),
            json!({ "name": "a", "contacts": [{ "email": "y", "contact_id": "7" }, { "email": "z" }] }),
        ),
        (
            "computed objects stay when only the provider can have made them",
            json!({ "name": "a", "contacts": [{ "contact_id": "7" }] }),
            json!({ "name": "a" }),
            json!({ "name": "a", "contacts": [{ "contact_id": "7" }] }),
        ),
        (
            "objects that were configured go",
            json!({ "name": "a", "contacts": [{ "email": "x", "contact_id": "7" }] }),
            json!({ "name": "a" }),
            json!({ "name": "a" }),
        ),
        (
            "blocks are matched by index",
            json!({ "name": "a", "rule": [{ "port": 1, "rule_id": "r" }] }),
            json!({ "name": "a", "rule": [{ "port": 2 }, { "port": 3 }], "timeouts": { "create": "1h" } }),
            json!({ "name": "a", "rule": [{ "port": 2, "rule_id": "r" }, { "port": 3 }], "timeouts": { "create": "1h" } }),
        ),
    ] {
        let found = proposed_new(&samples::order(), &order(prior), &order(config));
        assert_eq!(found, order(proposed), "{what}");
    }
}

#[test]
fn core_matches_set_elements_by_what_the_configuration_writes() {
    let block = a_set_of_rules();
    let value = |json: Json| config(&block, &json).unwrap();
    let prior = value(
        json!({ "rule": [{ "port": 1, "rule_id": "one" }, { "port": 2, "rule_id": "two" }] }),
    );
    let configured = value(json!({ "rule": [{ "port": 2 }, { "port": 3 }] }));
    let proposed = value(json!({ "rule": [{ "port": 2, "rule_id": "two" }, { "port": 3 }] }));
    assert_eq!(proposed_new(&block, &prior, &configured), proposed);
}

#[test]
fn good_plans_pass() {
    for (what, prior, config, planned) in [
        ("destroy", json!({ "name": "a" }), Json::Null, Json::Null),
        (
            "computed values are free",
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": "a", "id": unknown(), "note": "n" }),
        ),
        (
            "a suppressed difference",
            json!({ "name": "A" }),
            json!({ "name": "a" }),
            json!({ "name": "A" }),
        ),
        (
            "unknown stays unknown",
            Json::Null,
            json!({ "name": unknown() }),
            json!({ "name": unknown() }),
        ),
        (
            "nested computed values are free",
            Json::Null,
            json!({ "name": "a", "contacts": [{ "email": "x" }], "rule": [{ "port": 1 }] }),
            json!({ "name": "a", "contacts": [{ "email": "x", "contact_id": unknown() }], "rule": [{ "port": 1, "rule_id": "r" }] }),
        ),
        (
            "write-only stays out",
            Json::Null,
            json!({ "name": "a", "secret": "s" }),
            json!({ "name": "a" }),
        ),
    ] {
        let found = check_plan_valid(
            &samples::order(),
            &order(prior),
            &order(config),
            &order(planned),
        );
        assert_eq!(lines(found), none(), "{what}");
    }
}

#[test]
fn bad_plans_are_found() {
    let long = json!({ "name": "a", "contacts": [{ "email": "x" }], "rule": [{ "port": 1 }] });
    for (prior, config, planned, message) in [
        (
            Json::Null,
            json!({ "name": "a" }),
            Json::Null,
            "root object: planned for absence but config wants existence",
        ),
        (
            json!({ "name": "a" }),
            Json::Null,
            json!({ "name": "a" }),
            "root object: planned for existence but config wants absence",
        ),
        (
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": "b" }),
            r#".name: planned value "b" does not match config value "a""#,
        ),
        (
            json!({ "name": "c" }),
            json!({ "name": "a" }),
            json!({ "name": "b" }),
            r#".name: planned value "b" does not match config value "a" nor prior value "c""#,
        ),
        (
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": unknown() }),
            r#".name: planned value {"$unknown":true} does not match config value "a""#,
        ),
        (
            Json::Null,
            json!({ "name": unknown() }),
            json!({ "name": "a" }),
            r#".name: planned value "a" does not match config value {"$unknown":true}"#,
        ),
        (
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": "a", "tags": ["t"] }),
            r#".tags: planned value ["t"] for a non-computed attribute"#,
        ),
        (
            Json::Null,
            json!({ "name": "a", "secret": "s" }),
            json!({ "name": "a", "secret": "s" }),
            ".secret: the planned value of a write-only attribute is not null",
        ),
        (
            Json::Null,
            long.clone(),
            json!({ "name": "a", "contacts": [], "rule": [{ "port": 1 }] }),
            ".contacts: count in plan (0) disagrees with count in config (1)",
        ),
        (
            Json::Null,
            long.clone(),
            json!({ "name": "a", "contacts": [{ "email": "y" }], "rule": [{ "port": 1 }] }),
            r#".contacts[0].email: planned value "y" does not match config value "x""#,
        ),
        (
            Json::Null,
            long.clone(),
            json!({ "name": "a", "contacts": unknown(), "rule": [{ "port": 1 }] }),
            ".contacts: planned unknown for configured value",
        ),
        (
            Json::Null,
            long.clone(),
            json!({ "name": "a", "contacts": [{ "email": "x" }] }),
            ".rule: block count in plan (0) disagrees with count in config (1)",
        ),
        (
            Json::Null,
            long,
            json!({ "name": "a", "contacts": [{ "email": "x" }], "rule": unknown() }),
            ".rule: attribute representing nested block must not be unknown itself; set nested attribute values to unknown instead",
        ),
        (
            Json::Null,
            json!({ "name": "a" }),
            json!({ "name": "a", "timeouts": {} }),
            ".timeouts: planned for existence but config wants absence",
        ),
        (
            Json::Null,
            json!({ "name": "a", "rule": unknown() }),
            json!({ "name": "a" }),
            ".rule: planned value [] for unknown dynamic block",
        ),
    ] {
        let found = check_plan_valid(
            &samples::order(),
            &order(prior),
            &order(config),
            &order(planned),
        );
        assert_eq!(lines(found), [message]);
    }
}

#[test]
fn sets_and_null_blocks_of_a_plan_are_held_to_the_configuration() {
    let block = a_set_of_rules();
    let value = |json: Json| config(&block, &json).unwrap();
    let configured = value(json!({ "rule": [{ "port": 1 }] }));
    let good = value(json!({ "rule": [{ "port": 1, "rule_id": unknown() }] }));
    assert_eq!(
        lines(check_plan_valid(&block, &Value::Null, &configured, &good)),
        none()
    );
    let bad = value(json!({ "rule": [{ "port": 2, "rule_id": unknown() }] }));
    assert_eq!(
        check_plan_valid(&block, &Value::Null, &configured, &bad).len(),
        2
    );
    let null = Value::Object([("rule".to_owned(), Value::Null)].into());
    assert_eq!(
        lines(check_plan_valid(&block, &Value::Null, &configured, &null)),
        [
            ".rule: attribute representing nested blocks must be empty to indicate no blocks, not null"
        ]
    );
}

#[test]
fn results_that_came_out_as_planned_pass() {
    for (what, planned, actual) in [
        ("delete", Json::Null, Json::Null),
        (
            "unknown may become anything",
            json!({ "name": "a", "id": unknown() }),
            json!({ "name": "a", "id": "1" }),
        ),
        (
            "unknown may become null",
            json!({ "name": "a", "id": unknown() }),
            json!({ "name": "a" }),
        ),
        (
            "a set may shrink",
            json!({ "name": "a", "tags": [unknown(), "t"] }),
            json!({ "name": "a", "tags": ["t"] }),
        ),
        (
            "a dynamic block may vanish",
            json!({ "name": "a", "timeouts": unknown() }),
            json!({ "name": "a" }),
        ),
        (
            "nested unknowns",
            json!({ "name": "a", "contacts": [{ "email": "x", "contact_id": unknown() }], "rule": [{ "port": 1, "rule_id": unknown() }] }),
            json!({ "name": "a", "contacts": [{ "email": "x", "contact_id": "7" }], "rule": [{ "port": 1, "rule_id": "r" }] }),
        ),
    ] {
        let found = check_object_compatible(
            Rule::InconsistentResult,
            &samples::order(),
            &order(planned),
            &order(actual),
        );
        assert_eq!(lines(found), none(), "{what}");
    }
}

#[test]
fn results_that_came_out_otherwise_are_found() {
    for (planned, actual, messages) in [
        (
            Json::Null,
            json!({ "name": "a" }),
            vec!["root object: was absent, but now present"],
        ),
        (
            json!({ "name": "a" }),
            Json::Null,
            vec!["root object: was present, but now absent"],
        ),
        (
            json!({ "name": "a" }),
            json!({ "name": "b" }),
            vec![r#".name: was "a", but now "b""#],
        ),
        (
            json!({ "name": "a" }),
            json!({ "name": "a", "note": "n" }),
            vec![r#".note: was null, but now "n""#],
        ),
        (
            json!({ "name": "a", "note": "n" }),
            json!({ "name": "a" }),
            vec![r#".note: was "n", but now null"#],
        ),
        (
            json!({ "name": "a" }),
            json!({ "name": unknown() }),
            vec![".name: was known, but now unknown"],
        ),
        (
            json!({ "name": "a", "contacts": [{ "email": "x" }] }),
            json!({ "name": "a", "contacts": [{ "email": "y" }, { "email": "z" }] }),
            vec![
                r#".contacts[0].email: was "x", but now "y""#,
                ".contacts: new element 1 has appeared",
            ],
        ),
        (
            json!({ "name": "a", "contacts": [{ "email": "x" }] }),
            json!({ "name": "a", "contacts": [] }),
            vec![".contacts: element 0 has vanished"],
        ),
        (
            json!({ "name": "a", "rule": [{ "port": 1 }] }),
            json!({ "name": "a" }),
            vec![".rule: block count changed from 1 to 0"],
        ),
        (
            json!({ "name": "a", "tags": [unknown()] }),
            json!({ "name": "a", "tags": ["s", "t"] }),
            vec![".tags: length changed from 1 to 2"],
        ),
        (
            json!({ "name": "a", "tags": ["s"] }),
            json!({ "name": "a", "tags": ["t"] }),
            vec![
                r#".tags: planned set element "s" does not correlate with any element in actual"#,
                r#".tags: actual set element "t" does not correlate with any element in plan"#,
            ],
        ),
    ] {
        let found = check_object_compatible(
            Rule::InconsistentResult,
            &samples::order(),
            &order(planned),
            &order(actual),
        );
        assert_eq!(lines(found), messages);
    }
}

#[test]
fn a_sensitive_value_is_not_shown() {
    let block = Block {
        attributes: [(
            "key".to_owned(),
            samples::attribute("string", "optional sensitive"),
        )]
        .into(),
        ..Block::default()
    };
    let value = |key: &str| config(&block, &json!({ "key": key })).unwrap();
    let found = check_object_compatible(Rule::InconsistentResult, &block, &value("a"), &value("b"));
    assert_eq!(
        lines(found),
        [".key: inconsistent values for sensitive attribute"]
    );
    let found = check_plan_valid(&block, &Value::Null, &value("a"), &value("b"));
    assert_eq!(
        lines(found),
        [".key: sensitive planned value does not match config value"]
    );
}

#[test]
fn maps_keep_their_keys() {
    let map = |key: &str| Value::Map([(key.to_owned(), Value::Null)].into());
    let found = check_value_compatible(
        Rule::InconsistentResult,
        &map("a"),
        &map("b"),
        &Path::root(),
    );
    assert_eq!(
        lines(found),
        [
            r#"root object: element "a" has vanished"#,
            r#"root object: new element "b" has appeared"#
        ]
    );
}

#[test]
fn replace_paths_count_where_something_differs() {
    let (name, secret) = (
        Path::root().attribute("name"),
        Path::root().attribute("secret"),
    );
    let nowhere = Path::root().attribute("nowhere");
    let before = order(json!({ "name": "a" }));
    let check = |prior: &Value, planned: Json, path: &Path| {
        let paths = std::slice::from_ref(path);
        replace_paths(&samples::order(), prior, &order(planned), paths)
    };
    for planned in [json!({ "name": "b" }), json!({ "name": unknown() })] {
        assert_eq!(
            check(&before, planned, &name).effective,
            std::slice::from_ref(&name)
        );
    }
    assert_eq!(
        check(&before, json!({ "name": "a" }), &name),
        ReplacePaths::default()
    );
    assert_eq!(
        check(&Value::Null, json!({ "name": "b" }), &name),
        ReplacePaths::default()
    );
    assert_eq!(
        check(&before, json!({ "name": "a" }), &secret).effective,
        [secret]
    );
    assert_eq!(
        lines(check(&before, json!({ "name": "a" }), &nowhere).violations),
        [".nowhere: requires replacement on a non-existent attribute path"]
    );
}

#[test]
fn a_stored_object_is_known_and_holds_no_write_only_value() {
    let check = |json: Json| lines(check_stored_object(&samples::order(), &order(json)));
    assert_eq!(check(json!({ "name": "a" })), none());
    assert_eq!(check(Json::Null), none());
    assert_eq!(
        check(json!({ "name": "a", "id": unknown() })),
        [".id: the value is still unknown"]
    );
    assert_eq!(
        check(json!({ "name": "a", "secret": "s" })),
        [".secret: the value of a write-only attribute is not null"]
    );
}

#[test]
fn two_plans_of_the_same_change_are_equal() {
    let check = |first: Json, second: Json| lines(check_same_plan(&order(first), &order(second)));
    let (known, open) = (
        json!({ "name": "a", "id": "1" }),
        json!({ "name": "a", "id": unknown() }),
    );
    assert_eq!(check(known.clone(), known.clone()), none());
    assert_eq!(
        check(known.clone(), json!({ "name": "a", "id": "2" })),
        [r#".id: was "1", but now "2""#]
    );
    assert_eq!(
        check(open.clone(), known.clone()),
        [".id: was known, but now unknown"]
    );
    assert_eq!(check(known, open), [".id: was known, but now unknown"]);
}
