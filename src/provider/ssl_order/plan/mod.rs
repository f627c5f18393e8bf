//! The plan of an order: what becomes known only after apply, what a change means, and what the
//! reviewer is told. Pure but for the price, which is asked for in between: a request becomes a
//! decision, and the decision a plan.

mod certificate;
pub(crate) mod changes;
mod create;
pub(crate) mod decision;
mod destroy;
mod existing;
mod guards;
mod messages;
mod review;
mod shared_records;
mod unknown;

use time::{Date, OffsetDateTime};

pub(crate) use self::create::as_configured;
pub(crate) use self::destroy::{destroy, not_allowed};
pub(crate) use self::review::Review;

use self::decision::{Decision, Facts, What};
use super::exchange;
use super::import::arguments;
use super::model::{SslOrderModel, SslOrderPrivate};
use super::owners::Verdict;
use super::purchase::price::{PriceDecision, Priced};
use super::purchase::{open_orders, price};
use super::refresh::succession;
use crate::framework::{Diagnostic, PlanRequest, Planned};
use crate::provider::order::certificate::parse_day;
use crate::provider::session::Session;
use crate::provider::settings::OrderDefaults;
use crate::provider::ssl_order::SslOrder;

/// A plan request of this resource.
pub(crate) type Request = PlanRequest<SslOrder>;
/// A plan of this resource.
pub(crate) type Plan = Planned<SslOrder>;

/// What the provider block lets an apply do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permissions {
    /// Orders may be revoked.
    pub allow_revocation: bool,
    /// Nothing may be changed.
    pub read_only: bool,
}

impl Permissions {
    fn of(session: &Session) -> Self {
        Self {
            allow_revocation: session.allow_revocation(),
            read_only: session.read_only(),
        }
    }
}

/// Plans a create, or a change of an existing order.
pub(crate) async fn plan(session: &Session, request: Request) -> Plan {
    // The configuration tells what nobody sets from what is not known yet; the plan so far does
    // not.
    let config = request.config.clone();
    let renewal_token = renewal_token(session, &request);
    let mut proposal = Proposal::of(request, renewal_token.as_deref(), local_today());
    if let Some(problem) = proposal.departure() {
        return proposal.stopped(problem);
    }
    let imported = proposal.ask_for_holders(session).await;
    let price = if proposal.buys() {
        price::announce(session, proposal.priced(&config)).await
    } else {
        PriceDecision::default()
    };
    let others = if proposal.is_of_another_order() && price.problem.is_none() {
        open_orders::announce(session, &config).await
    } else {
        Vec::new()
    };
    let defaults = session.order_defaults();
    let mut plan = proposal.plan(defaults.as_ref(), price, Permissions::of(session));
    plan.diagnostics.extend(imported);
    plan.diagnostics.extend(others);
    plan
}

/// A request with what is decided about it.
pub(crate) struct Proposal {
    request: Request,
    today: Date,
    /// About the existing order, if there is one.
    existing: Option<(SslOrderModel, Decision)>,
    /// Whether the order is ended that another one replaces.
    verdict: Verdict,
}

impl Proposal {
    /// Decides what a request comes to.
    pub(crate) fn of(mut request: Request, renewal_token: Option<&str>, today: Date) -> Self {
        let existing = request.prior_state.clone().map(|prior| {
            let Request {
                config,
                planned_state: planned,
                private,
                ..
            } = &mut request;
            if private.imported {
                arguments::keep_guesses(&prior, planned);
                exchange::keep_unasked(&prior, private, planned);
            }
            if prior.order_status().is_open() && certificate::may_be_reissued(&prior) {
                exchange::drop_what_was_taken_away(config, private, planned);
            }
            let decision = Decision::of(&Facts {
                prior: &prior,
                config,
                planned,
                private,
                renewal_token,
                today,
                seen_on: seen_on(private, today),
            });
            if decision.gets_a_certificate() {
                *planned = exchange::without_ended(planned, config, seen_on(private, today));
            }
            (prior, decision)
        });
        if let (None, Some(reviewed)) = (&existing, &request.reviewed) {
            // Terraform keeps these data for the plan of the apply, and gives it no others of the
            // order that is replaced.
            request.private = reviewed.clone();
        }
        let verdict = existing.as_ref().map(|(prior, _)| destroy::at_sight(prior));
        Self {
            request,
            today,
            existing,
            verdict: verdict.unwrap_or(Verdict::Ends(Vec::new())),
        }
    }

