//! How far DigiCert's validation of an order is, and what it still waits for.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::OffsetDateTime;

use super::client::Client;
use super::error::Error;
use super::flexible;
use super::id::{OrderId, OrganizationId};
use super::status::OrderStatus;

/// Progress of the validation of one order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ValidationStatus {
    /// The order.
    #[serde(default, deserialize_with = "flexible::id")]
    pub order_id: Option<OrderId>,
    /// Where in its life it is.
    #[serde(default)]
    pub order_status: Option<OrderStatus>,
    /// Whether base domains or full names are validated.
    #[serde(default, deserialize_with = "flexible::text")]
    pub order_name_scope: Option<String>,
    /// How control of the domains is proven.
    #[serde(default, deserialize_with = "flexible::text")]
    pub order_dcv_method: Option<String>,
    /// The organization.
    #[serde(default, deserialize_with = "flexible::id")]
    pub organization_id: Option<OrganizationId>,
    /// Its name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub organization_name: Option<String>,
    /// Validations of the organization.
    #[serde(default, deserialize_with = "flexible::list")]
    pub organization_validations: Vec<OrganizationProgress>,
    /// Validations of the domains.
    #[serde(default, deserialize_with = "flexible::list")]
    pub dns_name_validations: Vec<DnsNameValidation>,
}

/// Progress of one validation of the organization.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OrganizationProgress {
    /// `ov`, `ev` and others.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// Name for people.
    #[serde(default, deserialize_with = "flexible::text")]
    pub description: Option<String>,
    /// `complete`, `pending` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// How long it lasts.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub validated_until: Option<OffsetDateTime>,
    /// Its single steps with their statuses, such as `address_verification`: `pending`.
    #[serde(default, deserialize_with = "flexible::object")]
    pub verification_details: Option<BTreeMap<String, String>>,
}

/// Progress of the validation of one domain.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DnsNameValidation {
    /// Number of the domain in the account.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub domain_id: Option<i64>,
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

impl OrganizationProgress {
    /// Steps that are not complete, in alphabetical order.
    pub fn open_steps(&self) -> impl Iterator<Item = &str> {
        self.verification_details
            .iter()
            .flatten()
            .filter(|(_, status)| *status != "complete")
            .map(|(step, _)| step.as_str())
    }
}

impl DnsNameValidation {
    /// Whether control of the domain is proven.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.status.as_deref() == Some("approved")
    }
}

impl Client {
    /// What the validation of an order still waits for.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/validation-status.html>
    pub async fn validation_status(&self, order: OrderId) -> Result<ValidationStatus, Error> {
        let id = order.to_string();
        self.get(&["order", "certificate", &id, "validation"], &[])
            .await
    }
}
