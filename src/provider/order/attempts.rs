//! Another attempt of a call that must not take effect twice. The client never makes it by itself,
//! because what proves that nothing happened may not be true: a gateway can answer 429 in the place
//! of an answer that was on its way. So whoever makes the call looks before each further attempt,
//! and each attempt passes the gate and the audit log.

use tokio::time::{Instant, sleep};
use tracing::warn;

use super::waiting::Bounds;
use crate::certcentral::{Client, Error};

/// The attempts of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts<'a> {
    bounds: Bounds<'a>,
    began: Instant,
    made: u32,
}

impl<'a> Attempts<'a> {
    /// The attempts of a call that begins now.
    pub(crate) fn new(bounds: Bounds<'a>) -> Self {
        Self {
            bounds,
            began: Instant::now(),
            made: 0,
        }
    }

    /// Returns the client for the next attempt.
    pub(crate) fn next(&mut self, client: &Client) -> Client {
        let client = client.repeating(self.made, self.began);
        self.made = self.made.saturating_add(1);
        client
    }

    /// Pauses as long as a failure asks for. False if no further attempt is right, or a stop comes
    /// first.
    pub(crate) async fn pause_after(&self, error: &Error) -> bool {
        let Some(pause) = error.repeat_after() else {
            return false;
        };
        warn!(reason = %error, attempts = self.made, "looking before the call is made again");
        tokio::select! {
            biased;
            () = self.bounds.stop.cancelled() => false,
            () = sleep(pause) => true,
        }
    }
}
