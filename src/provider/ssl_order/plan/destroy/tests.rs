//! One sentence for every status and every `on_destroy`.

use super::{announce, fate_when_replaced, must_not_be_revoked};
use crate::framework::{Attr, Diagnostic, Severity};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{order, placed};

const OPEN: &str = "Destroy leaves the order open";
const CANCELS: &str = "Destroy cancels the order";
const VALID: &str = "Destroy leaves the issued certificate valid";
const REVOKES: &str = "Destroy revokes the certificate for good";

fn prior(status: &str, on_destroy: &str) -> SslOrderModel {
    SslOrderModel {
        status: status.into(),
        on_destroy: on_destroy.into(),
        ..placed(&order())
    }
}

/// The only thing that is said, if anything is.
fn said(prior: &SslOrderModel, allow_revocation: bool) -> Option<Diagnostic> {
    let mut all: Vec<_> = announce(prior, allow_revocation).into_iter().collect();
    assert!(all.len() <= 1, "{all:?}");
    all.pop()
}

#[test]
fn a_destroy_says_what_becomes_of_the_order() {
    let table = [
        ("needs_approval", CANCELS, CANCELS),
        ("pending", CANCELS, CANCELS),
        ("waiting_pickup", CANCELS, CANCELS),
        ("needs_csr", CANCELS, CANCELS),
        ("on_hold", CANCELS, CANCELS),
        ("processing", CANCELS, REVOKES),
        ("approved", CANCELS, REVOKES),
        ("issued", VALID, REVOKES),
        ("reissue_pending", VALID, REVOKES),
    ];
    for (status, cancel, revoke) in table {
        for (on_destroy, expected) in [("retain", OPEN), ("cancel", cancel), ("revoke", revoke)] {
            let found = said(&prior(status, on_destroy), true).unwrap();
            assert_eq!(found.severity, Severity::Warning);
            assert_eq!(found.summary, expected, "{status} {on_destroy}");
            let order = format!(
                "Order 2147500123 for shop.example.com, api.example.com, www.shop.example.com (ssl_plus, {status}) "
            );
            assert!(found.detail.starts_with(&order), "{}", found.detail);
        }
    }
}

#[test]
fn a_closed_order_and_an_order_without_id_are_silent() {
    for status in ["revoked", "canceled", "rejected", "denied", "expired"] {
        for on_destroy in ["retain", "cancel", "revoke"] {
            assert_eq!(said(&prior(status, on_destroy), false), None, "{status}");
        }
    }
    let mut nothing = prior("pending", "revoke");
    nothing.order_id = Attr::Null;
    assert_eq!(said(&nothing, false), None);
}

#[test]
fn a_revocation_that_is_not_allowed_refuses_the_plan_and_names_both_arguments() {
    for status in [
        "needs_approval",
        "pending",
        "processing",
        "issued",
        "reissue_pending",
    ] {
        let order = prior(status, "revoke");
        let found = said(&order, false).unwrap();
        assert_eq!(found.severity, Severity::Error, "{status}");
        assert_eq!(found.summary, "Revocation is not allowed");
        for text in [
            "Order 2147500123 for ",
            "`on_destroy` is \"revoke\"",
            "`allow_revocation = true`",
            "DIGICERT_ALLOW_REVOCATION=true",
            "`on_destroy = \"retain\"`",
            "terraform state rm",
        ] {
            assert!(found.detail.contains(text), "{text}: {}", found.detail);
        }
        assert!(must_not_be_revoked(&order, false));
        assert!(!must_not_be_revoked(&order, true));
        for other in ["retain", "cancel"] {
            assert!(!must_not_be_revoked(&prior(status, other), false));
        }
    }
}

#[test]
fn a_revocation_says_its_reason_and_what_comes_before_it() {
    let mut order = prior("reissue_pending", "revoke");
    let detail = said(&order, true).unwrap().detail;
    for text in [
        "with the reason \"unspecified\"",
        "stops working",
        "all its duplicates and reissues too",
        "cannot be undone",
        "is canceled first",
    ] {
        assert!(detail.contains(text), "{text}: {detail}");
    }
    order.revocation_reason = "keyCompromise".into();
    let detail = said(&order, true).unwrap().detail;
    assert!(
        detail.contains("with the reason \"keyCompromise\""),
        "{detail}"
    );

    let waits = said(&prior("processing", "revoke"), true).unwrap().detail;
    assert!(waits.contains("`timeouts.delete`"), "{waits}");
}

#[test]
fn an_order_that_may_be_issued_before_the_destroy_says_what_happens_then() {
    let mut order = prior("pending", "revoke");
    let detail = said(&order, true).unwrap().detail;
    assert!(
        detail.contains("nothing is done and the destroy stops with an error"),
        "{detail}"
    );
    order.certificate_id = Attr::Known(77);
    let detail = said(&order, true).unwrap().detail;
    assert!(
        detail.contains(
            "certificate 77 has been issued by then, the whole order is revoked for good"
        ),
        "{detail}"
    );
}

#[test]
fn a_replacement_says_what_becomes_of_the_old_order() {
    let fate = |on_destroy| fate_when_replaced(&prior("issued", on_destroy));
    assert!(fate("retain").starts_with("stays open"));
    assert!(fate("cancel").starts_with("is canceled if it is not issued yet"));
    let revoked = fate("revoke");
    for text in [
        "in the same apply",
        "revoked for good",
        "`create_before_destroy`",
    ] {
        assert!(revoked.contains(text), "{text}: {revoked}");
    }
}
