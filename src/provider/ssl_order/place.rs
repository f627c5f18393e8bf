//! The order POST: once, and then certainty.
//!
//! Three outcomes: placed, not placed, unknown. Only what proves that CertCentral did nothing counts as not placed. After
//! anything else the order is looked for with growing pauses; the POST is never repeated.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::find::{self, Found};
use super::new_order::Prepared;
use crate::certcentral::{Certainty, Client, Error, Order, PlacedOrder};
use crate::framework::Diagnostic;
use crate::provider::api_error;

/// Pauses between look-ups after a lost answer, in seconds: two minutes in all.
const LOOK_AGAIN: [u64; 7] = [1, 2, 4, 8, 15, 30, 60];

/// What came of the POST.
#[derive(Debug)]
pub(super) enum Outcome {
    /// CertCentral answered with an order.
    Placed(PlacedOrder),
    /// The answer was lost, and the order was found.
    Settled(Box<Order>),
    /// Nothing was ordered, or nobody knows: the diagnostic says which.
    NoOrder(Diagnostic),
}

/// Sends the order and settles its outcome before `deadline`. A stop that came before the POST prevents it, also when
/// the process shuts down; a later one ends the settling, never the POST.
pub(super) async fn place(
    client: &Client,
    prepared: &Prepared,
    deadline: Instant,
    stop: &CancellationToken,
) -> Outcome {
    if stop.is_cancelled() {
        return Outcome::NoOrder(super::words::interrupted());
    }
    info!(token = %prepared.token, product = %prepared.product, "placing the order");
    let error = match client.place_order(&prepared.product, &prepared.body).await {
        Ok(placed) => {
            info!(order_id = %placed.id, "order placed");
            return Outcome::Placed(placed);
        }
        Err(error) => error,
    };
    match error.certainty() {
        Certainty::NothingHappened => {
            Outcome::NoOrder(api_error::diagnostic(&error, "placing the order"))
        }
        Certainty::Unknown => {
            warn!(token = %prepared.token, %error, "answer to the order lost, looking for it");
            settle(client, prepared, &error, deadline, stop).await
        }
    }
}

async fn settle(
    client: &Client,
    prepared: &Prepared,
    lost: &Error,
    deadline: Instant,
    stop: &CancellationToken,
) -> Outcome {
    let mut last_trouble = None;
    for pause in LOOK_AGAIN {
        let goes_on = pause_for(Duration::from_secs(pause), deadline, stop).await;
        match find::by_token(client, prepared).await {
            Ok(Found::Ours(order)) => {
                info!(order_id = %order.id, token = %prepared.token, "order settled after a lost answer");
                return Outcome::Settled(order);
            }
            Ok(Found::Several(ids)) => {
                return Outcome::NoOrder(super::words::several_orders(prepared, &ids));
            }
            Ok(Found::Nothing | Found::Foreign(_)) => {}
            Err(error) => last_trouble = Some(error),
        }
        if !goes_on {
            break;
        }
    }
    Outcome::NoOrder(super::words::unknown_outcome(
        prepared,
        lost,
        last_trouble.as_ref(),
    ))
}

/// Pauses before the next look-up, not beyond `deadline` and not after a stop. Returns whether more look-ups may follow.
async fn pause_for(pause: Duration, deadline: Instant, stop: &CancellationToken) -> bool {
    let until = (Instant::now() + pause).min(deadline);
    tokio::select! {
        () = sleep_until(until) => Instant::now() < deadline,
        () = stop.cancelled() => false,
    }
}

#[cfg(test)]
mod tests;
