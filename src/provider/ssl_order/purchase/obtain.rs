//! Creating an order: look, act once, settle.
//!
//! The POST is sent once. Only what proves that CertCentral did nothing counts as not placed, and
//! even then the order is looked for before the POST is sent again. After anything else it is
//! looked for with growing pauses; the POST is never repeated.
//!
//! From the look to the answer nobody else on this machine does the same: see
//! [`lock`](crate::provider::order::lock).
//!
//! Until CertCentral has an order, a failure is an error and leaves nothing behind. From then on
//! there are warnings only: an error beside a created object would make core taint it, and the next
//! apply would buy it again. The return type sees to it: [`Created::Object`] cannot hold an error.

use std::time::Duration;

use tracing::info;

use super::likeness::Differences;
use super::lookup::{Found, Known, Similar};
use super::new_order::Prepared;
use super::placed::{Placed, unless_it_panics};
use super::post::{Outcome, place};
use super::price::Priced;
use super::shown_price::ShownPrice;
use super::{lookup, messages, new_order, price};
use crate::certcentral::{Client, Order, OrderId, PlacedOrder};
use crate::framework::{
    Attr, Call, CreateRequest, Created, Diagnostic, Diagnostics, FromToValue, Warnings, conformance,
};
use crate::provider::order::api_error;
use crate::provider::order::certificate::day;
use crate::provider::order::chain_age;
use crate::provider::order::lock::{Locked, Way};
use crate::provider::order::waiting::Bounds;
use crate::provider::session::{Claim, Session};
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::exchange;
use crate::provider::ssl_order::model::{OrderOrigin, SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners;
use crate::provider::ssl_order::refresh::observer::Limits;
use crate::provider::ssl_order::refresh::{clocks, state};
use crate::provider::ssl_order::rules::dates_for_a_new_order;

/// Places the order of a plan, or adopts it if an earlier run placed it.
pub(crate) async fn create(
    session: &Session,
    call: &Call,
    request: CreateRequest<SslOrder>,
) -> Created<SslOrder> {
    let configured = exchange::configured(&request.config);
    let planned = request.planned_state;
    let review = request.private.review.unwrap_or_default();
    if let Some(replaced) = review.replaced {
        session.let_go_as_reviewed(replaced);
    }
    let purchase = Purchase {
        content: None,
        renewal_of: None,
        renewed_until: None,
        reviewed_price: review.price,
        timeout: planned.create_timeout(),
        planned,
    };
    match obtain(session, call, purchase).await {
        Ok(obtained) => {
            let Obtained {
                state,
                mut private,
                mut warnings,
            } = obtained;
            private.configured = configured;
            warnings.extend(exchange::first(&state));
            warnings.extend(owners::messages::claim_of_another_order(&state));
            Created::Object {
                state,
                private,
                warnings,
            }
        }
        Err(nothing) => Created::Nothing(nothing.problems),
    }
}

/// Why an order was not obtained.
#[derive(Debug)]
pub(crate) struct NotObtained {
    /// For a person.
    pub problems: Diagnostics,
    /// Whether nothing was bought for certain.
    pub is_certain: bool,
}

impl NotObtained {
    /// Whether the run was interrupted before an answer came.
    fn is_interrupted(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.summary == api_error::INTERRUPTED)
    }
}

impl<T: Into<Diagnostics>> From<T> for NotObtained {
    fn from(problems: T) -> Self {
        Self {
            problems: problems.into(),
            is_certain: true,
        }
    }
}

/// An order to obtain.
pub(crate) struct Purchase {
    /// Its plan; computed values are unknown in it.
    pub planned: SslOrderModel,
    /// The plan as a create of the same configuration would have it, if that is another: the order
    /// is found by its content again.
    pub content: Option<SslOrderModel>,
    /// The order that it continues, where the provider renews by itself.
    pub renewal_of: Option<OrderId>,
    /// The last day of the order that it continues, for its price.
    pub renewed_until: Option<String>,
    /// The price that the reviewed plan showed, which binds.
    pub reviewed_price: Option<ShownPrice>,
    /// The time for everything, waiting included.
    pub timeout: Duration,
}

/// An order that was obtained.
#[derive(Debug)]
pub(crate) struct Obtained {
    /// Its state.
    pub state: SslOrderModel,
    /// What is kept beside it.
    pub private: SslOrderPrivate,
    /// What a person should know.
    pub warnings: Warnings,
}

