//! How long each ending waits, on a clock that only moves when everybody waits.

use std::cell::Cell;
use std::pin::pin;

use futures_util::poll;

use super::*;
use crate::plugin::connection::OpenConnections;

/// Runs `settle` with a task in `drain` and a call without answer that take so many milliseconds, if any, and
/// tells how many milliseconds it waited.
async fn waited(ending: Ending, task: Option<u64>, call: Option<u64>) -> u128 {
    let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
    for (tracker, takes) in [(&drain, task), (&calls, call)] {
        if let Some(takes) = takes {
            tracker.spawn(sleep(Duration::from_millis(takes)));
        }
    }
    let started = Instant::now();
    settle(ending, &calls, &drain, &CancellationToken::new()).await;
    assert!(drain.is_closed());
    started.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn with_nothing_to_finish_every_ending_is_at_once() {
    for ending in [Ending::Shutdown, Ending::Terminated, Ending::Orphaned] {
        assert_eq!(waited(ending, None, None).await, 0, "{ending:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_ending_waits_for_a_task_that_must_finish() {
    for ending in [Ending::Shutdown, Ending::Terminated, Ending::Orphaned] {
        assert_eq!(waited(ending, Some(1000), None).await, 1000, "{ending:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_wait_is_bounded() {
    let hour = Some(3_600_000);
    assert_eq!(waited(Ending::Shutdown, hour, None).await, 1600);
    assert_eq!(waited(Ending::Terminated, hour, None).await, 9000);
    assert_eq!(waited(Ending::Orphaned, hour, None).await, 1600);
}

#[tokio::test(start_paused = true)]
async fn sigterm_waits_for_calls_and_shutdown_does_not() {
    assert_eq!(waited(Ending::Terminated, None, Some(500)).await, 500);
    assert_eq!(waited(Ending::Terminated, None, Some(60_000)).await, 9000);
    assert_eq!(waited(Ending::Shutdown, None, Some(500)).await, 0);
    assert_eq!(waited(Ending::Orphaned, None, Some(500)).await, 0);
}

#[tokio::test(start_paused = true)]
async fn shutdown_after_sigterm_shortens_the_wait() {
    let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
    drain.spawn(sleep(Duration::from_secs(3600)));
    let shutdown = CancellationToken::new();
    let started = Instant::now();

    tokio::join!(
        settle(Ending::Terminated, &calls, &drain, &shutdown),
        async {
            sleep(Duration::from_secs(2)).await;
            shutdown.cancel();
        }
    );

    assert_eq!(started.elapsed().as_millis(), 2000 + 1600);
}

#[tokio::test(start_paused = true)]
async fn a_task_started_by_the_last_call_is_awaited() {
    let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
    let late = drain.clone();
    calls.spawn(async move {
        sleep(Duration::from_millis(10)).await;
        late.spawn(sleep(Duration::from_millis(500)));
    });
    let started = Instant::now();

    settle(
        Ending::Terminated,
        &calls,
        &drain,
        &CancellationToken::new(),
    )
    .await;

    assert_eq!(started.elapsed().as_millis(), 510);
}

const TERRAFORM: u32 = 4711;
const INIT: u32 = 1;

#[tokio::test(start_paused = true)]
async fn a_dead_parent_and_no_connection_make_an_orphan() {
    let connections = OpenConnections::default();
    let parent = Cell::new(TERRAFORM);
    let mut orphaned = pin!(orphaned(connections.watch(), TERRAFORM, || parent.get()));
    assert!(poll!(&mut orphaned).is_pending());

    let open = connections.open();
    parent.set(INIT);
    assert!(
        timeout(Duration::from_secs(600), &mut orphaned)
            .await
            .is_err(),
        "somebody is still connected"
    );

    drop(open);
    let closed = Instant::now();
    orphaned.await;
    assert_eq!(closed.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_parent_that_dies_after_its_connection_is_noticed() {
    let connections = OpenConnections::default();
    let parent = Cell::new(TERRAFORM);
    let mut orphaned = pin!(orphaned(connections.watch(), TERRAFORM, || parent.get()));
    drop(connections.open());
    assert!(
        timeout(Duration::from_secs(600), &mut orphaned)
            .await
            .is_err(),
        "the parent is alive"
    );

    parent.set(INIT);
    let died = Instant::now();
    orphaned.await;
    assert!(died.elapsed() <= PARENT_CHECK);
}

/// A launcher may start us and be gone before the host connects.
#[tokio::test(start_paused = true)]
async fn before_the_first_connection_a_dead_parent_gets_a_minute() {
    let connections = OpenConnections::default();
    let started = Instant::now();
    orphaned(connections.watch(), TERRAFORM, || INIT).await;
    assert_eq!(started.elapsed(), CONNECT_LIMIT);
}
