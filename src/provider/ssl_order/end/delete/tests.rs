//! Letting go of an order, against the sandbox.

mod failures;
mod revocation;

use certcentral_sandbox::{Approval, At, Behavior, Fault, Issuance, Sandbox, Settings};

use tokio_util::sync::CancellationToken;

use super::delete;
use crate::certcentral::OrderId;
use crate::framework::{Attr, Call, DeleteRequest, Deleted, Diagnostic};
use crate::provider::block::ProviderConfig;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::refresh::state;
use crate::provider::ssl_order::samples::{client, order, prepared, session, session_of};

fn account(approval: Approval, issuance: Issuance) -> Settings {
    Settings {
        behavior: Behavior {
            approval,
            issuance,
            ..Behavior::default()
        },
        ..Settings::default()
    }
}

/// A sandbox with one order in it, and the order's state.
async fn ordered(approval: Approval, issuance: Issuance) -> (Sandbox, SslOrderModel) {
    let sandbox = Sandbox::start(account(approval, issuance)).unwrap();
    let state = ordered_in(&sandbox).await;
    (sandbox, state)
}

/// The same on the clock of the test.
async fn ordered_on_our_clock(approval: Approval, issuance: Issuance) -> (Sandbox, SslOrderModel) {
    let sandbox = Sandbox::start_on_this_runtime(account(approval, issuance)).unwrap();
    let state = ordered_in(&sandbox).await;
    (sandbox, state)
}

async fn ordered_in(sandbox: &Sandbox) -> SslOrderModel {
    let client = client(&sandbox.base_url());
    let prepared = prepared(&order());
    let placed = client
        .place_order(&prepared.product, &prepared.body)
        .await
        .unwrap();
    let mut state = state::placed(order(), placed.id, &prepared.token);
    state::order(&mut state, &client.order(placed.id).await.unwrap());
    state
}

async fn deleted(sandbox: &Sandbox, state: &SslOrderModel, on_destroy: &str) -> Deleted {
    deleted_until(sandbox, state, on_destroy, CancellationToken::new()).await
}

async fn deleted_until(
    sandbox: &Sandbox,
    state: &SslOrderModel,
    on_destroy: &str,
    stop: CancellationToken,
) -> Deleted {
    deleted_by(&session(sandbox), state, on_destroy, stop).await
}

/// Destroys what the plan has announced.
async fn deleted_by(
    session: &Session,
    state: &SslOrderModel,
    on_destroy: &str,
    stop: CancellationToken,
) -> Deleted {
    let request = DeleteRequest {
        state: SslOrderModel {
            on_destroy: on_destroy.into(),
            ..state.clone()
        },
        private: SslOrderPrivate {
            end_announced: true,
            ..SslOrderPrivate::default()
        },
    };
    delete(session, &Call { stop }, request).await
}

#[tokio::test]
async fn an_interrupt_while_the_notes_are_read_keeps_the_order_in_state() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let stop = CancellationToken::new();
    let notes = "GET /order/certificate/*/note".parse().unwrap();
    let hold = sandbox.hold(notes, 1, At::Before);
    let deleting = deleted_until(&sandbox, &state, "cancel", stop.clone());
    let interrupting = async {
        hold.held().await;
        stop.cancel();
    };
    let (deleted, ()) = tokio::join!(deleting, interrupting);
    hold.release();
    let problem = kept(deleted);
    assert_eq!(problem.summary, "Interrupted before the order is ended");
    assert_eq!(sandbox.summary().canceled, 0);
}

/// A session that may revoke, with the key of some user.
fn revoking(sandbox: &Sandbox, key: &str) -> Session {
    let config = ProviderConfig {
        api_key: key.into(),
        base_url: Attr::Known(sandbox.base_url()),
        allow_revocation: Attr::Known(true),
        max_retries: Attr::Known(0),
        ..ProviderConfig::default()
    };
    session_of(&config)
}

fn gone(deleted: Deleted) -> Vec<String> {
    match deleted {
        Deleted::Gone(warnings) => warnings.iter().map(|w| w.summary.clone()).collect(),
        Deleted::Kept(problems) => panic!("{problems:?}"),
    }
}

