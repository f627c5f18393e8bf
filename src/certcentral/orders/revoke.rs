//! Revoking an order with all its certificates, or one certificate. Final, and refused without a call unless
//! [`Config::allow_revocation`](crate::certcentral::http::config::Config::allow_revocation) is set.

use serde::Serialize;

use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{CertificateId, OrderId};
use crate::certcentral::request::Request;

/// The body of a revocation. Absent members are not sent.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// Why, for the approver; kept on the request, and nowhere if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// Whether to revoke at once; ignored if the user of the key may not approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_approval: Option<bool>,
    /// Why, for everybody: it goes into the revocation list. `unspecified` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_reason: Option<RevocationReason>,
}

/// Reasons that a revocation list may give.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// None is given.
    Unspecified,
    /// Somebody else knows the private key.
    KeyCompromise,
    /// The organization changed its name or left the domain.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The names are not used any more.
    CessationOfOperation,
}

/// What became of a revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// Revoked at once.
    Done,
    /// A request was made, `pending` or `submitted`: everything is valid until somebody approves it.
    Requested(Box<Request>),
}

impl Client {
    /// Revokes an order with all its certificates, reissues and duplicates. Sent exactly once, on a connection of its
    /// own: without `skip_approval` each call makes a request.
    ///
    /// # Errors
    ///
    /// [`ConfigError::RevocationNotAllowed`](crate::certcentral::http::config::ConfigError::RevocationNotAllowed) before anything is sent, unless the client may revoke. One that is revoked
    /// already is refused by the API. After an unknown outcome ([`Error::certainty`]) look at the order before anything is
    /// sent again. 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
    pub async fn revoke_order(
        &self,
        order: OrderId,
        revocation: &Revocation,
    ) -> Result<Revoked, Error> {
        let path = ["order", "certificate", &order.to_string(), "revoke"];
        let change = Change::of_order(Action::Revoke, order);
        self.revoke(change, &path, revocation).await
    }

    /// Revokes one certificate. The order stays `issued`, even if it has no other certificate. Refused while a reissue
    /// is pending. Sent exactly once, on a connection of its own.
    ///
    /// # Errors
    ///
    /// [`ConfigError::RevocationNotAllowed`](crate::certcentral::http::config::ConfigError::RevocationNotAllowed) before anything is sent, unless the client may revoke. 404 where the
    /// certificate does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/certificates/revoke-certificate.html>
    pub async fn revoke_certificate(
        &self,
        certificate: CertificateId,
        revocation: &Revocation,
    ) -> Result<Revoked, Error> {
        let path = ["certificate", &certificate.to_string(), "revoke"];
        let change = Change {
            certificate_id: Some(certificate),
            ..Change::new(Action::Revoke)
        };
        self.revoke(change, &path, revocation).await
    }

    async fn revoke(
        &self,
        change: Change<'_>,
        path: &[&str],
        revocation: &Revocation,
    ) -> Result<Revoked, Error> {
        let request = self.put_once(change, path, revocation).await?;
        Ok(request.map_or(Revoked::Done, |request| {
            Revoked::Requested(Box::new(request))
        }))
    }
}
