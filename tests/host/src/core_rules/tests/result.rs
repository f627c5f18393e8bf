//! Results: as planned, otherwise, and fit to be stored.

use serde_json::{Value as Json, json};

use super::*;

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
