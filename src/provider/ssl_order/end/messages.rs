//! What a person reads after a destroy: what stays as it was, and why the order was not let go of.

use super::decision::Action;
use crate::certcentral::{
    CertificateId, ConfigError, Error, Order, OrderId, OrderStatus, RequestId,
};
use crate::framework::{Diagnostic, Warnings};
use crate::provider::order::api_error;
use crate::provider::order::waiting::Paused;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::plan::not_allowed;

fn warning(summary: &str, detail: String) -> Warnings {
    let mut warnings = Warnings::new();
    warnings.push(Diagnostic::warning(summary, detail));
    warnings
}

/// Of an order that nothing was called for.
pub(crate) fn retained(id: OrderId, state: &SslOrderModel) -> Warnings {
    stays_open(
        id,
        state,
        ", because `on_destroy` is \"retain\". The same configuration finds it again.",
    )
}

/// Of an order whose end no plan has announced.
pub(crate) fn not_announced(id: OrderId, state: &SslOrderModel) -> Warnings {
    let on_destroy = state.on_destroy.as_str().unwrap_or_default();
    stays_open(
        id,
        state,
        &format!(
            " although `on_destroy` is \"{on_destroy}\", because the plan could not announce its \
             end: Terraform does not ask the provider about an order that is tainted or that \
             `-replace` names. The same configuration finds it again. To end it and buy another \
             one, change `order_key`; to end it for good, destroy the resource."
        ),
    )
}

/// Of an order that somebody else may need: `why`, as a sentence goes on.
pub(crate) fn stays(id: OrderId, state: &SslOrderModel, why: &str) -> Warnings {
    forgotten(id, state, why)
}

/// Nothing is said of an order that is closed.
fn stays_open(id: OrderId, state: &SslOrderModel, why: &str) -> Warnings {
    if state.order_status().is_closed() {
        return Warnings::new();
    }
    forgotten(id, state, why)
}

fn forgotten(id: OrderId, state: &SslOrderModel, why: &str) -> Warnings {
    let status = state.order_status();
    warning(
        "Order stays open",
        format!(
            "Order {id} ({status}) is forgotten by Terraform and stays open in CertCentral{why}"
        ),
    )
}

/// Of an order that another resource of the same apply has adopted.
pub(crate) fn taken_over(id: OrderId) -> Warnings {
    warning(
        "Order was taken over and stays",
        format!(
            "The resource that takes the place of this one adopted order {id} in the same apply, \
             because it has the same content. So the order was neither canceled nor revoked. To \
             end it and buy another one, change `order_key`."
        ),
    )
}

/// Of an issued order that was to be canceled.
pub(crate) fn left_valid(order: &Order) -> Warnings {
    let reissue = match order.status {
        OrderStatus::ReissuePending => " The reissue that it waits for goes on.",
        _ => "",
    };
    warning(
        "Issued certificate stays valid",
        format!(
            "Order {} is {}, and an issued order cannot be canceled. Terraform forgets it; its \
             certificate stays valid.{reissue} Revoke it in CertCentral if it must not be used any \
             more.",
            order.id, order.status
        ),
    )
}

/// Of a revocation that somebody has to approve.
pub(crate) fn awaits_approval(order: OrderId, request: RequestId) -> Warnings {
    warning(
        "Revocation waits for approval",
        format!(
            "Request {request} to revoke order {order} waits in CertCentral, because the user of \
             the API key may not approve revocations. The certificate stays valid until somebody \
             approves the request. Terraform forgets the order."
        ),
    )
}

/// Of an order that was to be revoked and is not shown to this key. `was_sent` means that the
/// answer to the revocation was lost.
pub(crate) fn not_found(id: OrderId, was_sent: bool) -> Warnings {
    if was_sent {
        return warning(
            "Order not found after its revocation",
            format!(
                "The revocation of order {id} was sent and its answer was lost, and CertCentral \
                 shows no such order to this API key any more. Terraform forgets it. If the order \
                 belongs to a division that the key does not see, its certificate may still be \
                 valid: look for it in CertCentral."
            ),
        );
    }
    warning(
        "Order not found, nothing revoked",
        format!(
            "CertCentral shows no order {id} to this API key, so Terraform forgets it and has \
             revoked nothing. If the order belongs to a division that the key does not see, its \
             certificate is still valid: revoke it in CertCentral."
        ),
    )
}

