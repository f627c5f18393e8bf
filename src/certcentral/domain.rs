//! The domains of the account and what they are validated for.

use serde::Deserialize;
use time::OffsetDateTime;

use super::about::About;
use super::flexible;
use super::http::{Call, Client, Error, listing};
use super::id::{ContainerId, DomainId};
use super::orders::info::{ContainerRef, OrganizationRef};
use super::orders::validation::DcvToken;

/// A domain.
///
/// Source: <https://dev.digicert.com/services-api/domains/domain-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Domain {
    /// Which one.
    pub id: DomainId,
    /// The domain.
    pub name: String,
    /// Whether it can be ordered for.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_active: bool,
    /// Called unreliable by DigiCert itself: read `validations`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// When it was added.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// Whose domain it is.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization: Option<OrganizationRef>,
    /// The division that it belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<ContainerRef>,
    /// What it is validated for.
    #[serde(default, deserialize_with = "flexible::list")]
    pub validations: Vec<DomainValidation>,
    /// How control is proven.
    #[serde(default, deserialize_with = "flexible::text")]
    pub dcv_method: Option<String>,
    /// What to publish.
    #[serde(default, deserialize_with = "flexible::object")]
    pub dcv_token: Option<DcvToken>,
}

/// What a domain is validated for.
///
/// Source: <https://dev.digicert.com/services-api/domains/domain-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DomainValidation {
    /// `ov`, `ev` and others.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// `active`, `pending` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub status: Option<String>,
    /// Whether control is proven: `complete` or `pending`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub dcv_status: Option<String>,
    /// How long it lasts.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub validated_until: Option<OffsetDateTime>,
}

listing! {
    /// Source: <https://dev.digicert.com/services-api/domains/list-domains/>
    DomainList { domains: Domain }
}

impl Client {
    /// Reads a domain with its validations and its token.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the domain does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/services-api/domains/domain-info/>
    pub async fn domain(&self, id: DomainId) -> Result<Domain, Error> {
        let call = Call::get(&["domain", &id.to_string()])
            .with_query("include_dcv", true)
            .with_query("include_validation", true);
        let found: Domain = self.fetch(call).await?;
        About::Domain.hold(id, Some(found.id))?;
        Ok(found)
    }

    /// All domains of the account or of one container, over all pages.
    ///
    /// Source: <https://dev.digicert.com/services-api/domains/list-domains/>
    pub async fn domains(&self, container: Option<ContainerId>) -> Result<Vec<Domain>, Error> {
        let mut call = Call::get(&["domain"]);
        if let Some(container) = container {
            call = call.with_query("container_id", container);
        }
        self.all_pages::<DomainList>(call).await
    }
}
