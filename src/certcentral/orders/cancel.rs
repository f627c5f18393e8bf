//! Taking back an order that is not issued yet, or the reissue that an order waits for.

use serde::Serialize;

use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::OrderId;

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

impl Client {
    /// Cancels an order that is `pending` or `waiting_pickup`; of one that is `reissue_pending`, the reissue only.
    /// Final. `note` must say why. Sends no e-mail.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-status.html>
    pub async fn cancel_order(&self, order: OrderId, note: &str) -> Result<(), Error> {
        let id = order.to_string();
        let path = ["order", "certificate", &id, "status"];
        let change = Change::of_order(Action::Cancel, order);
        let update = StatusUpdate::canceled(note);
        match self.put_changing(change, &path, &update).await {
            // The refusal of the word proves that nothing was done, so the older word may be tried.
            Err(Error::Api(error)) if error.status == 400 && error.has("invalid_value:status") => {
                let update = StatusUpdate {
                    status: CANCELED_FORMERLY,
                    ..update
                };
                self.put_changing(change, &path, &update).await
            }
            result => result,
        }
    }
}