/// The only problem of an order that stays in state.
fn kept(deleted: Deleted) -> Diagnostic {
    let Deleted::Kept(problems) = deleted else {
        panic!("the order was forgotten: {deleted:?}");
    };
    let mut problems = problems.into_iter();
    let problem = problems.next().unwrap();
    assert_eq!(problems.next(), None);
    problem
}

/// The calls after the first `seen`, with the words after the ids: `PUT status`.
fn calls_since(sandbox: &Sandbox, seen: usize) -> Vec<String> {
    let told = |path: &str| {
        let words = path.split('/').skip(1);
        let words = words.filter(|word| !matches!(*word, "order" | "certificate"));
        let words = words.filter(|word| word.parse::<u64>().is_err());
        words.collect::<Vec<_>>().join(" ")
    };
    let journal = sandbox.journal();
    let calls = journal[seen..].iter();
    calls
        .map(|entry| format!("{} {}", entry.method, told(&entry.path)))
        .map(|call| call.trim().to_owned())
        .collect()
}

#[tokio::test]
async fn retain_calls_nothing() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let calls = sandbox.journal().len();
    assert_eq!(
        gone(deleted(&sandbox, &state, "retain").await),
        ["Order stays open"]
    );
    assert_eq!(sandbox.journal().len(), calls);
}

#[tokio::test]
async fn what_no_plan_has_announced_calls_nothing() {
    for on_destroy in ["cancel", "revoke"] {
        let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
        let calls = sandbox.journal().len();
        let request = DeleteRequest {
            state: SslOrderModel {
                on_destroy: on_destroy.into(),
                ..state
            },
            private: SslOrderPrivate::default(),
        };
        let call = Call {
            stop: CancellationToken::new(),
        };
        let told = gone(delete(&session(&sandbox), &call, request).await);
        assert_eq!(told, ["Order stays open"]);
        assert_eq!(sandbox.journal().len(), calls);
    }
}

#[tokio::test]
async fn an_order_that_a_create_of_the_same_apply_has_adopted_is_not_ended() {
    for on_destroy in ["cancel", "revoke"] {
        let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
        let session = session(&sandbox);
        session
            .claim_order(state.known_order_id().unwrap().try_into().unwrap())
            .unwrap()
            .keep();
        let calls = sandbox.journal().len();
        let request = DeleteRequest {
            state: SslOrderModel {
                on_destroy: on_destroy.into(),
                ..state
            },
            private: SslOrderPrivate::default(),
        };
        let call = Call {
            stop: CancellationToken::new(),
        };
        assert_eq!(
            gone(delete(&session, &call, request).await),
            ["Order was taken over and stays"]
        );
        assert_eq!(sandbox.journal().len(), calls);
    }
}

#[tokio::test]
async fn an_order_that_was_left_as_it_is_can_be_adopted_in_the_same_apply() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    let session = session(&sandbox);
    let id = state.known_order_id().unwrap();
    let request = DeleteRequest {
        state: SslOrderModel {
            on_destroy: "cancel".into(),
            ..state
        },
        private: SslOrderPrivate {
            end_announced: true,
            ..SslOrderPrivate::default()
        },
    };
    let call = Call {
        stop: CancellationToken::new(),
    };
    assert_eq!(
        gone(delete(&session, &call, request).await),
        ["Issued certificate stays valid"]
    );
    let id = id.try_into().unwrap();
    assert!(session.claim_order(id).is_some());
}

#[tokio::test]
async fn cancel_cancels_a_pending_order() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    assert_eq!(
        gone(deleted(&sandbox, &state, "cancel").await),
        [] as [&str; 0]
    );
    assert_eq!(sandbox.orders()[0].status, "canceled");
}

#[tokio::test]
async fn cancel_rejects_the_request_of_an_order_that_waits_for_approval() {
    let (sandbox, state) = ordered(Approval::OneStep, Issuance::Manual).await;
    assert_eq!(state.status.as_str(), Some("needs_approval"));
    assert_eq!(
        gone(deleted(&sandbox, &state, "cancel").await),
        [] as [&str; 0]
    );
    assert_eq!(sandbox.orders()[0].status, "rejected");
}

