//! Waiting for an order: who has to act before it moves on, how long to pause between two looks,
//! and one rhythm for all orders that this process waits for, so that fifty waiting orders do not
//! cost fifty times the calls of one.
//!
//! Time passes in rounds: 2 seconds after an order joins, then pauses that double up to a minute. A
//! single order is looked at in each round. With several, one call per round lists the orders whose
//! status changed, and only those are looked at whose status is not the one that was seen last.
//!
//! No change is lost. An order is looked at in its first round, so from then on the start of its
//! last look is known, and every list reaches back behind the earliest of these starts. A change
//! after that start is therefore in each list until the order is looked at again. A list that fails
//! counts as "look at everything", a look that fails as "never looked", and an order that no list
//! has named for five minutes is looked at nevertheless, in case a list leaves something out.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::certcentral::{Client, Error, Order, OrderId, OrderStatus, RequestStatus};

/// Longest bound of an operation: a clock cannot be set any time ahead. Source: this provider's own
/// choice.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// After this long an order is looked at even if no list names it.
const LONGEST_UNSEEN: Duration = Duration::from_secs(300);
/// How much further than necessary a list reaches back, for changes that show late.
const MARGIN: Duration = Duration::from_secs(60);

/// Who has to do something before the order moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// DigiCert: waiting helps.
    DigiCert,
    /// A person: waiting inside an apply does not help.
    People,
    /// Nobody: issued or closed.
    Nobody,
}

/// Who has to act on an order. `steps_take_people` says whether a step of its validation is open
/// that takes people.
pub(crate) fn waits_for(order: &Order, steps_take_people: bool) -> WaitsFor {
    let status = &order.status;
    if status.is_closed() {
        return WaitsFor::Nobody;
    }
    match status {
        OrderStatus::Issued => WaitsFor::Nobody,
        OrderStatus::NeedsApproval | OrderStatus::NeedsCsr => WaitsFor::People,
        OrderStatus::Pending | OrderStatus::ReissuePending if steps_take_people => WaitsFor::People,
        // The order keeps this status while its reissue waits for an approver.
        OrderStatus::ReissuePending if has_open_request(order) => WaitsFor::People,
        _ => WaitsFor::DigiCert,
    }
}

fn has_open_request(order: &Order) -> bool {
    order
        .requests
        .iter()
        .filter_map(|request| request.status.as_ref())
        .any(RequestStatus::is_waiting)
}

/// Pauses in seconds; the last one is repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule(&'static [u64]);

impl Schedule {
    /// After a call whose answer was lost. What was sent is not sent again, so CertCentral is asked
    /// what became of it.
    pub(crate) const LOST_ANSWER: Self = Self(&[1, 2, 4, 8, 15, 30, 60]);
    /// Looks at an order after a lost answer: two minutes in all.
    pub(crate) const LOOKS_AFTER_A_LOST_ANSWER: usize = Self::LOST_ANSWER.0.len();
    /// While a destroy waits for a status in which the order can be ended.
    pub(crate) const DESTROY: Self = Self(&[1, 2, 4, 8, 16, 32, 60]);
    /// Between the tries of a lock that somebody holds: most hold it for as long as an order takes
    /// to be answered.
    pub(crate) const LOCK: Self = Self(&[1, 1, 1, 2, 2, 3, 5]);
    /// Between the first looks at an order that was just placed: a minute in all.
    pub(crate) const FIRST_LOOKS: Self = Self(&[1, 2, 4, 8, 15, 30]);
    /// The same for those who do not wait.
    pub(crate) const FIRST_LOOKS_IN_HASTE: Self = Self(&[3, 6]);
    /// Between the rounds in which all waiting orders are looked at.
    pub(crate) const ROUNDS: Self = Self(&[2, 4, 8, 16, 32, 60]);
    /// Between the checks of the domains of an order: a new record takes a while until the whole
    /// DNS knows it.
    pub(crate) const DOMAIN_CHECKS: Self = Self(&[5, 10, 20, 40, 80, 120]);

    /// Returns the pauses from the first one on.
    pub(crate) fn pauses(self) -> Pauses {
        Pauses {
            schedule: self,
            taken: 0,
        }
    }
}

/// The pauses of a schedule, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pauses {
    schedule: Schedule,
    taken: usize,
}

impl Pauses {
    /// Returns the next pause.
    pub(crate) fn next(&mut self) -> Duration {
        let Schedule(seconds) = self.schedule;
        let next = seconds.get(self.taken).or(seconds.last());
        self.taken += 1;
        Duration::from_secs(next.copied().unwrap_or_default())
    }
}