/// Places an order, or adopts it if an earlier run placed it. Without an error there is an order,
/// and its state holds the id; with an error nothing was ordered, or nobody knows.
pub(crate) async fn obtain(
    session: &Session,
    call: &Call,
    purchase: Purchase,
) -> Result<Obtained, NotObtained> {
    let limits = Limits::new(session, &purchase.planned, purchase.timeout, &call.stop);
    let client = session.client()?;
    let client = client.within(limits.bounds.deadline, limits.bounds.stop);
    let prepared = prepare(session, &purchase, &client.host())?;
    answer_would_be_accepted(&purchase.planned, &prepared)?;
    let mut claim = session
        .claim_token(&prepared.token)
        .ok_or_else(|| messages::same_order_twice(&prepared))?;
    let locked = take_locks(
        session,
        &purchase.planned,
        &prepared,
        &client,
        limits.bounds,
    )
    .await?;
    let mut buyer = Buyer {
        session,
        client,
        purchase,
        prepared,
        limits,
        order_origin: OrderOrigin::Placed.into(),
        adoption: None,
        former: None,
        locked,
        warnings: Warnings::new(),
    };
    let found = buyer.look().await;
    let found = found.map_err(|not| match not.is_interrupted() {
        true => messages::interrupted().into(),
        false => not,
    });
    let taken = match found? {
        Some(order) => {
            claim_order(session, order.id)?.keep();
            buyer.locked.ordered(order.id);
            info!(order_id = %order.id, token = %buyer.prepared.token, "order of an earlier run \
                adopted");
            claim.keep();
            buyer.adopt(&order).await;
            Taken::Seen(order)
        }
        None => buyer.place(claim).await?,
    };
    Ok(buyer.ordered(taken).await)
}

/// Takes the locks of an order's content. Orders that are there on purpose do not wait for each
/// other.
pub(crate) async fn take_locks(
    session: &Session,
    planned: &SslOrderModel,
    prepared: &Prepared,
    client: &Client,
    bounds: Bounds<'_>,
) -> Result<Locked, Diagnostic> {
    let is_off = planned.duplicate_order_check.as_str() == Some("off");
    let way = match prepared.has_order_key || is_off {
        true => Way::WithOthers,
        false => Way::Alone,
    };
    let subject = prepared.subject(&client.host());
    let locked = session.lock(&subject, way, bounds).await;
    locked.map_err(|paused| messages::locked(prepared, paused))
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

/// Builds the state with a placeholder id and holds it against core's rules: after the POST nothing
/// may fail.
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
    /// The certificate (PEM) of the object of this apply that has just let go of it.
    former: Option<String>,
    locked: Locked,
    warnings: Warnings,
}

