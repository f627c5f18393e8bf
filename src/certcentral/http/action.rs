//! What a changing call is for. Every call that is not a read names it: the gates and the audit log go by it.

use serde::Serialize;

use crate::certcentral::id::{CertificateId, OrderId, RequestId};

/// What a call does to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Buys an order.
    Order,
    /// Buys the order that continues another one.
    Renewal,
    /// Replaces the certificate of an order.
    Reissue,
    /// Adds a certificate to an order.
    Duplicate,
    /// Revokes an order or a certificate.
    Revoke,
    /// Takes back an order or a reissue.
    Cancel,
    /// Approves a request.
    Approve,
    /// Rejects a request.
    Reject,
    /// Changes an order in place: a setting, a contact, a note, how domains are validated.
    Update,
    /// Has the domains of an order checked, which may issue its certificate.
    CheckDomains,
}

/// A changing call in the words of the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) action: Action,
    /// The order that is changed; none while there is none.
    pub(crate) order_id: Option<OrderId>,
    /// The certificate that is revoked, where it is not its whole order.
    pub(crate) certificate_id: Option<CertificateId>,
    /// The request that is decided.
    pub(crate) request_id: Option<RequestId>,
    /// The caller's own reference of a new order.
    pub(crate) token: Option<&'a str>,
    /// What a new order is expected to cost.
    pub(crate) price: Option<&'a str>,
}

impl Change<'_> {
    /// A change of something that has no id yet, or whose id is to be set.
    pub(crate) fn new(action: Action) -> Self {
        Self {
            action,
            order_id: None,
            certificate_id: None,
            request_id: None,
            token: None,
            price: None,
        }
    }

    /// A change of an order.
    pub(crate) fn of_order(action: Action, order: OrderId) -> Self {
        Self {
            order_id: Some(order),
            ..Self::new(action)
        }
    }
}

impl Action {
    /// Whether the call costs money.
    pub(crate) fn is_purchase(self) -> bool {
        matches!(self, Self::Order | Self::Renewal)
    }
}
