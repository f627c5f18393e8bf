//! The POST of an order and what became of it: sent once, looked for after everything that proves
//! nothing, and before it is sent again after what seems to prove that nothing happened.

use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::lookup::Found;
use super::new_order::Prepared;
use super::{lookup, messages};
use crate::certcentral::{Certainty, Client, Error, Order, PlacedOrder};
use crate::framework::Diagnostic;
use crate::provider::order::api_error;
use crate::provider::order::attempts::Attempts;
use crate::provider::order::waiting::{BackOff, Bounds, Paused, Schedule};

/// What came of the POST.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// CertCentral answered with an order.
    Placed(PlacedOrder),
    /// The answer was lost, and the order was found.
    Settled(Box<Order>),
    /// Nothing was ordered.
    NoOrder(Diagnostic),
    /// Nobody knows whether it was ordered, or which of several orders it is.
    Unknown(Diagnostic),
}

impl Outcome {
    /// What was found after a POST that proved nothing; none if that is no order of ours.
    fn of(found: Found, prepared: &Prepared) -> Option<Self> {
        match found {
            Found::Nothing | Found::Others(_) => None,
            Found::Ours(order) => {
                info!(order_id = %order.id, token = %prepared.token, "order settled by a look");
                Some(Self::Settled(order))
            }
            Found::Several(ids) => {
                let problem = messages::several_after_a_lost_answer(prepared, &ids);
                Some(Self::Unknown(problem))
            }
        }
    }
}

/// Sends the order and settles its outcome before the deadline. A stop that came before the POST
/// prevents it, also when the process shuts down; a later one ends the settling, never the POST.
pub(crate) async fn place(client: &Client, prepared: &Prepared, bounds: Bounds<'_>) -> Outcome {
    if bounds.stop.is_cancelled() {
        return Outcome::NoOrder(messages::interrupted());
    }
    info!(token = %prepared.token, product = %prepared.product, "placing the order");
    let mut attempts = Attempts::new(bounds);
    let mut turn = None;
    let error = loop {
        let attempt = match turn.is_some() {
            true => attempts.next(&client.urgent()),
            false => attempts.next(client),
        };
        let error = match attempt.place_order(&prepared.product, &prepared.body).await {
            Ok(placed) => {
                info!(order_id = %placed.id, "order placed");
                return Outcome::Placed(placed);
            }
            Err(error) => error,
        };
        drop(turn.take());
        if attempts.pause_after(&error).await {
            // One at a time: the looks of those who failed together would take the turns of their
            // orders.
            let next = timeout_at(bounds.deadline.max(Instant::now()), client.turn_to_repeat());
            turn = next.await.ok();
        }
        let may_repeat = turn.is_some();
        let is_over_limit = error.status() == Some(429);
        if !may_repeat && !is_over_limit {
            break error;
        }
        match placed_after_all(&client.urgent(), prepared).await {
            Ok(Some(outcome)) => return outcome,
            Ok(None) if may_repeat => {}
            Ok(None) => break error,
            // What cannot be looked up is not sent again, and nobody knows.
            Err(_) if may_repeat || bounds.stop.is_cancelled() => {
                drop(turn);
                return settle(client, prepared, &error, bounds).await;
            }
            Err(_) => break error,
        }
    };
    match error.certainty() {
        Certainty::NothingHappened => {
            let doing = match &error {
                // Of many orders that are refused here, a reader wants to know which.
                Error::Config(_) => {
                    let name = &prepared.body.certificate.common_name;
                    format!("placing the order for {name}")
                }
                _ => "placing the order".to_owned(),
            };
            Outcome::NoOrder(api_error::diagnostic(&error, &doing))
        }
        Certainty::Unknown => {
            warn!(token = %prepared.token, %error, "answer to the order lost, looking for it");
            settle(client, prepared, &error, bounds).await
        }
    }
}

/// Looks whether an order is there although the failure of its POST says that nothing happened: a
/// gateway can answer 429 in the place of an answer that was on its way. The look-up by token may
/// not show an order that waits for an approver; the requests do.
async fn placed_after_all(client: &Client, prepared: &Prepared) -> Result<Option<Outcome>, Error> {
    let mut found = lookup::by_token(client, prepared).await?;
    if matches!(found, Found::Nothing | Found::Others(_)) {
        found = Found::of(lookup::waiting_with_our_token(client, prepared).await?);
    }
    let outcome = Outcome::of(found, prepared);
    if matches!(outcome, Some(Outcome::Settled(_))) {
        client.count_order();
    }
    Ok(outcome)
}

/// Looks for an order whose answer was lost, until the deadline. The POST is not repeated.
pub(crate) async fn settle(
    client: &Client,
    prepared: &Prepared,
    lost: &Error,
    bounds: Bounds<'_>,
) -> Outcome {
    // These calls go before all others: until they find the order, nobody knows what was bought.
    let client = &client.within(bounds.deadline, bounds.stop).urgent();
    let mut last_trouble = None;
    let mut back_off = BackOff::new(Schedule::LOST_ANSWER, bounds);
    for _ in 0..Schedule::LOOKS_AFTER_A_LOST_ANSWER {
        let paused = back_off.pause_at_most().await;
        match lookup::by_token(client, prepared).await {
            Ok(found) => {
                if let Some(outcome) = Outcome::of(found, prepared) {
                    return outcome;
                }
            }
            Err(error) => last_trouble = Some(error),
        }
        if paused != Paused::Over {
            break;
        }
    }
    if !bounds.stop.is_cancelled() {
        match lookup::with_our_token(client, prepared).await {
            Ok(found) => {
                if let Some(outcome) = Outcome::of(Found::of(found), prepared) {
                    return outcome;
                }
            }
            Err(error) => last_trouble = Some(error),
        }
    }
    Outcome::Unknown(messages::unknown_outcome(
        prepared,
        lost,
        last_trouble.as_ref(),
    ))
}
