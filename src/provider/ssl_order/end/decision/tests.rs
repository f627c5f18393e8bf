//! Every status under every goal, and whose certificate it is.

use serde_json::{Value, json};

use super::{Action, Goal, Next, concerns_state, next};
use crate::certcentral::{Order, RequestId};
use crate::framework::Attr;
use crate::provider::ssl_order::model::SslOrderModel;

fn order(status: &str, requests: &[(i64, &str, &str)], certificate: &Value) -> Order {
    let requests: Vec<_> = requests
        .iter()
        .map(|(id, kind, status)| json!({ "id": id, "type": kind, "status": status }))
        .collect();
    let order =
        json!({ "id": 5, "status": status, "certificate": certificate, "requests": requests });
    serde_json::from_value(order).unwrap()
}

fn plain(status: &str) -> Order {
    order(status, &[], &json!({}))
}

fn request(id: i64) -> RequestId {
    RequestId::try_from(id).unwrap()
}

#[test]
fn every_status_has_its_step() {
    let table = [
        (
            "needs_approval",
            Next::Act(Action::Cancel),
            Next::Act(Action::Cancel),
        ),
        (
            "pending",
            Next::Act(Action::Cancel),
            Next::Act(Action::Cancel),
        ),
        (
            "waiting_pickup",
            Next::Act(Action::Cancel),
            Next::Act(Action::Cancel),
        ),
        (
            "needs_csr",
            Next::Act(Action::Cancel),
            Next::Act(Action::Cancel),
        ),
        (
            "on_hold",
            Next::Act(Action::Cancel),
            Next::Act(Action::Cancel),
        ),
        ("processing", Next::Wait, Next::Wait),
        ("approved", Next::Wait, Next::Wait),
        ("issued", Next::LeaveValid, Next::Act(Action::Revoke)),
        (
            "reissue_pending",
            Next::LeaveValid,
            Next::Act(Action::CancelReissue),
        ),
        ("revoked", Next::Finished, Next::Finished),
        ("canceled", Next::Finished, Next::Finished),
        ("rejected", Next::Finished, Next::Finished),
        ("denied", Next::Finished, Next::Finished),
        ("expired", Next::Finished, Next::Finished),
    ];
    for (status, cancel, revoke) in table {
        assert_eq!(next(Goal::Cancel, &plain(status), &[]), cancel, "{status}");
        assert_eq!(next(Goal::Revoke, &plain(status), &[]), revoke, "{status}");
    }
}

#[test]
fn a_waiting_request_is_rejected_before_anything_is_canceled() {
    for word in ["pending", "submitted"] {
        let requests = [(7, "new_request", "approved"), (8, "new_request", word)];
        let order = order("needs_approval", &requests, &json!({}));
        let reject = Action::Reject(request(8));
        for goal in [Goal::Cancel, Goal::Revoke] {
            assert_eq!(next(goal, &order, &[]), Next::Act(reject));
            assert_eq!(next(goal, &order, &[reject]), Next::Act(Action::Cancel));
        }
    }
}

#[test]
fn a_revocation_that_was_asked_for_is_not_asked_for_again() {
    let waiting = order("issued", &[(9, "revoke", "pending")], &json!({}));
    assert_eq!(
        next(Goal::Revoke, &waiting, &[]),
        Next::AwaitsApproval(request(9))
    );
    assert_eq!(next(Goal::Cancel, &waiting, &[]), Next::LeaveValid);
    let rejected = order("issued", &[(9, "revoke", "rejected")], &json!({}));
    assert_eq!(
        next(Goal::Revoke, &rejected, &[]),
        Next::Act(Action::Revoke)
    );
}

#[test]
fn a_reissue_is_canceled_once_and_then_waited_for() {
    let step = next(
        Goal::Revoke,
        &plain("reissue_pending"),
        &[Action::CancelReissue],
    );
    assert_eq!(step, Next::Wait);
}

#[test]
fn only_the_certificate_in_state_is_revoked() {
    let state = |id: Option<i64>, serial_number: Option<&str>| SslOrderModel {
        certificate_id: id.into(),
        serial_number: serial_number.map(str::to_owned).into(),
        ..SslOrderModel::default()
    };
    let seen = |id: Option<i64>, serial_number: Option<&str>| {
        let certificate = json!({ "id": id, "serial_number": serial_number });
        order("issued", &[], &certificate)
    };
    let table = [
        (state(Some(1), Some("0A")), seen(Some(1), Some("0A")), true),
        (state(Some(1), Some("a")), seen(Some(1), Some("0A")), true),
        (state(Some(1), Some("0A")), seen(Some(2), Some("0B")), false),
        (state(Some(1), Some("0A")), seen(Some(1), Some("0B")), false),
        (state(Some(1), None), seen(Some(1), Some("0A")), true),
        (state(Some(1), None), seen(Some(2), Some("0B")), false),
        (state(None, None), seen(Some(1), Some("0A")), false),
        (state(None, None), seen(None, None), false),
    ];
    for (state, order, expected) in table {
        let found = concerns_state(Action::Revoke, &order, &state);
        assert_eq!(
            found, expected,
            "{:?} {:?}",
            state.certificate_id, order.certificate
        );
        assert!(concerns_state(Action::Cancel, &order, &state));
        assert!(concerns_state(Action::Reject(request(1)), &order, &state));
    }
}

#[test]
fn a_reissue_of_another_certificate_is_not_canceled() {
    let state = SslOrderModel {
        certificate_id: Attr::Known(1),
        serial_number: "0A".into(),
        ..SslOrderModel::default()
    };
    for (serial_number, expected) in [(Some("0A"), true), (None, true), (Some("0B"), false)] {
        let certificate = json!({ "id": 2, "serial_number": serial_number });
        let order = order("reissue_pending", &[], &certificate);
        assert_eq!(
            concerns_state(Action::CancelReissue, &order, &state),
            expected,
            "{serial_number:?}"
        );
    }
}
