//! Organizations of the account.

use serde::Deserialize;
use time::OffsetDateTime;

use super::about::About;
use super::flexible;
use super::http::{Call, Client, Error, listing};
use super::id::{ContainerId, OrganizationId};
use super::orders::info::{ContainerRef, OrderContact};

/// An organization.
///
/// Source:
/// <https://dev.digicert.com/en/certcentral-apis/services-api/organizations/organization-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// The organization.
    pub id: OrganizationId,
    /// Legal name.
    pub name: String,
    /// Name it does business as.
    #[serde(default, deserialize_with = "flexible::text")]
    pub assumed_name: Option<String>,
    /// Legal name with the assumed name in brackets.
    #[serde(default, deserialize_with = "flexible::text")]
    pub display_name: Option<String>,
    /// `active` or `inactive`; old accounts write `approved`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// Whether orders may name it.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_active: bool,
    /// Street and number.
    #[serde(default, deserialize_with = "flexible::text")]
    pub address: Option<String>,
    /// Second line of the address.
    #[serde(default, deserialize_with = "flexible::text")]
    pub address2: Option<String>,
    /// City.
    #[serde(default, deserialize_with = "flexible::text")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, deserialize_with = "flexible::text")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, deserialize_with = "flexible::text")]
    pub zip: Option<String>,
    /// ISO 3166 code of two letters, lower case.
    #[serde(default, deserialize_with = "flexible::text")]
    pub country: Option<String>,
    /// Telephone number.
    #[serde(default, deserialize_with = "flexible::text")]
    pub telephone: Option<String>,
    /// The container that it belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<ContainerRef>,
    /// What DigiCert has validated it for.
    #[serde(default, deserialize_with = "flexible::list")]
    pub validations: Vec<OrganizationValidation>,
    /// Person whom DigiCert contacts.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization_contact: Option<OrderContact>,
    /// People who may approve EV orders; their ids are not user ids.
    #[serde(default, deserialize_with = "flexible::list")]
    pub verified_contacts: Vec<OrderContact>,
}

/// What an organization is validated for.
///
/// Source:
/// <https://dev.digicert.com/en/certcentral-apis/services-api/organizations/organization-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrganizationValidation {
    /// `ov`, `ev` and others.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// Short name, such as `OV`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
    /// `active`, `pending` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// How long it lasts.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub validated_until: Option<OffsetDateTime>,
}

/// Who may approve EV orders: users of the account, and people who are not.
///
/// Source: <https://dev.digicert.com/services-api/organizations/list-approvers/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Approvers {
    /// Users of the account.
    #[serde(default, deserialize_with = "flexible::list")]
    pub users: Vec<Approver>,
    /// Others.
    #[serde(default, deserialize_with = "flexible::list")]
    pub contacts: Vec<Approver>,
}

/// A person who may approve EV orders.
///
/// Source: <https://dev.digicert.com/services-api/organizations/list-approvers/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Approver {
    /// The `user_id` of a contact; absent for people who are no users.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub user_id: Option<i64>,
    /// Full name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "flexible::text")]
    pub email: Option<String>,
}

listing! {
    /// Source: <https://dev.digicert.com/services-api/organizations/list-organizations/>
    OrganizationList { organizations: Organization }
}

impl Client {
    /// All organizations that the key sees, or those of one container, over all pages, inactive
    /// ones included.
    ///
    /// Source: <https://dev.digicert.com/services-api/organizations/list-organizations/>
    pub async fn organizations(
        &self,
        container: Option<ContainerId>,
    ) -> Result<Vec<Organization>, Error> {
        let mut call = Call::get(&["organization"]);
        if let Some(id) = container {
            call = call.with_query("container_id", id);
        }
        self.all_pages::<OrganizationList>(call).await
    }

    /// Reads an organization with its contacts and validations.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where it does not exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/en/certcentral-apis/services-api/organizations/organization-info.html>
    pub async fn organization(&self, organization: OrganizationId) -> Result<Organization, Error> {
        let call = Call::get(&["organization", &organization.to_string()]);
        let call = call.with_query("include_validation", true);
        let found: Organization = self.fetch(call).await?;
        About::Organization.hold(organization, Some(found.id))?;
        Ok(found)
    }

    /// Who may approve EV orders.
    ///
    /// Source: <https://dev.digicert.com/services-api/organizations/list-approvers/>
    pub async fn approvers(&self) -> Result<Approvers, Error> {
        self.fetch(Call::get(&["organization", "potential-approvers"]))
            .await
    }
}
