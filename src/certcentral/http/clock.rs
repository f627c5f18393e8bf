//! The clock of CertCentral, as its answers tell it: certificates and orders end by it, not by the clock of this machine.

use std::sync::{Mutex, PoisonError};

use time::{Date, OffsetDateTime};

use super::answer::Answer;

/// The time of the newest answer.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Mutex<Option<OffsetDateTime>>);

impl ServerClock {
    /// Takes the time of an answer, if it tells one.
    pub(crate) fn note(&self, answer: &Answer) {
        if let Some(date) = answer.date() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
        }
    }

    /// The day (UTC) of the newest answer; none before the first one.
    pub(crate) fn today(&self) -> Option<Date> {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.map(OffsetDateTime::date)
    }
}
