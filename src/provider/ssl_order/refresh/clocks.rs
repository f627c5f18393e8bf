//! The two clocks of an order: its certificate runs out, and its coverage runs out. Pure; read at
//! every refresh, so that a plan needs no clock and two plans of one run agree.
//!
//! Where nobody sets the days of a certificate, its own life does: certificates get shorter from
//! year to year.
//!
//! A state may hold numbers that no configuration may say, so no sum of them may overflow.

use time::Date;

use crate::certcentral::OrderStatus;
use crate::framework::Attr;
use crate::provider::order::certificate::{day, parse_day};
use crate::provider::order::status;
use crate::provider::session::Today;
use crate::provider::ssl_order::model::{RENEWAL_DAYS, SslOrderModel, SslOrderPrivate};

/// The most days before its end from which a certificate is reissued where nobody sets another
/// number. Source: this provider's own choice.
const LONGEST_NOTICE: i64 = 30;
/// Days before the end of a certificate at which CertCentral reissues it by itself.
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-auto-reissue-settings.html>
pub(crate) const AUTO_REISSUE_DAYS: i64 = 30;

/// Sets `ready_for_reissue` and `ready_for_renewal` as of `today`. Neither is due while nobody
/// knows what day it is, and an order is renewed once.
pub(crate) fn set(state: &mut SslOrderModel, is_renewed: bool, today: Today) {
    let due = |is_due: fn(&SslOrderModel, Date) -> bool| {
        Attr::Known(today.agreed().is_some_and(|today| is_due(state, today)))
    };
    let reissue = due(|state, today| runs_out(state, today) && may_gain(state, today));
    let renewal = match is_renewed {
        true => Attr::Known(false),
        false => due(is_renewal_due),
    };
    (state.ready_for_reissue, state.ready_for_renewal) = (reissue, renewal);
}

/// Something that ends and is continued by a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// Its last day.
    pub end: Date,
    /// So many days before the end the clock strikes; none if it is off.
    days: i64,
}

impl Deadline {
    /// Returns that of the certificate.
    pub(crate) fn of_the_certificate(state: &SslOrderModel) -> Option<Self> {
        let end = date(&state.valid_till)?;
        let life = days_since_begin(state, Some(end));
        let days = match (&state.reissue_days_before_expiry, life) {
            (Attr::Null, Some(life)) => {
                let third = third_of(life).min(LONGEST_NOTICE);
                bounded(&Attr::Known(third), Some(life))
            }
            (Attr::Null, None) => LONGEST_NOTICE,
            (days, life) => bounded(days, life),
        };
        Some(Self { end, days })
    }

    /// Returns that of the order.
    pub(crate) fn of_the_order(state: &SslOrderModel) -> Option<Self> {
        let end = date(&state.order_valid_till);
        // A reissue begins anew and does not make the days fewer for which the order was bought.
        let life = state.term().bought_days().or(days_since_begin(state, end));
        let days = bounded(&state.renew_days_before_expiry, life);
        Some(Self { end: end?, days })
    }

    /// Returns whether the clock has struck.
    fn is_due(self, today: Date) -> bool {
        self.days > 0 && self.left(today) <= self.days
    }

    /// Returns the first day of the last third of the days that the clock leaves: what fails from
    /// then on cannot be put off.
    pub(crate) fn last_third(self) -> Date {
        self.before(third_of(self.days))
    }

    /// Returns the day on which the clock strikes.
    fn strikes(self) -> Option<Date> {
        (self.days > 0).then(|| self.before(self.days))
    }

    fn left(self, today: Date) -> i64 {
        (self.end - today).whole_days()
    }

    fn before(self, days: i64) -> Date {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        let day = self.end.to_julian_day().saturating_sub(days);
        Date::from_julian_day(day).unwrap_or(Date::MIN)
    }
}

/// A third, rounded up, so that the whole last third is left.
fn third_of(days: i64) -> i64 {
    days.saturating_add(2) / 3
}

fn is_renewal_due(state: &SslOrderModel, today: Date) -> bool {
    state.order_status().has_certificate()
        && Deadline::of_the_order(state)
            .is_some_and(|order| may_be_renewed(order.end, today) && order.is_due(today))
}

