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

/// CI systems kill ten seconds after SIGTERM.
const AFTER_TERMINATE: Duration = Duration::from_secs(9);

/// Nobody reads an orphan's answers, and the next apply may run by now: an orphan that stayed could send its order beside it.
const AFTER_ORPHANED: Duration = Duration::from_millis(1600);

/// How long the server may take to send the answers that are ready and to close its connections.
pub(super) const LAST_ANSWERS: Duration = Duration::from_millis(100);

/// How often a process without connections looks whether its parent is still there. A dying parent closes its connections
/// a moment before it is gone.
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

/// Waits for the work that must not be lost, as long as this ending allows.
///
/// `calls` are calls without answer, `drain` the tasks that must finish, `shutdown` a Shutdown call that may still come.
pub(super) async fn settle(
    ending: Ending,
    calls: &TaskTracker,
    drain: &TaskTracker,
    shutdown: &CancellationToken,
) {
    calls.close();
    drain.close();
    match ending {
        Ending::Shutdown => at_most(AFTER_SHUTDOWN, drain, drain.wait()).await,
        Ending::Orphaned => at_most(AFTER_ORPHANED, drain, drain.wait()).await,
        Ending::Terminated => {
            // Terraform asks running calls to return early when it gets SIGTERM; their answers hold state.
            let answered = async {
                calls.wait().await;
                drain.wait().await;
            };
            select! {
                () = at_most(AFTER_TERMINATE, drain, answered) => {}
                () = async {
                    shutdown.cancelled().await;
                    at_most(AFTER_SHUTDOWN, drain, drain.wait()).await;
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

/// Completes when the host is gone: no connection is open, and the process that started us is not our parent any
/// more. A host that is killed never calls Shutdown.
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
mod tests;
