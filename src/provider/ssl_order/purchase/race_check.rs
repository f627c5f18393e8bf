//! A look after the order is placed: has another run placed the same one meanwhile?
//!
//! Two applies without a state lock both look, find nothing, and order; and CertCentral may carry out the order of a killed run after the
//! next one has looked. Nothing can prevent either, but whoever looks last sees both orders, and says so while they can still be ended.

use tracing::{debug, warn};

use super::lookup::has_key;
use super::new_order::Prepared;
use super::{messages, similar};
use crate::certcentral::{Client, Error, Order, OrderId};
use crate::framework::Warnings;

/// Warns of every other open order that carries the token of `ours`. A look that fails warns of nothing: the order is placed.
pub(crate) async fn look(
    client: &Client,
    prepared: &Prepared,
    ours: OrderId,
    warnings: &mut Warnings,
) {
    match others(client, prepared, ours).await {
        Ok(others) => {
            for other in others {
                warn!(order_id = %ours, other = %other.id, token = %prepared.token, "placed twice");
                let (summary, detail) = messages::placed_twice(ours, &other, &prepared.token);
                warnings.push(summary, detail);
            }
        }
        Err(error) => {
            debug!(order_id = %ours, %error, "no look for another order with the same token");
        }
    }
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

#[cfg(test)]
mod tests;
