//! Today, by two clocks. CertCentral's ends certificates and orders, but a proxy on the way may
//! date answers by its own, and this machine's may never have been set. Nothing that costs or ends
//! something may hang on either alone.

use time::Date;

use crate::certcentral::ServerDay;
use crate::framework::Diagnostic;

/// How far the two clocks may lie apart: a day for midnight and time zones, and one to spare.
const TOLERATED_DAYS: u64 = 2;

/// Today (UTC) by the clock of this machine and by CertCentral's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Today {
    here: Date,
    there: Date,
}

impl Today {
    /// Joins both. Before CertCentral has answered, this machine's clock stands for both; a virtual
    /// one counts for both, however far from this machine's it is.
    pub(super) fn new(here: Date, there: Option<ServerDay>) -> Self {
        match there {
            None => Self { here, there: here },
            Some(day) if day.is_virtual => Self {
                here: day.date,
                there: day.date,
            },
            Some(day) => Self {
                here,
                there: day.date,
            },
        }
    }

    /// A day on which both clocks agree.
    #[cfg(test)]
    pub(crate) fn on(day: Date) -> Self {
        Self::new(day, None)
    }

    /// Returns CertCentral's day; none if the clocks lie too far apart to act by either.
    pub(crate) fn agreed(self) -> Option<Date> {
        let apart = (self.there - self.here).whole_days().unsigned_abs();
        (apart <= TOLERATED_DAYS).then_some(self.there)
    }

    /// Returns the earlier day: what is over by it is over by both clocks.
    pub(crate) fn earlier(self) -> Date {
        self.here.min(self.there)
    }

    /// Returns a warning if the clocks lie too far apart.
    pub(crate) fn disagreement(self) -> Option<Diagnostic> {
        if self.agreed().is_some() {
            return None;
        }
        let Self { here, there } = self;
        Some(Diagnostic::warning(
            "Clocks of CertCentral and of this machine disagree",
            format!(
                "CertCentral's answer is dated {there}, and the clock of this machine says {here}. \
                 While they disagree, nothing is reissued or renewed because of a date, and orders \
                 of other people count as recent by either clock. Set the clock of this machine; \
                 if it is right, look for a proxy that answers in CertCentral's place."
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::{Date, ServerDay, Today};

    const HERE: Date = date!(2026 - 11 - 30);

    fn today(days_ahead: i64, is_virtual: bool) -> Today {
        let date = HERE + Duration::days(days_ahead);
        Today::new(HERE, Some(ServerDay { date, is_virtual }))
    }

    #[test]
    fn two_days_are_agreement_and_more_is_none() {
        for days in [-2, -1, 0, 1, 2] {
            let there = HERE + Duration::days(days);
            assert_eq!(today(days, false).agreed(), Some(there), "{days}");
            assert_eq!(today(days, false).disagreement(), None, "{days}");
        }
        for days in [-20_000, -3, 3, 300] {
            assert_eq!(today(days, false).agreed(), None, "{days}");
            let said = today(days, false).disagreement().unwrap();
            for date in [HERE, HERE + Duration::days(days)] {
                assert!(said.detail.contains(&date.to_string()), "{}", said.detail);
            }
        }
    }

    #[test]
    fn a_virtual_clock_counts_however_far_it_is() {
        let far = HERE + Duration::days(300);
        assert_eq!(today(300, true).agreed(), Some(far));
        assert_eq!(today(300, true).earlier(), far);
    }

    #[test]
    fn the_earlier_day_is_over_by_both() {
        assert_eq!(today(300, false).earlier(), HERE);
        assert_eq!(today(-300, false).earlier(), HERE - Duration::days(300));
        assert_eq!(Today::new(HERE, None).earlier(), HERE);
    }
}
