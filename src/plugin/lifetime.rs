//! When the process ends, and how long work that must not be lost may hold it.

use std::future::{Future, pending};
use std::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::ConnectionCount;

/// With [`LAST_ANSWERS`] 1.7 s: Terraform kills two seconds after Shutdown.
const AFTER_SHUTDOWN: Duration = Duration::from_millis(1600);

/// CI systems kill ten seconds after SIGTERM: until then every call has its answer.
const ANSWERS_DUE: Duration = Duration::from_secs(8);

/// A call that goes on after its answer is read as long as somebody lets us: no call takes longer.
const AFTER_TERMINATE: Duration = Duration::from_secs(120);

/// Nobody reads an orphan's answers, and the next apply may run by now: an orphan that stayed could
/// send its order beside it.
const AFTER_ORPHANED: Duration = Duration::from_millis(1600);

/// How long the server may take to send the answers that are ready and to close its connections.
pub(super) const LAST_ANSWERS: Duration = Duration::from_millis(100);

/// How often a process without connections looks whether its parent is still there. A dying parent
/// closes its connections a moment before it is gone.
const PARENT_CHECK: Duration = Duration::from_millis(100);

/// How long a host may take to connect for the first time.
const CONNECT_LIMIT: Duration = Duration::from_secs(60);

/// Why the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The host called Shutdown.
    Shutdown,
    /// A signal: the host may be ending as well and still wait for answers.
    Terminated,
    /// The host is gone without a word.
    Orphaned,
}

/// What may still become of the host after a signal.
pub(super) struct Host<'a, F> {
    /// It calls Shutdown.
    pub(super) shutdown: &'a CancellationToken,
    /// It is gone without a word.
    pub(super) gone: F,
}

/// Waits for the work that must not be lost, as long as this ending allows.
///
/// `calls` are calls without answer, `drain` the tasks that must finish; `answers_due` is cancelled
/// when no call may wait any longer.
pub(super) async fn settle(
    ending: Ending,
    calls: &TaskTracker,
    drain: &TaskTracker,
    answers_due: &CancellationToken,
    host: Host<'_, impl Future<Output = ()>>,
) {
    calls.close();
    drain.close();
    match ending {
        Ending::Shutdown => at_most(AFTER_SHUTDOWN, drain, drain.wait()).await,
        Ending::Orphaned => at_most(AFTER_ORPHANED, drain, drain.wait()).await,
        Ending::Terminated => {
            // Terraform asks running calls to return early when it gets SIGTERM; their answers hold
            // state.
            let answered = async {
                calls.wait().await;
                drain.wait().await;
            };
            let due = async {
                sleep(ANSWERS_DUE).await;
                answers_due.cancel();
                pending::<()>().await;
            };
            select! {
                () = at_most(AFTER_TERMINATE, drain, answered) => {}
                () = due => {}
                () = async {
                    host.shutdown.cancelled().await;
                    at_most(AFTER_SHUTDOWN, drain, drain.wait()).await;
                } => {}
                () = async {
                    host.gone.await;
                    at_most(AFTER_ORPHANED, drain, drain.wait()).await;
                } => {}
            }
        }
    }
}

async fn at_most(limit: Duration, drain: &TaskTracker, work: impl Future<Output = ()>) {
    if timeout(limit, work).await.is_err() {
        tracing::error!(
            tasks = drain.len(),
            seconds = limit.as_secs_f64(),
            "ending with unfinished work"
        );
    }
}

