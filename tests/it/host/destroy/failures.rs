//! A destroy whose calls are refused: nothing is asked for twice, and no order is forgotten of
//! which nobody knows. Answers that get lost are in `tests/it/faults/destroy.rs`.

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
async fn the_lost_answer_to_a_request_for_a_revocation_is_found_on_the_order() {
    let mut bed = in_status("issued", "revoke").await;
    let standard = launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-standard-1");
    bed.terraform.relaunch(standard);
    bed.sandbox.fault(route(REVOKE), 1, At::After, Fault::Drop);
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(warnings(&applied.report), ["Revocation waits for approval"]);
    assert_eq!(made, ["look", "notes", "revoke", "look"]);
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
        assert_eq!(made, ["look", "notes", act, "look"], "{status}");
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
    assert_eq!(made, ["look", "notes", "reject", "look", "cancel"]);
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
    assert_eq!(made, ["look", "notes", "reject", "look", "cancel", "look"]);
    assert_eq!(bed.order(), &before);
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
        let hasty = launch(&bed.sandbox).env("DIGICERT_MAX_RETRIES", "0");
        bed.terraform.relaunch(hasty);
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
