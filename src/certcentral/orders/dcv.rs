//! Domain control validation of a pending order: the random value, the method, and a check on demand.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{CertificateId, OrderId};

/// The random value to publish; one for all names of an order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl--generate-dcv-token.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct RandomValue {
    /// The value.
    pub dcv_random_value: String,
    /// Last instant at which it is accepted.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub expiration_date: Option<OffsetDateTime>,
}

/// Outcome of a check.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DcvCheck {
    /// Where in its life the order is now.
    #[serde(default)]
    pub order_status: Option<OrderStatus>,
    /// The certificate, if it was issued.
    #[serde(default, deserialize_with = "flexible::id")]
    pub certificate_id: Option<CertificateId>,
    /// `valid` or `pending`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub dcv_status: Option<String>,
    /// Outcome per name.
    #[serde(default, deserialize_with = "flexible::list")]
    pub dns_name_validations: Vec<NameCheck>,
}

/// Outcome of a check for one name.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NameCheck {
    /// The name.
    pub dns_name: String,
    /// `approved` or `unapproved`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-change-dcv-method.html>
#[derive(Debug, Serialize)]
pub(crate) struct DcvMethodUpdate<'a> {
    pub(crate) dcv_method: &'a str,
}

impl Client {
    /// The random value of an order; the present one while it is accepted, a new one afterwards.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl--generate-dcv-token.html>
    pub async fn dcv_random_value(&self, order: OrderId) -> Result<RandomValue, Error> {
        let id = order.to_string();
        let path = ["order", "certificate", &id, "dcv-random-value"];
        let change = Change::of_order(Action::Update, order);
        self.put_empty(change, &path).await
    }

    /// Checks the domains of an order now instead of at DigiCert's next poll. With `http-token`, a file that is not
    /// found is a refusal (400) rather than an outcome.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
    pub async fn check_dcv(&self, order: OrderId) -> Result<DcvCheck, Error> {
        let path = ["order", "certificate", &order.to_string(), "check-dcv"];
        let change = Change::of_order(Action::CheckDomains, order);
        self.put_empty(change, &path).await
    }

    /// Changes how control is proven, while the order is pending. Answers the random value to publish, or `None` for
    /// `email`.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-change-dcv-method.html>
    pub async fn update_dcv_method(
        &self,
        order: OrderId,
        dcv_method: &str,
    ) -> Result<Option<RandomValue>, Error> {
        let path = ["order", "certificate", &order.to_string(), "dcv-method"];
        let change = Change::of_order(Action::Update, order);
        self.put_for(change, &path, &DcvMethodUpdate { dcv_method })
            .await
    }
}
