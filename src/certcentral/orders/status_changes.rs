//! Orders whose status changed lately: one cheap poll for many waiting orders.

use std::time::Duration;

use serde::Deserialize;

use super::by_reference::AlternateOrder;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;

/// The longest time that the API looks back.
const MAX_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/status-change-list.html>
#[derive(Debug, Deserialize)]
pub(crate) struct StatusChanges {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) orders: Vec<AlternateOrder>,
}

impl Client {
    /// Orders whose status changed within `window`, with their present status. Longer than seven days is cut to seven.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/status-change-list.html>
    pub async fn status_changes(&self, window: Duration) -> Result<Vec<AlternateOrder>, Error> {
        let seconds = window.min(MAX_WINDOW).as_secs().max(1);
        let path = ["order", "certificate", "status-changes"];
        let query = [("seconds".to_owned(), seconds.to_string())];
        let changes: StatusChanges = self.get(&path, &query).await?;
        Ok(changes.orders)
    }
}
