//! Virtual time against the windows.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::future::join_all;
use tokio::time::{advance, sleep, timeout};

use super::*;

const DOCUMENTED: [RateWindow; 2] = RateWindow::DOCUMENTED;

fn limit() -> Arc<RateLimit> {
    Arc::default()
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(86_400)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn usual(limit: &Arc<RateLimit>) -> Slot {
    let turn = limit.slot(&DOCUMENTED, Urgency::Usual, far());
    turn.await.unwrap()
}

async fn urgent(limit: &Arc<RateLimit>) -> Slot {
    let turn = limit.slot(&DOCUMENTED, Urgency::Urgent, far());
    turn.await.unwrap()
}

/// Sends calls whose answers take no time until no more are let through.
async fn use_up(limit: &Arc<RateLimit>, urgency: Urgency) -> usize {
    for sent in 0.. {
        let turn = limit.slot(&DOCUMENTED, urgency, Instant::now());
        if turn.await.is_none() {
            return sent;
        }
    }
    unreachable!("a window ends")
}

/// CertCentral's side: counts what arrives in its own windows.
#[derive(Default)]
struct Service {
    arrivals: Mutex<Vec<Instant>>,
}

impl Service {
    /// The call arrives some time after it was sent, and is answered some time later.
    async fn call(&self, number: u64, spread: u64) {
        sleep(Duration::from_millis(number * 7919 % spread)).await;
        self.arrivals.lock().unwrap().push(Instant::now());
        sleep(Duration::from_millis(number * 104_729 % spread)).await;
    }

    /// The most calls in any stretch of this length.
    fn most_in(&self, length: Duration) -> usize {
        let mut recent = VecDeque::new();
        let mut most = 0;
        for arrival in self.arrivals.lock().unwrap().iter() {
            recent.push_back(*arrival);
            while recent
                .front()
                .is_some_and(|first| *first + length <= *arrival)
            {
                recent.pop_front();
            }
            most = most.max(recent.len());
        }
        most
    }
}

#[tokio::test(start_paused = true)]
async fn ninety_calls_go_at_once_and_the_next_five_seconds_later() {
    let limit = limit();
    let begin = Instant::now();
    for _ in 0..90 {
        drop(usual(&limit).await);
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
    drop(usual(&limit).await);
    assert_eq!(begin.elapsed(), seconds(5));
    for _ in 0..89 {
        drop(usual(&limit).await);
    }
    assert_eq!(begin.elapsed(), seconds(5), "no needless wait");
}

#[tokio::test(start_paused = true)]
async fn nine_hundred_calls_go_as_fast_as_allowed_and_the_next_three_minutes_after_the_first() {
    let limit = limit();
    let begin = Instant::now();
    for _ in 0..900 {
        drop(usual(&limit).await);
    }
    assert_eq!(begin.elapsed(), seconds(45), "ten bursts of ninety");
    drop(usual(&limit).await);
    assert_eq!(begin.elapsed(), seconds(180));
}

#[tokio::test(start_paused = true)]
async fn no_window_at_the_other_end_ever_holds_more_however_calls_are_delayed() {
    for spread in [1, 300, 1500, 3000] {
        let limit = limit();
        let service = Service::default();
        let calls = (0..2000_u64).map(|number| {
            let (limit, service) = (&limit, &service);
            async move {
                let turn = if number % 9 == 0 {
                    urgent(limit).await
                } else {
                    usual(limit).await
                };
                service.call(number, spread).await;
                drop(turn);
            }
        });
        join_all(calls).await;
        assert_eq!(service.arrivals.lock().unwrap().len(), 2000);
        assert!(service.most_in(seconds(5)) <= 95, "{spread}");
        assert!(service.most_in(seconds(180)) <= 950, "{spread}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_counts_from_its_answer_and_for_three_seconds_at_most_without_one() {
    let limit = limit();
    let begin = Instant::now();
    let mut turns = Vec::new();
    for _ in 0..90 {
        turns.push(usual(&limit).await);
    }
    advance(seconds(2)).await;
    turns.pop();
    // One call was answered after two seconds, the others are on their way.
    let next = usual(&limit).await;
    assert_eq!(begin.elapsed(), seconds(7));
    let after_the_others = usual(&limit).await;
    assert_eq!(begin.elapsed(), seconds(8));
    drop((next, after_the_others, turns));
}

#[tokio::test(start_paused = true)]
async fn calls_go_in_the_order_in_which_they_asked() {
    let limit = limit();
    use_up(&limit, Urgency::Usual).await;
    let order = Mutex::new(Vec::new());
    let calls = (0..300).map(|number| {
        let (limit, order) = (&limit, &order);
        async move {
            drop(usual(limit).await);
            order.lock().unwrap().push(number);
        }
    });
    join_all(calls).await;
    assert_eq!(*order.lock().unwrap(), (0..300).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_urgent_call_passes_a_queue_and_has_a_reserve() {
    let limit = limit();
    let begin = Instant::now();
    for _ in 0..900 {
        drop(usual(&limit).await);
    }
    advance(seconds(5)).await;
    let queue: Vec<_> = (0..200)
        .map(|_| {
            let limit = Arc::clone(&limit);
            tokio::spawn(async move { drop(usual(&limit).await) })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(use_up(&limit, Urgency::Urgent).await, 50);
    assert_eq!(begin.elapsed(), seconds(50), "none of them waited");
    drop(urgent(&limit).await);
    assert_eq!(begin.elapsed(), seconds(180));
    let waiting = queue.iter().filter(|call| !call.is_finished()).count();
    assert_eq!(waiting, 200, "urgent ones go first");
    for call in queue {
        call.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_reserve_an_urgent_call_still_goes_before_the_queue() {
    let windows = [RateWindow::per_second(1)];
    let limit = limit();
    let order = Mutex::new(Vec::new());
    let begin = Instant::now();
    let call = |urgency, name| {
        let (limit, order, windows) = (&limit, &order, &windows);
        async move {
            drop(limit.slot(windows, urgency, far()).await.unwrap());
            order
                .lock()
                .unwrap()
                .push((name, begin.elapsed().as_secs()));
        }
    };
    tokio::join!(
        call(Urgency::Usual, "first"),
        call(Urgency::Usual, "second"),
        call(Urgency::Usual, "third"),
        async {
            sleep(Duration::from_millis(500)).await;
            call(Urgency::Urgent, "urgent").await;
        }
    );
    assert_eq!(
        *order.lock().unwrap(),
        [("first", 0), ("urgent", 1), ("second", 2), ("third", 3)]
    );
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_takes_nothing_with_it() {
    let limit = limit();
    let begin = Instant::now();
    use_up(&limit, Urgency::Usual).await;
    for urgency in [Urgency::Usual, Urgency::Urgent] {
        use_up(&limit, urgency).await;
        let waits = (0..50).map(|_| timeout(seconds(1), limit.slot(&DOCUMENTED, urgency, far())));
        assert!(join_all(waits).await.iter().all(Result::is_err));
    }
    assert_eq!(begin.elapsed(), seconds(2));
    assert_eq!(limit.log().urgent_waiting, 0);
    let mut turns = Vec::new();
    for _ in 0..90 {
        turns.push(usual(&limit).await);
    }
    assert_eq!(
        begin.elapsed(),
        Duration::from_secs(6),
        "the urgent calls of second 1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_cannot_be_kept_ends_the_wait_at_once() {
    let limit = limit();
    let begin = Instant::now();
    use_up(&limit, Urgency::Usual).await;
    let deadline = begin + seconds(4);
    let turn = limit.slot(&DOCUMENTED, Urgency::Usual, deadline).await;
    assert!(turn.is_none());
    assert_eq!(begin.elapsed(), Duration::ZERO);
    let turn = limit.slot(&DOCUMENTED, Urgency::Usual, begin + seconds(5));
    assert!(turn.await.is_some());

    // Behind others nobody knows how long it takes, so the wait lasts until the deadline.
    use_up(&limit, Urgency::Usual).await;
    let behind = async {
        let turn = limit.slot(&DOCUMENTED, Urgency::Usual, begin + seconds(7));
        (turn.await.is_none(), begin.elapsed())
    };
    let (first, behind) = tokio::join!(usual(&limit), behind);
    assert_eq!(behind, (true, seconds(7)));
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_everybody_waiting_and_the_longest_counts() {
    let limit = limit();
    let begin = Instant::now();
    limit.pause(seconds(20));
    limit.pause(seconds(5));
    let late = limit.slot(&DOCUMENTED, Urgency::Urgent, begin + seconds(19));
    assert!(late.await.is_none());
    assert_eq!(begin.elapsed(), Duration::ZERO);
    let (usual, urgent) = tokio::join!(usual(&limit), urgent(&limit));
    assert_eq!(begin.elapsed(), seconds(20));
    drop((usual, urgent));

    use_up(&limit, Urgency::Usual).await;
    let waiting = async { drop(self::usual(&limit).await) };
    let pausing = async {
        sleep(seconds(1)).await;
        limit.pause(seconds(30));
    };
    tokio::join!(waiting, pausing);
    assert_eq!(begin.elapsed(), seconds(51), "also who waited already");
}

#[tokio::test(start_paused = true)]
async fn a_lower_cap_spaces_calls_however_long_their_answers_take() {
    let [burst, minutes] = DOCUMENTED;
    let windows = [burst, minutes, RateWindow::per_second(2)];
    let limit = limit();
    let begin = Instant::now();
    let mut turns = Vec::new();
    for _ in 0..20 {
        turns.push(limit.slot(&windows, Urgency::Usual, far()).await.unwrap());
    }
    assert_eq!(begin.elapsed(), seconds(9));
    drop(turns);
}

#[tokio::test(start_paused = true)]
async fn what_no_window_holds_is_forgotten() {
    let limit = limit();
    for _ in 0..500 {
        drop(usual(&limit).await);
    }
    assert!(!limit.is_idle());
    advance(seconds(180)).await;
    assert!(limit.is_idle());
    assert!(limit.log().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_host_and_a_key_share_a_limit_while_it_remembers_a_call() {
    let accounts = Accounts::default();
    let key = ApiKey::new("canary-a").unwrap();
    let other_key = ApiKey::new("canary-b").unwrap();
    let first = accounts.limit("a.example", &key);
    assert!(Arc::ptr_eq(&first, &accounts.limit("a.example", &key)));
    assert!(!Arc::ptr_eq(&first, &accounts.limit("b.example", &key)));
    assert!(!Arc::ptr_eq(
        &first,
        &accounts.limit("a.example", &other_key)
    ));
    assert!(!format!("{accounts:?}").contains("canary"));

    let now = Instant::now();
    let turn = first.slot(&RateWindow::DOCUMENTED, Urgency::Usual, now);
    drop(turn.await.unwrap());
    drop(first);
    let remembered = |accounts: &Accounts| {
        drop(accounts.limit("c.example", &key));
        let limits = accounts.limits.lock().unwrap();
        limits.keys().any(|(host, _)| host == "a.example")
    };
    assert!(
        remembered(&accounts),
        "no client is left, but its calls count"
    );
    advance(Duration::from_secs(180)).await;
    assert!(!remembered(&accounts), "nothing is left to remember");
}