/// Notes the day on which a clock was found to have struck: an apply that CertCentral does not
/// answer knows no other day than this machine's.
pub(crate) fn note(state: &SslOrderModel, private: &mut SslOrderPrivate, today: Today) {
    let has_struck =
        [&state.ready_for_reissue, &state.ready_for_renewal].contains(&&Attr::Known(true));
    private.due_on = today.agreed().filter(|_| has_struck).map(day);
}

/// Says in `status_detail` from which day on the certificate is reissued. The same on each day, and
/// nothing where no reissue can move its end.
pub(crate) fn tell(state: &mut SslOrderModel, private: &SslOrderPrivate) {
    if state.order_status() != OrderStatus::Issued {
        return;
    }
    let mut sentences = vec![status::detail(&OrderStatus::Issued).to_owned()];
    if let Some(day) = reissue_day(state).filter(|_| !private.has_no_gain(state)) {
        sentences.push(format!("Plans from {day} on reissue it."));
    }
    if private.reissues_by_itself(state)
        && has_coverage_left(state)
        && let Some(end) = date(&state.valid_till)
    {
        let by_itself = Deadline {
            end,
            days: AUTO_REISSUE_DAYS,
        };
        let day = by_itself.before(by_itself.days);
        sentences.push(format!(
            "CertCentral reissues it by itself on {day} (`auto_reissue`)."
        ));
    }
    state.status_detail = Attr::Known(sentences.join(" "));
}

/// The day on which a reissue by the clock is due.
fn reissue_day(state: &SslOrderModel) -> Option<Date> {
    let strikes = Deadline::of_the_certificate(state)?.strikes()?;
    (has_coverage_left(state) && may_gain(state, strikes)).then_some(strikes)
}

/// Returns whether a date decides anything about the order, so that it matters what day it is.
pub(crate) fn matter(state: &SslOrderModel) -> bool {
    let is_on = |days: &Attr<i64>| days.known().is_none_or(|days| *days > 0);
    state.order_status().has_certificate()
        && (is_on(&state.reissue_days_before_expiry) || state.renews())
}

/// Returns whether the certificate runs out and `cert_validity` lets a reissue end no later.
pub(crate) fn strikes_in_vain(state: &SslOrderModel, today: Date) -> bool {
    runs_out(state, today) && !may_gain(state, today)
}

/// Whether the certificate ends soon, while its order has coverage left.
fn runs_out(state: &SslOrderModel, today: Date) -> bool {
    let certificate = Deadline::of_the_certificate(state);
    state.order_status() == OrderStatus::Issued
        && has_coverage_left(state)
        && certificate.is_some_and(|certificate| certificate.is_due(today))
}

fn has_coverage_left(state: &SslOrderModel) -> bool {
    let (end, order_end) = (date(&state.valid_till), date(&state.order_valid_till));
    matches!((end, order_end), (Some(end), Some(order)) if order > end)
}

/// A last day that is fixed does not move, and neither does the end by fewer days than are left.
fn may_gain(state: &SslOrderModel, today: Date) -> bool {
    let (Some(end), Some(pinned)) = (date(&state.valid_till), state.cert_validity.known()) else {
        return true;
    };
    let pinned = pinned.effective();
    match (pinned.custom_expiration_date.given(), pinned.days.known()) {
        (Some(last_day), _) => parse_day(last_day).is_none_or(|last_day| last_day > end),
        (None, Some(days)) => *days > (end - today).whole_days(),
        (None, None) => true,
    }
}

/// A renewal that CertCentral refuses as too early would be planned and would fail at every run.
fn may_be_renewed(order_end: Date, today: Date) -> bool {
    (order_end - today).whole_days() <= RENEWAL_DAYS
}

fn days_since_begin(state: &SslOrderModel, end: Option<Date>) -> Option<i64> {
    Some((end? - date(&state.valid_from)?).whole_days())
}

/// The days that count. As many as a whole life has would be due again at once after each reissue
/// or renewal, and each renewal is paid: then half of them count.
fn bounded(days: &Attr<i64>, life: Option<i64>) -> i64 {
    let days = days.known().copied().unwrap_or(0);
    match life {
        // The clocks of CertCentral and of a certificate may lie a day apart.
        Some(life) if days.saturating_add(1) >= life => days.min(life / 2),
        _ => days,
    }
}

