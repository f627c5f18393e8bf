//! Renewals: which order may be renewed and when, what renews it, and the days that it hands on.

use time::Duration;

use crate::account::order::{Order, Status};
use crate::account::state::State;
use crate::account::term::Term;

/// How long before its end an order can be renewed. Documented.
const BEFORE_THE_END: Duration = Duration::days(90);
/// How long after its end an order can still be renewed. Not documented: the sandbox's own.
const AFTER_THE_END: Duration = Duration::days(30);

impl State {
    /// Whether an order that nothing renews yet may be renewed today.
    pub(crate) fn may_be_renewed(&self, order: &Order) -> bool {
        let had_certificate = matches!(
            order.status(self.now()),
            Status::Issued | Status::ReissuePending | Status::Expired
        );
        let is_time = order.valid_till.is_some_and(|end| {
            let window = end - BEFORE_THE_END..=end + AFTER_THE_END;
            window.contains(&self.clock.today())
        });
        let is_early = self.behavior.early_renewal || order.expired_by_hand.is_some();
        had_certificate && (is_time || is_early)
    }

    /// The order that renews another. One that was rejected or canceled renews nothing.
    pub(crate) fn renewed_by(&self, order: &Order) -> Option<u64> {
        let renewal = self.orders.get(&order.renewed_by?)?;
        let came_to_nothing = matches!(
            renewal.status(self.now()),
            Status::Rejected | Status::Canceled
        );
        (!came_to_nothing).then_some(renewal.id)
    }

    /// What is left of the renewed order's coverage today, which its renewal gets on top. Nothing
    /// for a renewal that asked for a day of its own to end on.
    pub(crate) fn days_carried_over(&self, renewal: &Order) -> Duration {
        if matches!(renewal.wanted.order_validity, Term::Until(_)) {
            return Duration::ZERO;
        }
        let renewed = renewal
            .wanted
            .renewal_of
            .and_then(|id| self.orders.get(&id));
        let end = renewed.and_then(|order| order.valid_till);
        end.map_or(Duration::ZERO, |end| end - self.clock.today())
            .max(Duration::ZERO)
    }
}
