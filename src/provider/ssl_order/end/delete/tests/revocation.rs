//! What is revoked, with which words, and what is said where it is not.

use certcentral_sandbox::{Approval, Issuance, Move, Sandbox};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{calls_since, deleted, deleted_by, gone, ordered, ordered_on_our_clock, revoking};
use crate::certcentral::{OrderId, Reissue};
use crate::framework::{Attr, Deleted};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{client, order, prepared};

const GONE: &str =
    r#"answer {"status": 404, "body": {"errors":[{"code":"not_found|order","message":"No."}]}}"#;

async fn revoked(sandbox: &Sandbox, state: &SslOrderModel) -> Deleted {
    revoked_with(sandbox, state, "sandbox-unit").await
}

async fn revoked_with(sandbox: &Sandbox, state: &SslOrderModel, key: &str) -> Deleted {
    let stop = CancellationToken::new();
    deleted_by(&revoking(sandbox, key), state, "revoke", stop).await
}

/// Lets the order wait for a reissue.
async fn reissue(sandbox: &Sandbox, state: &SslOrderModel) {
    sandbox.change(|behavior| behavior.issuance = Issuance::Manual);
    let id = OrderId::try_from(state.known_order_id().unwrap()).unwrap();
    let reissue = Reissue::new(prepared(&order()).body.certificate);
    let client = client(&sandbox.base_url());
    client.reissue_order(id, &reissue).await.unwrap();
    assert_eq!(sandbox.orders()[0].status, "reissue_pending");
}

#[tokio::test]
async fn a_revocation_states_the_reason_of_the_configuration() {
    for reason in [
        Some("unspecified"),
        Some("keyCompromise"),
        Some("affiliationChanged"),
        Some("superseded"),
        Some("cessationOfOperation"),
        None,
    ] {
        let (sandbox, mut state) = ordered(Approval::None, Issuance::Immediate).await;
        state.revocation_reason = reason.map(str::to_owned).into();
        let seen = sandbox.journal().len();
        assert_eq!(gone(revoked(&sandbox, &state).await), [] as [&str; 0]);
        assert_eq!(
            calls_since(&sandbox, seen),
            ["GET", "GET note", "PUT revoke"]
        );
        let sent = sandbox.journal().last().unwrap().request.clone();
        let mut expected = json!({ "comments": "Destroyed by Terraform", "skip_approval": true });
        if let Some(reason) = reason {
            expected["revocation_reason"] = Value::from(reason);
        }
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn a_revocation_that_somebody_has_to_approve_is_told() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    for _ in 0..2 {
        let deleted = revoked_with(&sandbox, &state, "sandbox-standard-unit").await;
        assert_eq!(gone(deleted), ["Revocation waits for approval"]);
    }
    let asked = sandbox.journal();
    let asked = asked.iter().filter(|entry| entry.method == "PUT").count();
    assert_eq!(asked, 1, "the second destroy sees the request");
    assert_eq!(sandbox.summary().revoked, 0);
}

#[tokio::test]
async fn a_revocation_whose_request_is_approved_at_once_is_done() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    let approved = "PUT /order/certificate/*/revoke 1 after set pointer=/status value=approved";
    sandbox.add_fault(approved.parse().unwrap());
    let deleted = revoked_with(&sandbox, &state, "sandbox-standard-unit").await;
    assert_eq!(gone(deleted), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_reissue_is_canceled_once_before_the_revocation() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Immediate).await;
    reissue(&sandbox, &state).await;
    let seen = sandbox.journal().len();
    let late = "GET /order/certificate/* 2x2 after set pointer=/status value=reissue_pending";
    sandbox.add_fault(late.parse().unwrap());
    let begin = Instant::now();
    assert_eq!(gone(revoked(&sandbox, &state).await), [] as [&str; 0]);
    assert_eq!(
        calls_since(&sandbox, seen),
        [
            "GET",
            "GET note",
            "PUT status",
            "GET",
            "GET",
            "GET",
            "PUT revoke"
        ]
    );
    assert_eq!(begin.elapsed().as_secs(), 1 + 2);
    assert_eq!(sandbox.summary().revoked, 1);
}

