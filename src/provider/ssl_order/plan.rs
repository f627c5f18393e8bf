//! The plan of an order: what becomes known only after apply, what a change means, and what the reviewer is told.
//! Pure: values in, values and words out. Today comes in as an argument and matters only to an order about to be placed.

mod create;
mod destroy;
mod existing;
mod forced;
mod read_only;
mod replace;
mod unknown;
mod words;

use time::Date;

pub(super) use create::as_configured;
pub(super) use destroy::{announce, not_allowed};
pub(super) use forced::guard;
pub(super) use read_only::{read_only_destroy, warn_of_read_only};

use super::price;
use crate::framework::{PlanRequest, Planned};
use crate::provider::settings::OrderDefaults;
use crate::provider::ssl_order::SslOrder;

/// A plan request of this resource.
pub(super) type Request = PlanRequest<SslOrder>;
/// A plan of this resource.
pub(super) type Plan = Planned<SslOrder>;

/// What a plan buys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purchase {
    /// Nothing.
    Nothing,
    /// An order, the first or one in the place of another.
    New,
    /// The order that continues one which lasts `until` this day.
    Renewal { until: Option<String> },
}

/// Tells ahead of [`plan`] what it will buy, because the price of it is asked for before.
pub(super) fn purchase(request: &Request) -> Purchase {
    match &request.prior_state {
        None => Purchase::New,
        Some(prior) => existing::purchase(prior, &request.planned_state, &request.private),
    }
}

/// Plans a create, or a change of an existing order. `defaults` is none while the provider is not configured; `price` is that
/// of the order if the plan buys one.
pub(super) fn plan(
    request: Request,
    defaults: Option<&OrderDefaults>,
    today: Date,
    price: price::Verdict,
) -> Plan {
    match request.prior_state.clone() {
        None => create::plan(request, defaults, today, price),
        Some(prior) => existing::plan(request, &prior, today, price),
    }
}

#[cfg(test)]
mod tests;