    /// Returns why the apply would do something else than the reviewed plan said.
    fn departure(&self) -> Option<Diagnostic> {
        let review = self.reviewed()?;
        match &self.existing {
            Some((prior, decision)) => review.departs(prior, decision),
            None => review.departs_for_new(&self.request.planned_state),
        }
    }

    fn reviewed(&self) -> Option<&Review> {
        self.request.reviewed.as_ref()?.review.as_ref()
    }

    /// Makes the plan that says nothing but its problem.
    fn stopped(self, problem: Diagnostic) -> Plan {
        let mut plan = Planned::unchanged(self.request);
        plan.diagnostics = problem.into();
        plan
    }

    /// Asks whether somebody else holds an order that is about to be replaced. Returns the error of
    /// one that the same plan imports.
    async fn ask_for_holders(&mut self, session: &Session) -> Option<Diagnostic> {
        let (prior, decision) = self.existing.as_ref()?;
        if decision.what != What::Replace {
            return None;
        }
        self.verdict = destroy::verdict(session, prior, &self.request.private).await;
        destroy::not_while_imported(session, prior, &self.verdict)
    }

    fn buys(&self) -> bool {
        let existing = self.existing.as_ref();
        existing.is_none_or(|(_, decision)| decision.buys())
    }

    /// Whether the plan is that of an order beside those in state. One that takes the place of
    /// another is announced with it.
    fn is_of_another_order(&self) -> bool {
        self.existing.is_none() && !self.request.private.replacement_announced
    }

    /// Returns what the price of the order of a configuration hangs on.
    fn priced<'a>(&'a self, order: &'a SslOrderModel) -> Priced<'a> {
        let existing = self.existing.as_ref();
        Priced {
            order,
            renewed_until: existing.and_then(|(_, decision)| decision.renewed_until()),
            reviewed: self.reviewed().and_then(|review| review.price.as_ref()),
        }
    }

    /// Makes the plan. `defaults` is none while the provider is not configured; `price` is that of
    /// the order if the plan buys one.
    pub(crate) fn plan(
        mut self,
        defaults: Option<&OrderDefaults>,
        price: PriceDecision,
        permissions: Permissions,
    ) -> Plan {
        let is_kept = self.request.private_is_kept;
        let reviewed = self.request.reviewed.take();
        let first = self.request.private.review.take();
        let shown = price.shown.clone();
        // The plan of an apply hands on what was reviewed.
        let review = |now: Review| match (is_kept, reviewed) {
            (false, _) => None,
            (true, Some(reviewed)) => reviewed.review,
            (true, None) => Some(now),
        };
        let Some((prior, decision)) = self.existing else {
            let mut plan = create::plan(self.request, defaults, self.today, price);
            guards::create(&mut plan, permissions);
            plan.private.review = review(Review::of_new(first, shown));
            return plan;
        };
        let sent = decision
            .gets_a_certificate()
            .then_some(&self.request.planned_state);
        let day = seen_on(&self.request.private, self.today);
        let ends = exchange::of_an_order(&prior, &self.request.config, sent, day);
        let mut plan = existing::plan(self.request, &prior, &decision, price, &self.verdict);
        if !prior.order_status().is_closed() && !plan.diagnostics.has_errors() {
            let lost = decision.outlook.beside.warning(&prior, day);
            plan.diagnostics.extend(lost);
            plan.diagnostics.extend(ends);
        }
        guards::existing(&mut plan, &prior, &decision, &self.verdict, permissions);
        plan.private.announced = decision.announced();
        let now = Review::of_existing(&prior, &decision, &plan.private, shown);
        plan.private.review = review(now);
        plan
    }
}

/// Returns the token of the renewal that a configuration would place, where an order has been
/// renewed.
fn renewal_token(session: &Session, request: &Request) -> Option<String> {
    let successor = request.private.successor.as_ref()?;
    successor.reference.as_ref()?;
    let former = request
        .prior_state
        .as_ref()?
        .order_id_to_be("renewed")
        .ok()?;
    let mut content = request.planned_state.clone();
    let defaults = session.order_defaults();
    as_configured(&mut content, &request.config, defaults.as_ref());
    succession::token(session, &content, former)
}

/// Returns the day of the last refresh, with which both plans of an apply come to the same.
fn seen_on(private: &SslOrderPrivate, today: Date) -> Date {
    private
        .seen_on
        .as_deref()
        .and_then(parse_day)
        .unwrap_or(today)
}

/// Returns today by the clock of this machine, in the time zone in which CertCentral writes its
/// dates: a plan calls nothing that could tell CertCentral's.
fn local_today() -> Date {
    OffsetDateTime::now_utc().date()
}

#[cfg(test)]
mod tests;
