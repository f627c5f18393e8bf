//! The virtual clock: expiry, validity and rolling windows follow it, never the machine.

use std::time::Duration;

use time::macros::format_description;
use time::{Date, OffsetDateTime};
use tokio::time::Instant;

/// Time as the sandbox sees it.
#[derive(Debug)]
pub(crate) struct Clock {
    start: OffsetDateTime,
    advanced: Duration,
    running_since: Option<Instant>,
}

impl Clock {
    pub(crate) fn new(start: Option<OffsetDateTime>, runs: bool) -> Self {
        let start = start.unwrap_or_else(OffsetDateTime::now_utc);
        Self {
            // The API's timestamps have no fraction, so neither has the clock.
            start: start.replace_nanosecond(0).unwrap_or(start),
            advanced: Duration::ZERO,
            running_since: runs.then(Instant::now),
        }
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        let ran = self
            .running_since
            .map_or(Duration::ZERO, |since| since.elapsed());
        self.start + self.advanced + ran
    }

    /// Whether it also moves by itself.
    pub(crate) fn runs(&self) -> bool {
        self.running_since.is_some()
    }

    pub(crate) fn today(&self) -> Date {
        self.now().date()
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }
}

/// `2018-10-16T20:05:28+00:00`: UTC is always written as an offset, never as `Z`.
pub(crate) fn timestamp(moment: OffsetDateTime) -> String {
    format!(
        "{}T{:02}:{:02}:{:02}+00:00",
        moment.date(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// `Tue, 16 Oct 2018 20:05:28 GMT`, as the header `Date` has it.
pub(crate) fn http_date(moment: OffsetDateTime) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    // Every part is in a point in time, so formatting cannot fail.
    moment.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_clock_at_rest_moves_only_when_told() {
        let mut clock = Clock::new(Some(datetime!(2026-04-14 09:12:38 UTC)), false);
        assert_eq!(timestamp(clock.now()), "2026-04-14T09:12:38+00:00");
        assert_eq!(http_date(clock.now()), "Tue, 14 Apr 2026 09:12:38 GMT");
        clock.advance(Duration::from_secs(86_400));
        assert_eq!(timestamp(clock.now()), "2026-04-15T09:12:38+00:00");
    }
}
