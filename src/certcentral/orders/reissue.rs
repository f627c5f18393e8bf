//! Further certificates of an order: a reissue replaces the primary one, a duplicate stands beside it.

use serde::Serialize;

use super::place::{NewCertificate, PlacedOrder};
use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::OrderId;

/// The body of a reissue. Absent members are not sent.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/reissue-certificate.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reissue {
    /// What is to be issued instead of the present certificate. All names: one that is left out or changed makes
    /// DigiCert revoke the former certificates of the order within 72 hours.
    pub certificate: NewCertificate,
    /// Whether to skip the approval step; ignored if the user of the key may not approve. Needed to learn the
    /// certificate id from the answer.
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
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/duplicate-certificate.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
            skip_approval: None,
            comments: None,
            dcv_method: None,
        }
    }
}

impl Duplicate {
    /// A duplicate with nothing else set.
    #[must_use]
    pub fn new(certificate: NewCertificate) -> Self {
        Self {
            certificate,
            skip_approval: None,
            comments: None,
        }
    }
}

impl Client {
    /// Replaces the primary certificate of an order that is `issued`. Sent exactly once, on a connection of its own.
    /// The answer carries the id of the same order.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::certainty`] says whether it is proven that nothing was reissued. After an unknown outcome
    /// look at the order and at [`Client::reissues`] before anything is sent again.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/reissue-certificate.html>
    pub async fn reissue_order(
        &self,
        order: OrderId,
        reissue: &Reissue,
    ) -> Result<PlacedOrder, Error> {
        let path = ["order", "certificate", &order.to_string(), "reissue"];
        let change = Change::of_order(Action::Reissue, order);
        self.post_once(change, &path, reissue).await
    }

    /// Adds a certificate with the same names to an order; the primary one stays valid. Sent exactly once, on a
    /// connection of its own.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::certainty`] says whether it is proven that nothing was issued. After an unknown outcome look
    /// at [`Client::duplicates`] before anything is sent again; the public key tells duplicates apart.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/duplicate-certificate.html>
    pub async fn duplicate_order(
        &self,
        order: OrderId,
        duplicate: &Duplicate,
    ) -> Result<PlacedOrder, Error> {
        let path = ["order", "certificate", &order.to_string(), "duplicate"];
        let change = Change::of_order(Action::Duplicate, order);
        self.post_once(change, &path, duplicate).await
    }
}
