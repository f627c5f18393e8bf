//! Whether the latest reissue of an order still lacks its note.

use serde_json::{Value as Json, json};

use super::super::super::token_notes::MARK;
use super::super::is_ahead_of_notes;
use crate::provider::ssl_order::samples::{order, prepared};

/// A reissue at this second of one minute, for our key and names unless told otherwise.
fn reissue(second: u8, replaced: &Json) -> Json {
    let mut told = json!({
        "id": 3_001_200_000_i64 + i64::from(second),
        "status": "issued",
        "date_created": format!("2026-11-23T10:00:{second:02}+00:00"),
        "common_name": "shop.example.com",
        "dns_names": ["shop.example.com", "www.shop.example.com", "api.example.com"],
        "csr": order().csr.as_str(),
    });
    for (name, value) in replaced.as_object().unwrap() {
        told[name] = value.clone();
    }
    told
}

#[test]
fn a_reissue_for_us_later_than_every_note_has_lost_its_own() {
    let note = |second: u8| json!({ "text": format!("{MARK}tf-former"), "date_created": format!("2026-11-23T10:00:{second:02}+00:00") });
    let ours = |second| reissue(second, &json!({}));
    let others = |second| reissue(second, &json!({ "dns_names": ["www.shop.example.com"] }));
    let rejected = |second| reissue(second, &json!({ "status": "rejected" }));
    let by_hand = json!({ "text": "by hand", "date_created": "2026-11-23T10:00:59+00:00" });
    for (why, reissues, notes, ahead) in [
        ("noted", vec![ours(10)], vec![note(11)], false),
        (
            "noted within the second",
            vec![ours(10)],
            vec![note(10)],
            false,
        ),
        ("before the reissue", vec![ours(10)], vec![note(9)], true),
        (
            "the newest note counts",
            vec![ours(10)],
            vec![note(12), note(3)],
            false,
        ),
        (
            "not a note of the provider",
            vec![ours(10)],
            vec![note(9), by_hand],
            true,
        ),
        (
            "once more for the same",
            vec![ours(30), ours(10)],
            vec![note(11)],
            false,
        ),
        (
            "once more, never noted",
            vec![ours(30), ours(10)],
            vec![note(9)],
            true,
        ),
        (
            "away and back again",
            vec![ours(30), others(20), ours(10)],
            vec![note(11)],
            true,
        ),
        ("away", vec![others(20), ours(10)], vec![note(9)], false),
        (
            "in any order",
            vec![ours(10), others(20)],
            vec![note(9)],
            false,
        ),
        (
            "rejected",
            vec![rejected(20), others(10)],
            vec![note(9)],
            false,
        ),
        (
            "canceled",
            vec![reissue(20, &json!({ "status": "canceled" }))],
            vec![note(9)],
            false,
        ),
        (
            "waits",
            vec![reissue(20, &json!({ "status": "pending" }))],
            vec![note(9)],
            true,
        ),
        (
            "another key",
            vec![reissue(20, &json!({ "csr": null }))],
            vec![note(9)],
            false,
        ),
        (
            "undated",
            vec![reissue(20, &json!({ "date_created": null }))],
            vec![note(9)],
            true,
        ),
        ("no reissue", vec![], vec![note(9)], false),
    ] {
        let reissues: Vec<_> = reissues
            .into_iter()
            .map(|it| serde_json::from_value(it).unwrap())
            .collect();
        let notes: Vec<_> = notes
            .into_iter()
            .map(|it| serde_json::from_value(it).unwrap())
            .collect();
        let prepared = prepared(&order());
        assert_eq!(
            is_ahead_of_notes(&reissues, &notes, &prepared),
            ahead,
            "{why}"
        );
    }
}