impl Buyer<'_> {
    /// Takes an order over that was there before, and says so on it for those who may hold it as
    /// well. What an object of this apply has just let go of stays what it was.
    async fn adopt(&mut self, order: &Order) {
        let left = self.session.take_over(order.id);
        self.former = left.as_ref().and_then(|it| it.certificate_pem.clone());
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

    /// Looks for the order of an earlier run: by its token, or under another reference after a
    /// reissue or a renewal.
    async fn look(&mut self) -> Result<Option<Box<Order>>, NotObtained> {
        let found = self.find().await?;
        let doings = self.locked.about_the_token();
        let id = found.as_ref().map(|order| order.id);
        let is_taken = id.is_some_and(|id| doings.orders.contains(&id));
        if is_taken || doings.has_unknown {
            let id = id.filter(|_| is_taken);
            let problem = messages::same_order_in_two_processes(&self.prepared, id);
            return Err(NotObtained {
                is_certain: false,
                ..problem.into()
            });
        }
        Ok(found)
    }

    async fn find(&mut self) -> Result<Option<Box<Order>>, Diagnostic> {
        let prepared = &self.prepared;
        let check = self.purchase.planned.duplicate_order_check.as_str();
        let check = check.unwrap_or("error");
        match lookup::by_token(&self.client, prepared).await {
            Ok(Found::Nothing) => {}
            Ok(Found::Ours(order)) => return Ok(Some(order)),
            Ok(Found::Others(others)) if self.replaces_all(&others) => {}
            Ok(Found::Others(others)) => {
                let is_own = !prepared.is_derived();
                match check {
                    "off" => {}
                    _ if is_own && prepared.has_order_key => {}
                    "warn" if is_own => {
                        let passed = messages::other_orders_passed(prepared, &others);
                        self.warnings.extend(passed);
                    }
                    _ => return Err(messages::other_orders(prepared, &others)),
                }
            }
            Ok(Found::Several(ids)) => return Err(messages::several_orders(prepared, &ids)),
            Err(error) => {
                return Err(api_error::diagnostic(
                    &error,
                    "looking for an order of an earlier run, before anything is ordered",
                ));
            }
        }
        let doings = self.locked.about_the_names();
        let known = Known {
            changed: self.locked.last_change(),
            of_this_apply: doings.orders,
        };
        let similar = lookup::similar(&self.client, prepared, self.session, &known)
            .await
            .map_err(|error| {
                api_error::diagnostic(
                    &error,
                    "looking for similar orders, before anything is ordered",
                )
            })?;
        let is_on_purpose = prepared.has_order_key || check == "off";
        match (similar, check) {
            (Similar::Ours(order), _) => return Ok(Some(order)),
            _ if doings.has_unknown && !is_on_purpose => {
                return Err(messages::sibling_of_unknown_outcome(prepared));
            }
            (Similar::Nothing, _) | (_, "off") => {}
            (Similar::Twin(id), _) => return Err(messages::twin_order(prepared, id)),
            (Similar::Doubtful(id), _) => return Err(messages::doubtful_order(prepared, id)),
            (Similar::Untold(id), _) => return Err(messages::untold_order(prepared, id)),
            (Similar::Older(orders), _) => {
                self.warnings
                    .push(messages::older_orders(prepared, &orders));
            }
            (Similar::Foreign(order), "warn") => {
                self.warnings
                    .push(messages::bought_beside(prepared, &order));
            }
            (Similar::Foreign(order), _) if known.of_this_apply.contains(&order.id) => {
                return Err(messages::sibling_order(prepared, &order));
            }
            (Similar::Foreign(order), _) => {
                return Err(messages::similar_order(prepared, &order));
            }
        }
        Ok(None)
    }

    /// Returns whether the reviewed plan replaces all of these orders by this one, so that its
    /// reference may be theirs.
    fn replaces_all(&self, others: &[(OrderId, Differences)]) -> bool {
        let is_replaced = |id| self.session.reviewed_end(Some(id)).is_some();
        others.iter().all(|(id, _)| is_replaced(*id))
    }

    /// Places the order, which is claimed from then on unless there is none for certain.
    async fn place(&mut self, mut claim: Claim) -> Result<Taken, NotObtained> {
        let (session, planned) = (self.session, &self.purchase.planned);
        let today = session.today();
        self.warnings.extend(today.disagreement());
        if let Some(today) = today.agreed() {
            let past: Diagnostics = dates_for_a_new_order(planned, today).into_iter().collect();
            if past.has_errors() {
                return Err(past.into());
            }
        }
        let bounds = self.limits.bounds;
        let priced = Priced {
            order: planned,
            renewed_until: self.purchase.renewed_until.as_deref(),
            reviewed: self.purchase.reviewed_price.as_ref(),
        };
        price::check(session, priced, &self.client, bounds.stop).await?;
        self.prepared.body.price_estimate = price::known(session, priced);
        // What is not known to have failed may be there: nobody else of this apply sends the same
        // order then.
        claim.keep();
        self.locked.sending();
        let taken = match place(&self.client, &self.prepared, bounds).await {
            Outcome::Placed(answer) => Taken::Answer(answer),
            Outcome::Settled(order) => {
                self.warnings.push(messages::settled(&order));
                Taken::Seen(order)
            }
            Outcome::NoOrder(problem) => {
                claim.give_back();
                self.locked.ordered_nothing();
                return Err(problem.into());
            }
            Outcome::Unknown(problem) => {
                return Err(NotObtained {
                    is_certain: false,
                    ..problem.into()
                });
            }
        };
        if let Some(mut order) = session.claim_order(taken.id()) {
            order.keep();
        }
        self.locked.ordered(taken.id());
        Ok(taken)
    }

    /// There is an order. Nothing from here on can fail, not even by a panic.
    async fn ordered(self, taken: Taken) -> Obtained {
        let Self {
            client,
            purchase,
            prepared,
            limits,
            order_origin,
            adoption,
            former,
            locked,
            mut warnings,
            session,
        } = self;
        // Whoever waits for it may go on: what follows only looks, and may wait for a certificate.
        drop(locked);
        let id = taken.id();
        let certain = SslOrderModel {
            order_origin,
            ..state::placed(purchase.planned, id, &prepared.token)
        };
        let owner = Placed {
            client: &client.filling_in(),
            prepared: &prepared,
            limits: &limits,
        };
        // On the heap, because this is the largest future of all and every caller would hold it on
        // its stack.
        let details = Box::pin(owner.fill_in(certain.clone(), taken));
        let mut filled_in = unless_it_panics(details, certain, id).await;
        warnings.extend(filled_in.warnings);
        if let Some(former) = former {
            let (state, private) = (&mut filled_in.state, &mut filled_in.private);
            warnings.extend(exchange::by_successor(former, state, private));
        }
        clocks::tell(&mut filled_in.state, &filled_in.private);
        let today = session.today();
        filled_in.private.seen_on = Some(day(today.earlier()));
        if filled_in.state.chain_pem.known().is_some() {
            chain_age::note(&mut filled_in.private.chain_read, today);
        }
        Obtained {
            state: filled_in.state,
            private: SslOrderPrivate {
                adoption,
                ..filled_in.private
            },
            warnings,
        }
    }
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

#[cfg(test)]
mod tests;
