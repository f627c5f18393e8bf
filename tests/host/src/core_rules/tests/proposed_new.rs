//! What core proposes, and how it finds the prior of a nested object.

use serde_json::{Value as Json, json};

use super::*;

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
