//! From CertCentral's answers to attributes, by value.

use super::{answer, keep_certificate, order as record_order};
use crate::certcentral::{Order, PlacedOrder};
use crate::framework::{Attr, FromToValue};
use crate::provider::ssl_order::model::{RequestModel, SslOrderModel};
use crate::provider::ssl_order::samples::{fixture, order, placed};

fn request(id: i64, status: &str) -> Attr<RequestModel> {
    Attr::Known(RequestModel {
        id: Attr::Known(id),
        status: status.into(),
    })
}

fn recorded(name: &str) -> SslOrderModel {
    let mut state = placed(&order());
    record_order(&mut state, &fixture::<Order>(name));
    state
}

#[test]
fn a_placed_order_is_wholly_known_before_anything_else_is() {
    let state = placed(&order());
    assert!(state.to_value().is_wholly_known());
    assert_eq!(state.id.as_str(), Some("2147500123"));
    assert_eq!(state.order_id, Attr::Known(2_147_500_123));
    assert_eq!(state.status.as_str(), Some("pending"));
    assert_eq!(state.requests, Attr::Known(Vec::new()));
    assert_eq!(state.certificate_id, Attr::Null);
    let keys: Vec<_> = state
        .domain_validations
        .known()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "api.example.com",
            "shop.example.com",
            "www.shop.example.com"
        ]
    );
}

#[test]
fn the_answer_to_the_post_names_its_requests() {
    let mut state = placed(&order());
    let submitted: PlacedOrder = fixture("order_created_submitted.json");
    answer(&mut state, &submitted);
    assert_eq!(
        state.requests,
        Attr::Known(vec![request(4_400_112, "submitted")])
    );
    assert_eq!(state.status.as_str(), Some("needs_approval"));

    let mut state = placed(&order());
    let skipped: PlacedOrder = fixture("order_created_with_dcv.json");
    answer(&mut state, &skipped);
    assert_eq!(state.requests, Attr::Known(Vec::new()));
    assert_eq!(state.certificate_id, Attr::Known(3_001_200_345));
    assert_eq!(state.status.as_str(), Some("pending"));
}

#[test]
fn an_issued_order_has_its_numbers_and_dates() {
    let state = recorded("order_info_issued.json");
    assert_eq!(state.status.as_str(), Some("issued"));
    assert_eq!(
        state.status_detail.as_str(),
        Some("The certificate is issued.")
    );
    assert_eq!(state.certificate_id, Attr::Known(3_001_200_345));
    assert_eq!(
        state.serial_number.as_str(),
        Some("0595011F5BEDE541680EFB3F5E79C45E")
    );
    assert_eq!(
        state.thumbprint.as_str(),
        Some("F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3")
    );
    assert_eq!(state.valid_from.as_str(), Some("2026-04-14"));
    assert_eq!(state.valid_till.as_str(), Some("2026-10-29"));
    assert_eq!(state.order_valid_till.as_str(), Some("2027-04-13"));
    assert_eq!(
        state.requests,
        Attr::Known(vec![request(4_400_112, "approved")])
    );
}

#[test]
fn every_status_is_recorded_in_the_words_of_certcentral() {
    for (name, status) in [
        ("order_info_pending.json", "pending"),
        ("order_info_needs_approval.json", "needs_approval"),
        ("order_info_processing.json", "processing"),
        ("order_info_reissue_pending.json", "reissue_pending"),
        ("order_info_expired.json", "expired"),
        ("order_info_revoked.json", "revoked"),
        ("order_info_canceled.json", "canceled"),
        ("order_info_rejected.json", "rejected"),
    ] {
        let state = recorded(name);
        assert_eq!(state.status.as_str(), Some(status), "{name}");
        assert!(state.to_value().is_wholly_known(), "{name}");
    }
}

#[test]
fn a_certificate_that_is_no_longer_told_is_forgotten() {
    let mut state = recorded("order_info_issued.json");
    state.certificate_pem = "old".into();
    record_order(&mut state, &fixture::<Order>("order_info_pending.json"));
    assert_eq!(state.serial_number, Attr::Null);
    assert_eq!(state.certificate_pem, Attr::Null);
}

#[test]
fn number_and_pem_of_a_certificate_stay_together() {
    let mut before = recorded("order_info_issued.json");
    before.certificate_pem = "old".into();
    let mut state = before.clone();
    record_order(&mut state, &fixture::<Order>("order_info_reissued.json"));
    assert_ne!(state.certificate_id, before.certificate_id);
    keep_certificate(&mut state, &before);
    assert_eq!(state.certificate_id, before.certificate_id);
    assert_eq!(state.serial_number, before.serial_number);
    assert_eq!(state.valid_till, before.valid_till);
    assert_eq!(state.certificate_pem.as_str(), Some("old"));
}
