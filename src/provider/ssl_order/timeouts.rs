//! The bounds of the operations.

use std::time::Duration;

use super::model::{SslOrderModel, TimeoutsModel};
use crate::framework::Attr;

/// Where nobody sets another.
const DEFAULT: Duration = Duration::from_secs(600);

/// Bound of a create, waiting included.
pub(crate) fn create(order: &SslOrderModel) -> Duration {
    of(order, |timeouts| &timeouts.create)
}

/// Bound of an update, waiting included.
pub(crate) fn update(order: &SslOrderModel) -> Duration {
    of(order, |timeouts| &timeouts.update)
}

/// Bound of a delete, waiting included.
pub(crate) fn delete(order: &SslOrderModel) -> Duration {
    of(order, |timeouts| &timeouts.delete)
}

fn of(order: &SslOrderModel, operation: fn(&TimeoutsModel) -> &Attr<String>) -> Duration {
    order
        .timeouts
        .known()
        .and_then(|timeouts| operation(timeouts).as_str())
        .and_then(|text| humantime::parse_duration(text).ok())
        .unwrap_or(DEFAULT)
}
