//! Each irregular form that the API is known to write, and what is no form of it.

use serde::Deserialize;
use serde_json::json;
use time::macros::{date, datetime};

use super::*;
use crate::certcentral::id::OrderId;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Probe {
    #[serde(deserialize_with = "boolean")]
    boolean: bool,
    #[serde(deserialize_with = "integer")]
    integer: Option<i64>,
    #[serde(deserialize_with = "id")]
    id: Option<OrderId>,
    #[serde(deserialize_with = "text")]
    text: Option<String>,
    #[serde(deserialize_with = "pem")]
    pem: Option<String>,
    #[serde(deserialize_with = "date")]
    date: Option<Date>,
    #[serde(deserialize_with = "timestamp")]
    timestamp: Option<OffsetDateTime>,
    #[serde(deserialize_with = "list")]
    list: Vec<i64>,
    #[serde(deserialize_with = "names")]
    names: Vec<String>,
    #[serde(deserialize_with = "object")]
    object: Option<Inner>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    n: i64,
}

fn probe(json: &serde_json::Value) -> Probe {
    // Through text, as answers arrive, so that integers and floats are told apart as on the wire.
    serde_json::from_str(&json.to_string()).unwrap()
}

fn refused(json: &serde_json::Value) {
    let text = json.to_string();
    assert!(serde_json::from_str::<Probe>(&text).is_err(), "{text}");
}

#[test]
fn missing_keys_and_nulls_are_defaults() {
    assert_eq!(probe(&json!({})), Probe::default());
    let nulls = json!({
        "boolean": null, "integer": null, "id": null, "text": null, "pem": null, "date": null,
        "timestamp": null, "list": null, "names": null, "object": null
    });
    assert_eq!(probe(&nulls), Probe::default());
}

#[test]
fn booleans_come_as_words_numbers_and_digits() {
    for value in [json!(true), json!(1), json!("1"), json!("true")] {
        assert!(probe(&json!({ "boolean": value })).boolean, "{value}");
    }
    for value in [
        json!(false),
        json!(0),
        json!("0"),
        json!("false"),
        json!(""),
    ] {
        assert!(!probe(&json!({ "boolean": value })).boolean, "{value}");
    }
    for value in [json!(2), json!("yes"), json!([]), json!(1.0)] {
        refused(&json!({ "boolean": value }));
    }
}

#[test]
fn integers_come_as_strings_too() {
    assert_eq!(probe(&json!({"integer": "-7"})).integer, Some(-7));
    assert_eq!(probe(&json!({"integer": 7})).integer, Some(7));
    assert_eq!(probe(&json!({"integer": ""})).integer, None);
    for value in [json!("x"), json!(1.5), json!(true), json!({})] {
        refused(&json!({ "integer": value }));
    }
}

#[test]
fn an_id_of_zero_is_no_id() {
    let id = OrderId::try_from(7).ok();
    assert_eq!(probe(&json!({"id": "7"})).id, id);
    for value in [json!(0), json!("0"), json!("")] {
        assert_eq!(probe(&json!({ "id": value })).id, None, "{value}");
    }
    refused(&json!({"id": -1}));
}

#[test]
fn text_may_be_a_number() {
    assert_eq!(probe(&json!({"text": "a"})).text.as_deref(), Some("a"));
    assert_eq!(probe(&json!({"text": 293})).text.as_deref(), Some("293"));
    assert_eq!(probe(&json!({"text": 29.5})).text.as_deref(), Some("29.5"));
    assert_eq!(probe(&json!({"text": ""})).text, None);
}

#[test]
fn pem_gets_line_feeds_and_a_trailing_one() {
    let pem = |text: &str| probe(&json!({ "pem": text })).pem;
    assert_eq!(pem("A\r\nB\r\n").as_deref(), Some("A\nB\n"));
    assert_eq!(pem("A\nB").as_deref(), Some("A\nB\n"));
    assert_eq!(pem(""), None);
}

#[test]
fn dates_and_timestamps_are_read_in_both_forms() {
    let date = |text: &str| probe(&json!({ "date": text })).date;
    assert_eq!(date("2026-10-29"), Some(date!(2026 - 10 - 29)));
    assert_eq!(
        date("2026-10-29T08:00:00+00:00"),
        Some(date!(2026 - 10 - 29))
    );
    assert_eq!(date("0000-00-00"), None);
    assert_eq!(date("soon"), None);
    assert_eq!(date("2026-1é-29"), None);

    let timestamp = |text: &str| probe(&json!({ "timestamp": text })).timestamp;
    let expected = Some(datetime!(2018-10-16 20:05:28 UTC));
    assert_eq!(timestamp("2018-10-16T20:05:28+00:00"), expected);
    assert_eq!(timestamp("2018-10-16 20:05:28"), expected);
    assert_eq!(timestamp("yesterday"), None);
}

#[test]
fn lists_and_objects_may_be_swapped_when_empty() {
    assert_eq!(probe(&json!({"list": [1, 2]})).list, [1, 2]);
    assert_eq!(probe(&json!({"list": {}})).list, [0; 0]);
    assert_eq!(probe(&json!({"list": {"0": 1, "2": 3}})).list, [1, 3]);
    assert_eq!(
        probe(&json!({"object": {"n": 1}})).object,
        Some(Inner { n: 1 })
    );
    assert_eq!(probe(&json!({"object": []})).object, None);
    refused(&json!({"object": [{"n": 1}]}));
    refused(&json!({"list": "1"}));
}

#[test]
fn an_empty_name_is_no_name() {
    assert_eq!(probe(&json!({"names": [""]})).names, [""; 0]);
    assert_eq!(probe(&json!({"names": ["a", ""]})).names, ["a"]);
}
