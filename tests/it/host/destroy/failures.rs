//! A destroy whose calls fail: it looks before it believes anything, makes no call twice, and never forgets an order of
//! which it does not know.

use certcentral_sandbox::{At, Fault};
use serde_json::json;

use super::matrix::{destroy, destroy_with, in_status};
use crate::host::bed::{errors, launch, only_error, route, warnings};

const STATUS: &str = "PUT /order/certificate/*/status";
const REVOKE: &str = "PUT /order/certificate/*/revoke";
const REQUEST: &str = "PUT /request/*/status";
const LOOK: &str = "GET /order/certificate/*";

fn refusal(status: u16, code: &str) -> Fault {
    Fault::Answer {
        status,
        body: json!({ "errors": [{ "code": code, "message": "No." }] }).to_string(),
        content_type: "application/json".to_owned(),
    }
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_a_look() {
    let table: [(&str, &str, &[&str], &str); 4] = [
        (
            "needs_approval",
            REQUEST,
            &["look", "reject", "look"],
            "rejected",
        ),
        ("pending", STATUS, &["look", "cancel", "look"], "canceled"),
        ("issued", REVOKE, &["look", "revoke", "look"], "revoked"),
        (
            "reissue_pending",
            STATUS,
            &["look", "cancel", "look", "revoke"],
            "revoked",
        ),
    ];
    for fault in [Fault::Drop, Fault::Html { status: 502 }] {
        for (status, lost, calls, end) in table {
            let mut bed = in_status(status, "revoke").await;
            bed.sandbox.fault(route(lost), 1, At::After, fault.clone());
            let (applied, made) = destroy(&mut bed).await;
            assert_eq!(applied.report.diagnostics, [], "{status}");
            assert_eq!(made, calls, "{status}");
            assert_eq!(bed.sandbox.orders()[0].status, end, "{status}");
            assert!(bed.terraform.state().is_empty(), "{status}");
        }
    }
}

#[tokio::test]
async fn a_call_that_never_arrived_is_not_repeated_before_the_next_destroy() {
    let table = [
        ("pending", STATUS, "cancel", "canceled"),
        ("issued", REVOKE, "revoke", "revoked"),
    ];
    for (status, lost, act, end) in table {
        let mut bed = in_status(status, "revoke").await;
        let before = bed.order().clone();
        bed.sandbox.fault(route(lost), 1, At::Before, Fault::Drop);
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(errors(&applied.report), ["CertCentral not reachable"]);
        let detail = only_error(&applied.report);
        assert!(
            detail.contains(&format!(
                "Looked at afterwards, order {} is {status}",
                bed.order_id()
            )),
            "{detail}"
        );
        assert_eq!(made, ["look", act, "look", "look", "look"], "{status}");
        assert_eq!(bed.order(), &before, "{status}");

        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{status}");
        assert_eq!(made, ["look", act], "{status}");
        assert_eq!(bed.sandbox.orders()[0].status, end, "{status}");
    }
}

#[tokio::test]
async fn the_lost_answer_to_a_request_for_a_revocation_is_found_on_the_order() {
    let mut bed = in_status("issued", "revoke").await;
    let standard = launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-standard-1");
    bed.terraform.relaunch(standard);
    bed.sandbox.fault(route(REVOKE), 1, At::After, Fault::Drop);
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(warnings(&applied.report), ["Revocation waits for approval"]);
    assert_eq!(made, ["look", "revoke", "look"]);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn a_refusal_keeps_the_order_in_state_and_is_not_repeated() {
    let table = [
        ("pending", STATUS, "cancel"),
        ("issued", REVOKE, "revoke"),
        ("reissue_pending", STATUS, "cancel"),
    ];
    for (status, refused, act) in table {
        let mut bed = in_status(status, "revoke").await;
        let before = bed.order().clone();
        let no = refusal(403, "access_denied|missing_permission");
        bed.sandbox.fault(route(refused), 1, At::Before, no);
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(errors(&applied.report), ["API key lacks a permission"]);
        assert_eq!(made, ["look", act, "look"], "{status}");
        assert_eq!(bed.order(), &before, "{status}");
        assert_eq!(bed.sandbox.orders()[0].status, status);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_rejected_is_canceled() {
    let mut bed = in_status("needs_approval", "cancel").await;
    let no = refusal(403, "access_denied|invalid_approver");
    bed.sandbox.fault(route(REQUEST), 1, At::Before, no);
    let done = Fault::Answer {
        status: 204,
        body: String::new(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox.fault(route(STATUS), 1, At::Before, done);
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(made, ["look", "reject", "look", "cancel"]);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn a_key_that_may_neither_reject_nor_cancel_is_told_both() {
    let mut bed = in_status("needs_approval", "cancel").await;
    let standard = launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-standard-1");
    bed.terraform.relaunch(standard);
    let before = bed.order().clone();
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(errors(&applied.report), ["Access denied by CertCentral"]);
    let detail = only_error(&applied.report);
    for text in [
        "invalid_approver",
        "Canceling the order instead failed too",
        "invalid_status",
    ] {
        assert!(detail.contains(text), "{text}: {detail}");
    }
    assert_eq!(made, ["look", "reject", "look", "cancel", "look"]);
    assert_eq!(bed.order(), &before);
}

#[tokio::test]
async fn a_rejection_whose_fate_is_unknown_is_no_reason_to_cancel() {
    let mut bed = in_status("needs_approval", "cancel").await;
    bed.sandbox
        .fault(route(REQUEST), 1, At::Before, Fault::Drop);
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(errors(&applied.report), ["CertCentral not reachable"]);
    assert_eq!(made, ["look", "reject", "look", "look", "look"]);
    assert_eq!(bed.sandbox.orders()[0].status, "needs_approval");
}

#[tokio::test]
async fn only_a_404_about_the_order_means_that_it_is_gone() {
    let table = [
        (refusal(404, "not_found|order"), true),
        (refusal(404, "not_found|route"), false),
        (Fault::Html { status: 404 }, false),
        (refusal(403, "access_denied|missing_permission"), false),
        (refusal(500, "internal"), false),
    ];
    for (answer, gone) in table {
        let shown = format!("{answer:?}");
        let mut bed = in_status("issued", "revoke").await;
        let (applied, made) = destroy_with(&mut bed, |sandbox| {
            sandbox.fault(route(LOOK), 1, At::Before, answer);
        })
        .await;
        assert_eq!(made, ["look"], "{shown}");
        assert_eq!(bed.terraform.state().is_empty(), gone, "{shown}");
        assert_eq!(applied.report.failed(), !gone, "{shown}");
        let expected: &[&str] = if gone {
            &["Order not found, nothing revoked"]
        } else {
            &[]
        };
        assert_eq!(warnings(&applied.report), expected, "{shown}");
        assert_eq!(bed.sandbox.summary().revoked, 0, "{shown}");
    }
}
