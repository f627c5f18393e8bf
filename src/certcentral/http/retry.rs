//! A call from its first attempt to its last: its turn within the rate limit, and repeats where
//! `retry_policy.rs` allows them.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, warn};

use super::answer::Answer;
use super::call::{Call, RepeatedBy};
use super::certainty::Certainty;
use super::client::Client;
use super::config::Leave;
use super::error::{Error, GaveUp, NotSent, TransportKind};
use super::rate_limit::Slot;
use super::retry_policy::{self, Attempt, Failure, Verdict};
use super::transport::Sent;

impl Client {
    /// Sends a call, and sends it again as long as that is right and the operation has time.
    ///
    /// # Errors
    ///
    /// That of the last attempt; [`Error::GaveUp`] around it if another one would have been right,
    /// or if one before it may have taken effect.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let begin = self.patience.began.unwrap_or_else(Instant::now);
        let deadline = self.patience.deadline();
        let mut repeats = self.patience.attempts;
        let mut faults = 0;
        // The newest attempt that may have changed something.
        let mut lost: Option<Error> = None;
        loop {
            let ready = match self.rejection() {
                Some(rejection) => Err(rejection),
                None => self.slot(deadline, begin).await,
            };
            let slot = match ready {
                Ok(slot) => slot,
                Err(reason) => return Err(not_repeated(reason, lost, repeats, begin.elapsed())),
            };
            // On the heap, because every caller would hold it on its stack.
            let sent = Box::pin(self.awaited(call, begin)).await;
            drop(slot);
            let error = match sent.outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.remember_rejection(&error);
            let attempt = Attempt {
                kind: call.kind,
                failure: Failure::of(&error, sent.retry_after),
                repeats,
                faults,
                max_repeats: self.max_repeats(),
                time_left: deadline.saturating_duration_since(Instant::now()),
                jitter: self.jitter(),
            };
            if let Some(respite) = retry_policy::respite(&attempt) {
                self.rate_limit().pause(respite);
            }
            let verdict = retry_policy::decide(&attempt);
            let end = match verdict {
                Verdict::Never if lost.is_none() || error.certainty() == Certainty::Unknown => {
                    return Err(error);
                }
                Verdict::Never => GaveUp::Final,
                Verdict::Exhausted => GaveUp::Exhausted,
                Verdict::Unreachable => GaveUp::Unreachable,
                Verdict::Faulty => GaveUp::Faulty,
                Verdict::TimeUp(pause) => GaveUp::TimeUp { pause },
                Verdict::Repeat(pause) if call.repeated_by == RepeatedBy::Caller => {
                    GaveUp::LookFirst { pause }
                }
                Verdict::Repeat(pause) => {
                    warn!(
                        call = %call,
                        reason = %error,
                        pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                        repeat = repeats + 1,
                        "repeating a call to CertCentral",
                    );
                    if self.patience.pause(Instant::now() + pause).await {
                        repeats += 1;
                        faults += u32::from(attempt.failure.is_fault());
                        if call.changes() && error.certainty() == Certainty::Unknown {
                            lost = Some(error);
                        }
                        continue;
                    }
                    GaveUp::Stopped
                }
            };
            debug!(call = %call, attempts = repeats + 1, ?end, "gave up a call to CertCentral");
            let earlier = match lost {
                Some(_) => Certainty::Unknown,
                None => Certainty::NothingHappened,
            };
            return Err(Error::gave_up(
                error,
                repeats + 1,
                begin.elapsed(),
                end,
                earlier,
            ));
        }
    }

    /// Makes an attempt and waits for its answer. A stop ends a look. What changes something is
    /// waited for until answers are due; then it goes on by itself.
    async fn awaited(&self, call: &Call<'_>, begin: Instant) -> Sent {
        let Leave { due, drain } = self.leave();
        let stopped = || {
            Sent::failed(Error::NotSent {
                reason: NotSent::Stopped,
                waited: begin.elapsed(),
            })
        };
        if call.change.is_none() {
            let look = self.patience.of_look(self.attempt(call));
            return tokio::select! {
                biased;
                sent = look => sent.unwrap_or_else(stopped),
                () = due.cancelled() => stopped(),
            };
        }
        if due.is_cancelled() {
            return stopped();
        }
        let (client, detached) = (self.clone(), call.detached());
        let mut attempt = Box::pin(async move { client.attempt(&detached).await });
        tokio::select! {
            biased;
            sent = &mut attempt => sent,
            () = due.cancelled() => {
                warn!(call = %call, "a call to CertCentral goes on while nobody waits for its \
                    answer");
                drain.spawn(attempt);
                Sent::failed(Error::Transport {
                    kind: TransportKind::Unawaited,
                    host: self.host(),
                    source: "the process was told to end".into(),
                })
            }
        }
    }

    /// Waits for the turn of a call.
    async fn slot(&self, deadline: Instant, begin: Instant) -> Result<Slot, Error> {
        let windows = self.rate_windows();
        let slot = self
            .rate_limit()
            .slot(windows, self.patience.urgency, deadline);
        let reason = match self.patience.unless_stopped(slot).await {
            Some(Some(slot)) => return Ok(slot),
            Some(None) => NotSent::TimeUp,
            None => NotSent::Stopped,
        };
        Err(Error::NotSent {
            reason,
            waited: begin.elapsed(),
        })
    }
}

/// What to report where an attempt was not made: the reason, unless the newest attempt before it
/// may have changed something.
fn not_repeated(reason: Error, lost: Option<Error>, attempts: u32, elapsed: Duration) -> Error {
    let Some(lost) = lost else {
        return reason;
    };
    let (last, end) = match reason {
        Error::NotSent {
            reason: NotSent::Stopped,
            ..
        } => (lost, GaveUp::Stopped),
        Error::NotSent { .. } => (lost, GaveUp::NoTurn),
        refused => (refused, GaveUp::Final),
    };
    Error::gave_up(last, attempts, elapsed, end, Certainty::Unknown)
}
