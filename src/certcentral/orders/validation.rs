//! How far DigiCert's validation of an order is, and what it still waits for.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;

use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{OrderId, OrganizationId};

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
    #[serde(default, deserialize_with = "steps")]
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

/// The steps that have a status. A member of another type is none, and no reason to refuse the rest.
fn steps<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let members: Option<BTreeMap<String, Value>> = flexible::object(deserializer)?;
    let steps = members.map(|members| {
        let steps = members
            .into_iter()
            .filter_map(|(step, status)| match status {
                Value::String(status) => Some((step, status)),
                _ => None,
            });
        steps.collect()
    });
    Ok(steps)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_no_step_does_not_hide_the_steps() {
        let progress: OrganizationProgress = serde_json::from_str(
            r#"{"status": "pending", "verification_details": {
                "address_verification": "pending", "place_verification": "complete",
                "attempts": 2, "is_new": true, "history": [{}], "next": null}}"#,
        )
        .unwrap();
        assert_eq!(
            progress.open_steps().collect::<Vec<_>>(),
            ["address_verification"]
        );
    }
}
