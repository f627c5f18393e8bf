//! The validity of an imported order. CertCentral tells it in whole years only, whatever it was ordered with.

use crate::certcentral::{Order, OrderCertificate};
use crate::framework::Attr;
use crate::provider::order::certificate::day;
use crate::provider::ssl_order::model::{OLDER_YEARS, ORDER_YEARS, SslOrderModel, Term};

/// The validity in today's form: its years, or its last day where the years cannot be said.
pub(crate) fn of_order(order: &Order) -> Attr<Term> {
    let years = order
        .validity_years
        .filter(|years| ORDER_YEARS.contains(years));
    match (years, order.order_valid_till) {
        (Some(years), _) => Attr::Known(Term {
            years: Attr::Known(years),
            ..Term::default()
        }),
        (None, Some(last_day)) => Attr::Known(Term::until(day(last_day))),
        (None, None) => Attr::Null,
    }
}

/// The same in the older form, as far as it can say it: CertCentral does not tell which form was used, so that the state holds
/// both and fits either configuration.
pub(crate) fn years_in_the_older_form(order: &Order) -> Attr<i64> {
    order
        .validity_years
        .filter(|years| OLDER_YEARS.contains(years))
        .into()
}

/// The validity of the certificate itself, which CertCentral tells in the unit that was asked for.
pub(crate) fn of_certificate(certificate: &OrderCertificate) -> Attr<Term> {
    let told = certificate.cert_validity.as_ref().map(Term::reported);
    told.map(|told| told.effective())
        .filter(|told| *told != Term::default())
        .into()
}

/// Days and dates cannot be compared with the years that CertCentral tells, so they are no wish for another order.
pub(crate) fn keep_guess(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    let (Attr::Known(told), Attr::Known(configured)) =
        (&prior.order_validity, &planned.order_validity)
    else {
        return;
    };
    if told.years.is_null() || configured.years.is_null() {
        planned.order_validity = prior.order_validity.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::{keep_guess, of_order, years_in_the_older_form};
    use crate::certcentral::Order;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{SslOrderModel, Term};
    use crate::provider::ssl_order::samples::{fixture, years};

    fn until(date: &str) -> Term {
        Term {
            custom_expiration_date: date.into(),
            ..Term::default()
        }
    }

    fn days(days: i64) -> Term {
        Term {
            days: Attr::Known(days),
            ..Term::default()
        }
    }

    #[test]
    fn an_argument_is_filled_only_with_what_its_form_can_say() {
        for (told, last_day, expected, older) in [
            (Some(1), Some("2027-04-13"), Some(years(1)), Some(1)),
            (Some(2), None, Some(years(2)), Some(2)),
            (Some(3), Some("2029-04-13"), Some(years(3)), None),
            (Some(6), Some("2032-04-13"), Some(until("2032-04-13")), None),
            (Some(0), Some("2026-06-01"), Some(until("2026-06-01")), None),
            (None, Some("2026-06-01"), Some(until("2026-06-01")), None),
            (Some(0), None, None, None),
        ] {
            let mut info: serde_json::Value = fixture("order_info_issued.json");
            info["validity_years"] = told.into();
            info["order_valid_till"] = last_day.into();
            let order: Order = serde_json::from_value(info).unwrap();
            assert_eq!(of_order(&order), expected.into(), "{told:?} {last_day:?}");
            assert_eq!(
                years_in_the_older_form(&order),
                older.into(),
                "{told:?} {last_day:?}"
            );
        }
    }

    #[test]
    fn only_years_are_compared_with_years() {
        let order = |validity: Term| SslOrderModel {
            order_validity: Attr::Known(validity),
            ..SslOrderModel::default()
        };
        for (told, configured, planned) in [
            (years(1), years(2), years(2)),
            (years(1), days(200), years(1)),
            (years(1), until("2026-06-01"), years(1)),
            (until("2032-04-13"), years(3), until("2032-04-13")),
        ] {
            let mut plan = order(configured.clone());
            keep_guess(&order(told.clone()), &mut plan);
            assert_eq!(plan, order(planned), "{told:?} {configured:?}");
        }
    }
}
