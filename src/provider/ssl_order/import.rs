//! Importing an order by its id. The refresh that core runs next fills the state in.

use super::model::SslOrderModel;
use super::private::SslOrderPrivate;
use crate::certcentral::OrderId;
use crate::framework::{Attr, Diagnostic, Diagnostics, Imported};

/// A first state that holds the order id.
pub(super) fn import(id: &str) -> Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics> {
    let order_id: OrderId = id.trim().parse().map_err(|_| {
        Diagnostic::error(
            "Invalid import id",
            format!("{id:?} is not an order id. Import takes the number of the order in CertCentral, such as 112233."),
        )
    })?;
    Ok(Imported {
        state: SslOrderModel {
            id: Attr::Known(order_id.to_string()),
            order_id: Attr::Known(order_id.get()),
            ..SslOrderModel::default()
        },
        private: SslOrderPrivate { imported: true },
    })
}

#[cfg(test)]
mod tests;
