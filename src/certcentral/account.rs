//! Whose key it is and what the account has: user, containers, custom fields, money.

use serde::Deserialize;

use super::flexible;
use super::http::{Call, Client, Error, listing};
use super::id::ContainerId;

/// The account of the key.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/account.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Number of the account.
    pub id: i64,
}

/// The user of the key.
///
/// Source: <https://dev.digicert.com/services-api/users/user-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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

/// Money of a container, amounts as decimal text.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/view-balance.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Balance {
    /// What is there; below zero where credit is used.
    #[serde(default, deserialize_with = "flexible::text")]
    pub balance: Option<String>,
    /// Such as `USD`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub currency: Option<String>,
    /// What can be spent, credit included; absent without a limit.
    #[serde(default, deserialize_with = "flexible::text")]
    pub total_available_funds: Option<String>,
    /// Whether credit has no limit.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub unlimited_negative_balance: bool,
}

listing! {
    /// Source: <https://dev.digicert.com/services-api/containers/list-containers/>
    ContainerList { containers: Container }
}
listing! {
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
    CustomFieldDefinitions { metadata: CustomFieldDefinition }
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
        self.fetch(Call::get(&["account"])).await
    }

    /// The user of the key, with the roles that decide what the key may do.
    ///
    /// Source: <https://dev.digicert.com/services-api/users/user-info/>
    pub async fn current_user(&self) -> Result<CurrentUser, Error> {
        self.fetch(Call::get(&["user", "me"])).await
    }

    /// The containers that the key sees.
    ///
    /// Source: <https://dev.digicert.com/services-api/containers/list-containers/>
    pub async fn containers(&self) -> Result<Vec<Container>, Error> {
        self.whole_list::<ContainerList>(Call::get(&["container"]))
            .await
    }

    /// The custom fields that the account defines.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
    pub async fn custom_fields(&self) -> Result<Vec<CustomFieldDefinition>, Error> {
        self.whole_list::<CustomFieldDefinitions>(Call::get(&["account", "metadata"]))
            .await
    }

    /// What the account, or one of its containers, can pay.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/view-balance.html>
    pub async fn balance(&self, container: Option<ContainerId>) -> Result<Balance, Error> {
        let mut call = Call::get(&["finance", "balance"]);
        if let Some(container) = container {
            call = call.with_query("container_id", container);
        }
        self.fetch(call).await
    }
}
