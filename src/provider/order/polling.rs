//! One rhythm for all orders that this process waits for, so that fifty waiting orders do not cost fifty times the calls of one.
//!
//! Time passes in rounds: 2 seconds after an order joins, then pauses that double up to a minute. A single order is looked at in
//! each round. With several, one call per round lists the orders whose status changed, and only those are looked at whose status is not the
//! one that was seen last.
//!
//! No change is lost. An order is looked at in its first round, so from then on the start of its last look is known, and every list
//! reaches back behind the earliest of these starts. A change after that start is therefore in each list until the order is looked at again. A
//! list that fails counts as "look at everything", a look that fails as "never looked", and an order that no list has named for five minutes
//! is looked at nevertheless, in case a list leaves something out.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use super::backoff::{Bounds, Paused, Pauses, Schedule};
use crate::certcentral::{Client, Error, OrderId, OrderStatus};

/// After this long an order is looked at even if no list names it.
const LONGEST_UNSEEN: Duration = Duration::from_secs(300);
/// How much further than necessary a list reaches back, for changes that show late.
const MARGIN: Duration = Duration::from_secs(60);

/// The orders that wait, and their common rhythm.
#[derive(Debug)]
pub struct Polling {
    schedule: watch::Sender<NextRound>,
    waiting: Mutex<BTreeMap<u64, Waiting>>,
    /// Held by the order that makes the call of a round; the others of the round wait for it and share what it found.
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
    /// Lets an order take part in the rounds. The next one comes in two seconds at the latest, and the pauses grow from there.
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
    /// Pauses until a look at the order is worth a call. `seen` is the status at the last look. Dropping the future is harmless.
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

