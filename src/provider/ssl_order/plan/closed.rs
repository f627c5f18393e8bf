//! Orders that somebody closed outside Terraform.

use super::messages::what_is_bought;
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};
use crate::provider::ssl_order::model::SslOrderModel;

/// What a closed order does to the plan.
pub(crate) struct BecauseClosed {
    pub(crate) diagnostics: Diagnostics,
    pub(crate) requires_replace: Vec<AttributePath>,
    /// The planned state, with a difference for core to replace on.
    pub(crate) state: Option<SslOrderModel>,
}

/// Whether an order has come to its end in CertCentral.
pub(crate) fn is_closed(prior: &SslOrderModel) -> bool {
    prior.order_status().is_closed()
}

/// Whether a closed order is bought again.
pub(crate) fn is_ordered_again(planned: &SslOrderModel) -> bool {
    planned.reorder_when_closed == Attr::Known(true)
}

/// A closed order stays as it is with a warning, since somebody closed it on purpose, unless the configuration asks for
/// a new one.
pub(crate) fn because_closed(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    price: Option<&str>,
) -> Option<BecauseClosed> {
    let status = prior.status.as_str().filter(|_| is_closed(prior))?;
    let order = prior.shown_id();
    let names = prior.shown_names();
    if !is_ordered_again(planned) {
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
    let price = price.map(|sentence| format!(" {sentence}"));
    Some(BecauseClosed {
        diagnostics: Diagnostic::warning(
            "Closed order is replaced",
            format!(
                "Order {order} for {names} is {status} in CertCentral and `reorder_when_closed` is set: a new order is placed and paid. The new \
                 order: {}.{}",
                what_is_bought(planned),
                price.unwrap_or_default(),
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