#[tokio::test]
async fn an_issued_certificate_stays_valid() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    assert_eq!(
        gone(deleted(&sandbox, &state, "cancel").await),
        ["Issued certificate stays valid"]
    );
    assert_eq!(sandbox.orders()[0].status, "issued");
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let route = "PUT /order/certificate/*/status".parse().unwrap();
    sandbox.fault(route, 1, At::After, Fault::Drop);
    assert_eq!(
        gone(deleted(&sandbox, &state, "cancel").await),
        [] as [&str; 0]
    );
    assert_eq!(sandbox.orders()[0].status, "canceled");
}

#[tokio::test]
async fn an_order_that_cannot_be_canceled_stays_in_state() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let route = "PUT /order/certificate/*/status".parse().unwrap();
    let body = r#"{"errors":[{"code":"access_denied|missing_permission","message":"No."}]}"#;
    let fault = Fault::Answer {
        status: 403,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
    };
    sandbox.fault(route, 1, At::Before, fault);
    let problem = kept(deleted(&sandbox, &state, "cancel").await);
    assert_eq!(problem.summary, "API key lacks a permission");
}

/// The plan said that the certificate stays valid. A word for its status that nobody has heard of
/// is no reason to cancel anything.
#[tokio::test]
async fn what_the_plan_said_to_stay_valid_is_not_canceled() {
    for word in ["on_hold", "pending", "waiting_pickup"] {
        let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
        assert_eq!(state.status.as_str(), Some("issued"));
        let rule = format!("GET /order/certificate/* 1x* after set pointer=/status value={word}");
        sandbox.add_fault(rule.parse().unwrap());
        assert_eq!(
            gone(deleted(&sandbox, &state, "cancel").await),
            ["Issued certificate stays valid"],
            "{word}"
        );
        let methods: Vec<_> = sandbox.journal().into_iter().map(|e| e.method).collect();
        assert!(!methods.contains(&"PUT".to_owned()), "{word}: {methods:?}");
    }
}

#[tokio::test]
async fn an_order_that_is_gone_is_forgotten() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Manual).await;
    let unknown = OrderId::try_from(1).unwrap();
    let state = SslOrderModel {
        order_id: Attr::Known(unknown.get()),
        ..state
    };
    assert_eq!(
        gone(deleted(&sandbox, &state, "cancel").await),
        [] as [&str; 0]
    );
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_certificate_and_keeps_the_order() {
    let (sandbox, state) = ordered(Approval::None, Issuance::AfterPolls(2)).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let problem = kept(deleted_until(&sandbox, &state, "cancel", stop).await);
    assert_eq!(problem.summary, "Order not settled yet");
    assert!(
        problem.detail.contains("the run was interrupted"),
        "{}",
        problem.detail
    );
    let last = sandbox.journal().last().unwrap().method.clone();
    assert_eq!(last, "GET", "nothing is canceled");
}

#[tokio::test]
async fn nothing_is_called_for_a_revocation_that_is_not_allowed() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    let calls = sandbox.journal().len();
    let problem = kept(deleted(&sandbox, &state, "revoke").await);
    assert_eq!(problem.summary, "Revocation is not allowed");
    assert_eq!(sandbox.journal().len(), calls);
}

#[tokio::test]
async fn the_client_refuses_even_where_state_takes_an_issued_order_for_closed() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    let wrong = SslOrderModel {
        status: "revoked".into(),
        ..state
    };
    let problem = kept(deleted(&sandbox, &wrong, "revoke").await);
    assert_eq!(problem.summary, "Revocation is not allowed");
    assert_eq!(sandbox.summary().revoked, 0);
    assert!(
        sandbox.journal().iter().all(|entry| entry.method != "PUT"),
        "no revocation was sent"
    );
}

#[tokio::test]
async fn the_certificate_in_state_is_revoked_and_no_other() {
    let (sandbox, state) = ordered(Approval::None, Issuance::Immediate).await;
    let revoke = async |state: SslOrderModel| {
        let session = revoking(&sandbox, "sandbox-unit");
        deleted_by(&session, &state, "revoke", CancellationToken::new()).await
    };
    let former = SslOrderModel {
        serial_number: "0badcafe".into(),
        ..state.clone()
    };
    let problem = kept(revoke(former).await);
    assert_eq!(problem.summary, "Certificate is not the one in state");
    assert_eq!(sandbox.summary().revoked, 0);
    assert_eq!(gone(revoke(state).await), [] as [&str; 0]);
    assert_eq!(sandbox.summary().revoked, 1);
}
