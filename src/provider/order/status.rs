//! What an order's status means to the person who reads it, and what proves that CertCentral does
//! not have an order.

use super::api_error;
use crate::certcentral::{Error, Order, OrderStatus};
use crate::framework::Diagnostic;

/// One sentence: what the status means and who has to act.
pub(crate) fn detail(status: &OrderStatus) -> &'static str {
    match status {
        OrderStatus::NeedsApproval => {
            "The request waits for an approver of the account: approve it in CertCentral."
        }
        OrderStatus::Pending => {
            "DigiCert validates the domains and the organization; unvalidated domains wait for \
             their owner."
        }
        OrderStatus::Processing | OrderStatus::Approved => "DigiCert issues the certificate.",
        OrderStatus::NeedsCsr => "The order waits for a CSR.",
        OrderStatus::WaitingPickup => "The certificate waits to be picked up.",
        OrderStatus::Issued => "The certificate is issued.",
        OrderStatus::ReissuePending => {
            "A reissue is under way; the current certificate stays valid."
        }
        OrderStatus::Expired => "The order's certificate has expired.",
        OrderStatus::Revoked => "The order's certificates are revoked.",
        OrderStatus::Canceled => "The order was canceled.",
        OrderStatus::Rejected | OrderStatus::Denied => {
            "The request was rejected by an approver or by DigiCert."
        }
        _ => "This status is not known to the provider; the order counts as pending.",
    }
}

/// How much an answer has to say before an order counts as absent. The answer of a proxy, or of a
/// wrong address, never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// 404 of the API: "not visible to this key" as often as "gone". Enough for a refresh or a
    /// wait, which end nothing.
    NotShown,
    /// 404 of the API that names the order. A destroy forgets an order on nothing less.
    Gone,
    /// 400 or 404 of the API: it knows nothing by the number that an import was given, or does not
    /// take it for one.
    UnknownNumber,
}

impl Absence {
    /// Returns the order that a call shows, or none if its failure proves that there is none.
    /// `doing` says what was tried.
    pub(crate) fn or_order(
        self,
        shown: Result<Order, Error>,
        doing: &str,
    ) -> Result<Option<Order>, Diagnostic> {
        match shown {
            Ok(order) => Ok(Some(order)),
            Err(error) if self.is_proven_by(&error) => Ok(None),
            Err(error) => Err(api_error::diagnostic(&error, doing)),
        }
    }

    /// Whether a failed call proves it.
    pub(crate) fn is_proven_by(self, error: &Error) -> bool {
        let Some(api) = error.api() else {
            return false;
        };
        match self {
            Self::NotShown => error.status() == Some(404),
            Self::Gone => api.status == 404 && api.has("not_found|order"),
            Self::UnknownNumber => matches!(error.status(), Some(400 | 404)),
        }
    }
}
