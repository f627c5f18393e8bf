//! How long an order or a certificate lasts. An order has two forms to say it: `order_validity`,
//! and three older arguments.

use crate::certcentral::{CertificateValidity, Validity};
use crate::framework::Attr;

/// Years that the older form can say: `validity_years`. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) const OLDER_YEARS: std::ops::RangeInclusive<i64> = 1..=2;

/// `order_validity.years`: longer orders are refused. Source:
/// <https://dev.digicert.com/en/certcentral-apis/services-api/api-changes/end-of-4-6-year-multi-year-plans-for-public-tls-ssl-and-vmc-certificates.html>
pub(crate) const ORDER_YEARS: std::ops::RangeInclusive<i64> = 1..=3;

/// From how many days before its end an order can be renewed; earlier the POST is refused. Sources:
/// <https://www.digicert.com/ssl-certificate-renewal/>,
/// <https://docs.digicert.com/manage-certificates/end-2-year-public-ssl-certificates>
pub(crate) const RENEWAL_DAYS: i64 = 90;

crate::model! {
    /// A period in one of three units.
    pub struct Term {
        pub years: Attr<i64>,
        pub days: Attr<i64>,
        pub custom_expiration_date: Attr<String>,
    }
}

impl Term {
    /// Returns the term with the last day `date`.
    pub(crate) fn until(date: String) -> Self {
        Self {
            custom_expiration_date: Attr::Known(date),
            ..Self::default()
        }
    }

    /// Returns what CertCentral reports of a certificate, each member of it.
    pub(crate) fn reported(validity: &CertificateValidity) -> Self {
        Self {
            years: validity.years.into(),
            days: validity.days.into(),
            custom_expiration_date: validity
                .custom_expiration_date
                .map(|day| day.to_string())
                .into(),
        }
    }

    /// Returns the names of the members that are known, the one that counts last.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        [
            ("years", self.years.known().is_some()),
            ("days", self.days.known().is_some()),
            (
                "custom_expiration_date",
                self.custom_expiration_date.given().is_some(),
            ),
        ]
        .into_iter()
        .filter_map(|(name, is_given)| is_given.then_some(name))
        .collect()
    }

    /// Returns whether a member becomes known only during apply.
    pub(crate) fn has_unknown(&self) -> bool {
        self.years.is_unknown()
            || self.days.is_unknown()
            || self.custom_expiration_date.is_unknown()
    }

    /// Returns the known member that counts. The API takes the date before the days before the
    /// years. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
    pub(crate) fn sent(&self) -> Option<Validity> {
        if let Some(date) = self.custom_expiration_date.given() {
            Some(Validity::CustomExpirationDate(date.to_owned()))
        } else if let Some(days) = self.days.known() {
            Some(Validity::Days(*days))
        } else {
            self.years.known().copied().map(Validity::Years)
        }
    }

    /// Returns the member that will count; none while it, or one that comes before it, is unknown.
    pub(crate) fn planned(&self) -> Option<Validity> {
        let sent = self.sent()?;
        let is_open = match sent {
            Validity::CustomExpirationDate(_) => false,
            Validity::Days(_) => self.custom_expiration_date.is_unknown(),
            Validity::Years(_) => {
                self.custom_expiration_date.is_unknown() || self.days.is_unknown()
            }
        };
        (!is_open).then_some(sent)
    }

    /// Returns the term with only the known member that counts.
    pub(crate) fn effective(&self) -> Self {
        match self.sent() {
            Some(Validity::Years(years)) => Self {
                years: Attr::Known(years),
                ..Self::default()
            },
            Some(Validity::Days(days)) => Self {
                days: Attr::Known(days),
                ..Self::default()
            },
            Some(Validity::CustomExpirationDate(date)) => Self::until(date),
            None => Self::default(),
        }
    }

    /// Returns the days of the known member that counts; none of a date.
    pub(crate) fn days_of_years(&self, days_of_a_year: i64) -> Option<i64> {
        match self.sent()? {
            Validity::Years(years) => years.checked_mul(days_of_a_year),
            Validity::Days(days) => Some(days),
            Validity::CustomExpirationDate(_) => None,
        }
    }

    /// Returns the days of the years, or else the days. A date does not say when it begins.
    pub(crate) fn bought_days(&self) -> Option<i64> {
        let years = self.years.known().map(|years| years.saturating_mul(365));
        years.or(self.days.known().copied())
    }
}
