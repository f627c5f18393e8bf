//! Which changes outside Terraform are taken over, and which oddities of the API are none.

use serde_json::{Value as Json, json};

use super::super::follow;
use crate::certcentral::Order;
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{CustomFieldModel, SslOrderModel};
use crate::provider::ssl_order::samples::{fixture, names, order};

fn fields(values: &[(i64, &str)]) -> Attr<Set<Attr<CustomFieldModel>>> {
    let fields = values.iter().map(|(id, value)| {
        Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(*id),
            value: (*value).into(),
        })
    });
    Attr::Known(Set(fields.collect()))
}

fn state() -> SslOrderModel {
    SslOrderModel {
        additional_emails: names(&["Noc@Example.com", "ops@example.com"]),
        disable_renewal_notifications: Attr::Known(true),
        custom_fields: fields(&[(11, "CC-4711"), (115, "7")]),
        ..order()
    }
}

/// The state after a refresh that finds order info with these members; null takes one away.
fn refreshed(mut state: SslOrderModel, members: &Json) -> SslOrderModel {
    let mut info: Json = fixture("order_info_issued.json");
    for (name, value) in members.as_object().unwrap() {
        match value {
            Json::Null => drop(info.as_object_mut().unwrap().remove(name)),
            value => info[name] = value.clone(),
        }
    }
    let order: Order = serde_json::from_value(info).unwrap();
    follow(&mut state, &order);
    state
}

#[test]
fn oddities_of_the_api_are_no_change() {
    let same = json!({
        "additional_emails": ["ops@example.com", "Noc@EXAMPLE.com"],
        "disable_renewal_notifications": true,
        "custom_fields": [{ "metadata_id": 11, "value": "CC-4711" }, { "metadata_id": 115, "value": "7" }],
    });
    for (name, spelling) in [
        (
            "additional_emails",
            json!(["ops@example.com", "noc@example.com"]),
        ),
        (
            "additional_emails",
            json!([" Noc@Example.com", "ops@example.com", "OPS@example.com", ""]),
        ),
        (
            "additional_emails",
            json!({ "0": "ops@example.com", "3": "Noc@Example.com" }),
        ),
        ("additional_emails", Json::Null),
        ("disable_renewal_notifications", json!(1)),
        ("disable_renewal_notifications", json!("1")),
        ("disable_renewal_notifications", json!("")),
        ("disable_renewal_notifications", Json::Null),
        (
            "custom_fields",
            json!([{ "metadata_id": "115", "value": 7 }, { "metadata_id": "11", "label": "Centre", "value": "CC-4711 " }]),
        ),
        (
            "custom_fields",
            json!([{ "metadata_id": 11 }, { "metadata_id": 115, "value": null }]),
        ),
        (
            "custom_fields",
            json!([{ "metadata_id": 11, "value": "" }, { "metadata_id": 112, "value": "a colleague's" }]),
        ),
        ("custom_fields", json!({})),
        ("custom_fields", json!([])),
        ("custom_fields", Json::Null),
    ] {
        let mut members = same.clone();
        members[name] = spelling.clone();
        assert_eq!(refreshed(state(), &members), state(), "{name}: {spelling}");
    }
}

#[test]
fn a_null_of_the_api_says_nothing() {
    let mut state = state();
    let mut info: Json = fixture("order_info_issued.json");
    info["additional_emails"] = Json::Null;
    info["disable_renewal_notifications"] = Json::Null;
    info["custom_fields"] = Json::Null;
    follow(&mut state, &serde_json::from_value(info).unwrap());
    assert_eq!(state, self::state());
}

#[test]
fn another_meaning_is_taken_over() {
    let told = refreshed(
        state(),
        &json!({
            "additional_emails": ["ops@example.com", "eve@example.net", "eve@example.net"],
            "disable_renewal_notifications": false,
            "custom_fields": [{ "metadata_id": 11, "value": "CC-1" }, { "metadata_id": 112, "value": "x" }, { "metadata_id": 115, "value": 8 }],
        }),
    );
    assert_eq!(
        told.additional_emails,
        names(&["eve@example.net", "ops@example.com"])
    );
    assert_eq!(told.disable_renewal_notifications, Attr::Known(false));
    assert_eq!(told.custom_fields, fields(&[(11, "CC-1"), (115, "8")]));
    let cleared = refreshed(state(), &json!({ "additional_emails": [] }));
    assert_eq!(cleared.additional_emails, names(&[]));
}

#[test]
fn what_nobody_configured_stays_null_and_an_empty_set_is_filled() {
    let bare = SslOrderModel {
        additional_emails: Attr::Null,
        disable_renewal_notifications: Attr::Null,
        custom_fields: Attr::Null,
        ..order()
    };
    assert_eq!(refreshed(bare.clone(), &json!({})), bare);
    let none = SslOrderModel {
        additional_emails: names(&[]),
        ..bare
    };
    assert_eq!(
        refreshed(none, &json!({})).additional_emails,
        names(&["tls-alerts@example.com"])
    );
}

#[test]
fn nothing_else_and_nothing_of_a_closed_order_is_taken_over() {
    let told = json!({ "auto_renew": 1, "dcv_method": "email", "payment_method": "card", "disable_ct": true,
        "additional_emails": ["ops@example.com", "noc@example.com"], "custom_fields": null, "disable_renewal_notifications": true });
    assert_eq!(refreshed(state(), &told), state());
    let closed = json!({ "status": "revoked", "additional_emails": [], "disable_renewal_notifications": false });
    assert_eq!(refreshed(state(), &closed), state());
}
