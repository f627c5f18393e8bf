//! The pauses between two looks at an order that is on its way to another status.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// The first pause; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paused {
    /// Look again.
    Over,
    /// The next look would come after the deadline.
    TimeIsUp,
    /// Terraform wants the provider to stop.
    Stopped,
}

/// What is left of the time of a destroy.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    deadline: Instant,
    stop: &'a CancellationToken,
    next: Duration,
}

impl<'a> Patience<'a> {
    /// All of the time is left.
    pub(crate) fn new(bound: Duration, stop: &'a CancellationToken) -> Self {
        Self {
            deadline: Instant::now() + bound,
            stop,
            next: FIRST_PAUSE,
        }
    }

    /// When the time is up.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Pauses, unless the time is up or a stop has come or comes meanwhile.
    pub(crate) async fn pause(&mut self) -> Paused {
        let next_look = Instant::now() + self.next;
        if self.stop.is_cancelled() {
            return Paused::Stopped;
        }
        if next_look > self.deadline {
            return Paused::TimeIsUp;
        }
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        tokio::select! {
            () = sleep_until(next_look) => Paused::Over,
            () = self.stop.cancelled() => Paused::Stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_a_minute_and_end_with_the_time() {
        let stop = CancellationToken::new();
        let begin = Instant::now();
        let mut patience = Patience::new(Duration::from_secs(150), &stop);
        let mut looks = Vec::new();
        while patience.pause().await == Paused::Over {
            looks.push(begin.elapsed().as_secs());
        }
        assert_eq!(looks, [1, 3, 7, 15, 31, 63, 123]);
        assert_eq!(patience.pause().await, Paused::TimeIsUp);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_a_pause_at_once() {
        let stop = CancellationToken::new();
        let begin = Instant::now();
        let mut patience = Patience::new(Duration::from_secs(600), &stop);
        assert_eq!(patience.pause().await, Paused::Over);
        let (paused, ()) = tokio::join!(patience.pause(), async { stop.cancel() });
        assert_eq!((paused, begin.elapsed().as_secs()), (Paused::Stopped, 1));
        assert_eq!(patience.pause().await, Paused::Stopped);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_at_the_deadline_is_in_time_and_a_stop_counts_more_than_the_time() {
        let stop = CancellationToken::new();
        let mut patience = Patience::new(Duration::from_secs(1 + 2), &stop);
        for _ in 0..2 {
            assert_eq!(patience.pause().await, Paused::Over);
        }
        assert_eq!(patience.pause().await, Paused::TimeIsUp);
        stop.cancel();
        assert_eq!(patience.pause().await, Paused::Stopped);
    }
}
