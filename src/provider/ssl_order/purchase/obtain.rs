//! Creating an order: look, act once, settle.
//!
//! Until CertCentral has an order, a failure is an error and leaves nothing behind. From then on there are warnings only:
//! an error beside a created object would make core taint it, and the next apply would buy it again. The return type
//! sees to it: [`Created::Object`] cannot hold an error.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::{error, info};

use super::lookup;
use super::lookup::Found;
use super::new_order;
use super::new_order::Prepared;
use super::place;
use super::place::Outcome;
use super::similar;
use super::similar::Similar;
use super::{messages, price, race_check};
use crate::certcentral::{Client, Order, OrderId, PlacedOrder};
use crate::framework::{
    Call, CreateRequest, Created, Diagnostic, Diagnostics, FromToValue, Warnings, conformance,
};
use crate::provider::order::api_error;
use crate::provider::order::backoff::Bounds;
use crate::provider::session::{Claim, Session};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::refresh::wait;
use crate::provider::ssl_order::refresh::wait::{Limits, WaitFor};
use crate::provider::ssl_order::refresh::{details, domain_validations, state};
use crate::provider::ssl_order::rules::dates_for_a_new_order;
use crate::provider::ssl_order::schema;

type Request = CreateRequest<SslOrderModel, SslOrderPrivate>;
type Outcomes = Created<SslOrderModel, SslOrderPrivate>;

/// Places the order of a plan, or adopts it if an earlier run placed it.
pub(crate) async fn create(session: &Session, call: &Call, request: Request) -> Outcomes {
    let planned = request.planned_state;
    let purchase = Purchase {
        content: None,
        renewal_of: None,
        renewed_until: None,
        timeout: planned.create_timeout(),
        planned,
    };
    match obtain(session, call, purchase).await {
        Ok((state, warnings)) => Created::Object {
            state,
            private: SslOrderPrivate::default(),
            warnings,
        },
        Err(problems) => Created::Nothing(problems),
    }
}

/// An order to obtain.
pub(crate) struct Purchase {
    /// Its plan; computed values are unknown in it.
    pub planned: SslOrderModel,
    /// The plan as a create of the same configuration would have it, if that is another: the order is found by its content again.
    pub content: Option<SslOrderModel>,
    /// The order that it continues, where the provider renews by itself.
    pub renewal_of: Option<OrderId>,
    /// The last day of the order that it continues, for its price.
    pub renewed_until: Option<String>,
    /// Bound of everything, waiting included.
    pub timeout: Duration,
}

/// Places an order, or adopts it if an earlier run placed it. Without an error there is an order, and its state holds the id;
/// with an error nothing was ordered, or nobody knows.
pub(crate) async fn obtain(
    session: &Session,
    call: &Call,
    purchase: Purchase,
) -> Result<(SslOrderModel, Warnings), Diagnostics> {
    let planned = purchase.planned;
    let bounds = Bounds::from_now(purchase.timeout, &call.stop);
    let client = session.client()?.within(bounds.deadline, bounds.stop);
    let mut prepared = prepare(session, &planned, purchase.renewal_of, &client.host())?;
    if let Some(content) = &purchase.content {
        let found_by = prepare(session, content, purchase.renewal_of, &client.host())?;
        prepared.take_reference(found_by);
    }
    answer_would_be_accepted(&planned, &prepared)?;
    let mut claim = session
        .claim_token(&prepared.token)
        .ok_or_else(|| messages::same_order_twice(&prepared))?;

    let polling = session.polling();
    let limits = Limits {
        wait_for: WaitFor::from(planned.wait_for.as_str()),
        bounds,
        polling: &polling,
    };
    let mut warnings = Warnings::new();
    let existing = look(session, &client, &prepared, &planned, &mut warnings).await?;
    let order = match existing {
        Some(order) => {
            claim_order(session, order.id)?.keep();
            info!(order_id = %order.id, token = %prepared.token, "order of an earlier run adopted");
            let (summary, detail) = messages::adopted(&order, &prepared.token);
            warnings.push(summary, detail);
            Got::Order(order)
        }
        None => {
            let past: Diagnostics = dates_for_a_new_order(&planned, session.today())
                .into_iter()
                .collect();
            if past.has_errors() {
                return Err(past);
            }
            let renewed_until = purchase.renewed_until.as_deref();
            price::check(session, &planned, renewed_until, &client, &call.stop).await?;
            prepared.body.price_estimate = price::known(session, &planned, renewed_until);
            // What is not known to have failed may be there: nobody else of this apply sends the same order then.
            claim.keep();
            match place::place(&client, &prepared, bounds).await {
                Outcome::Placed(placed) => Got::Answer(placed),
                Outcome::Settled(order) => {
                    let (summary, detail) = messages::settled(&order);
                    warnings.push(summary, detail);
                    Got::Order(order)
                }
                Outcome::NoOrder(problem) => {
                    claim.give_back();
                    return Err(problem.into());
                }
                Outcome::Unknown(problem) => return Err(problem.into()),
            }
        }
    };
    if let Ok(mut taken) = claim_order(session, order.id()) {
        taken.keep();
    }
    Ok(ordered(&client, planned, &prepared, order, claim, limits, warnings).await)
}

