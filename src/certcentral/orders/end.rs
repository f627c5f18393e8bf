//! Ending an order: taking it back before it is issued, or revoking it or one of its certificates.
//!
//! A revocation is final, and refused without a call unless [`Config::allow_revocation`] is set.
//!
//! [`Config::allow_revocation`]: crate::certcentral::Config::allow_revocation

use serde::Serialize;

use crate::certcentral::http::{Action, Answer, Call, Change, Client, Error};
use crate::certcentral::id::{CertificateId, OrderId};
use crate::certcentral::request::Request;

/// The word of today's documentation.
const CANCELED: &str = "canceled";
/// The word of its older editions; both say that case matters.
const CANCELED_FORMERLY: &str = "CANCELED";

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-status.html>
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct StatusUpdate<'a> {
    pub(crate) status: &'static str,
    pub(crate) note: &'a str,
    pub(crate) send_emails: bool,
}

impl<'a> StatusUpdate<'a> {
    pub(crate) fn canceled(note: &'a str) -> Self {
        Self {
            status: CANCELED,
            note,
            send_emails: false,
        }
    }
}

/// The body of a revocation. Absent members are not sent.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
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
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
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
    /// A request was made, `pending` or `submitted`: everything is valid until somebody approves
    /// it.
    Requested(Box<Request>),
}

impl Client {
    /// Cancels an order that is `pending` or `waiting_pickup`; of one that is `reissue_pending`,
    /// the reissue only. Final. `note` must say why. Sends no e-mail.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-status.html>
    pub async fn cancel_order(&self, order: OrderId, note: &str) -> Result<(), Error> {
        let id = order.to_string();
        let path = ["order", "certificate", &id, "status"];
        let change = Change::of_order(Action::Cancel, order);
        let update = StatusUpdate::canceled(note);
        let call = Call::put(change, &path)
            .with_body(&update)?
            .repeated_by_caller();
        match self.call(call, Answer::done).await {
            // The refusal of the word proves that nothing was done, so the older word may be tried.
            Err(Error::Api(error)) if error.status == 400 && error.has("invalid_value:status") => {
                let update = StatusUpdate {
                    status: CANCELED_FORMERLY,
                    ..update
                };
                let call = Call::put(change, &path)
                    .with_body(&update)?
                    .repeated_by_caller();
                self.call(call, Answer::done).await
            }
            result => result,
        }
    }

    /// Revokes an order with all its certificates, reissues and duplicates. Sent exactly once, on a
    /// connection of its own: without `skip_approval` each call makes a request.
    ///
    /// # Errors
    ///
    /// [`ConfigError::RevocationNotAllowed`](crate::certcentral::ConfigError::RevocationNotAllowed)
    /// before anything is sent, unless the client may revoke. One that is revoked already is
    /// refused by the API. After an unknown outcome ([`Error::certainty`]) look at the order before
    /// anything is sent again. 404 where the order does not exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
    pub async fn revoke_order(
        &self,
        order: OrderId,
        revocation: &Revocation,
    ) -> Result<Revoked, Error> {
        let path = ["order", "certificate", &order.to_string(), "revoke"];
        let change = Change::of_order(Action::Revoke, order);
        self.revoke(change, &path, revocation).await
    }

    /// Revokes one certificate. The order stays `issued`, even if it has no other certificate.
    /// Refused while a reissue is pending. Sent exactly once, on a connection of its own.
    ///
    /// # Errors
    ///
    /// [`ConfigError::RevocationNotAllowed`](crate::certcentral::ConfigError::RevocationNotAllowed)
    /// before anything is sent, unless the client may revoke. 404 where the certificate does not
    /// exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/certificates/revoke-certificate.html>
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
        let call = Call::put(change, path).with_body(revocation)?;
        let call = call.once().repeated_by_caller();
        let request = self.call(call, Answer::json_unless_empty).await?;
        Ok(request.map_or(Revoked::Done, |request| {
            Revoked::Requested(Box::new(request))
        }))
    }
}
