//! One sentence for every status and every `on_destroy`.

use super::super::guards::read_only;
use super::{announce, end_in_certcentral, fate_when_replaced, must_not_be_revoked};
use crate::framework::{Attr, AttributePath, Diagnostic, Severity};
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

/// The words of the only warning, without the name of the order before them.
fn words(prior: &SslOrderModel) -> String {
    let detail = said(prior, true).unwrap().detail;
    let (_, words) = detail.split_once(") ").unwrap();
    words.to_owned()
}

#[test]
fn the_words_of_an_order_that_stays_open_name_its_certificate_only_if_it_has_one() {
    let open =
        "stays open in CertCentral, because `on_destroy` is \"retain\". Terraform only forgets it.";
    let after = "The same configuration finds it again instead of buying another. Set `on_destroy = \"cancel\"` and apply before \
                 destroying to cancel an order that is not issued.";
    for (status, certificate) in [
        ("pending", ""),
        ("approved", ""),
        ("issued", " Its certificate stays valid."),
        ("reissue_pending", " Its certificate stays valid."),
    ] {
        let expected = format!("{open}{certificate} {after}");
        assert_eq!(words(&prior(status, "retain")), expected, "{status}");
    }
    for (status, reissue) in [
        ("issued", ""),
        (
            "reissue_pending",
            ", and the reissue that it waits for goes on",
        ),
    ] {
        let expected = format!(
            "cannot be canceled, because it is issued. Terraform forgets it; its certificate stays valid and the order stays open in \
             CertCentral{reissue}."
        );
        assert_eq!(words(&prior(status, "cancel")), expected, "{status}");
    }
}

#[test]
fn the_words_of_a_cancellation_say_how_and_what_happens_otherwise() {
    for (status, how) in [
        (
            "needs_approval",
            "is canceled in CertCentral by rejecting its request",
        ),
        ("pending", "is canceled in CertCentral"),
    ] {
        let expected =
            format!("{how} unless its certificate has been issued by then. Canceling is final.");
        assert_eq!(words(&prior(status, "cancel")), expected);
        let mut order = prior(status, "revoke");
        let expected = format!(
            "{how}. Canceling is final. If its certificate has been issued by then, nothing is done and the destroy stops with an error."
        );
        assert_eq!(words(&order), expected);
        order.certificate_id = Attr::Known(77);
        let expected = format!(
            "{how}. Canceling is final. If its certificate 77 has been issued by then, the whole order is revoked for good instead, with the \
             reason \"unspecified\"."
        );
        assert_eq!(words(&order), expected);
    }
}

#[test]
fn the_words_of_a_revocation_say_what_comes_before_it() {
    let waits =
        " The certificate is just being issued; the destroy waits for it, up to `timeouts.delete`.";
    let cancels =
        " The reissue that it waits for is canceled first, because nothing can be revoked before.";
    for (status, before) in [
        ("issued", ""),
        ("processing", waits),
        ("approved", waits),
        ("reissue_pending", cancels),
    ] {
        let expected = format!(
            "is revoked in CertCentral, with the reason \"unspecified\". Its certificate stops working, and all its duplicates and reissues \
             too. This cannot be undone.{before}"
        );
        assert_eq!(words(&prior(status, "revoke")), expected, "{status}");
    }
    let refused = said(&prior("issued", "revoke"), false).unwrap();
    assert_eq!(refused.attribute, Some(AttributePath::of("on_destroy")));
}

#[test]
fn a_destroy_that_ends_an_order_is_named() {
    let said = |status: &str, on_destroy: &str| {
        let prior = SslOrderModel {
            status: status.into(),
            on_destroy: on_destroy.into(),
            ..placed(&order())
        };
        let warning = read_only(&end_in_certcentral(&prior)?);
        for word in ["`read_only`", "DIGICERT_READ_ONLY"] {
            assert!(warning.detail.contains(word), "{}", warning.detail);
        }
        let rest = warning.detail.strip_prefix("An apply would ").unwrap();
        Some(rest.split_once(" order").unwrap().0.to_owned())
    };
    for (status, on_destroy, expected) in [
        ("pending", "cancel", Some("cancel")),
        ("issued", "cancel", None),
        ("issued", "revoke", Some("cancel or revoke")),
        ("pending", "revoke", Some("cancel or revoke")),
        ("issued", "retain", None),
        ("pending", "retain", None),
        ("revoked", "revoke", None),
        ("canceled", "cancel", None),
    ] {
        assert_eq!(
            said(status, on_destroy).as_deref(),
            expected,
            "{status} {on_destroy}"
        );
    }
}