fn date(text: &Attr<String>) -> Option<Date> {
    parse_day(text.as_str()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use time::Date;
    use time::macros::date;

    use super::{Deadline, SslOrderModel, SslOrderPrivate, Today, set};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::Term;

    /// Any number, the ends of the range among them.
    fn number() -> impl Strategy<Value = Attr<i64>> {
        prop_oneof![
            Just(Attr::Null),
            Just(Attr::Known(i64::MAX)),
            Just(Attr::Known(i64::MIN)),
            (-2..400_i64).prop_map(Attr::Known),
            any::<i64>().prop_map(Attr::Known),
        ]
    }

    fn day() -> impl Strategy<Value = Date> {
        prop_oneof![
            Just(Date::MIN),
            Just(Date::MAX),
            (Date::MIN.to_julian_day()..=Date::MAX.to_julian_day())
                .prop_map(|day| Date::from_julian_day(day).unwrap()),
        ]
    }

    fn text() -> impl Strategy<Value = Attr<String>> {
        prop_oneof![
            Just(Attr::Null),
            day().prop_map(|day| Attr::Known(day.to_string())),
            "[-+0-9T:Z]{0,12}".prop_map(Attr::Known),
        ]
    }

    proptest! {
        #[test]
        fn no_number_and_no_date_of_a_state_stops_a_clock(
            (reissue, renew, years, days, older) in (number(), number(), number(), number(), number()),
            (from, till, order_till) in (text(), text(), text()),
            today in day(),
        ) {
            let mut state = SslOrderModel {
                status: "issued".into(),
                valid_from: from,
                valid_till: till,
                order_valid_till: order_till,
                reissue_days_before_expiry: reissue,
                renew_days_before_expiry: renew,
                order_validity: Attr::Known(Term { years, days, ..Term::default() }),
                validity_years: older,
                ..SslOrderModel::default()
            };
            set(&mut state, false, Today::on(today));
            assert!(state.ready_for_reissue.known().is_some());
            assert!(state.ready_for_renewal.known().is_some());
            state.order_validity = Attr::Null;
            set(&mut state, false, Today::on(today));
        }
    }

    #[test]
    fn more_days_than_any_life_count_as_half_of_it() {
        for days in [i64::MAX, i64::MAX - 1, 4_000_000] {
            let ready = |today| {
                let mut state = SslOrderModel {
                    status: "issued".into(),
                    valid_from: "2026-01-01".into(),
                    valid_till: "2026-01-21".into(),
                    order_valid_till: "2026-12-31".into(),
                    reissue_days_before_expiry: Attr::Known(days),
                    ..SslOrderModel::default()
                };
                set(&mut state, false, Today::on(today));
                state.ready_for_reissue
            };
            assert_eq!(ready(date!(2026 - 01 - 10)), Attr::Known(false), "{days}");
            assert_eq!(ready(date!(2026 - 01 - 11)), Attr::Known(true), "{days}");
        }
    }

    fn ready(
        valid_till: &str,
        order_valid_till: &str,
        days: (i64, i64),
        status: &str,
    ) -> (Attr<bool>, Attr<bool>) {
        let mut state = SslOrderModel {
            status: status.into(),
            valid_till: valid_till.into(),
            order_valid_till: order_valid_till.into(),
            reissue_days_before_expiry: Attr::Known(days.0),
            renew_days_before_expiry: Attr::Known(days.1),
            ..SslOrderModel::default()
        };
        set(&mut state, false, Today::on(date!(2026 - 08 - 01)));
        (state.ready_for_reissue, state.ready_for_renewal)
    }

    #[test]
    fn an_order_without_a_certificate_or_closed_never_is_ready() {
        for status in [
            "needs_approval",
            "pending",
            "processing",
            "needs_csr",
            "waiting_pickup",
            "revoked",
            "canceled",
            "rejected",
            "denied",
            "expired",
            "brand_new",
        ] {
            let all = ready("2026-08-01", "2026-08-02", (366, 366), status);
            assert_eq!(all, (Attr::Known(false), Attr::Known(false)), "{status}");
        }
    }

    #[test]
    fn a_certificate_that_has_run_out_can_be_reissued_until_its_order_ends() {
        let reissue = |order_end| ready("2026-07-31", order_end, (1, 0), "issued").0;
        assert_eq!(reissue("2026-08-01"), Attr::Known(true), "the last day");
        assert_eq!(reissue("2026-07-31"), Attr::Known(false));
    }

    #[test]
    fn no_number_of_days_makes_a_renewal_ready_before_certcentral_takes_it() {
        for (order_end, days, expected) in [
            ("2026-10-30", 90, true),
            ("2026-10-31", 90, false),
            ("2026-10-30", 398, true),
            ("2026-10-31", 398, false),
            ("2026-10-30", 89, false),
        ] {
            let (_, renewal) = ready("2026-08-05", order_end, (0, days), "issued");
            assert_eq!(renewal, Attr::Known(expected), "{order_end} {days}");
        }
    }

    /// An order with coverage for long, and a certificate of so many days (both ends) from
    /// 2029-08-01 on.
    fn certificate_of(days: i64, before_its_end: Attr<i64>) -> SslOrderModel {
        let begin = date!(2029 - 08 - 01);
        let end = begin + time::Duration::days(days - 1);
        SslOrderModel {
            status: "issued".into(),
            valid_from: Attr::Known(begin.to_string()),
            valid_till: Attr::Known(end.to_string()),
            order_valid_till: "2032-08-01".into(),
            reissue_days_before_expiry: before_its_end,
            ..SslOrderModel::default()
        }
    }

    /// The days between the day on which the certificate is due and its last day.
    fn notice(state: &SslOrderModel) -> Option<i64> {
        let end = Deadline::of_the_certificate(state).unwrap().end;
        Some((end - super::reissue_day(state)?).whole_days())
    }

    #[test]
    fn without_a_number_the_last_third_of_a_life_is_left_and_no_more_than_thirty_days() {
        for (life, left) in [
            (397, 30),
            (199, 30),
            (100, 30),
            (91, 30),
            (90, 30),
            (88, 29),
            (47, 16),
            (46, 15),
            (10, 3),
            (7, 2),
            (3, 1),
        ] {
            let mut state = certificate_of(life, Attr::Null);
            assert_eq!(notice(&state), Some(left), "{life}");
            let due = super::reissue_day(&state).unwrap();
            for (today, is_due) in [(due.previous_day().unwrap(), false), (due, true)] {
                set(&mut state, false, Today::on(today));
                assert_eq!(
                    state.ready_for_reissue,
                    Attr::Known(is_due),
                    "{life} {today}"
                );
            }
        }
        for (life, number) in [(2, Attr::Null), (1, Attr::Null), (47, Attr::Known(0))] {
            assert_eq!(notice(&certificate_of(life, number)), None, "{life}");
        }
        assert_eq!(notice(&certificate_of(47, Attr::Known(20))), Some(20));
    }

    #[test]
    fn the_detail_names_the_day_on_which_the_certificate_is_due_and_nothing_where_none_is() {
        let told = |edit: fn(&mut SslOrderModel), private: &SslOrderPrivate| {
            let mut state = certificate_of(47, Attr::Null);
            edit(&mut state);
            for _ in 0..2 {
                super::tell(&mut state, private);
            }
            state.status_detail.as_str().map(str::to_owned)
        };
        let private = SslOrderPrivate::default();
        let due = "The certificate is issued. Plans from 2029-08-31 on reissue it.";
        assert_eq!(told(|_| {}, &private).as_deref(), Some(due));
        let quiet = Some("The certificate is issued.");
        let no_gain = SslOrderPrivate {
            no_gain: Some("2029-09-16".to_owned()),
            ..SslOrderPrivate::default()
        };
        assert_eq!(told(|_| {}, &no_gain).as_deref(), quiet);
        let edits: [fn(&mut SslOrderModel); 3] = [
            |state| state.reissue_days_before_expiry = Attr::Known(0),
            |state| state.order_valid_till = state.valid_till.clone(),
            |state| {
                state.cert_validity = Attr::Known(Term {
                    custom_expiration_date: "2029-09-16".into(),
                    ..Term::default()
                });
            },
        ];
        for edit in edits {
            assert_eq!(told(edit, &private).as_deref(), quiet);
        }
        assert_eq!(
            told(|state| state.status = "pending".into(), &private),
            None
        );
    }

    #[test]
    fn the_last_third_of_what_a_clock_leaves_is_rounded_up() {
        for (number, left) in [(30, 10), (20, 7), (16, 6), (3, 1), (1, 1)] {
            let state = certificate_of(199, Attr::Known(number));
            let deadline = Deadline::of_the_certificate(&state).unwrap();
            let days = (deadline.end - deadline.last_third()).whole_days();
            assert_eq!(days, left, "{number}");
        }
    }

    #[test]
    fn a_late_reissue_does_not_put_a_renewal_off() {
        let mut state = SslOrderModel {
            status: "issued".into(),
            valid_from: "2026-07-30".into(),
            valid_till: "2026-08-20".into(),
            order_valid_till: "2026-08-20".into(),
            renew_days_before_expiry: Attr::Known(30),
            ..SslOrderModel::default()
        };
        for (years, ready) in [(Attr::Null, false), (Attr::Known(1), true)] {
            state.validity_years = years;
            set(&mut state, false, Today::on(date!(2026 - 08 - 01)));
            assert_eq!(state.ready_for_renewal, Attr::Known(ready));
        }
    }

    #[test]
    fn days_that_are_no_fewer_than_a_life_count_as_half_of_it() {
        let ready = |days: i64, lived: i64, life: i64| {
            let today = date!(2026 - 08 - 01);
            let day = |offset: i64| (today + time::Duration::days(offset)).to_string();
            let mut state = SslOrderModel {
                status: "issued".into(),
                valid_from: Attr::Known(day(-lived)),
                valid_till: Attr::Known(day(life - lived)),
                order_valid_till: Attr::Known(day(life - lived + 1)),
                reissue_days_before_expiry: Attr::Known(days),
                renew_days_before_expiry: Attr::Known(days),
                ..SslOrderModel::default()
            };
            set(&mut state, false, Today::on(today));
            (state.ready_for_reissue, state.ready_for_renewal)
        };
        let both = |ready: bool| (Attr::Known(ready), Attr::Known(ready));
        for (days, lived, life, expected) in [
            (30, 0, 20, false),
            (30, 9, 20, false),
            (30, 11, 20, true),
            (30, 0, 31, false),
            (30, 1, 47, false),
            (30, 18, 47, true),
            (90, 0, 60, false),
            (398, 0, 60, false),
            (398, 31, 60, true),
            (30, 0, 1, false),
        ] {
            assert_eq!(
                ready(days, lived, life),
                both(expected),
                "{days} {lived} {life}"
            );
        }
    }

    #[test]
    fn each_clock_strikes_on_its_day() {
        for (valid_till, order_till, days, status, expected) in [
            ("2026-08-31", "2027-04-13", (30, 0), "issued", (true, false)),
            (
                "2026-09-01",
                "2027-04-13",
                (30, 0),
                "issued",
                (false, false),
            ),
            ("2026-08-31", "2027-04-13", (0, 0), "issued", (false, false)),
            (
                "2026-08-31",
                "2026-08-31",
                (30, 0),
                "issued",
                (false, false),
            ),
            (
                "2026-08-31",
                "2026-08-31",
                (30, 30),
                "issued",
                (false, true),
            ),
            (
                "2026-08-31",
                "2026-09-01",
                (30, 30),
                "issued",
                (true, false),
            ),
            (
                "2026-08-31",
                "2027-04-13",
                (30, 0),
                "reissue_pending",
                (false, false),
            ),
            (
                "2026-07-31",
                "2026-07-31",
                (30, 30),
                "expired",
                (false, false),
            ),
        ] {
            assert_eq!(
                ready(valid_till, order_till, days, status),
                (Attr::Known(expected.0), Attr::Known(expected.1)),
                "{valid_till} {order_till} {days:?} {status}"
            );
        }
    }
}