    /// Makes the call of a round unless another order has, and says whether this order is worth a look.
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

/// Whether a failed look is worth another one: CertCentral or the way to it is out of order, rather than the question.
pub(crate) fn may_pass(error: &Error) -> bool {
    match error.last_attempt() {
        Error::Transport { .. } | Error::NotSent { .. } => true,
        _ => error
            .status()
            .is_some_and(|status| status == 429 || status >= 500),
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
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::ready;
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio::time::{Instant, sleep};
    use tokio_util::sync::CancellationToken;

    use super::{Bounds, Changes, Paused, Polling, Waiter};
    use crate::certcentral::{OrderId, OrderStatus};

    fn id(number: i64) -> OrderId {
        OrderId::try_from(number).expect("an id")
    }

    fn in_seconds(seconds: u64, stop: &CancellationToken) -> Bounds<'_> {
        Bounds {
            deadline: Instant::now() + Duration::from_secs(seconds),
            stop,
        }
    }

    /// An account whose orders change at given seconds, and the calls that it got.
    struct Account {
        start: Instant,
        changes: Vec<(u64, OrderId, OrderStatus)>,
        windows: RefCell<Vec<u64>>,
        looks: Cell<usize>,
    }

    impl Account {
        fn new(changes: Vec<(u64, OrderId, OrderStatus)>) -> Self {
            Self {
                start: Instant::now(),
                changes,
                windows: RefCell::default(),
                looks: Cell::new(0),
            }
        }

        fn list(&self, window: Duration) -> Changes {
            self.windows.borrow_mut().push(window.as_secs());
            let now = self.start.elapsed().as_secs();
            let from = now.saturating_sub(window.as_secs());
            let changed = self
                .changes
                .iter()
                .filter(|(at, ..)| (from..=now).contains(at));
            Changes::Listed(
                changed
                    .map(|(_, order, status)| (*order, status.clone()))
                    .collect(),
            )
        }

        fn look(&self, order: OrderId) -> OrderStatus {
            self.looks.set(self.looks.get() + 1);
            let now = self.start.elapsed().as_secs();
            self.changes
                .iter()
                .rfind(|(at, of, _)| *at <= now && *of == order)
                .map_or(OrderStatus::Pending, |(_, _, status)| status.clone())
        }

        /// Waits as a create does, and answers after how many seconds the certificate was seen.
        async fn wait(
            &self,
            polling: &Arc<Polling>,
            order: OrderId,
            bounds: Bounds<'_>,
        ) -> Option<u64> {
            let waiter = polling.join(order);
            let mut seen = OrderStatus::Pending;
            while seen != OrderStatus::Issued {
                let list = |window| ready(self.list(window));
                if waiter.next_by(&seen, bounds, list).await != Paused::Over {
                    return None;
                }
                seen = self.look(order);
            }
            Some(self.start.elapsed().as_secs())
        }
    }

    async fn seconds_of_looks(waiter: &Waiter, bounds: Bounds<'_>) -> Vec<u64> {
        let start = Instant::now();
        let mut seconds = Vec::new();
        let unasked = |_| async { unreachable!("a single order is looked at directly") };
        while waiter.next_by(&OrderStatus::Pending, bounds, unasked).await == Paused::Over {
            seconds.push(start.elapsed().as_secs());
        }
        seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_single_order_is_looked_at_after_pauses_that_double_up_to_a_minute() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let waiter = polling.join(id(1));
        let seconds = seconds_of_looks(&waiter, in_seconds(250, &stop)).await;
        assert_eq!(seconds, [2, 6, 14, 30, 62, 122, 182, 242]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_would_pass_the_deadline_is_not_begun() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let waiter = polling.join(id(1));
        let start = Instant::now();
        assert_eq!(seconds_of_looks(&waiter, in_seconds(5, &stop)).await, [2]);
        assert_eq!(start.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_every_wait_at_once() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let account = Account::new(Vec::new());
        let bounds = in_seconds(600, &stop);
        let waits = join_all((1..=50).map(|number| account.wait(&polling, id(number), bounds)));
        let stopper = async {
            sleep(Duration::from_secs(3)).await;
            stop.cancel();
        };
        let (ends, ()) = tokio::join!(waits, stopper);
        assert_eq!(ends, [None; 50]);
        assert_eq!(account.start.elapsed(), Duration::from_secs(3));
        let waiter = polling.join(id(1));
        let next = waiter.next_by(&OrderStatus::Pending, bounds, |_| ready(Changes::Unknown));
        assert_eq!(next.await, Paused::Stopped);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_a_list_that_does_not_come() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let waiters = [polling.join(id(1)), polling.join(id(2))];
        let bounds = in_seconds(600, &stop);
        for waiter in &waiters {
            let first = waiter.next_by(&OrderStatus::Pending, bounds, |_| ready(Changes::Unknown));
            assert_eq!(first.await, Paused::Over);
        }
        let hung = |_| std::future::pending::<Changes>();
        let stopper = async {
            sleep(Duration::from_secs(30)).await;
            stop.cancel();
        };
        let (first, second, ()) = tokio::join!(
            waiters[0].next_by(&OrderStatus::Pending, bounds, hung),
            waiters[1].next_by(&OrderStatus::Pending, bounds, hung),
            stopper
        );
        assert_eq!([first, second], [Paused::Stopped; 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn fifty_orders_share_one_call_per_round() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let issued = (1..=50)
            .map(|number| (200, id(number), OrderStatus::Issued))
            .collect();
        let account = Account::new(issued);
        let bounds = in_seconds(600, &stop);
        let ends =
            join_all((1..=50).map(|number| account.wait(&polling, id(number), bounds))).await;
        // Rounds at 2, 6, 14, 30, 62, 122, 182 and 242 seconds.
        assert_eq!(ends, [Some(242); 50]);
        // Each is looked at in its first round and when it is listed; without sharing it would be 50 * 8 looks.
        assert_eq!(account.looks.get(), 50 * 2);
        assert_eq!(
            *account.windows.borrow(),
            [64, 72, 88, 120, 180, 240, 300],
            "each list reaches back to the earliest look and a minute further"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_order_that_changed_is_looked_at() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let account = Account::new(vec![(10, id(7), OrderStatus::Issued)]);
        let bounds = in_seconds(60, &stop);
        let ends = join_all((1..=9).map(|number| account.wait(&polling, id(number), bounds))).await;
        let mut expected = [None; 9];
        expected[6] = Some(14);
        assert_eq!(ends, expected);
        assert_eq!(account.looks.get(), 9 + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_right_after_a_look_is_in_the_next_list() {
        for at in [2, 3, 5, 6, 7, 13, 29, 61, 121] {
            let stop = CancellationToken::new();
            let polling = Arc::<Polling>::default();
            let account = Account::new(vec![(at, id(1), OrderStatus::Issued)]);
            let bounds = in_seconds(250, &stop);
            let (end, _) = tokio::join!(
                account.wait(&polling, id(1), bounds),
                account.wait(&polling, id(2), bounds)
            );
            let round = [2, 6, 14, 30, 62, 122]
                .into_iter()
                .find(|round| at <= *round);
            assert_eq!(end, round, "changed after {at} seconds");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_leaves_an_order_out_delays_it_by_minutes_and_no_more() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let waiters = [polling.join(id(1)), polling.join(id(2))];
        let bounds = in_seconds(3600, &stop);
        let start = Instant::now();
        let looks = |waiter| async move {
            let nothing = |_| ready(Changes::Listed([].into()));
            let mut seconds = Vec::new();
            for _ in 0..3 {
                assert_eq!(
                    Waiter::next_by(waiter, &OrderStatus::Pending, bounds, nothing).await,
                    Paused::Over
                );
                seconds.push(start.elapsed().as_secs());
            }
            seconds
        };
        let (first, second) = tokio::join!(looks(&waiters[0]), looks(&waiters[1]));
        assert_eq!(first, [2, 302, 602]);
        assert_eq!(second, first);
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_fails_means_looking_at_everything() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let waiters = [polling.join(id(1)), polling.join(id(2))];
        let bounds = in_seconds(60, &stop);
        let start = Instant::now();
        for seconds in [2, 6, 14, 30] {
            let failed = |_| ready(Changes::Unknown);
            let (first, second) = tokio::join!(
                waiters[0].next_by(&OrderStatus::Pending, bounds, failed),
                waiters[1].next_by(&OrderStatus::Pending, bounds, failed)
            );
            assert_eq!([first, second], [Paused::Over; 2]);
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_failed_is_repeated_in_the_next_round() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let [first, _second] = [polling.join(id(1)), polling.join(id(2))];
        let bounds = in_seconds(60, &stop);
        let nothing = |_| ready(Changes::Listed([].into()));
        let start = Instant::now();
        for seconds in [2, 6, 14] {
            let next = first.next_by(&OrderStatus::Pending, bounds, nothing).await;
            assert_eq!((next, start.elapsed().as_secs()), (Paused::Over, seconds));
            first.look_again();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_that_joins_brings_the_next_round_forward() {
        let stop = CancellationToken::new();
        let polling = Arc::<Polling>::default();
        let account = Account::new(vec![
            (100, id(1), OrderStatus::Issued),
            (100, id(2), OrderStatus::Issued),
        ]);
        let bounds = in_seconds(600, &stop);
        let late = async {
            sleep(Duration::from_secs(101)).await;
            account.wait(&polling, id(2), bounds).await
        };
        let (early, late) = tokio::join!(account.wait(&polling, id(1), bounds), late);
        assert_eq!((early, late), (Some(103), Some(103)));
    }
}