/// What proves that there is an order.
enum Got {
    /// The answer to the POST.
    Answer(PlacedOrder),
    /// Order info.
    Order(Box<Order>),
}

impl Got {
    fn id(&self) -> OrderId {
        match self {
            Self::Answer(placed) => placed.id,
            Self::Order(order) => order.id,
        }
    }
}

/// There is an order. Nothing from here on can fail, not even by a panic.
async fn ordered(
    client: &Client,
    planned: SslOrderModel,
    prepared: &Prepared,
    got: Got,
    mut claim: Claim,
    limits: Limits<'_>,
    mut warnings: Warnings,
) -> (SslOrderModel, Warnings) {
    claim.keep();
    let id = got.id();
    let certain = state::placed(planned, id, &prepared.token);
    let details = fill_in(client, certain.clone(), prepared, got, limits);
    let (state, found) = unless_it_panics(details, certain, id).await;
    warnings.extend(found);
    (state, warnings)
}

/// What `details` makes of the order, or `certain` with a warning if it panics: a panic that reached the framework
/// would lose the id of a paid order.
async fn unless_it_panics(
    details: impl Future<Output = (SslOrderModel, Warnings)>,
    certain: SslOrderModel,
    id: OrderId,
) -> (SslOrderModel, Warnings) {
    match AssertUnwindSafe(details).catch_unwind().await {
        Ok(filled_in) => filled_in,
        Err(_) => {
            error!(order_id = %id, "panic after the order was placed");
            let mut warnings = Warnings::new();
            let (summary, detail) = messages::details_lost(id);
            warnings.push(summary, detail);
            (certain, warnings)
        }
    }
}

/// Everything that CertCentral tells about the order, now and while the create waits for the certificate.
async fn fill_in(
    client: &Client,
    mut state: SslOrderModel,
    prepared: &Prepared,
    got: Got,
    limits: Limits<'_>,
) -> (SslOrderModel, Warnings) {
    let mut warnings = Warnings::new();
    let mut chain = Vec::new();
    let is_adopted = matches!(got, Got::Order(_));
    let (id, order) = match got {
        Got::Answer(placed) => {
            state::answer(&mut state, &placed);
            domain_validations::tokens(&mut state, &placed, prepared.body.dcv_method.as_deref());
            chain = placed.certificate_chain;
            let (order, ()) = tokio::join!(
                client.order(placed.id),
                race_check::look(client, prepared, placed.id, &mut warnings),
            );
            (placed.id, order)
        }
        Got::Order(order) => (order.id, Ok(*order)),
    };
    match order {
        Ok(order) => {
            let all_validated =
                details::details(client, &mut state, &order, &chain, &mut warnings).await;
            if is_adopted && !all_validated {
                details::random_value(client, &mut state, &order, &mut warnings).await;
            }
            wait::until_issued(
                client,
                &mut state,
                order,
                all_validated,
                limits,
                &mut warnings,
            )
            .await;
        }
        Err(error) => {
            warnings.push_demoted(api_error::diagnostic(
                &error,
                &format!("looking at order {id}"),
            ));
            let (summary, detail) = messages::details_follow(id);
            warnings.push(summary, detail);
        }
    }
    (state, warnings)
}

