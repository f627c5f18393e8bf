//! Tokens of the POST's answer and the status of order validation, by value.

use super::{fill_gaps, tokens, update};
use crate::certcentral::{Order, PlacedOrder, ValidationStatus};
use crate::framework::Attr;
use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};
use crate::provider::ssl_order::samples::{fixture, order, placed};

fn with_tokens(method: &str) -> SslOrderModel {
    let mut state = placed(&order());
    let answer: PlacedOrder = fixture("order_created_with_dcv.json");
    tokens(&mut state, &answer, Some(method));
    state
}

fn of(state: &SslOrderModel, name: &str) -> DomainValidationModel {
    state
        .domain_validations
        .known()
        .and_then(|validations| validations.get(name)?.known())
        .expect(name)
        .clone()
}

#[test]
fn each_method_says_what_to_create() {
    let base = |method: &str| DomainValidationModel {
        method: method.into(),
        expires_at: "2026-05-14T09:12:40Z".into(),
        ..DomainValidationModel::default()
    };
    for (method, expected) in [
        (
            "dns-txt-token",
            DomainValidationModel {
                record_name: "example.com".into(),
                record_type: "TXT".into(),
                record_value: "9kq2vxn4tj".into(),
                ..base("dns-txt-token")
            },
        ),
        (
            "dns-cname-token",
            DomainValidationModel {
                record_name: "9kq2vxn4tj.example.com".into(),
                record_type: "CNAME".into(),
                record_value: "dcv.digicert.com".into(),
                ..base("dns-cname-token")
            },
        ),
        (
            "http-token",
            DomainValidationModel {
                http_url: "http://api.example.com/.well-known/pki-validation/fileauth.txt".into(),
                http_content: "9kq2vxn4tj".into(),
                ..base("http-token")
            },
        ),
        ("email", base("email")),
    ] {
        assert_eq!(of(&with_tokens(method), "api.example.com"), expected);
    }
}

#[test]
fn validation_adds_the_status_and_keeps_the_token() {
    let mut state = with_tokens("dns-txt-token");
    let validation: ValidationStatus = fixture("validation_status.json");
    let all = update(
        &mut state,
        &fixture::<Order>("order_info_pending.json"),
        &validation,
    );
    assert!(!all);
    let shop = of(&state, "shop.example.com");
    assert_eq!(shop.status.as_str(), Some("unapproved"));
    assert_eq!(shop.method.as_str(), Some("dns-txt-token"));
    assert_eq!(shop.record_value.as_str(), Some("9kq2vxn4tj"));
}

#[test]
fn all_names_are_validated_only_if_each_is() {
    let order_info: Order = fixture("order_info_pending.json");
    for (status, expected) in [
        ("approved", true),
        ("active", true),
        ("complete", true),
        ("unapproved", false),
        ("expired", false),
    ] {
        let mut body: serde_json::Value = fixture("validation_status.json");
        body["dns_name_validations"][0]["status"] = status.into();
        let validation: ValidationStatus = serde_json::from_value(body).unwrap();
        let mut state = placed(&order());
        assert_eq!(
            update(&mut state, &order_info, &validation),
            expected,
            "{status}"
        );
    }
}

#[test]
fn what_is_not_told_is_null_and_the_keys_stay() {
    let mut state = placed(&order());
    fill_gaps(&mut state, &fixture::<Order>("order_info_issued.json"));
    let expected = DomainValidationModel {
        method: "dns-txt-token".into(),
        ..DomainValidationModel::default()
    };
    assert_eq!(of(&state, "shop.example.com"), expected);
    assert_eq!(
        state
            .domain_validations
            .known()
            .map(std::collections::BTreeMap::len),
        Some(3)
    );
    assert!(!matches!(state.domain_validations, Attr::Unknown));
}
