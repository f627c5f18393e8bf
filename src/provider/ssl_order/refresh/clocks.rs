//! The two clocks of an order: its certificate runs out, and its coverage runs out. Pure; read at every refresh, so that a
//! plan needs no clock and two plans of one run agree.
//!
//! A state may hold numbers that no configuration may say, so no sum of them may overflow.

use time::Date;

use crate::certcentral::OrderStatus;
use crate::framework::Attr;
use crate::provider::order::certificate::parse_day;
use crate::provider::session::Today;
use crate::provider::ssl_order::model::{RENEWAL_DAYS, SslOrderModel};

/// Sets `ready_for_reissue` and `ready_for_renewal` as of `today`. Neither is due while nobody knows what day it is, and an order is renewed
/// once.
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

fn is_renewal_due(state: &SslOrderModel, today: Date) -> bool {
    let order_end = date(&state.order_valid_till);
    // A reissue begins anew and does not make the days fewer for which the order was bought.
    let life = state
        .term()
        .bought_days()
        .or(days_since_begin(state, order_end));
    let days = bounded(&state.renew_days_before_expiry, life);
    state.order_status().has_certificate()
        && may_be_renewed(order_end, today)
        && is_within(order_end, days, today)
}

/// Returns whether a date decides anything about the order, so that it matters what day it is.
pub(crate) fn matter(state: &SslOrderModel) -> bool {
    let is_on = |days: &Attr<i64>| days.known().is_some_and(|days| *days > 0);
    state.order_status().has_certificate()
        && (is_on(&state.reissue_days_before_expiry) || is_on(&state.renew_days_before_expiry))
}

/// Returns whether the certificate runs out and `cert_validity` lets a reissue end no later.
pub(crate) fn strikes_in_vain(state: &SslOrderModel, today: Date) -> bool {
    runs_out(state, today) && !may_gain(state, today)
}

/// Whether the certificate ends soon, while its order has coverage left.
fn runs_out(state: &SslOrderModel, today: Date) -> bool {
    let (end, order_end) = (date(&state.valid_till), date(&state.order_valid_till));
    let life = days_since_begin(state, end);
    let days = bounded(&state.reissue_days_before_expiry, life);
    let has_coverage_left = matches!((end, order_end), (Some(end), Some(order)) if order > end);
    state.order_status() == OrderStatus::Issued && has_coverage_left && is_within(end, days, today)
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
fn may_be_renewed(order_end: Option<Date>, today: Date) -> bool {
    is_within(order_end, RENEWAL_DAYS, today)
}

fn days_since_begin(state: &SslOrderModel, end: Option<Date>) -> Option<i64> {
    Some((end? - date(&state.valid_from)?).whole_days())
}

/// The days that count. As many as a whole life has would be due again at once after each reissue or renewal, and each renewal is
/// paid: then half of them count.
fn bounded(days: &Attr<i64>, life: Option<i64>) -> i64 {
    let days = days.known().copied().unwrap_or(0);
    match life {
        // The clocks of CertCentral and of a certificate may lie a day apart.
        Some(life) if days.saturating_add(1) >= life => days.min(life / 2),
        _ => days,
    }
}

/// Whether `end` is at most so many days ahead. No days, or none set, is never.
fn is_within(end: Option<Date>, days: i64, today: Date) -> bool {
    days > 0 && end.is_some_and(|end| (end - today).whole_days() <= days)
}

fn date(text: &Attr<String>) -> Option<Date> {
    parse_day(text.as_str()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use time::Date;
    use time::macros::date;

    use super::{SslOrderModel, Today, set};
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
