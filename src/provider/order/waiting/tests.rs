//! Who has to act, how pauses grow and end, and how waiting orders share their rounds.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{BackOff, Bounds, Changes, Paused, Polling, Schedule, Waiter, WaitsFor, waits_for};
use crate::certcentral::{Order, OrderId, OrderStatus};
use crate::provider::order::status::detail;
use crate::provider::ssl_order::samples::fixture;

#[test]
fn every_status_says_who_has_to_act() {
    for (status, words, validated, open) in [
        (
            "needs_approval",
            "waits for an approver",
            WaitsFor::People,
            WaitsFor::People,
        ),
        (
            "needs_csr",
            "waits for a CSR",
            WaitsFor::People,
            WaitsFor::People,
        ),
        ("pending", "validates", WaitsFor::DigiCert, WaitsFor::People),
        (
            "processing",
            "DigiCert issues",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
        (
            "approved",
            "DigiCert issues",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
        ("issued", "is issued", WaitsFor::Nobody, WaitsFor::Nobody),
        ("expired", "has expired", WaitsFor::Nobody, WaitsFor::Nobody),
        ("revoked", "are revoked", WaitsFor::Nobody, WaitsFor::Nobody),
        (
            "canceled",
            "was canceled",
            WaitsFor::Nobody,
            WaitsFor::Nobody,
        ),
        (
            "rejected",
            "was rejected",
            WaitsFor::Nobody,
            WaitsFor::Nobody,
        ),
        ("denied", "was rejected", WaitsFor::Nobody, WaitsFor::Nobody),
        (
            "brand_new",
            "not known to the provider",
            WaitsFor::DigiCert,
            WaitsFor::DigiCert,
        ),
    ] {
        let parsed = OrderStatus::from(status);
        assert!(detail(&parsed).contains(words), "{status}");
        let order = order_with(parsed);
        assert_eq!(waits_for(&order, false), validated, "{status}");
        assert_eq!(waits_for(&order, true), open, "{status}");
    }
}

#[test]
fn a_reissue_waits_for_its_approver_then_for_its_domains_then_for_digicert() {
    let mut order: Order = fixture("order_info_reissue_pending.json");
    assert_eq!(waits_for(&order, false), WaitsFor::People);
    order.requests.clear();
    assert_eq!(waits_for(&order, true), WaitsFor::People);
    assert_eq!(waits_for(&order, false), WaitsFor::DigiCert);
}

fn order_with(status: OrderStatus) -> Order {
    let mut order: Order = fixture("order_info_pending.json");
    order.status = status;
    order
}

fn back_off(schedule: Schedule, seconds: u64, stop: &CancellationToken) -> BackOff<'_> {
    let bounds = Bounds::from_now(Duration::from_secs(seconds), stop);
    BackOff::new(schedule, bounds)
}

#[test]
fn the_last_pause_of_a_schedule_is_repeated() {
    let mut pauses = Schedule::DOMAIN_CHECKS.pauses();
    let seconds: Vec<_> = (0..8).map(|_| pauses.next().as_secs()).collect();
    assert_eq!(seconds, [5, 10, 20, 40, 80, 120, 120, 120]);
}

#[tokio::test(start_paused = true)]
async fn looks_go_on_for_two_minutes() {
    let stop = CancellationToken::new();
    let start = Instant::now();
    let mut back_off = back_off(Schedule::LOST_ANSWER, 600, &stop);
    for _ in 0..Schedule::LOOKS_AFTER_A_LOST_ANSWER {
        assert_eq!(back_off.pause_at_most().await, Paused::Over);
    }
    assert_eq!(start.elapsed(), Duration::from_secs(120));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_or_a_stop_leaves_one_last_look() {
    let stop = CancellationToken::new();
    let start = Instant::now();
    let mut soon = back_off(Schedule(&[60]), 3, &stop);
    assert_eq!(soon.pause_at_most().await, Paused::TimeUp);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    stop.cancel();
    let mut later = back_off(Schedule(&[60]), 600, &stop);
    assert_eq!(later.pause_at_most().await, Paused::Stopped);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_to_a_minute_and_end_with_the_time() {
    let stop = CancellationToken::new();
    let begin = Instant::now();
    let mut back_off = back_off(Schedule::DESTROY, 150, &stop);
    let mut looks = Vec::new();
    while back_off.pause().await == Paused::Over {
        looks.push(begin.elapsed().as_secs());
    }
    assert_eq!(looks, [1, 3, 7, 15, 31, 63, 123]);
    assert_eq!(back_off.pause().await, Paused::TimeUp);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_pause_at_once() {
    let stop = CancellationToken::new();
    let begin = Instant::now();
    let mut back_off = back_off(Schedule::DESTROY, 600, &stop);
    assert_eq!(back_off.pause().await, Paused::Over);
    let (paused, ()) = tokio::join!(back_off.pause(), async { stop.cancel() });
    assert_eq!((paused, begin.elapsed().as_secs()), (Paused::Stopped, 1));
    assert_eq!(back_off.pause().await, Paused::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_look_at_the_deadline_is_in_time_and_a_stop_counts_more_than_the_time() {
    let stop = CancellationToken::new();
    let mut back_off = back_off(Schedule::DESTROY, 1 + 2, &stop);
    for _ in 0..2 {
        assert_eq!(back_off.pause().await, Paused::Over);
    }
    assert_eq!(back_off.pause().await, Paused::TimeUp);
    stop.cancel();
    assert_eq!(back_off.pause().await, Paused::Stopped);
}

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
    let ends = join_all((1..=50).map(|number| account.wait(&polling, id(number), bounds))).await;
    // Rounds at 2, 6, 14, 30, 62, 122, 182 and 242 seconds.
    assert_eq!(ends, [Some(242); 50]);
    // Each is looked at in its first round and when it is listed; without sharing it would be 50 *
    // 8 looks.
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
