//! How long a call may wait, for its turn and for repeats: the bounds of the operation that it belongs to.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::rate_limit::Urgency;

/// The bound of a call that belongs to no operation with a bound of its own.
const DEFAULT: Duration = Duration::from_secs(600);

/// The bounds of the calls of a client.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    deadline: Option<Instant>,
    stop: CancellationToken,
    pub(crate) repeats: bool,
    pub(crate) urgency: Urgency,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            deadline: None,
            stop: CancellationToken::new(),
            repeats: true,
            urgency: Urgency::Usual,
        }
    }
}

impl Patience {
    /// When the waits of a call that begins now end at the latest.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline.unwrap_or_else(|| Instant::now() + DEFAULT)
    }

    /// What `work` comes to, or none if a stop ends it first. Work that is done at once is not stopped.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.stop.cancelled() => None,
        }
    }

    /// Pauses. False if a stop ends the pause, or came before it.
    pub(crate) async fn pause(&self, until: Instant) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = sleep_until(until) => true,
        }
    }
}

impl Client {
    /// The same client for the calls of one operation: they wait neither for their turn nor for a repeat beyond `deadline`, nor
    /// after `stop`. A call that has been sent is never cut off by either, and a first attempt that need not wait is
    /// always made.
    #[must_use]
    pub fn within(&self, deadline: Instant, stop: &CancellationToken) -> Self {
        let mut client = self.clone();
        client.patience.deadline = Some(deadline);
        client.patience.stop = stop.clone();
        client
    }

    /// The same client for looking up what became of a call that was sent and not answered: these calls go before all others.
    #[must_use]
    pub fn urgent(&self) -> Self {
        let mut client = self.clone();
        client.patience.urgency = Urgency::Urgent;
        client
    }

    /// The same client for what is not worth a repeat.
    #[must_use]
    pub fn without_repeats(&self) -> Self {
        let mut client = self.clone();
        client.patience.repeats = false;
        client
    }
}
