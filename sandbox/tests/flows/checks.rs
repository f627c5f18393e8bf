//! What an order is refused for, and which of several validity forms counts.

use certcentral_sandbox::Settings;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::macros::datetime;

use crate::client::{Client, new_csr, seed_body};

fn client() -> Client {
    Client::of(Settings {
        start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
        required_custom_fields: vec![11],
        ..Settings::default()
    })
}

/// The seed body with one value changed; `null` stands for a missing field.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = seed_body(&new_csr().1);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[field] = value;
    body
}

async fn refusal(product: &str, body: &Value) -> String {
    let client = client();
    let (status, answer) = client.order(product, body).await;
    assert!(status.is_client_error(), "accepted: {body:#}");
    assert_eq!(client.sandbox.summary().orders_created, 0);
    let code = answer["errors"][0]["code"].as_str().unwrap();
    format!("{} {code}", status.as_u16())
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let long = format!("{}.example.com", "a".repeat(60));
    for (pointer, value, code) in [
        ("/certificate", json!(null), "invalid_value:common_name"),
        (
            "/certificate/common_name",
            json!(null),
            "invalid_value:common_name",
        ),
        (
            "/certificate/common_name",
            json!(long),
            "invalid_value:common_name",
        ),
        (
            "/certificate/dns_names",
            json!(["a_b.example.com"]),
            "invalid_value:dns_names",
        ),
        (
            "/certificate/dns_names",
            json!("a.example.com"),
            "invalid_value:dns_names",
        ),
        ("/certificate/csr", json!(null), "invalid_value:csr"),
        (
            "/certificate/signature_hash",
            json!("sha512"),
            "invalid_value:signature_hash",
        ),
        (
            "/certificate/server_platform/id",
            json!(999),
            "invalid_value:server_platform",
        ),
        (
            "/validity_years",
            json!(null),
            "invalid_value:validity_years",
        ),
        ("/validity_years", json!(0), "invalid_value:validity_years"),
        (
            "/validity_years",
            json!(9000),
            "invalid_value:validity_years",
        ),
        (
            "/validity_years",
            json!("2"),
            "invalid_value:validity_years",
        ),
        ("/validity_days", json!(1097), "invalid_value:validity_days"),
        (
            "/custom_expiration_date",
            json!("2026-04-14"),
            "invalid_value:custom_expiration_date",
        ),
        (
            "/order_validity",
            json!({ "years": 1, "days": 9 }),
            "invalid_value:order_validity",
        ),
        ("/organization", json!(null), "invalid_value:organization"),
        (
            "/organization/id",
            json!(778_840),
            "invalid_value:organization",
        ),
        (
            "/organization/contacts",
            json!([{ "contact_type": "boss", "user_id": 565_611 }]),
            "invalid_value:contact_type",
        ),
        (
            "/payment_method",
            json!("cash"),
            "invalid_value:payment_method",
        ),
        ("/dcv_method", json!("pigeon"), "invalid_value:dcv_method"),
        ("/auto_renew", json!(2), "invalid_value:auto_renew"),
        (
            "/renewed_thumbprint",
            json!("AB"),
            "invalid_value:renewed_thumbprint",
        ),
        ("/custom_fields", json!(null), "invalid_custom_field_value"),
        (
            "/renewal_of_order_id",
            json!(1),
            "order_not_eligible_for_renewal",
        ),
    ] {
        let body = with(pointer, value);
        assert_eq!(
            refusal("ssl_plus", &body).await,
            format!("400 {code}"),
            "{pointer}"
        );
    }
    for (pointer, value, code) in [
        ("/organization/id", json!(1), "not_found|organization"),
        ("/container", json!({ "id": 1 }), "not_found|container"),
    ] {
        assert_eq!(
            refusal("ssl_plus", &with(pointer, value)).await,
            format!("404 {code}")
        );
    }
}

#[tokio::test]
async fn an_ev_order_needs_an_approver_and_takes_no_wildcard() {
    let body = seed_body(&new_csr().1);
    assert_eq!(
        refusal("ssl_ev_plus", &body).await,
        "400 invalid_value:contacts"
    );
    let approver = json!([{ "contact_type": "ev_approver", "user_id": 565_600 }]);
    let mut body = with("/organization/contacts", approver);
    let (status, _) = client().order("ssl_ev_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    body["certificate"]["dns_names"] = json!(["*.example.com"]);
    assert_eq!(
        refusal("ssl_ev_plus", &body).await,
        "400 invalid_value:dns_names"
    );
    let (status, _) = client().order("ssl_wildcard", &body).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_key_that_no_ca_may_sign_is_refused() {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let params = CertificateParams::new(Vec::new()).unwrap();
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    let body = with("/certificate/csr", json!(csr));
    assert_eq!(refusal("ssl_plus", &body).await, "400 csr_key_too_weak");
}

#[tokio::test]
async fn a_date_counts_over_days_and_days_over_years() {
    let client = client();
    let mut body = seed_body(&new_csr().1);
    for (field, value, end) in [
        ("validity_years", json!(1), "2027-04-13"),
        ("validity_days", json!(100), "2026-07-22"),
        ("custom_expiration_date", json!("2026-05-31"), "2026-05-31"),
    ] {
        body[field] = value;
        let (status, order) = client.order("ssl_plus", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{order}");
        let (_, info) = client
            .get(&format!("/order/certificate/{}", order["id"]))
            .await;
        assert_eq!(info["order_valid_till"], end, "{field}");
        let last = end.min("2026-10-29");
        assert_eq!(info["certificate"]["valid_till"], last, "{field}");
    }
}

#[tokio::test]
async fn an_order_is_renewed_once() {
    let client = client();
    client
        .sandbox
        .change(|account| account.early_renewal = true);
    let mut body = seed_body(&new_csr().1);
    let (_, old) = client.order("ssl_plus", &body).await;
    body["renewal_of_order_id"] = old["id"].clone();
    let (status, new) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, info) = client
        .get(&format!("/order/certificate/{}", old["id"]))
        .await;
    assert_eq!(info["is_renewed"], true);
    assert_eq!(info["renewed_order_id"], new["id"]);
    let (status, answer) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["errors"][0]["code"], "order_renewed_already");
}

#[tokio::test]
async fn a_new_organization_has_to_be_validated_first() {
    let client = client();
    let mut body = seed_body(&new_csr().1);
    body["organization"] = json!({
        "name": "New Widgets Ltd", "address": "1 New Road", "city": "Leeds", "state": "Yorkshire",
        "zip": "LS1 1AA", "country": "GB", "telephone": "+44 113 496 0000",
    });
    let (status, order) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{order}");
    let path = format!("/order/certificate/{}", order["id"]);
    let (_, info) = client.get(&path).await;
    assert_eq!(info["status"], "pending");
    assert_eq!(info["verification"]["organization_status"], "pending");
    let id = order["id"].as_u64().unwrap();
    client
        .sandbox
        .apply(id, certcentral_sandbox::Move::Validate)
        .unwrap();
    let (_, info) = client.get(&path).await;
    assert_eq!(info["status"], "issued");
    assert_eq!(info["organization"]["country"], "gb");
}
