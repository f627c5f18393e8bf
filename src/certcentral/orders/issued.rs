//! Reissues and duplicates of an order: the certificates beside its primary one.

use serde::Deserialize;
use time::{Date, OffsetDateTime};

use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{CertificateId, OrderId};

/// A certificate that an order had or has. Both lists may contain the primary certificate too.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-reissues.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct IssuedCertificate {
    /// The certificate.
    pub id: CertificateId,
    /// `issued`, `pending`, `rejected`, `approved` and others.
    #[serde(default)]
    pub status: Option<OrderStatus>,
    /// SHA-1, 40 upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub thumbprint: Option<String>,
    /// Upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub serial_number: Option<String>,
    /// Main name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub common_name: Option<String>,
    /// All names, the common name among them.
    #[serde(default, deserialize_with = "flexible::names")]
    pub dns_names: Vec<String>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// Last day of validity; once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub valid_till: Option<Date>,
    /// The CSR in PEM, maybe wrapped otherwise than it was sent.
    #[serde(default, deserialize_with = "flexible::pem")]
    pub csr: Option<String>,
    /// Whether it is hidden from the lists.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub archived: bool,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-duplicates.html>
#[derive(Debug, Deserialize)]
pub(crate) struct IssuedCertificates {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) certificates: Vec<IssuedCertificate>,
}

impl Client {
    /// The reissues of an order, rejected ones included.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-reissues.html>
    pub async fn reissues(&self, order: OrderId) -> Result<Vec<IssuedCertificate>, Error> {
        self.issued(order, "reissue").await
    }

    /// The duplicates of an order.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-duplicates.html>
    pub async fn duplicates(&self, order: OrderId) -> Result<Vec<IssuedCertificate>, Error> {
        self.issued(order, "duplicate").await
    }

    async fn issued(&self, order: OrderId, what: &str) -> Result<Vec<IssuedCertificate>, Error> {
        let path = ["order", "certificate", &order.to_string(), what];
        let list: IssuedCertificates = self.get(&path, &[]).await?;
        Ok(list.certificates)
    }
}
