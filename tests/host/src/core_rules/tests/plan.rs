//! Plans: valid ones, invalid ones, replace paths, and two of the same.

use serde_json::{Value as Json, json};

use super::*;

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
            "computed values are free where `ignore_changes` repeats them",
            json!({ "name": "a", "id": "1" }),
            json!({ "name": "a", "id": "1" }),
            json!({ "name": "a", "id": unknown() }),
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
            ".rule: attribute representing nested block must not be unknown itself; set nested \
             attribute values to unknown instead",
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
            ".rule: attribute representing nested blocks must be empty to indicate no blocks, not \
             null"
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