#[tokio::test]
async fn a_certificate_that_may_live_on_unseen_is_told() {
    let told = "Order not found, nothing revoked";
    for (on_destroy, has_certificate, expected) in [
        ("revoke", true, &[told][..]),
        ("revoke", false, &[]),
        ("cancel", true, &[]),
    ] {
        let (sandbox, mut state) = ordered(Approval::None, Issuance::Immediate).await;
        if !has_certificate {
            state.serial_number = Attr::Null;
        }
        sandbox.add_fault(format!("GET /order/certificate/* {GONE}").parse().unwrap());
        let session = revoking(&sandbox, "sandbox-unit");
        let deleted = deleted_by(&session, &state, on_destroy, CancellationToken::new()).await;
        assert_eq!(gone(deleted), expected, "{on_destroy} {has_certificate}");
        assert_eq!(sandbox.summary().revoked, 0);
    }
}

#[tokio::test]
async fn a_certificate_whose_reissue_was_canceled_may_live_on_unseen_too() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    reissue(&sandbox, &state).await;
    let seen = sandbox.journal().len();
    let gone_then = format!("GET /order/certificate/* 2 {GONE}");
    sandbox.add_fault(gone_then.parse().unwrap());
    let told = gone(revoked(&sandbox, &state).await);
    assert_eq!(told, ["Order not found, nothing revoked"]);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET"]
    );
}

#[tokio::test]
async fn nobody_is_told_that_nothing_was_revoked_after_a_revocation_without_an_answer() {
    let refused = r#"before answer {"status": 403, "body": {"errors":[{"code":"access_denied","message":"No."}]}}"#;
    for (fault, title) in [
        ("after drop", "Order not found after its revocation"),
        ("before drop", "Order not found after its revocation"),
        (refused, "Order not found, nothing revoked"),
    ] {
        let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
        for rule in [
            format!("PUT /order/certificate/*/revoke 1 {fault}"),
            format!("GET /order/certificate/* 2 {GONE}"),
        ] {
            sandbox.add_fault(rule.parse().unwrap());
        }
        let seen = sandbox.journal().len();
        assert_eq!(gone(revoked(&sandbox, &state).await), [title], "{fault}");
        assert_eq!(
            calls_since(&sandbox, seen),
            ["GET", "GET note", "PUT revoke", "GET"]
        );
    }
}

#[tokio::test]
async fn a_cancellation_that_succeeded_is_not_looked_after() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    assert_eq!(gone(revoked(&sandbox, &state).await), [] as [&str; 0]);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status"]
    );
    let sent = sandbox.journal().last().unwrap().request.clone();
    assert_eq!(sent["note"], "Destroyed by Terraform");
}

#[tokio::test]
async fn an_order_that_is_closed_is_forgotten_where_nothing_may_be_revoked() {
    let (sandbox, mut state) = ordered(Approval::None, Issuance::Manual).await;
    let id = state.known_order_id().unwrap().unsigned_abs();
    sandbox.apply(id, Move::Cancel).unwrap();
    state.status = "canceled".into();
    let seen = sandbox.journal().len();
    assert_eq!(
        gone(deleted(&sandbox, &state, "revoke").await),
        [] as [&str; 0]
    );
    assert_eq!(calls_since(&sandbox, seen), ["GET"]);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_just_being_issued_is_waited_for() {
    for (on_destroy, told, last, status) in [
        (
            "cancel",
            &["Issued certificate stays valid"][..],
            "GET",
            "issued",
        ),
        ("revoke", &[], "PUT revoke", "revoked"),
    ] {
        let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Immediate).await;
        let under_way = "GET /order/certificate/* 1x2 after set pointer=/status value=processing";
        sandbox.add_fault(under_way.parse().unwrap());
        let begin = Instant::now();
        let planned = SslOrderModel {
            status: "processing".into(),
            ..state
        };
        let session = revoking(&sandbox, "sandbox-unit");
        let stop = CancellationToken::new();
        let deleted = deleted_by(&session, &planned, on_destroy, stop).await;
        assert_eq!(gone(deleted), told);
        assert_eq!(begin.elapsed().as_secs(), 1 + 2);
        assert_eq!(calls_since(&sandbox, 0).pop().unwrap(), last);
        assert_eq!(sandbox.orders()[0].status, status);
    }
}
