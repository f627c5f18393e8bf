//! The plan of an order: what becomes known only after apply, what a change means, and what the reviewer is told.
//! Pure: values in, values and words out. Today comes in as an argument and matters only to an order about to be placed.

pub(crate) mod changes;
pub(crate) mod closed;
pub(crate) mod create;
pub(crate) mod destroy;
mod existing;
mod forced;
pub(crate) mod messages;
mod read_only;
mod unknown;

use time::Date;

pub(crate) use self::create::as_configured;
pub(crate) use self::destroy::{announce, not_allowed};
pub(crate) use self::forced::guard;
pub(crate) use self::read_only::{read_only_destroy, warn_of_read_only};

use super::model::{SslOrderModel, SslOrderPrivate};
use super::purchase::price;
use crate::framework::{PlanRequest, Planned};
use crate::provider::settings::OrderDefaults;

/// A plan request of this resource.
pub(crate) type Request = PlanRequest<SslOrderModel, SslOrderPrivate>;
/// A plan of this resource.
pub(crate) type Plan = Planned<SslOrderModel, SslOrderPrivate>;

/// What a plan buys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purchase {
    /// Nothing.
    Nothing,
    /// An order, the first or one in the place of another.
    New,
    /// The order that continues one which lasts `until` this day.
    Renewal { until: Option<String> },
}

/// Tells ahead of [`plan`] what it will buy, because the price of it is asked for before.
pub(crate) fn purchase(request: &Request) -> Purchase {
    match &request.prior_state {
        None => Purchase::New,
        Some(prior) => existing::purchase(prior, &request.planned_state, &request.private),
    }
}

/// Plans a create, or a change of an existing order. `defaults` is none while the provider is not configured; `price` is that
/// of the order if the plan buys one.
pub(crate) fn plan(
    request: Request,
    defaults: Option<&OrderDefaults>,
    today: Date,
    price: price::PriceDecision,
) -> Plan {
    match request.prior_state.clone() {
        None => create::plan(request, defaults, today, price),
        Some(prior) => existing::plan(request, &prior, today, price),
    }
}

#[cfg(test)]
mod tests;
