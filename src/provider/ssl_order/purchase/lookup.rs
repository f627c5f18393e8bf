//! Looking for the order of a token: before the POST and after one whose answer was lost, for what an earlier run may have placed; and
//! after the order is placed, for what another run has placed meanwhile.
//!
//! Two applies without a state lock both look, find nothing, and order; and CertCentral may carry out the order of a killed run after the
//! next one has looked. Nothing can prevent either, but whoever looks last sees both orders, and says so while they can still be ended.

use tracing::{debug, warn};

use super::new_order::Prepared;
use super::{lineage, messages, similar};
use crate::certcentral::{Client, Error, Order, OrderId, OrderStatus};
use crate::framework::Diagnostic;
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

/// Returns a warning of every other open order that carries the token of `ours`. A look that fails warns of nothing: the order is placed.
pub(crate) async fn rivals(client: &Client, prepared: &Prepared, ours: OrderId) -> Vec<Diagnostic> {
    let others = match others(client, prepared, ours).await {
        Ok(others) => others,
        Err(error) => {
            debug!(order_id = %ours, %error, "no look for another order with the same token");
            return Vec::new();
        }
    };
    let placed_twice = |other: &Order| {
        warn!(order_id = %ours, other = %other.id, token = %prepared.token, "placed twice");
        messages::placed_twice(ours, other, &prepared.token)
    };
    others.iter().map(placed_twice).collect()
}

async fn others(client: &Client, prepared: &Prepared, ours: OrderId) -> Result<Vec<Order>, Error> {
    let hits = client.orders_by_alternative_id(&prepared.token).await?;
    let mut found = Vec::new();
    if hits.iter().any(|hit| hit.order_id == ours) {
        let others = hits.iter().filter(|hit| hit.order_id != ours);
        for hit in others.filter(|hit| hit.status.is_open()) {
            found.push(client.order(hit.order_id).await?);
        }
    } else {
        // The look-up does not show new orders yet.
        found = similar::with_our_token(client, prepared).await?;
    }
    found.retain(|order| {
        let is_history = order.is_renewed || prepared.renewal_of() == Some(order.id);
        order.id != ours && order.status.is_open() && !is_history && has_key(order, &prepared.csr)
    });
    Ok(found)
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
