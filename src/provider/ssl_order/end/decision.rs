//! What a destroy does next, from what is asked for and what the order looks like. Pure.

use crate::certcentral::{
    CertificateId, Order, OrderStatus, RequestId, RequestStatus, SerialNumber,
};
use crate::provider::ssl_order::model::SslOrderModel;

/// How far a destroy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// An order that is not issued is taken back.
    Cancel,
    /// As `Cancel`, and an issued order is revoked.
    Revoke,
}

/// The next step of a destroy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The order is closed.
    Finished,
    /// The certificate is issued and stays valid.
    LeaveValid,
    /// Somebody has to approve this revocation, which was asked for already.
    AwaitsApproval(RequestId),
    /// The order is on its way to another status: look again.
    Wait,
    /// One changing call.
    Act(Action),
}

/// A changing call. None is made twice in one destroy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Reject the request of an order that waits for its approval.
    Reject(RequestId),
    /// Cancel an order that is not issued.
    Cancel,
    /// Cancel the reissue that an issued order waits for: nothing can be revoked before.
    CancelReissue,
    /// Revoke the order with all its certificates.
    Revoke,
}

/// The next step, after the actions that were `tried` already.
pub(crate) fn next(goal: Goal, order: &Order, tried: &[Action]) -> Next {
    match (&order.status, goal) {
        (status, _) if status.is_closed() => Next::Finished,
        (OrderStatus::NeedsApproval, _) => match waiting_request(order, |kind| kind != "revoke") {
            Some(request) if !tried.contains(&Action::Reject(request)) => {
                Next::Act(Action::Reject(request))
            }
            _ => Next::Act(Action::Cancel),
        },
        (OrderStatus::Processing | OrderStatus::Approved, _) => Next::Wait,
        (OrderStatus::Issued | OrderStatus::ReissuePending, Goal::Cancel) => Next::LeaveValid,
        (OrderStatus::ReissuePending, Goal::Revoke) if tried.contains(&Action::CancelReissue) => {
            Next::Wait
        }
        (OrderStatus::ReissuePending, Goal::Revoke) => Next::Act(Action::CancelReissue),
        (OrderStatus::Issued, Goal::Revoke) => {
            match waiting_request(order, |kind| kind == "revoke") {
                Some(request) => Next::AwaitsApproval(request),
                None => Next::Act(Action::Revoke),
            }
        }
        // Pending in one of its forms. An unknown word counts as that, too: CertCentral refuses
        // what cannot be canceled.
        _ => Next::Act(Action::Cancel),
    }
}

fn waiting_request(order: &Order, wanted: fn(&str) -> bool) -> Option<RequestId> {
    let waiting =
        |status: &Option<RequestStatus>| status.as_ref().is_some_and(RequestStatus::is_waiting);
    order
        .requests
        .iter()
        .find(|request| {
            waiting(&request.status) && wanted(request.kind.as_deref().unwrap_or_default())
        })
        .map(|request| request.id)
}

/// Whether the certificate that this action would revoke, now or in the end, is the one that the
/// plan spoke of.
pub(crate) fn concerns_state(action: Action, order: &Order, state: &SslOrderModel) -> bool {
    let by_serial_number = match (
        state.serial_number.as_str(),
        order.certificate.serial_number.as_deref(),
    ) {
        (Some(known), Some(seen)) => Some(SerialNumber(known) == SerialNumber(seen)),
        _ => None,
    };
    match action {
        Action::Reject(_) | Action::Cancel => true,
        // While a reissue is pending order info may show the certificate to come, which has no
        // serial number yet.
        Action::CancelReissue => by_serial_number.unwrap_or(true),
        Action::Revoke => by_serial_number.unwrap_or_else(|| {
            let known = state.certificate_id.known().copied();
            known.is_some() && known == order.certificate.id.map(CertificateId::get)
        }),
    }
}

#[cfg(test)]
mod tests {
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
}
