//! What the plan of a destroy says.

use super::words::{names, order_id};
use crate::certcentral::OrderStatus;
use crate::framework::{Diagnostic, Diagnostics};
use crate::provider::ssl_order::model::SslOrderModel;

/// Announces what will happen to the order.
pub(crate) fn plan_destroy(prior: &SslOrderModel) -> Diagnostics {
    let status = OrderStatus::from(prior.status.as_str().unwrap_or_default());
    if status.is_closed() || prior.order_id.known().is_none() {
        return Diagnostics::new();
    }
    let order = order_id(prior);
    let names = names(prior);
    let warning = if prior.on_destroy.as_str() == Some("cancel") {
        if status == OrderStatus::Issued {
            Diagnostic::warning(
                "Destroy leaves the issued certificate valid",
                format!(
                    "Order {order} for {names} is issued, and an issued order cannot be canceled. Terraform forgets it; its certificate stays \
                     valid and the order stays open in CertCentral."
                ),
            )
        } else {
            Diagnostic::warning(
                "Destroy cancels the order",
                format!(
                    "Order {order} for {names} is canceled in CertCentral unless its certificate has been issued by then. Canceling is final."
                ),
            )
        }
    } else {
        Diagnostic::warning(
            "Destroy leaves the order open",
            format!(
                "Order {order} for {names} stays open in CertCentral, because `on_destroy` is \"retain\". Terraform only forgets it; the same \
                 configuration finds it again instead of buying another. Set `on_destroy = \"cancel\"` and apply before destroying to cancel an \
                 order that is not issued."
            ),
        )
    };
    warning.into()
}