/// The certificate of the order is not the one in state.
pub(crate) fn other_certificate(order: &Order, state: &SslOrderModel) -> Diagnostic {
    let seen = certificate(
        order.certificate.id.map(CertificateId::get),
        order.certificate.serial_number.as_deref(),
    );
    let known = certificate(
        state.certificate_id.known().copied(),
        state.serial_number.as_str(),
    );
    Diagnostic::error(
        "Certificate is not the one in state",
        format!(
            "State holds {known} for order {id}, but the order's certificate is {seen}: it was \
             issued or reissued since the last refresh. Nothing was revoked. If that certificate \
             is to be revoked too, run `terraform apply -refresh-only` and destroy again; if \
             somebody still needs it, forget the order with `terraform state rm`.",
            id = order.id,
        ),
    )
}

fn certificate(id: Option<i64>, serial_number: Option<&str>) -> String {
    let id = id.map(|id| format!("certificate {id}"));
    match (id, serial_number) {
        (Some(id), Some(serial_number)) => format!("{id} (serial number {serial_number})"),
        (Some(id), None) => format!("{id}, not issued"),
        (None, Some(serial_number)) => {
            format!("the certificate with serial number {serial_number}")
        }
        (None, None) => "no certificate".to_owned(),
    }
}

/// The order did not reach a status in which a destroy can end it.
pub(crate) fn still_moving(order: &Order, paused: Paused) -> Diagnostic {
    let why = if paused == Paused::Stopped {
        "the run was interrupted"
    } else {
        "`timeouts.delete` is over"
    };
    Diagnostic::error(
        "Order not settled yet",
        format!(
            "Order {} is {}, in which it can be neither canceled nor revoked, and {why}. The order \
             stays in state as it was. Destroy it again later.",
            order.id, order.status
        ),
    )
}

/// Somebody else on this machine has the locks of the order.
pub(crate) fn locked(id: OrderId, paused: Paused) -> Diagnostic {
    let ended = if paused == Paused::Stopped {
        "the run was interrupted"
    } else {
        "`timeouts.delete` was over"
    };
    Diagnostic::error(
        format!("Destroy of order {id} waited for another process"),
        format!(
            "Another process on this machine, or another resource of this apply, was at work on an \
             order with the same token or the same names, and {ended} while this destroy waited \
             for it. Order {id} stays in state as it was. Destroy it again when the other one has \
             ended. Nothing was ended."
        ),
    )
}

/// The run was interrupted before anything was done to the order.
pub(crate) fn interrupted(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Interrupted before the order is ended",
        format!(
            "The run was interrupted before it was known whether anybody else holds order {id}. \
             Nothing was ended, and order {id} stays in state. Run the same command again."
        ),
    )
}

/// A call that came to nothing, or of which nobody knows.
pub(crate) struct Failure<'a> {
    /// What it was for.
    pub(crate) action: Action,
    /// Why it failed.
    pub(crate) error: &'a Error,
    /// Why the order's request could not be rejected before.
    pub(crate) rejection: Option<&'a Error>,
    /// What the order looked like afterwards; none if it could not be looked at.
    pub(crate) now: Option<&'a Order>,
}

impl Failure<'_> {
    /// What failed, why, and what became of the order.
    pub(crate) fn diagnostic(&self, id: OrderId, state: &SslOrderModel) -> Diagnostic {
        let error = self.error;
        if let Error::Config(ConfigError::RevocationNotAllowed) = error {
            return not_allowed(state);
        }
        if let Error::Config(_) = error {
            return api_error::diagnostic(error, &doing(self.action, id));
        }
        // Why a request cannot be rejected tells more than that an order in need of approval cannot
        // be canceled.
        let (diagnostic, also) = match self.rejection {
            Some(rejection) => (
                api_error::diagnostic(rejection, &format!("rejecting the request of order {id}")),
                format!("Canceling the order instead failed too: {error}. "),
            ),
            None => (
                api_error::diagnostic(error, &doing(self.action, id)),
                String::new(),
            ),
        };
        let after = match self.now {
            Some(order) => format!("Looked at afterwards, order {id} is {}.", order.status),
            None => format!("Order {id} could not be looked at afterwards either."),
        };
        Diagnostic {
            detail: format!(
                "{}\n\n{also}{after} It stays in state, and the next destroy looks at it again \
                 before it does anything.",
                diagnostic.detail
            ),
            ..diagnostic
        }
    }
}

fn doing(action: Action, id: OrderId) -> String {
    match action {
        Action::Reject(request) => format!("rejecting request {request} of order {id}"),
        Action::Cancel => format!("canceling order {id}"),
        Action::CancelReissue => format!("canceling the reissue of order {id}"),
        Action::Revoke => format!("revoking order {id}"),
    }
}
