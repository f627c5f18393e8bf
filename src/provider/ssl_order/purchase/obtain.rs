//! Creating an order: look, act once, settle.
//!
//! The POST is sent once. Only what proves that CertCentral did nothing counts as not placed. After anything else the order is looked
//! for with growing pauses; the POST is never repeated.
//!
//! Until CertCentral has an order, a failure is an error and leaves nothing behind. From then on there are warnings only:
//! an error beside a created object would make core taint it, and the next apply would buy it again. The return type
//! sees to it: [`Created::Object`] cannot hold an error.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::{error, info, warn};

use super::lookup::{Found, Similar};
use super::new_order::Prepared;
use super::{lookup, messages, new_order, price};
use crate::certcentral::{Certainty, Client, Error, Order, OrderId, PlacedOrder};
use crate::framework::{
    Attr, Call, CreateRequest, Created, Diagnostic, Diagnostics, FromToValue, Warnings, conformance,
};
use crate::provider::order::api_error;
use crate::provider::order::waiting::{BackOff, Bounds, Paused, Schedule};
use crate::provider::session::{Claim, Session};
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::model::{OrderOrigin, SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners;
use crate::provider::ssl_order::refresh::observer::{Limits, Observer};
use crate::provider::ssl_order::refresh::state;
use crate::provider::ssl_order::rules::dates_for_a_new_order;

/// Places the order of a plan, or adopts it if an earlier run placed it.
pub(crate) async fn create(
    session: &Session,
    call: &Call,
    request: CreateRequest<SslOrder>,
) -> Created<SslOrder> {
    let planned = request.planned_state;
    let purchase = Purchase {
        content: None,
        renewal_of: None,
        renewed_until: None,
        timeout: planned.create_timeout(),
        planned,
    };
    match obtain(session, call, purchase).await {
        Ok(obtained) => {
            let Obtained {
                state,
                private,
                mut warnings,
            } = obtained;
            warnings.extend(owners::messages::claim_of_another_order(&state));
            Created::Object {
                state,
                private,
                warnings,
            }
        }
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
    /// The time for everything, waiting included.
    pub timeout: Duration,
}

/// An order that was obtained.
pub(crate) struct Obtained {
    /// Its state.
    pub state: SslOrderModel,
    /// What is kept beside it.
    pub private: SslOrderPrivate,
    /// What a person should know.
    pub warnings: Warnings,
}

/// Places an order, or adopts it if an earlier run placed it. Without an error there is an order, and its state holds the id;
/// with an error nothing was ordered, or nobody knows.
pub(crate) async fn obtain(
    session: &Session,
    call: &Call,
    purchase: Purchase,
) -> Result<Obtained, Diagnostics> {
    let limits = Limits::new(session, &purchase.planned, purchase.timeout, &call.stop);
    let client = session.client()?;
    let client = client.within(limits.bounds.deadline, limits.bounds.stop);
    let prepared = prepare(session, &purchase, &client.host())?;
    answer_would_be_accepted(&purchase.planned, &prepared)?;
    let mut claim = session
        .claim_token(&prepared.token)
        .ok_or_else(|| messages::same_order_twice(&prepared))?;
    let mut buyer = Buyer {
        session,
        client,
        purchase,
        prepared,
        limits,
        order_origin: OrderOrigin::Placed.into(),
        adoption: None,
        warnings: Warnings::new(),
    };
    let taken = match buyer.look().await? {
        Some(order) => {
            claim_order(session, order.id)?.keep();
            info!(order_id = %order.id, token = %buyer.prepared.token, "order of an earlier run adopted");
            claim.keep();
            buyer.adopt(&order).await;
            Taken::Seen(order)
        }
        None => buyer.place(claim).await?,
    };
    Ok(buyer.ordered(taken).await)
}

fn prepare(session: &Session, purchase: &Purchase, host: &str) -> Result<Prepared, Diagnostic> {
    let default_organization = session.default_organization();
    let prepare =
        |order| new_order::prepare(order, default_organization, purchase.renewal_of, host);
    let mut prepared = prepare(&purchase.planned)?;
    if let Some(content) = &purchase.content {
        prepared.take_reference(prepare(content)?);
    }
    Ok(prepared)
}

/// Builds the state with a placeholder id and holds it against core's rules: after the POST nothing may fail.
fn answer_would_be_accepted(
    planned: &SslOrderModel,
    prepared: &Prepared,
) -> Result<(), Diagnostic> {
    let placeholder = OrderId::try_from(1)
        .map_err(|error| Diagnostic::bug(format!("The placeholder id is refused: {error}.")))?;
    let state = state::placed(planned.clone(), placeholder, &prepared.token);
    let differences = conformance::check_created(&planned.to_value(), &state.to_value());
    if differences.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = differences.iter().map(ToString::to_string).collect();
    Err(Diagnostic::bug(format!(
        "The state of the order would not match its plan, so it was not placed: {}.",
        list.join("; ")
    )))
}

/// Two resources never share an order, whatever leads them to it.
pub(crate) fn claim_order(session: &Session, id: OrderId) -> Result<Claim, Diagnostic> {
    session.claim_order(id).ok_or_else(|| {
        if session.is_ending(id) {
            messages::order_ending(id)
        } else {
            messages::order_taken(id)
        }
    })
}

/// One order on its way.
struct Buyer<'a> {
    session: &'a Session,
    client: Client,
    purchase: Purchase,
    prepared: Prepared,
    limits: Limits<'a>,
    /// How this object comes by the order.
    order_origin: Attr<String>,
    /// The random id by which the notes of the order name it.
    adoption: Option<String>,
    warnings: Warnings,
}

impl Buyer<'_> {
    /// Takes an order over that was there before, and says so on it for those who may hold it as well. What an object of this apply has just let go
    /// of stays what it was.
    async fn adopt(&mut self, order: &Order) {
        let left = self.session.take_over(order.id);
        match left.filter(|left| !left.is_released && !left.order_origin.is_null()) {
            Some(left) => {
                self.order_origin = left.order_origin;
                self.adoption = left.adoption;
            }
            None => {
                let (adoption, warnings) = owners::notes::adopt(&self.client, order.id).await;
                self.order_origin = OrderOrigin::Adopted.into();
                self.adoption = adoption;
                self.warnings.extend(warnings);
            }
        }
        let held = SslOrderModel {
            order_id: Attr::Known(order.id.get()),
            order_origin: self.order_origin.clone(),
            ..self.purchase.planned.clone()
        };
        let for_good = owners::messages::adopted_for_good(&held);
        let token = &self.prepared.token;
        self.warnings
            .push(messages::adopted(order, token, &for_good));
    }

    /// Looks for the order of an earlier run: by its token, or under another reference after a reissue or a renewal.
    async fn look(&mut self) -> Result<Option<Box<Order>>, Diagnostic> {
        let prepared = &self.prepared;
        match lookup::by_token(&self.client, prepared).await {
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
        let similar = lookup::similar(&self.client, prepared, self.session)
            .await
            .map_err(|error| {
                api_error::diagnostic(
                    &error,
                    "looking for similar orders, before anything is ordered",
                )
            })?;
        let check = self.purchase.planned.duplicate_order_check.as_str();
        match (similar, check.unwrap_or("error")) {
            (Similar::Ours(order), _) => return Ok(Some(order)),
            (Similar::Nothing, _) | (_, "off") => {}
            (Similar::Twin(id), _) => return Err(messages::twin_order(prepared, id)),
            (Similar::Doubtful(id), _) => return Err(messages::doubtful_order(prepared, id)),
            (Similar::Foreign { id, placed }, check) => {
                let similar = messages::similar_order(prepared, id, &placed);
                match check {
                    "error" => return Err(similar),
                    "warn" => self.warnings.push(similar),
                    _ => {}
                }
            }
        }
        Ok(None)
    }

    /// Places the order, which is claimed from then on unless there is none for certain.
    async fn place(&mut self, mut claim: Claim) -> Result<Taken, Diagnostics> {
        let (session, planned) = (self.session, &self.purchase.planned);
        let today = session.today();
        self.warnings.extend(today.disagreement());
        if let Some(today) = today.agreed() {
            let past: Diagnostics = dates_for_a_new_order(planned, today).into_iter().collect();
            if past.has_errors() {
                return Err(past);
            }
        }
        let bounds = self.limits.bounds;
        let renewed_until = self.purchase.renewed_until.as_deref();
        price::check(session, planned, renewed_until, &self.client, bounds.stop).await?;
        self.prepared.body.price_estimate = price::known(session, planned, renewed_until);
        // What is not known to have failed may be there: nobody else of this apply sends the same order then.
        claim.keep();
        let taken = match place(&self.client, &self.prepared, bounds).await {
            Outcome::Placed(answer) => Taken::Answer(answer),
            Outcome::Settled(order) => {
                self.warnings.push(messages::settled(&order));
                Taken::Seen(order)
            }
            Outcome::NoOrder(problem) => {
                claim.give_back();
                return Err(problem.into());
            }
            Outcome::Unknown(problem) => return Err(problem.into()),
        };
        if let Some(mut order) = session.claim_order(taken.id()) {
            order.keep();
        }
        Ok(taken)
    }

    /// There is an order. Nothing from here on can fail, not even by a panic.
    async fn ordered(mut self, taken: Taken) -> Obtained {
        let id = taken.id();
        let planned = self.purchase.planned.clone();
        let certain = SslOrderModel {
            order_origin: self.order_origin.clone(),
            ..state::placed(planned, id, &self.prepared.token)
        };
        // On the heap, because this is the largest future of all and every caller would hold it on its stack.
        let details = Box::pin(self.fill_in(certain.clone(), taken));
        let (state, found) = unless_it_panics(details, certain, id).await;
        self.warnings.extend(found);
        Obtained {
            state,
            private: SslOrderPrivate {
                adoption: self.adoption,
                ..SslOrderPrivate::default()
            },
            warnings: self.warnings,
        }
    }

    /// Fills in everything that CertCentral says about the order, now and while the create waits for the certificate.
    async fn fill_in(&self, certain: SslOrderModel, taken: Taken) -> (SslOrderModel, Warnings) {
        let mut observer = Observer::new(&self.client, certain);
        let mut chain = Vec::new();
        let names_a_value = matches!(&taken, Taken::Answer(placed) if placed.names_a_value());
        let (id, order) = match taken {
            Taken::Answer(placed) => {
                observer.warnings.extend(messages::odd_answer(&placed));
                state::answer(&mut observer.state, &placed);
                let method = self.prepared.body.dcv_method.as_deref();
                state::validation_tokens(&mut observer.state, &placed, method);
                let (order, rivals) = tokio::join!(
                    self.client.order(placed.id),
                    lookup::rivals(&self.client, &self.prepared, placed.id),
                );
                observer.warnings.extend(rivals);
                chain = placed.certificate_chain;
                (placed.id, order)
            }
            Taken::Seen(order) => (order.id, Ok(*order)),
        };
        match order {
            Ok(order) => {
                let seen = observer.details(order, &chain).await;
                if !names_a_value && seen.has_open_domains() {
                    observer.random_value(&seen.order).await;
                }
                observer.wait(seen, &self.limits).await;
            }
            Err(error) => {
                observer.warn(&error, &format!("looking at order {id}"));
                observer.warnings.push(messages::details_follow(id));
            }
        }
        (observer.state, observer.warnings)
    }
}

/// Returns what `details` makes of the order, or `certain` with a warning if it panics: a panic that reached the framework
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
            warnings.push(messages::details_lost(id));
            (certain, warnings)
        }
    }
}

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

