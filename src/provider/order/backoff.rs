//! The one way to pause between two looks at an order: schedules by name, within a deadline and until a stop.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Longest bound of an operation: a clock cannot be set any time ahead. Source: this provider's own choice.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Pauses in seconds; the last one is repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule(&'static [u64]);

impl Schedule {
    /// After a call whose answer was lost. What was sent is not sent again, so CertCentral is asked what became of it.
    pub(crate) const LOST_ANSWER: Self = Self(&[1, 2, 4, 8, 15, 30, 60]);
    /// Looks at an order after a lost answer: two minutes in all.
    pub(crate) const LOOKS_AFTER_A_LOST_ANSWER: usize = Self::LOST_ANSWER.0.len();
    /// While a destroy waits for a status in which the order can be ended.
    pub(crate) const DESTROY: Self = Self(&[1, 2, 4, 8, 16, 32, 60]);
    /// Between the rounds in which all waiting orders are looked at.
    pub(crate) const ROUNDS: Self = Self(&[2, 4, 8, 16, 32, 60]);
    /// Between the checks of the domains of an order: a new record takes a while until the whole DNS knows it.
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

    /// Pauses before a look that is made in any case. The deadline and a stop cut the pause short and make that look the last one.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
