//! Validities: from what was asked for to the last valid day.

use serde_json::{Value, json};
use time::{Date, Duration, Month};

/// A validity as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Years(u16),
    Days(u16),
    Until(Date),
}

impl Term {
    /// The last valid day when the first one is `from`.
    pub(crate) fn end(self, from: Date) -> Date {
        match self {
            Self::Years(years) => same_day(from, years) - Duration::DAY,
            Self::Days(days) => from + Duration::days(i64::from(days) - 1),
            Self::Until(date) => date,
        }
    }

    pub(crate) fn to_json(self) -> Value {
        match self {
            Self::Years(years) => json!({ "years": years }),
            Self::Days(days) => json!({ "days": days }),
            Self::Until(date) => json!({ "custom_expiration_date": date.to_string() }),
        }
    }

    /// Whole years, rounded up, as order info and prices count them.
    pub(crate) fn years(self, from: Date) -> u16 {
        let end = self.end(from);
        (1..=3)
            .find(|years| end <= Self::Years(*years).end(from))
            .unwrap_or(3)
    }
}

/// The same day a number of years later; 29 February becomes 1 March.
fn same_day(from: Date, years: u16) -> Date {
    let year = from.year() + i32::from(years);
    from.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, Month::March, 1))
        .unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_term_counts_both_its_first_and_its_last_day() {
        let from = date!(2026 - 04 - 14);
        assert_eq!(Term::Days(199).end(from), date!(2026 - 10 - 29));
        assert_eq!(Term::Years(1).end(from), date!(2027 - 04 - 13));
        assert_eq!(
            Term::Years(1).end(date!(2028 - 02 - 29)),
            date!(2029 - 02 - 28)
        );
        assert_eq!(Term::Days(366).years(from), 2);
    }
}