/// Bounds of a wait.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// When the time is up.
    pub deadline: Instant,
    /// The first Ctrl-C.
    pub stop: &'a CancellationToken,
}

impl<'a> Bounds<'a> {
    /// Bounds of an operation that begins now.
    pub(crate) fn from_now(time: Duration, stop: &'a CancellationToken) -> Self {
        Self {
            deadline: Instant::now() + time,
            stop,
        }
    }
}

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// It is over: look again.
    Over,
    /// The next look comes after the deadline: give up.
    TimeUp,
    /// Somebody stops the run: give up at once.
    Stopped,
}

/// The pauses of one operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackOff<'a> {
    pub(crate) bounds: Bounds<'a>,
    pauses: Pauses,
}

impl<'a> BackOff<'a> {
    /// Pauses by `schedule`, from the first one on.
    pub(crate) fn new(schedule: Schedule, bounds: Bounds<'a>) -> Self {
        Self {
            bounds,
            pauses: schedule.pauses(),
        }
    }

    /// Pauses, unless the time is up before the next look, or a stop has come or comes meanwhile.
    pub(crate) async fn pause(&mut self) -> Paused {
        if self.bounds.stop.is_cancelled() {
            return Paused::Stopped;
        }
        let next_look = Instant::now() + self.pauses.next();
        if next_look > self.bounds.deadline {
            return Paused::TimeUp;
        }
        tokio::select! {
            () = sleep_until(next_look) => Paused::Over,
            () = self.bounds.stop.cancelled() => Paused::Stopped,
        }
    }

    /// Pauses before a look that is made in any case. The deadline and a stop cut the pause short
    /// and make that look the last one.
    pub(crate) async fn pause_at_most(&mut self) -> Paused {
        let next_look = Instant::now() + self.pauses.next();
        tokio::select! {
            () = sleep_until(next_look.min(self.bounds.deadline)) => {
                if Instant::now() < self.bounds.deadline {
                    Paused::Over
                } else {
                    Paused::TimeUp
                }
            }
            () = self.bounds.stop.cancelled() => Paused::Stopped,
        }
    }
}

/// The orders that wait, and their common rhythm.
#[derive(Debug)]
pub struct Polling {
    schedule: watch::Sender<NextRound>,
    waiting: Mutex<BTreeMap<u64, Waiting>>,
    /// Held by the order that makes the call of a round; the others of the round wait for it and
    /// share what it found.
    last_round: AsyncMutex<Round>,
}

/// The next round.
#[derive(Clone, Copy, Debug)]
struct NextRound {
    number: u64,
    at: Instant,
    /// From this round on.
    pauses: Pauses,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// When the last look that succeeded began.
    looked_at: Option<Instant>,
}

/// What a round found.
#[derive(Debug)]
struct Round {
    number: u64,
    changes: Changes,
}

/// Which orders are worth a look.
#[derive(Debug)]
enum Changes {
    /// All: nobody knows.
    Unknown,
    /// Those that are listed with another status than the one that was seen.
    Listed(BTreeMap<OrderId, OrderStatus>),
}

/// One waiting order. It leaves the rounds when this is dropped.
#[derive(Debug)]
pub struct Waiter {
    polling: Arc<Polling>,
    ticket: u64,
    order: OrderId,
}

impl Default for Polling {
    fn default() -> Self {
        let schedule = NextRound {
            number: 1,
            at: Instant::now(),
            pauses: Schedule::ROUNDS.pauses(),
        };
        Self {
            schedule: watch::Sender::new(schedule),
            waiting: Mutex::default(),
            last_round: AsyncMutex::new(Round {
                number: 0,
                changes: Changes::Unknown,
            }),
        }
    }
}

