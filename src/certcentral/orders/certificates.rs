//! The certificates of an order: asking for further ones, and reading those that it has.
//!
//! A reissue replaces the primary certificate, a duplicate stands beside it.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::place::{ChainItem, NewCertificate, PlacedOrder};
use super::status::OrderStatus;
use crate::certcentral::about::About;
use crate::certcentral::flexible;
use crate::certcentral::http::{Action, Answer, Call, Change, Client, Error, listing};
use crate::certcentral::id::{CertificateId, OrderId};

/// The body of a reissue. Absent members are not sent.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/reissue-certificate.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reissue {
    /// What is to be issued instead of the present certificate. All names: one that is left out or
    /// changed makes DigiCert revoke the former certificates of the order within 72 hours.
    pub certificate: NewCertificate,
    /// Whether to skip the approval step; ignored if the user of the key may not approve. Needed to
    /// learn the certificate id from the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_approval: Option<bool>,
    /// Note to the approver; kept on the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// How control of new domains is proven, such as `dns-txt-token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcv_method: Option<String>,
}

/// The body of a duplicate. Absent members are not sent.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/duplicate-certificate.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// What is to be issued, with the names of the primary certificate.
    pub certificate: NewCertificate,
    /// Whether to skip the approval step; ignored if the user of the key may not approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_approval: Option<bool>,
    /// Note to the approver; kept on the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
}

impl Reissue {
    /// A reissue to this certificate with nothing else set.
    #[must_use]
    pub fn new(certificate: NewCertificate) -> Self {
        Self {
            certificate,
            ..Self::default()
        }
    }
}

impl Duplicate {
    /// A duplicate with nothing else set.
    #[must_use]
    pub fn new(certificate: NewCertificate) -> Self {
        Self {
            certificate,
            ..Self::default()
        }
    }
}

/// A certificate with its issuers. Which is which has to be found by key and signature, never by
/// position.
///
/// Source: <https://dev.digicert.com/services-api/certificates/certificate-chain/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CertificateChain {
    /// Despite the API's name for it, the certificate itself is among them.
    #[serde(default, deserialize_with = "flexible::needed::list")]
    pub intermediates: Vec<ChainItem>,
}

impl CertificateChain {
    /// All certificates as one PEM text with LF line ends.
    #[must_use]
    pub fn bundle(&self) -> String {
        self.intermediates
            .iter()
            .filter_map(|item| item.pem.as_deref())
            .collect()
    }
}

/// A certificate that an order had or has. Both lists may contain the primary certificate too.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-reissues.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssuedCertificate {
    /// The certificate.
    pub id: CertificateId,
    /// `issued`, `pending`, `rejected`, `approved` and others.
    #[serde(default, deserialize_with = "flexible::word")]
    pub status: Option<OrderStatus>,
    /// SHA-1, 40 upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub thumbprint: Option<String>,
    /// Upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub serial_number: Option<String>,
    /// Main name.
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub common_name: Option<String>,
    /// All names, the common name among them.
    #[serde(default, deserialize_with = "flexible::needed::names")]
    pub dns_names: Vec<String>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// Last day of validity; once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub valid_till: Option<Date>,
    /// The CSR in PEM, maybe wrapped otherwise than it was sent.
    #[serde(default, deserialize_with = "flexible::needed::pem")]
    pub csr: Option<String>,
}

listing! {
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-duplicates.html>
    IssuedCertificates { certificates: IssuedCertificate }
}

impl Client {
    /// Replaces the primary certificate of an order that is `issued`. Sent exactly once, on a
    /// connection of its own. The answer carries the id of the same order.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::certainty`] says whether it is proven that nothing was reissued. After
    /// an unknown outcome look at the order and at [`Client::reissues`] before anything is sent
    /// again.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/reissue-certificate.html>
    pub async fn reissue_order(
        &self,
        order: OrderId,
        reissue: &Reissue,
    ) -> Result<PlacedOrder, Error> {
        let path = ["order", "certificate", &order.to_string(), "reissue"];
        let change = Change::of_order(Action::Reissue, order);
        let call = Call::post(change, &path).with_body(reissue)?;
        let call = call.once().repeated_by_caller();
        self.call(call, |answer| taken_for(order, answer)).await
    }

    /// Adds a certificate with the same names to an order; the primary one stays valid. Sent
    /// exactly once, on a connection of its own.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::certainty`] says whether it is proven that nothing was issued. After an
    /// unknown outcome look at [`Client::duplicates`] before anything is sent again; the public key
    /// tells duplicates apart.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/duplicate-certificate.html>
    pub async fn duplicate_order(
        &self,
        order: OrderId,
        duplicate: &Duplicate,
    ) -> Result<PlacedOrder, Error> {
        let path = ["order", "certificate", &order.to_string(), "duplicate"];
        let change = Change::of_order(Action::Duplicate, order);
        let call = Call::post(change, &path).with_body(duplicate)?;
        let call = call.once().repeated_by_caller();
        self.call(call, |answer| taken_for(order, answer)).await
    }

    /// The certificate with its issuers, as JSON.
    ///
    /// # Errors
    ///
    /// [`Error`]; a refusal if the certificate is not issued yet.
    ///
    /// Source: <https://dev.digicert.com/services-api/certificates/certificate-chain/>
    pub async fn certificate_chain(
        &self,
        certificate: CertificateId,
    ) -> Result<CertificateChain, Error> {
        self.fetch(Call::get(&[
            "certificate",
            &certificate.to_string(),
            "chain",
        ]))
        .await
    }

    /// The certificate with its issuers as one PEM text (`pem_all`), with LF line ends.
    ///
    /// # Errors
    ///
    /// [`Error`]; a refusal if the certificate is not issued yet, [`Error::NotJson`] if the answer
    /// is no PEM.
    ///
    /// Source: <https://dev.digicert.com/services-api/certificates/download-certificate-format/>
    pub async fn download_certificate(&self, certificate: CertificateId) -> Result<String, Error> {
        let id = certificate.to_string();
        let path = ["certificate", &id, "download", "format", "pem_all"];
        let call = Call::get(&path).accepting_anything();
        let text = self.call(call, Answer::text).await?;
        Ok(flexible::normalize_pem(&text))
    }

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
        self.whole_list::<IssuedCertificates>(Call::get(&path))
            .await
    }
}

/// Reads what came of a further certificate of `order`.
fn taken_for(order: OrderId, answer: Answer) -> Result<PlacedOrder, Error> {
    let placed: PlacedOrder = answer.taken()?;
    About::Order.hold(order, Some(placed.id))?;
    Ok(placed)
}
