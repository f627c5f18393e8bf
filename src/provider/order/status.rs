//! What an order's status means to the person who reads it, and what proves that CertCentral does not have an order.

use super::api_error;
use crate::certcentral::{Error, Order, OrderStatus, RequestStatus};
use crate::framework::Diagnostic;

/// One sentence: what the status means and who has to act.
pub(crate) fn detail(status: &OrderStatus) -> &'static str {
    match status {
        OrderStatus::NeedsApproval => {
            "The request waits for an approver of the account: approve it in CertCentral."
        }
        OrderStatus::Pending => {
            "DigiCert validates the domains and the organization; unvalidated domains wait for their owner."
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

/// Who has to do something before the order moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// DigiCert: waiting helps.
    DigiCert,
    /// A person: waiting inside an apply does not help.
    People,
    /// Nobody: issued or closed.
    Nobody,
}

/// Who has to act on an order whose domains are validated or not.
pub(crate) fn waits_for(order: &Order, all_domains_validated: bool) -> WaitsFor {
    let status = &order.status;
    if status.is_closed() {
        return WaitsFor::Nobody;
    }
    match status {
        OrderStatus::Issued => WaitsFor::Nobody,
        OrderStatus::NeedsApproval | OrderStatus::NeedsCsr => WaitsFor::People,
        OrderStatus::Pending | OrderStatus::ReissuePending if !all_domains_validated => {
            WaitsFor::People
        }
        // The order keeps this status while its reissue waits for an approver.
        OrderStatus::ReissuePending if has_open_request(order) => WaitsFor::People,
        _ => WaitsFor::DigiCert,
    }
}

fn has_open_request(order: &Order) -> bool {
    order
        .requests
        .iter()
        .filter_map(|request| request.status.as_ref())
        .any(RequestStatus::is_waiting)
}

/// How much an answer has to say before an order counts as absent. The answer of a proxy, or of a wrong address, never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// 404 of the API: "not visible to this key" as often as "gone". Enough for a refresh or a wait, which end nothing.
    NotShown,
    /// 404 of the API that names the order. A destroy forgets an order on nothing less.
    Gone,
    /// 400 or 404 of the API: it knows nothing by the number that an import was given, or does not take it for one.
    UnknownNumber,
}

impl Absence {
    /// Returns the order that a call shows, or none if its failure proves that there is none. `doing` says what was tried.
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

#[cfg(test)]
mod tests {
    use super::{WaitsFor, detail, waits_for};
    use crate::certcentral::{Order, OrderStatus};
    use crate::provider::ssl_order::samples::fixture;

    #[test]
    fn every_status_says_who_has_to_act() {
        for (status, words, validated, open) in [
            (
                "needs_approval",
                "waits for an approver",
                WaitsFor::People,
                WaitsFor::People,
            ),
            (
                "needs_csr",
                "waits for a CSR",
                WaitsFor::People,
                WaitsFor::People,
            ),
            ("pending", "validates", WaitsFor::DigiCert, WaitsFor::People),
            (
                "processing",
                "DigiCert issues",
                WaitsFor::DigiCert,
                WaitsFor::DigiCert,
            ),
            (
                "approved",
                "DigiCert issues",
                WaitsFor::DigiCert,
                WaitsFor::DigiCert,
            ),
            ("issued", "is issued", WaitsFor::Nobody, WaitsFor::Nobody),
            ("expired", "has expired", WaitsFor::Nobody, WaitsFor::Nobody),
            ("revoked", "are revoked", WaitsFor::Nobody, WaitsFor::Nobody),
            (
                "canceled",
                "was canceled",
                WaitsFor::Nobody,
                WaitsFor::Nobody,
            ),
            (
                "rejected",
                "was rejected",
                WaitsFor::Nobody,
                WaitsFor::Nobody,
            ),
            ("denied", "was rejected", WaitsFor::Nobody, WaitsFor::Nobody),
            (
                "brand_new",
                "not known to the provider",
                WaitsFor::DigiCert,
                WaitsFor::DigiCert,
            ),
        ] {
            let parsed = OrderStatus::from(status);
            assert!(detail(&parsed).contains(words), "{status}");
            let order = order_with(parsed);
            assert_eq!(waits_for(&order, true), validated, "{status}");
            assert_eq!(waits_for(&order, false), open, "{status}");
        }
    }

    #[test]
    fn a_reissue_waits_for_its_approver_then_for_its_domains_then_for_digicert() {
        let mut order: Order = fixture("order_info_reissue_pending.json");
        assert_eq!(waits_for(&order, true), WaitsFor::People);
        order.requests.clear();
        assert_eq!(waits_for(&order, false), WaitsFor::People);
        assert_eq!(waits_for(&order, true), WaitsFor::DigiCert);
    }

    fn order_with(status: OrderStatus) -> Order {
        let mut order: Order = fixture("order_info_pending.json");
        order.status = status;
        order
    }
}