fn prepare(
    session: &Session,
    planned: &SslOrderModel,
    renewal_of: Option<OrderId>,
    host: &str,
) -> Result<Prepared, Diagnostic> {
    let default_organization = session
        .order_defaults()
        .and_then(|defaults| defaults.organization_id.into_known());
    new_order::prepare(planned, default_organization, renewal_of, host)
}

/// Builds the state with a placeholder id and holds it against core's rules: after the POST nothing may fail.
fn answer_would_be_accepted(
    planned: &SslOrderModel,
    prepared: &Prepared,
) -> Result<(), Diagnostic> {
    let placeholder = OrderId::try_from(1)
        .map_err(|error| Diagnostic::bug(format!("The placeholder id is refused: {error}.")))?;
    let state = state::placed(planned.clone(), placeholder, &prepared.token);
    let differences =
        conformance::check_created(&schema::schema(), &planned.to_value(), &state.to_value());
    if differences.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = differences.iter().map(ToString::to_string).collect();
    Err(Diagnostic::bug(format!(
        "The state of the order would not match its plan, so it was not placed: {}.",
        list.join("; ")
    )))
}

/// The order of an earlier run: by its token, or under another reference after a reissue or a renewal.
async fn look(
    session: &Session,
    client: &Client,
    prepared: &Prepared,
    planned: &SslOrderModel,
    warnings: &mut Warnings,
) -> Result<Option<Box<Order>>, Diagnostic> {
    match lookup::by_token(client, prepared).await {
        Ok(Found::Nothing) => {}
        Ok(Found::Ours(order)) => return Ok(Some(order)),
        Ok(Found::Foreign(id)) => return Err(messages::foreign_order(prepared, id)),
        Ok(Found::Several(ids)) => return Err(messages::several_orders(prepared, &ids)),
        Err(error) => {
            return Err(api_error::diagnostic(
                &error,
                "looking for an order of an earlier run, before anything is ordered",
            ));
        }
    }
    let similar = similar::look(client, prepared, session)
        .await
        .map_err(|error| {
            api_error::diagnostic(
                &error,
                "looking for similar orders, before anything is ordered",
            )
        })?;
    let check = planned.duplicate_order_check.as_str().unwrap_or("error");
    match similar {
        Similar::Ours(order) => Ok(Some(order)),
        Similar::Twin(id) if check != "off" => Err(messages::twin_order(prepared, id)),
        Similar::Doubtful(id) if check != "off" => Err(messages::doubtful_order(prepared, id)),
        Similar::Foreign { id, placed } if check == "error" => {
            Err(messages::similar_order(prepared, id, &placed))
        }
        Similar::Foreign { id, placed } if check == "warn" => {
            warnings.push_demoted(messages::similar_order(prepared, id, &placed));
            Ok(None)
        }
        Similar::Nothing | Similar::Twin(_) | Similar::Doubtful(_) | Similar::Foreign { .. } => {
            Ok(None)
        }
    }
}

/// Two resources never share an order, whatever leads them to it.
fn claim_order(session: &Session, id: OrderId) -> Result<Claim, Diagnostic> {
    session
        .claim_order(id)
        .ok_or_else(|| messages::order_taken(id))
}

#[cfg(test)]
mod tests;