/// What proves that CertCentral has taken an order or a reissue.
#[derive(Debug)]
pub(crate) enum Taken {
    /// The answer to the POST.
    Answer(PlacedOrder),
    /// Order info.
    Seen(Box<Order>),
}

impl Taken {
    /// Returns the order id.
    pub(crate) fn id(&self) -> OrderId {
        match self {
            Self::Answer(placed) => placed.id,
            Self::Seen(order) => order.id,
        }
    }
}

/// Sends the order and settles its outcome before the deadline. A stop that came before the POST prevents it, also when
/// the process shuts down; a later one ends the settling, never the POST.
pub(crate) async fn place(client: &Client, prepared: &Prepared, bounds: Bounds<'_>) -> Outcome {
    if bounds.stop.is_cancelled() {
        return Outcome::NoOrder(messages::interrupted());
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

async fn settle(client: &Client, prepared: &Prepared, lost: &Error, bounds: Bounds<'_>) -> Outcome {
    // These calls go before all others: until they find the order, nobody knows what was bought.
    let client = &client.within(bounds.deadline, bounds.stop).urgent();
    let mut last_trouble = None;
    let mut back_off = BackOff::new(Schedule::LOST_ANSWER, bounds);
    for _ in 0..Schedule::LOOKS_AFTER_A_LOST_ANSWER {
        let paused = back_off.pause_at_most().await;
        match lookup::by_token(client, prepared).await {
            Ok(Found::Ours(order)) => {
                info!(order_id = %order.id, token = %prepared.token, "order settled after a lost answer");
                return Outcome::Settled(order);
            }
            Ok(Found::Several(ids)) => {
                return Outcome::Unknown(messages::several_after_a_lost_answer(prepared, &ids));
            }
            Ok(Found::Nothing | Found::Foreign(_)) => {}
            Err(error) => last_trouble = Some(error),
        }
        if paused != Paused::Over {
            break;
        }
    }
    if !bounds.stop.is_cancelled() {
        match lookup::with_our_token(client, prepared).await {
            Ok(mut found) => {
                if found.len() > 1 {
                    let ids: Vec<_> = found.iter().map(|order| order.id).collect();
                    return Outcome::Unknown(messages::several_after_a_lost_answer(prepared, &ids));
                }
                if let Some(order) = found.pop() {
                    info!(order_id = %order.id, "order settled by its names and its key after a lost answer");
                    return Outcome::Settled(Box::new(order));
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

#[cfg(test)]
mod tests;