/// Completes when the host is gone: no connection is open, and the process that started us is not
/// our parent any more. A host that is killed never calls Shutdown.
///
/// `started_by` is the parent at the start, `parent` tells the one of now.
pub(super) async fn orphaned(
    mut connections: watch::Receiver<ConnectionCount>,
    started_by: u32,
    parent: impl Fn() -> u32,
) {
    let started = Instant::now();
    loop {
        let count = *connections.borrow_and_update();
        let awaited = !count.was_connected && started.elapsed() < CONNECT_LIMIT;
        if count.open == 0 && !awaited && parent() != started_by {
            return;
        }
        select! {
            changed = connections.changed() => if changed.is_err() {
                pending::<()>().await;
            },
            () = sleep(PARENT_CHECK), if count.open == 0 => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;

    use futures_util::poll;

    use super::*;
    use crate::plugin::connection::OpenConnections;

    /// A host that stays.
    fn living(shutdown: &CancellationToken) -> Host<'_, std::future::Pending<()>> {
        Host {
            shutdown,
            gone: pending(),
        }
    }

    /// Runs `settle` with a task in `drain` and a call without answer that take so many
    /// milliseconds, if any, and tells how many milliseconds it waited.
    async fn waited(ending: Ending, task: Option<u64>, call: Option<u64>) -> u128 {
        let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
        for (tracker, takes) in [(&drain, task), (&calls, call)] {
            if let Some(takes) = takes {
                tracker.spawn(sleep(Duration::from_millis(takes)));
            }
        }
        let started = Instant::now();
        let (due, shutdown) = (CancellationToken::new(), CancellationToken::new());
        settle(ending, &calls, &drain, &due, living(&shutdown)).await;
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
        assert_eq!(waited(Ending::Terminated, hour, None).await, 120_000);
        assert_eq!(waited(Ending::Orphaned, hour, None).await, 1600);
    }

    #[tokio::test(start_paused = true)]
    async fn sigterm_waits_for_calls_and_shutdown_does_not() {
        assert_eq!(waited(Ending::Terminated, None, Some(500)).await, 500);
        assert_eq!(waited(Ending::Terminated, None, Some(60_000)).await, 60_000);
        assert_eq!(waited(Ending::Shutdown, None, Some(500)).await, 0);
        assert_eq!(waited(Ending::Orphaned, None, Some(500)).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_after_sigterm_shortens_the_wait() {
        let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
        drain.spawn(sleep(Duration::from_secs(3600)));
        let shutdown = CancellationToken::new();
        let due = CancellationToken::new();
        let started = Instant::now();

        tokio::join!(
            settle(Ending::Terminated, &calls, &drain, &due, living(&shutdown)),
            async {
                sleep(Duration::from_secs(2)).await;
                shutdown.cancel();
            }
        );

        assert_eq!(started.elapsed().as_millis(), 2000 + 1600);
    }

    #[tokio::test(start_paused = true)]
    async fn after_sigterm_a_host_that_is_gone_is_not_waited_for() {
        let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
        drain.spawn(sleep(Duration::from_secs(3600)));
        let (due, shutdown) = (CancellationToken::new(), CancellationToken::new());
        let started = Instant::now();
        let host = Host {
            shutdown: &shutdown,
            gone: sleep(Duration::from_secs(30)),
        };
        settle(Ending::Terminated, &calls, &drain, &due, host).await;
        assert_eq!(started.elapsed().as_millis(), 30_000 + 1600);
    }

    /// The call is answered, and what it has sent goes on.
    #[tokio::test(start_paused = true)]
    async fn eight_seconds_after_sigterm_answers_are_due() {
        let (calls, drain) = (TaskTracker::new(), TaskTracker::new());
        let due = CancellationToken::new();
        drain.spawn(sleep(Duration::from_secs(50)));
        calls.spawn(due.clone().cancelled_owned());
        let started = Instant::now();
        let shutdown = CancellationToken::new();
        let settled = settle(Ending::Terminated, &calls, &drain, &due, living(&shutdown));
        let (answered, ()) = tokio::join!(
            async {
                due.cancelled().await;
                started.elapsed()
            },
            settled
        );
        assert_eq!(answered.as_secs(), 8);
        assert_eq!(started.elapsed().as_secs(), 50);
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

        let (due, shutdown) = (CancellationToken::new(), CancellationToken::new());
        settle(Ending::Terminated, &calls, &drain, &due, living(&shutdown)).await;

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
}
