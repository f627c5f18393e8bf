//! What each status means, and who has to act.

use super::{WaitsFor, detail, waits_for};
use crate::certcentral::{Order, OrderStatus};
use crate::provider::ssl_order::samples::fixture;

#[test]
fn every_status_says_who_has_to_act() {
    for (status, words, validated, open) in [
        (
            "needs_approval",
            "waits for an approver",
            WaitsFor::People,
            WaitsFor::People,
        ),
        (
            "needs_csr",
            "waits for a CSR",
            WaitsFor::People,
            WaitsFor::People,
        ),
        ("pending", "validates", WaitsFor::DigiCert, WaitsFor::People),
        (
            "processing",
            "DigiCert issues",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
        (
            "approved",
            "DigiCert issues",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
        ("issued", "is issued", WaitsFor::Nobody, WaitsFor::Nobody),
        ("expired", "has expired", WaitsFor::Nobody, WaitsFor::Nobody),
        ("revoked", "are revoked", WaitsFor::Nobody, WaitsFor::Nobody),
        (
            "canceled",
            "was canceled",
            WaitsFor::Nobody,
            WaitsFor::Nobody,
        ),
        (
            "rejected",
            "was rejected",
            WaitsFor::Nobody,
            WaitsFor::Nobody,
        ),
        ("denied", "was rejected", WaitsFor::Nobody, WaitsFor::Nobody),
        (
            "brand_new",
            "not known to the provider",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
    ] {
        let parsed = OrderStatus::from(status);
        assert!(detail(&parsed).contains(words), "{status}");
        let order = order_with(parsed);
        assert_eq!(waits_for(&order, true), validated, "{status}");
        assert_eq!(waits_for(&order, false), open, "{status}");
    }
}

#[test]
fn a_reissue_waits_for_its_approver_then_for_its_domains_then_for_digicert() {
    let mut order: Order = fixture("order_info_reissue_pending.json");
    assert_eq!(waits_for(&order, true), WaitsFor::People);
    order.requests.clear();
    assert_eq!(waits_for(&order, false), WaitsFor::People);
    assert_eq!(waits_for(&order, true), WaitsFor::DigiCert);
}

fn order_with(status: OrderStatus) -> Order {
    let mut order: Order = fixture("order_info_pending.json");
    order.status = status;
    order
}
