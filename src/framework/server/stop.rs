//! StopProvider: every running call is told to end its waits, and the process can serve on.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// What ends the waits of calls: core's StopProvider for the calls of the moment, a shutdown for all.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    shutdown: CancellationToken,
    current: Mutex<Option<CancellationToken>>,
}

impl Stop {
    /// A handle that nothing has stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token of a call that starts now.
    pub fn token(&self) -> CancellationToken {
        self.current()
            .get_or_insert_with(|| self.0.shutdown.child_token())
            .clone()
    }

    /// Ends the waits of every running call. Calls that start later do not notice.
    pub fn stop_calls(&self) {
        let stopped = self.current().take();
        if let Some(token) = stopped {
            token.cancel();
        }
    }

    /// Ends the waits of every call, running or to come: the process is about to exit.
    pub fn shut_down(&self) {
        self.0.shutdown.cancel();
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<CancellationToken>> {
        self.0
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn stop_ends_running_calls_and_not_later_ones() {
        let stop = Stop::new();
        let running = stop.token();
        stop.stop_calls();
        let later = stop.token();
        assert!(running.is_cancelled());
        assert!(!later.is_cancelled());
    }

    #[test]
    fn a_shutdown_ends_running_and_later_calls() {
        let stop = Stop::new();
        let running = stop.token();
        stop.shut_down();
        assert!(running.is_cancelled());
        assert!(stop.token().is_cancelled());
    }
}
