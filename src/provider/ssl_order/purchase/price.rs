//! What an order would cost: asked for in the plan that buys it, and held against `max_order_price` there and once more
//! just before the order is placed.
//!
//! A price is an estimate. Without a limit nothing depends on it, so whatever keeps it away is silent. With a limit an order
//! passes only on a price that is known and within.

mod verdict;

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

pub(crate) use self::verdict::{Verdict, judge};
use self::verdict::{refusal, with_currency};
use super::messages::interrupted;
use crate::certcentral::{Amount, Client, Error, PriceEstimate, PriceQuery, PricedNames};
use crate::framework::Diagnostic;
use crate::provider::order::api_error;
use crate::provider::session::{Answer, Asker, NoAnswer, Session};
use crate::provider::ssl_order::model::SslOrderModel;

/// How long a plan waits for an estimate, its turn and all attempts included. Nothing is lost by not knowing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the price of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Estimate {
    /// CertCentral told it.
    Price(Price),
    /// CertCentral was asked and told none: why, in sentences.
    Undetermined(String),
    /// The names, the product or the validity become known only during apply.
    NotKnownYet,
    /// There is no API key, or no address, to ask with yet.
    NobodyToAsk,
}

/// A price before tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    /// Above zero.
    pub(crate) total: Amount,
    /// Such as `USD`.
    pub(crate) currency: Option<String>,
}

/// What the plan of a new order says about its price, and whether the price stops it. One call at most. What nobody sets is
/// null in `order`, as in its configuration; an unknown value is one that becomes known during apply.
/// `renewed_until` is the last day of the order that this one renews, if it renews one.
pub(crate) async fn announce(
    session: &Session,
    order: &SslOrderModel,
    renewed_until: Option<&str>,
) -> Verdict {
    judge(
        &estimate(session, order, renewed_until).await,
        &session.max_order_price(),
    )
}

/// The price of a planned order.
pub(crate) async fn estimate(
    session: &Session,
    order: &SslOrderModel,
    renewed_until: Option<&str>,
) -> Estimate {
    let asker = if session.max_order_price().is_null() {
        Asker::Reader
    } else {
        Asker::PlannedLimit
    };
    let Some(query) = query(order, renewed_until) else {
        return Estimate::NotKnownYet;
    };
    let Ok(client) = session.client() else {
        return Estimate::NobodyToAsk;
    };
    let client = client.within(Instant::now() + PATIENCE, &CancellationToken::new());
    let client = match asker {
        Asker::Reader => client.without_repeats(),
        Asker::PlannedLimit | Asker::OrderLimit => client,
    };
    ask(session, &query, asker, &client).await
}

/// Holds an order that is about to be placed against the limit. Calls nothing without a limit. `client` has the time of the create.
pub(crate) async fn check(
    session: &Session,
    order: &SslOrderModel,
    renewed_until: Option<&str>,
    client: &Client,
    stop: &CancellationToken,
) -> Result<(), Diagnostic> {
    let limit = session.max_order_price();
    if limit.is_null() {
        return Ok(());
    }
    let estimate = match query(order, renewed_until) {
        None => Estimate::NotKnownYet,
        Some(query) => tokio::select! {
            biased;
            () = stop.cancelled() => return Err(interrupted()),
            estimate = ask(session, &query, Asker::OrderLimit, client) => estimate,
        },
    };
    refusal(&estimate, &limit).map_or(Ok(()), Err)
}

/// The price of an order as far as somebody has asked for it, such as `250.00 USD`. Calls nothing.
pub(crate) fn known(
    session: &Session,
    order: &SslOrderModel,
    renewed_until: Option<&str>,
) -> Option<String> {
    match read(session.known_price(&query(order, renewed_until)?)?) {
        Estimate::Price(price) => Some(with_currency(&price.total, &price)),
        _ => None,
    }
}

async fn ask(session: &Session, query: &PriceQuery, asker: Asker, client: &Client) -> Estimate {
    let answer = async {
        match asker {
            Asker::OrderLimit => told(client.order_price(query).await),
            Asker::Reader | Asker::PlannedLimit => in_time(client, query).await,
        }
    };
    match session.price(query, asker, answer).await {
        Some(Ok(estimate)) => read(estimate),
        Some(Err(failure)) => Estimate::Undetermined(failure.reason),
        None => Estimate::Undetermined("CertCentral could not be reached.".to_owned()),
    }
}

/// The answer to a plan, which waits for its [`PATIENCE`] and no longer.
async fn in_time(client: &Client, query: &PriceQuery) -> Answer {
    match timeout(PATIENCE, client.order_price(query)).await {
        Ok(result) => told(result),
        Err(_) => Err(NoAnswer {
            unreachable: true,
            reason: format!(
                "CertCentral did not estimate the price within {} seconds.",
                PATIENCE.as_secs()
            ),
        }),
    }
}

fn told(result: Result<PriceEstimate, Error>) -> Answer {
    result.map_err(|error| NoAnswer {
        unreachable: matches!(
            error.last_attempt(),
            Error::Transport { .. } | Error::NotSent { .. }
        ),
        reason: api_error::diagnostic(&error, "estimating the price").detail,
    })
}

fn read(estimate: PriceEstimate) -> Estimate {
    match estimate.total() {
        Some(total) => Estimate::Price(Price {
            total,
            currency: estimate.currency,
        }),
        None => Estimate::Undetermined(match estimate.total_price {
            Some(text) if text.parse::<Amount>().is_ok() => {
                format!(
                    "CertCentral answered with a price of {text}, by which it says that it cannot estimate this order."
                )
            }
            Some(text) => format!("CertCentral answered with {text:?}, which is not a price."),
            None => "CertCentral answered without a price.".to_owned(),
        }),
    }
}

/// None while something that the price depends on is unknown.
fn query(order: &SslOrderModel, renewed_until: Option<&str>) -> Option<PriceQuery> {
    if !order.names_are_known() || order.order_validity.is_unknown() {
        return None;
    }
    Some(PriceQuery {
        certificate: PricedNames {
            dns_names: order.canonical_names().into_iter().collect(),
        },
        order_validity: order.term().planned()?,
        product_name_id: order.product_name_id.as_str()?.to_owned(),
        renewal_of_order_valid_till: renewed_until.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests;
