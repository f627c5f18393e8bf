//! Validation of an order: what it still waits for, and control of its domains: the random value,
//! the method, and a check on demand.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::status::OrderStatus;
use crate::certcentral::about::About;
use crate::certcentral::flexible;
use crate::certcentral::http::{Action, Answer, Call, Change, Client, Error};
use crate::certcentral::id::{CertificateId, OrderId, OrganizationId};

/// Progress of the validation of one order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ValidationStatus {
    /// The order.
    #[serde(default, deserialize_with = "flexible::id")]
    pub order_id: Option<OrderId>,
    /// Where in its life it is.
    #[serde(default, deserialize_with = "flexible::word")]
    pub order_status: Option<OrderStatus>,
    /// The organization.
    #[serde(default, deserialize_with = "flexible::id")]
    pub organization_id: Option<OrganizationId>,
    /// Validations of the organization, one for each kind of product.
    #[serde(default, deserialize_with = "flexible::list")]
    pub organization_validations: Vec<OrganizationStep>,
    /// Validations of the domains.
    #[serde(default, deserialize_with = "flexible::list")]
    pub dns_name_validations: Vec<DnsNameValidation>,
}

/// Progress of one validation of the organization of an order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrganizationStep {
    /// `ov`, `ev` and others.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// `complete`, `pending` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
}

/// Progress of the validation of one domain.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DnsNameValidation {
    /// The name whose control is proven.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name_scope: Option<String>,
    /// `approved`, `unapproved` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// How control is proven.
    #[serde(default, deserialize_with = "flexible::text")]
    pub method: Option<String>,
    /// The names of the order that it covers.
    #[serde(default, deserialize_with = "flexible::names")]
    pub dns_names: Vec<String>,
}

/// The random value to publish; one for all names of an order.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl--generate-dcv-token.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RandomValue {
    /// The value.
    pub dcv_random_value: String,
    /// Last instant at which it is accepted.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub expiration_date: Option<OffsetDateTime>,
    /// Where the file with the value must be served. The methods by file only, and not for every
    /// name where there are several.
    #[serde(default, deserialize_with = "flexible::text")]
    pub http_token_url: Option<String>,
}

/// Outcome of a check.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DcvCheck {
    /// Where in its life the order is now.
    #[serde(default, deserialize_with = "flexible::word")]
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
pub struct NameCheck {
    /// The name.
    pub dns_name: String,
    /// `approved` or `unapproved`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
}

/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-change-dcv-method.html>
#[derive(Debug, Serialize)]
pub(crate) struct DcvMethodUpdate<'a> {
    pub(crate) dcv_method: &'a str,
}

/// A token for domain control validation.
///
/// Source: <https://dev.digicert.com/services-api/domains/domain-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DcvToken {
    /// The random value.
    #[serde(default, deserialize_with = "flexible::text")]
    pub token: Option<String>,
    /// Such as `pending`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// Last instant at which it is accepted.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub expiration_date: Option<OffsetDateTime>,
    /// Where the file with the token must be served. The methods by file only.
    #[serde(default, deserialize_with = "flexible::text")]
    pub http_token_url: Option<String>,
    /// Where the CNAME record must point, in answers that name it.
    #[serde(default, deserialize_with = "flexible::text")]
    pub verification_value: Option<String>,
    /// Name of the record to create, in answers that name it, as those of methods to come may.
    #[serde(default, deserialize_with = "flexible::text")]
    pub record_name: Option<String>,
    /// Its type, such as `TXT`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub record_type: Option<String>,
    /// Its text or target.
    #[serde(default, deserialize_with = "flexible::text")]
    pub record_value: Option<String>,
}

impl Client {
    /// What the validation of an order still waits for.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
    pub async fn validation_status(&self, order: OrderId) -> Result<ValidationStatus, Error> {
        let path = ["order", "certificate", &order.to_string(), "validation"];
        let status: ValidationStatus = self.fetch(Call::get(&path)).await?;
        About::Validation.hold(order, status.order_id)?;
        Ok(status)
    }

    /// The random value of an order; the present one while it is accepted, a new one afterwards.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl--generate-dcv-token.html>
    pub async fn dcv_random_value(&self, order: OrderId) -> Result<RandomValue, Error> {
        let id = order.to_string();
        let path = ["order", "certificate", &id, "dcv-random-value"];
        let change = Change::of_order(Action::Update, order);
        let call = Call::put(change, &path).idempotent();
        self.call(call, Answer::json).await
    }

    /// Checks the domains of an order now instead of at DigiCert's next poll. With `http-token`, a
    /// file that is not found is a refusal (400) rather than an outcome.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
    pub async fn check_dcv(&self, order: OrderId) -> Result<DcvCheck, Error> {
        let path = ["order", "certificate", &order.to_string(), "check-dcv"];
        let change = Change::of_order(Action::CheckDomains, order);
        let call = Call::put(change, &path).idempotent();
        self.call(call, Answer::json).await
    }

    /// Changes how control is proven, while the order is pending. Answers the random value to
    /// publish, or `None` for `email`.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-change-dcv-method.html>
    pub async fn update_dcv_method(
        &self,
        order: OrderId,
        dcv_method: &str,
    ) -> Result<Option<RandomValue>, Error> {
        let path = ["order", "certificate", &order.to_string(), "dcv-method"];
        let change = Change::of_order(Action::Update, order);
        let call = Call::put(change, &path).with_body(&DcvMethodUpdate { dcv_method })?;
        self.call(call.idempotent(), Answer::json_unless_empty)
            .await
    }
}
