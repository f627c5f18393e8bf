//! What each status means, and who has to act.

use super::{WaitsFor, detail, waits_for};
use crate::certcentral::OrderStatus;

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
        assert_eq!(waits_for(&parsed, true), validated, "{status}");
        assert_eq!(waits_for(&parsed, false), open, "{status}");
    }
}
