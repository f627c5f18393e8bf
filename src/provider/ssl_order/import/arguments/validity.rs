//! The validity of an imported order. CertCentral tells it in whole years only, whatever it was ordered with.

use crate::certcentral::{Order, OrderCertificate};
use crate::framework::Attr;
use crate::provider::order::certificate::day;
use crate::provider::ssl_order::model::{SslOrderModel, ValidityModel};

/// Years that today's form can say; older plans lasted longer.
const YEARS: std::ops::RangeInclusive<i64> = 1..=3;
/// Years that the older form can say.
const YEARS_IN_THE_OLDER_FORM: std::ops::RangeInclusive<i64> = 1..=2;

/// The validity in today's form: its years, or its last day where the years cannot be said.
pub(crate) fn of_order(order: &Order) -> Attr<ValidityModel> {
    let years = order.validity_years.filter(|years| YEARS.contains(years));
    match (years, order.order_valid_till) {
        (Some(years), _) => Attr::Known(ValidityModel {
            years: Attr::Known(years),
            ..ValidityModel::default()
        }),
        (None, Some(last_day)) => Attr::Known(ValidityModel {
            custom_expiration_date: Attr::Known(day(last_day)),
            ..ValidityModel::default()
        }),
        (None, None) => Attr::Null,
    }
}

/// The same in the older form, as far as it can say it: CertCentral does not tell which form was used, so that the state holds
/// both and fits either configuration.
pub(crate) fn years_in_the_older_form(order: &Order) -> Attr<i64> {
    order
        .validity_years
        .filter(|years| YEARS_IN_THE_OLDER_FORM.contains(years))
        .into()
}

/// The validity of the certificate itself, which CertCentral tells in the unit that was asked for.
pub(crate) fn of_certificate(certificate: &OrderCertificate) -> Attr<ValidityModel> {
    let Some(told) = &certificate.cert_validity else {
        return Attr::Null;
    };
    let mut validity = ValidityModel::default();
    if let Some(last_day) = told.custom_expiration_date {
        validity.custom_expiration_date = Attr::Known(day(last_day));
    } else if let Some(days) = told.days {
        validity.days = Attr::Known(days);
    } else if let Some(years) = told.years {
        validity.years = Attr::Known(years);
    } else {
        return Attr::Null;
    }
    Attr::Known(validity)
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
    use crate::provider::ssl_order::model::{SslOrderModel, ValidityModel};
    use crate::provider::ssl_order::samples::{fixture, years};

    fn until(date: &str) -> ValidityModel {
        ValidityModel {
            custom_expiration_date: date.into(),
            ..ValidityModel::default()
        }
    }

    fn days(days: i64) -> ValidityModel {
        ValidityModel {
            days: Attr::Known(days),
            ..ValidityModel::default()
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
        let order = |validity: ValidityModel| SslOrderModel {
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
