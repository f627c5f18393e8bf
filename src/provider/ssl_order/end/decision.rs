//! What a destroy does next, from what is asked for and what the order looks like. Pure.

use crate::certcentral::{CertificateId, Order, OrderStatus, RequestId, RequestStatus};
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
        // Pending in one of its forms. An unknown word counts as that, too: CertCentral refuses what cannot be canceled.
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

/// Whether the certificate that this action would revoke, now or in the end, is the one that the plan spoke of.
pub(crate) fn concerns_state(action: Action, order: &Order, state: &SslOrderModel) -> bool {
    let by_serial_number = match (
        state.serial_number.as_str(),
        order.certificate.serial_number.as_deref(),
    ) {
        (Some(known), Some(seen)) => Some(digits(known) == digits(seen)),
        _ => None,
    };
    match action {
        Action::Reject(_) | Action::Cancel => true,
        // While a reissue is pending order info may show the certificate to come, which has no serial number yet.
        Action::CancelReissue => by_serial_number.unwrap_or(true),
        Action::Revoke => by_serial_number.unwrap_or_else(|| {
            let known = state.certificate_id.known().copied();
            known.is_some() && known == order.certificate.id.map(CertificateId::get)
        }),
    }
}

/// A serial number as a number: neither case nor leading zeros count.
fn digits(serial_number: &str) -> String {
    serial_number.trim_start_matches('0').to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
