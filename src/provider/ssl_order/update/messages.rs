//! What the person who applies reads when a reissue or a renewal was not carried out, or nobody
//! knows what became of it.

use crate::certcentral::{Error, Order, OrderId};
use crate::framework::{Diagnostic, Diagnostics};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::plan::decision::What;
use crate::provider::ssl_order::refresh::clocks::Deadline;
use crate::provider::ssl_order::refresh::succession::Refused;

/// A resource of the same run has an order with the content that a reissue would give to another
/// one.
pub(crate) fn twin_of_this_run(id: OrderId, other: OrderId, planned: &SslOrderModel) -> Diagnostic {
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Another resource of this run has just placed or adopted order {other} for {}, with \
             the same product, key, organization and validity. A reissue would make order {id} a \
             second one. Nothing was reissued. Remove one of the two resources, or set a different \
             `order_key` on each to keep both.",
            planned.shown_names(),
        ),
    )
}

/// The run was stopped before the reissue.
pub(crate) fn interrupted_before_a_reissue(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Interrupted before the reissue",
        format!(
            "The run was interrupted before the reissue of order {id} was sent to CertCentral. \
             Nothing was reissued. Run apply again."
        ),
    )
}

/// Somebody closed the order between plan and apply.
pub(crate) fn closed_before_a_reissue(order: &Order) -> Diagnostic {
    Diagnostic::error(
        "Closed order cannot be reissued",
        format!(
            "Order {} is {} in CertCentral by now, so its certificate was not reissued. Plan \
             again: the plan shows what can be done.",
            order.id, order.status
        ),
    )
}

/// Another reissue is under way.
pub(crate) fn other_reissue_pending(order: &Order) -> Diagnostic {
    Diagnostic::error(
        "Another reissue is pending",
        format!(
            "Order {} has a pending reissue for another key or other names than the configuration \
             has. Nothing was sent. Approve or cancel that reissue in CertCentral, then apply \
             again.",
            order.id
        ),
    )
}

/// Somebody reissued the certificate between plan and apply, with other content than the plan asks
/// for.
pub(crate) fn another_certificate(order: &Order, prior: &SslOrderModel) -> Diagnostic {
    let known = prior.serial_number.as_str().unwrap_or("unknown");
    let found = order.certificate.serial_number.as_deref();
    Diagnostic::error(
        "Certificate is not the one of the plan",
        format!(
            "Order {} has another certificate than the plan was made for: its serial number is {}, \
             and the plan knew {known}. Its key or names are not those of the plan, so a reissue \
             could take away what nobody has reviewed. Nothing was sent. Plan again: the plan then \
             says what becomes of the certificate that is in force now.",
            order.id,
            found.unwrap_or("not told"),
        ),
    )
}

/// Nobody knows whether the reissue was taken.
pub(crate) fn unknown_reissue(id: OrderId, lost: &Error) -> Diagnostic {
    Diagnostic::error(
        "Unknown outcome of the reissue",
        format!(
            "The reissue of order {id} was sent once and its answer was lost ({lost}). The order \
             does not show it so far. Nothing is paid for a reissue. Run plan and apply again: the \
             order is looked at first, and a reissue that went through is taken over."
        ),
    )
}

/// The renewal of somebody else is no longer what the plan saw.
pub(crate) fn renewal_moved_on(renewal: &Order, refused: &Refused) -> Diagnostic {
    let why = match refused {
        Refused::Differs(how) => how.as_str(),
        _ => "its certificate is not issued",
    };
    Diagnostic::error(
        "Renewal changed since the plan",
        format!(
            "Order {} was to take the place of the order that it renews, but {why}. Nothing was \
             changed. Plan again: the plan shows what can be done.",
            renewal.id
        ),
    )
}

/// What a clock asked for failed, and there is time to try again.
pub(crate) fn put_off(
    prior: &SslOrderModel,
    what: What,
    deadline: Deadline,
    problem: &Diagnostics,
) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    let summary = match what {
        What::Renew => format!("Renewal of order {order} put off"),
        _ => format!("Reissue of order {order} put off"),
    };
    let said: Vec<_> = problem
        .iter()
        .map(|problem| format!("{}: {}", problem.summary, problem.detail))
        .collect();
    Diagnostic::warning(
        summary,
        format!(
            "It failed, and only a clock asked for it.\n\n{}\n\nThe certificate in force for \
             {names} (serial number {}) lasts until {}, and the order has coverage until {}. Both \
             stay as they are, and the next apply tries again. From {} on such a failure is an \
             error, whatever `on_clock_failure` says.",
            said.join("\n\n"),
            prior.serial_number.as_str().unwrap_or("unknown"),
            prior.valid_till.as_str().unwrap_or("an unknown day"),
            prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            deadline.last_third(),
        ),
    )
}
