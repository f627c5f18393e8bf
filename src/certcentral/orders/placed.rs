//! The answer to an order POST; a reissue is answered in the same form.

use serde::Deserialize;
use time::OffsetDateTime;

use super::status::RequestStatus;
use crate::certcentral::flexible;
use crate::certcentral::id::{CertificateId, DomainId, OrderId, RequestId};

/// An order that CertCentral has accepted. Whether a certificate is issued shows in `certificate_chain` only:
/// a `certificate_id` may point to one that is still to come.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PlacedOrder {
    /// The order.
    pub id: OrderId,
    /// Approval steps; empty if approval was skipped.
    #[serde(default, deserialize_with = "flexible::list")]
    pub requests: Vec<OrderRequest>,
    /// The certificate to come, once no approval is needed any more.
    #[serde(default, deserialize_with = "flexible::id")]
    pub certificate_id: Option<CertificateId>,
    /// The certificate and those that certify it, if it was issued at once. Find the leaf by its key.
    #[serde(default, deserialize_with = "flexible::list")]
    pub certificate_chain: Vec<ChainItem>,
    /// Random value for domain control validation by token; one for all names.
    #[serde(default, deserialize_with = "flexible::text")]
    pub dcv_random_value: Option<String>,
    /// Domains whose control is to be proven.
    #[serde(default, deserialize_with = "flexible::list")]
    pub domains: Vec<OrderDomain>,
}

/// An approval step of the order.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OrderRequest {
    /// The request.
    pub id: RequestId,
    /// How far it is; absent in answers to a reissue.
    #[serde(default)]
    pub status: Option<RequestStatus>,
}

/// One certificate of a chain.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ChainItem {
    /// Common name of the subject.
    #[serde(default, deserialize_with = "flexible::text")]
    pub subject_common_name: Option<String>,
    /// The certificate in PEM, with LF line ends.
    #[serde(default, deserialize_with = "flexible::pem")]
    pub pem: Option<String>,
}

/// A domain of the order with its validation token.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OrderDomain {
    /// The domain in the account.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<DomainId>,
    #[serde(default, deserialize_with = "flexible::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "flexible::text")]
    dns_name: Option<String>,
    /// What to publish.
    #[serde(default, deserialize_with = "flexible::object")]
    pub dcv_token: Option<DcvToken>,
}

/// A token for domain control validation.
///
/// Source: <https://dev.digicert.com/services-api/domains/domain-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
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
}

impl OrderDomain {
    /// The domain; the API writes it as `name`, as `dns_name`, or both.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.dns_name.as_deref().or(self.name.as_deref())
    }
}
