//! What follows a call that failed: looks, words, and never the same call again.

use certcentral_sandbox::{Approval, At, Fault, Issuance, Sandbox};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{calls_since, deleted, deleted_until, gone, kept, ordered, ordered_on_our_clock};

fn rule(sandbox: &Sandbox, rule: &str) {
    sandbox.add_fault(rule.parse().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_without_an_answer_is_followed_by_three_spaced_looks() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(&sandbox, "PUT /order/certificate/*/status 1 before drop");
    let begin = Instant::now();
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    let id = state.known_order_id().unwrap();
    let after = format!("Looked at afterwards, order {id} is pending. It stays in state");
    assert!(problem.detail.contains(&after), "{}", problem.detail);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET", "GET", "GET"]
    );
    assert_eq!(begin.elapsed().as_secs(), 1 + 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_cancellation_is_followed_by_one_look() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(
        &sandbox,
        r#"PUT /order/certificate/*/status answer {"status": 400, "body": {"errors":[{"code":"invalid_status","message":"No."}]}}"#,
    );
    let begin = Instant::now();
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    assert!(problem.detail.contains(" is pending. It stays in state"));
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET"]
    );
    assert_eq!(begin.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_one_look_after_a_lost_answer() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(&sandbox, "PUT /order/certificate/*/status 1 before drop");
    let stop = CancellationToken::new();
    stop.cancel();
    let problem = kept(deleted_until(&sandbox, &state, "cancel", stop).await);
    assert!(problem.detail.contains(" is pending. It stays in state"));
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_that_cannot_be_looked_at_after_a_lost_answer_stays_in_state() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(&sandbox, "PUT /order/certificate/*/status 1 after drop");
    rule(&sandbox, "GET /order/certificate/* 2x* html status=503");
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    let id = state.known_order_id().unwrap();
    let after = format!("Order {id} could not be looked at afterwards either. It stays in state");
    assert!(problem.detail.contains(&after), "{}", problem.detail);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET", "GET", "GET"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_gone_after_a_lost_answer_is_forgotten() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(&sandbox, "PUT /order/certificate/*/status 1 before drop");
    rule(
        &sandbox,
        r#"GET /order/certificate/* 2x* answer {"status": 404, "body": {"errors":[{"code":"not_found|order","message":"No."}]}}"#,
    );
    let told = gone(deleted(&sandbox, &state, "cancel").await);
    assert_eq!(told, [] as [&str; 0]);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_that_comes_back_to_where_it_was_is_not_canceled_again() {
    let (sandbox, state) = ordered_on_our_clock(Approval::None, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(&sandbox, "PUT /order/certificate/*/status 1 before drop");
    rule(
        &sandbox,
        "GET /order/certificate/* 2 after set pointer=/status value=processing",
    );
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    assert_eq!(problem.summary, "Order not settled yet");
    let id = state.known_order_id().unwrap();
    let moved = format!("Order {id} is pending, in which it can be neither canceled nor revoked");
    assert!(problem.detail.starts_with(&moved), "{}", problem.detail);
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT status", "GET", "GET"]
    );
}

#[tokio::test]
async fn a_rejection_that_is_refused_is_followed_by_one_cancellation() {
    let (sandbox, state) = ordered(Approval::OneStep, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    rule(
        &sandbox,
        r#"PUT /request/*/status answer {"status": 403, "body": {"errors":[{"code":"access_denied|missing_permission","message":"No."}]}}"#,
    );
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    assert_eq!(problem.summary, "API key lacks a permission");
    let id = state.known_order_id().unwrap();
    for words in [
        format!("rejecting the request of order {id}"),
        "Canceling the order instead failed too: ".to_owned(),
        format!("Looked at afterwards, order {id} is needs_approval."),
    ] {
        assert!(
            problem.detail.contains(&words),
            "{words}: {}",
            problem.detail
        );
    }
    assert_eq!(
        calls_since(&sandbox, seen),
        [
            "GET",
            "GET note",
            "PUT request status",
            "GET",
            "PUT status",
            "GET"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_was_not_understood_is_not_followed_by_a_cancellation() {
    let refused = |status: u16| {
        format!(
            r#"answer {{"status": {status}, "body": {{"errors":[{{"code":"x","message":"No."}}]}}}}"#
        )
    };
    for (fault, looks) in [
        ("limited retry_after=1".to_owned(), 1),
        ("limited retry_after=1 html=true".to_owned(), 1),
        (refused(500), 3),
        (refused(503), 3),
        ("html status=503".to_owned(), 3),
        ("drop".to_owned(), 3),
    ] {
        let (sandbox, state) = ordered_on_our_clock(Approval::OneStep, Issuance::Manual).await;
        let seen = sandbox.journal().len();
        rule(&sandbox, &format!("PUT /request/*/status {fault}"));
        let problem = kept(deleted(&sandbox, &state, "cancel").await);
        let after = " is needs_approval. It stays in state";
        assert!(
            problem.detail.contains(after),
            "{fault}: {}",
            problem.detail
        );
        let mut expected = vec!["GET", "GET note", "PUT request status"];
        expected.resize(3 + looks, "GET");
        assert_eq!(calls_since(&sandbox, seen), expected, "{fault}");
    }
}

#[tokio::test]
async fn a_refused_rejection_of_an_order_that_cannot_be_looked_at_is_not_followed_by_a_cancellation()
 {
    let (sandbox, state) = ordered(Approval::OneStep, Issuance::Manual).await;
    let seen = sandbox.journal().len();
    let route = "PUT /request/*/status".parse().unwrap();
    sandbox.fault(route, 1, At::Before, Fault::Echo { status: 403 });
    rule(&sandbox, "GET /order/certificate/* 2x* html status=503");
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    assert!(
        problem
            .detail
            .contains("could not be looked at afterwards either"),
        "{}",
        problem.detail
    );
    assert_eq!(
        calls_since(&sandbox, seen),
        ["GET", "GET note", "PUT request status", "GET"]
    );
}

#[tokio::test]
async fn only_a_404_about_the_order_means_that_it_is_gone() {
    let answer = |status: u16, code: &str| {
        format!(
            r#"answer {{"status": {status}, "body": {{"errors":[{{"code":"{code}","message":"No."}}]}}}}"#
        )
    };
    for (fault, is_gone) in [
        (answer(404, "not_found|order"), true),
        (answer(404, "not_found|route"), false),
        (answer(403, "not_found|order"), false),
        (answer(403, "access_denied"), false),
        ("html status=404".to_owned(), false),
    ] {
        let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
        rule(&sandbox, &format!("GET /order/certificate/* 1x* {fault}"));
        match deleted(&sandbox, &state, "cancel").await {
            deleted if is_gone => assert_eq!(gone(deleted), [] as [&str; 0], "{fault}"),
            deleted => drop(kept(deleted)),
        }
        assert_eq!(sandbox.orders()[0].status, "pending", "{fault}");
    }
}