impl Polling {
    /// Lets an order take part in the rounds. The next one comes in two seconds at the latest, and
    /// the pauses grow from there.
    pub fn join(self: &Arc<Self>, order: OrderId) -> Waiter {
        let mut waiting = self.waiting();
        let ticket = waiting.last_key_value().map_or(0, |(last, _)| last + 1);
        waiting.insert(ticket, Waiting { looked_at: None });
        drop(waiting);
        let now = Instant::now();
        self.schedule.send_modify(|schedule| {
            schedule.pauses = Schedule::ROUNDS.pauses();
            let soon = now + schedule.pauses.next();
            schedule.at = if schedule.at > now {
                schedule.at.min(soon)
            } else {
                soon
            };
        });
        Waiter {
            polling: Arc::clone(self),
            ticket,
            order,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<u64, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far back a list must reach; nothing if a list saves no call.
    fn window(&self) -> Option<Duration> {
        let waiting = self.waiting();
        let earliest = waiting.values().filter_map(|one| one.looked_at).min()?;
        (waiting.len() > 1).then(|| earliest.elapsed() + MARGIN)
    }

    fn finish(&self, number: u64) {
        self.schedule.send_modify(|schedule| {
            schedule.number = number + 1;
            schedule.at = Instant::now() + schedule.pauses.next();
        });
    }
}

impl Waiter {
    /// Pauses until a look at the order is worth a call. `seen` is the status at the last look.
    /// Dropping the future is harmless.
    pub async fn next(&self, client: &Client, seen: &OrderStatus, bounds: Bounds<'_>) -> Paused {
        self.next_by(seen, bounds, |window| changes(client, window))
            .await
    }

    /// The last look failed: the next round repeats it.
    pub fn look_again(&self) {
        self.set_looked_at(None);
    }

    async fn next_by<F, L>(&self, seen: &OrderStatus, bounds: Bounds<'_>, list: F) -> Paused
    where
        F: Fn(Duration) -> L,
        L: Future<Output = Changes>,
    {
        let mut schedule = self.polling.schedule.subscribe();
        loop {
            let round = *schedule.borrow_and_update();
            if bounds.stop.is_cancelled() {
                return Paused::Stopped;
            }
            if round.at > bounds.deadline {
                return Paused::TimeUp;
            }
            tokio::select! {
                biased;
                () = bounds.stop.cancelled() => return Paused::Stopped,
                // The sender lives in `self`, so this cannot fail.
                _ = schedule.changed() => {
                    let is_over = schedule.borrow().number > round.number;
                    if !is_over {
                        // Somebody joined, and the round comes earlier.
                        continue;
                    }
                }
                () = sleep_until(round.at) => {}
            }
            tokio::select! {
                biased;
                () = bounds.stop.cancelled() => return Paused::Stopped,
                is_worth_it = self.take_part(round.number, seen, &list) => {
                    if is_worth_it {
                        return Paused::Over;
                    }
                }
                () = sleep_until(bounds.deadline) => return Paused::TimeUp,
            }
        }
    }

    /// Makes the call of a round unless another order has, and says whether this order is worth a
    /// look.
    async fn take_part<F, L>(&self, number: u64, seen: &OrderStatus, list: &F) -> bool
    where
        F: Fn(Duration) -> L,
        L: Future<Output = Changes>,
    {
        let mut last_round = self.polling.last_round.lock().await;
        if last_round.number < number {
            let changes = match self.polling.window() {
                Some(window) => list(window).await,
                None => Changes::Unknown,
            };
            *last_round = Round { number, changes };
            self.polling.finish(number);
        }
        let is_worth_it = self.is_overdue()
            || match &last_round.changes {
                Changes::Unknown => true,
                Changes::Listed(listed) => {
                    listed.get(&self.order).is_some_and(|status| status != seen)
                }
            };
        if is_worth_it {
            self.set_looked_at(Some(Instant::now()));
        }
        is_worth_it
    }

    fn is_overdue(&self) -> bool {
        self.polling
            .waiting()
            .get(&self.ticket)
            .and_then(|one| one.looked_at)
            .is_none_or(|at| at.elapsed() >= LONGEST_UNSEEN)
    }

    fn set_looked_at(&self, looked_at: Option<Instant>) {
        if let Some(one) = self.polling.waiting().get_mut(&self.ticket) {
            one.looked_at = looked_at;
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.polling.waiting().remove(&self.ticket);
    }
}

/// Whether a failed look is worth another one: CertCentral or the way to it is out of order, rather
/// than the question.
pub(crate) fn may_pass(error: &Error) -> bool {
    match error.last_attempt() {
        Error::Transport { .. } | Error::NotSent { .. } => true,
        Error::Proxy { fault, .. } => fault.may_pass(),
        _ => error
            .status()
            .is_some_and(|status| matches!(status, 408 | 429) || status >= 500),
    }
}

async fn changes(client: &Client, window: Duration) -> Changes {
    match client.status_changes(window).await {
        Ok(orders) => Changes::Listed(
            orders
                .into_iter()
                .map(|order| (order.order_id, order.status))
                .collect(),
        ),
        Err(error) => {
            debug!(%error, "status changes not listed; every waiting order is looked at");
            Changes::Unknown
        }
    }
}

#[cfg(test)]
mod tests;
