//! Whose key it is and what the account offers: user, containers, custom fields.

use serde::Deserialize;

use super::flexible;
use super::http::client::Client;
use super::http::error::Error;
use super::id::{ContainerId, OrganizationId};

/// The account of the key.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/account.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// Number of the account.
    pub id: i64,
    /// Its main organization.
    #[serde(default, deserialize_with = "flexible::id")]
    pub primary_organization_id: Option<OrganizationId>,
    /// Name of its main organization.
    #[serde(default, deserialize_with = "flexible::text")]
    pub primary_organization_name: Option<String>,
    /// Its topmost container.
    #[serde(default, deserialize_with = "flexible::id")]
    pub root_container_id: Option<ContainerId>,
}

/// The user of the key.
///
/// Source: <https://dev.digicert.com/services-api/users/user-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CurrentUser {
    /// Number of the user.
    pub id: i64,
    /// Login name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub username: Option<String>,
    /// The container that the user belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<Container>,
    /// What the user may do.
    #[serde(default, deserialize_with = "flexible::list")]
    pub access_roles: Vec<AccessRole>,
}

/// A role, which decides what a key may do.
///
/// Source: <https://dev.digicert.com/glossary/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AccessRole {
    /// 1 administrator, 2 limited user, 3 finance manager, 4 manager, 5 standard user.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// Name for people.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

/// A container, the API's word for a division.
///
/// Source: <https://dev.digicert.com/services-api/containers/list-containers/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Container {
    /// The container.
    pub id: ContainerId,
    /// Its name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
    /// The container above it; none for the topmost.
    #[serde(default, deserialize_with = "flexible::id")]
    pub parent_id: Option<ContainerId>,
    /// Whether orders may name it.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_active: bool,
}

/// Definition of a custom field.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CustomFieldDefinition {
    /// The `metadata_id` of an order.
    pub id: i64,
    /// Its label.
    #[serde(default, deserialize_with = "flexible::text")]
    pub label: Option<String>,
    /// Whether every order must have a value.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_required: bool,
    /// Whether it is in use.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_active: bool,
    /// `text`, `int`, `email_address` or `email_list`; anything goes where it is absent.
    #[serde(default, deserialize_with = "flexible::text")]
    pub data_type: Option<String>,
}

/// Source: <https://dev.digicert.com/services-api/containers/list-containers/>
#[derive(Debug, Deserialize)]
pub(crate) struct ContainerList {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) containers: Vec<Container>,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
#[derive(Debug, Deserialize)]
pub(crate) struct CustomFieldDefinitions {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) metadata: Vec<CustomFieldDefinition>,
}

impl Client {
    /// The account of the key; a cheap proof that the key is valid.
    ///
    /// # Errors
    ///
    /// [`Error`]; 403 `access_denied|access_denied_invalid_key` for a bad key.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/account.html>
    pub async fn account(&self) -> Result<Account, Error> {
        self.get(&["account"], &[]).await
    }

    /// The user of the key, with the roles that decide what the key may do.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/services-api/users/user-info/>
    pub async fn current_user(&self) -> Result<CurrentUser, Error> {
        self.get(&["user", "me"], &[]).await
    }

    /// The containers that the key sees.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/services-api/containers/list-containers/>
    pub async fn containers(&self) -> Result<Vec<Container>, Error> {
        let list: ContainerList = self.get(&["container"], &[]).await?;
        Ok(list.containers)
    }

    /// The custom fields that the account defines.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
    pub async fn custom_fields(&self) -> Result<Vec<CustomFieldDefinition>, Error> {
        let list: CustomFieldDefinitions = self.get(&["account", "metadata"], &[]).await?;
        Ok(list.metadata)
    }
}
