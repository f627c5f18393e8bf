//! What becomes of the state of an `st-digicert_certificate`.

use serde_json::{Value as Json, json};

use super::{Outcome, move_from};
use crate::framework::{Attr, FromToValue, MoveSource, Value};
use crate::provider::ssl_order::model::SslOrderPrivate;
use crate::provider::ssl_order::samples;

/// A state with every attribute of that resource type.
fn state() -> Json {
    json!({
        "common_name": "shop.example.com",
        "sans": ["www.shop.example.com", "api.example.com"],
        "organization_id": 778_812,
        "min_days_remaining": 30,
        "product_name": "GeoTrust TrueBusiness ID OV",
        "order_validity_days": 365,
        "dns_challenge": { "provider": "route53", "config": { "AWS_SECRET_ACCESS_KEY": "dns-secret" } },
        "order_id": 112_233,
        "certificate_id": 445_566,
        "order_valid_till": "2027-04-13",
        "certificate_valid_till": "2026-10-13",
        "csr": samples::csr(),
        "private_key_pem": "-----BEGIN RSA PRIVATE KEY-----\nkey-secret\n-----END RSA PRIVATE KEY-----\n",
        "certificate_pem": "leaf", "issuer_pem": "issuer", "root_pem": "root",
    })
}

fn moved(state: Json) -> Outcome {
    moved_of(
        "registry.terraform.io/myklst/st-digicert",
        "st-digicert_certificate",
        state,
    )
}

fn moved_of(provider: &str, type_name: &str, state: Json) -> Outcome {
    move_from(&MoveSource {
        provider_address: provider.to_owned(),
        type_name: type_name.to_owned(),
        schema_version: 0,
        state,
        identity: None,
    })
}

#[test]
fn the_order_is_kept_and_filled_in_like_an_import() {
    let moved = moved(state()).unwrap();
    assert_eq!(
        moved.private,
        SslOrderPrivate {
            imported: true,
            ..SslOrderPrivate::default()
        }
    );
    let state = moved.state;
    assert_eq!(state.id, "112233".into());
    assert_eq!(state.order_id, Attr::Known(112_233));
    assert_eq!(state.certificate_id, Attr::Known(445_566));
    assert_eq!(state.common_name, "shop.example.com".into());
    assert_eq!(
        state.dns_names,
        samples::names(&["www.shop.example.com", "api.example.com"])
    );
    assert_eq!(state.csr, Attr::Known(samples::csr()));
    assert_eq!(
        state.organization.known().map(|it| &it.id),
        Some(&Attr::Known(778_812))
    );
    assert_eq!(state.product_name_id, Attr::Null);
    assert!(state.to_value().is_wholly_known());
}

#[test]
fn no_secret_of_the_other_provider_enters_state_or_warnings() {
    let moved = moved(state()).unwrap();
    let all = format!("{moved:?}");
    for secret in ["key-secret", "dns-secret", "PRIVATE KEY"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn a_private_key_in_the_old_state_is_said_to_stay_behind() {
    let warnings: Vec<_> = moved(state()).unwrap().warnings.into_iter().collect();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].summary, "Private key stays behind");
    for words in [
        "order 112233",
        "terraform state pull",
        "`private_key_pem`",
        "Before you apply",
    ] {
        assert!(warnings[0].detail.contains(words), "{words}");
    }
    for without in [json!(null), json!("")] {
        let mut state = state();
        state["private_key_pem"] = without;
        assert!(moved(state).unwrap().warnings.is_empty());
    }
}

#[test]
fn attributes_that_the_old_state_lacks_are_null() {
    let moved = moved(json!({ "order_id": 7, "sans": null, "csr": "" })).unwrap();
    let known: Vec<_> = match moved.state.to_value() {
        Value::Object(attributes) => attributes
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name)
            .collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(known, ["id", "order_id"]);
}

#[test]
fn a_state_without_an_order_id_says_what_to_do() {
    for order_id in [json!(null), json!(0), json!(-1), json!("x")] {
        let mut state = state();
        state["order_id"] = order_id;
        let error = moved(state).unwrap_err();
        assert_eq!(error.summary, "Moved state without an order id");
        assert!(error.detail.contains("`import` block"), "{}", error.detail);
    }
}

#[test]
fn a_mirror_of_that_provider_is_that_provider() {
    let moved = moved_of(
        "example.local/myklst/st-digicert",
        "st-digicert_certificate",
        state(),
    );
    assert_eq!(moved.unwrap().state.order_id, Attr::Known(112_233));
}

#[test]
fn nothing_else_is_moved() {
    for (provider, type_name) in [
        (
            "registry.terraform.io/digicert/digicert",
            "digicert_certificate",
        ),
        (
            "registry.terraform.io/other/st-digicert",
            "st-digicert_certificate",
        ),
        (
            "registry.terraform.io/myklst/st-digicert",
            "st-digicert_other",
        ),
    ] {
        let error = moved_of(provider, type_name, state()).unwrap_err();
        assert_eq!(error.summary, "Move not supported");
        for words in [
            provider,
            type_name,
            "st-digicert_certificate",
            "import the order",
        ] {
            assert!(error.detail.contains(words), "{words}");
        }
    }
}
