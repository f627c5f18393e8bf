//! Orders that somebody closed outside Terraform.

use super::words::{names, order_id};
use crate::certcentral::OrderStatus;
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};
use crate::provider::ssl_order::model::SslOrderModel;

/// What a closed order does to the plan.
pub(super) struct BecauseClosed {
    pub(super) diagnostics: Diagnostics,
    pub(super) requires_replace: Vec<AttributePath>,
    /// The planned state, with a difference for core to replace on.
    pub(super) state: Option<SslOrderModel>,
}

/// A closed order stays as it is with a warning, since somebody closed it on purpose, unless the configuration asks for
/// a new one.
pub(super) fn because_closed(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
) -> Option<BecauseClosed> {
    let status = prior.status.as_str()?;
    if !OrderStatus::from(status).is_closed() {
        return None;
    }
    let order = order_id(prior);
    let names = names(prior);
    if planned.reorder_when_closed != Attr::Known(true) {
        return Some(BecauseClosed {
            diagnostics: Diagnostic::warning(
                "Order is closed",
                format!(
                    "Order {order} for {names} is {status} in CertCentral, and nothing is done about it. To buy a new order, set \
                     `reorder_when_closed = true`, or change `order_key`; to forget it, remove the resource."
                ),
            )
            .at(AttributePath::of("status"))
            .into(),
            requires_replace: Vec::new(),
            state: None,
        });
    }
    Some(BecauseClosed {
        diagnostics: Diagnostic::warning(
            "Closed order is replaced",
            format!(
                "Order {order} for {names} is {status} in CertCentral and `reorder_when_closed` is set: a new order is placed and paid."
            ),
        )
        .into(),
        requires_replace: vec![AttributePath::of("status")],
        state: Some(SslOrderModel {
            status: Attr::Unknown,
            ..planned.clone()
        }),
    })
}
