//! Looking for an order that an earlier run may have placed: before the POST, and after one whose answer was lost.

use tracing::debug;

use super::lineage;
use super::new_order::Prepared;
use crate::certcentral::{Client, Error, Order, OrderId, OrderStatus};
use crate::pki::Csr;

/// What carries the token.
#[derive(Debug)]
pub(crate) enum Found {
    /// No open order.
    Nothing,
    /// One open order, with our key.
    Ours(Box<Order>),
    /// One open order with another key: the token is the user's own and names something else.
    Foreign(OrderId),
    /// Several open orders.
    Several(Vec<OrderId>),
}

/// Looks the token up. Closed orders are ignored: they are history, unless a renewal goes on from them.
pub(crate) async fn by_token(client: &Client, prepared: &Prepared) -> Result<Found, Error> {
    debug!(token = %prepared.token, "looking for an order by its token");
    let mut open: Vec<Order> = Vec::new();
    for hit in client.orders_by_alternative_id(&prepared.token).await? {
        let may_go_on = hit.status.is_open() || hit.status == OrderStatus::Expired;
        if !may_go_on || prepared.renewal_of() == Some(hit.order_id) {
            continue;
        }
        let order = client.order(hit.order_id).await?;
        let order = lineage::latest(client, order).await?;
        if order.status.is_open() && open.iter().all(|known| known.id != order.id) {
            open.push(order);
        }
    }
    Ok(match open.len() {
        0 => Found::Nothing,
        1 => match open.pop() {
            Some(order) if has_key(&order, &prepared.csr) => Found::Ours(Box::new(order)),
            Some(order) => Found::Foreign(order.id),
            None => Found::Nothing,
        },
        _ => Found::Several(open.iter().map(|order| order.id).collect()),
    })
}

/// Whether an order was placed for the key of a CSR.
pub(crate) fn has_key(order: &Order, csr: &Csr) -> bool {
    is_for_key(order.certificate.csr.as_deref(), csr)
}

/// Whether a CSR that CertCentral shows holds the key of ours.
pub(crate) fn is_for_key(theirs: Option<&str>, csr: &Csr) -> bool {
    theirs
        .and_then(|text| Csr::from_pem(text).ok())
        .is_some_and(|theirs| theirs.public_key() == csr.public_key())
}

#[cfg(test)]
mod tests;
