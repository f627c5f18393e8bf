//! Notes on an order. They can be added and read, not changed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::certcentral::flexible;
use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::OrderId;
use crate::certcentral::request::User;

/// A note.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// Number of the note.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// When it was written.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// What it says.
    #[serde(default, deserialize_with = "flexible::text")]
    pub text: Option<String>,
    /// Who wrote it.
    #[serde(default, deserialize_with = "flexible::object")]
    pub user: Option<User>,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/add-order-note.html>
#[derive(Debug, Serialize)]
pub(crate) struct NewNote<'a> {
    pub(crate) text: &'a str,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
#[derive(Debug, Deserialize)]
pub(crate) struct Notes {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) notes: Vec<Note>,
}

impl Client {
    /// Adds a note to an order. Sent exactly once, on a connection of its own: each call adds one.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/add-order-note.html>
    pub async fn add_note(&self, order: OrderId, text: &str) -> Result<Note, Error> {
        let path = ["order", "certificate", &order.to_string(), "note"];
        let change = Change::of_order(Action::Update, order);
        self.post_once(change, &path, &NewNote { text }).await
    }

    /// The notes on an order, newest first.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
    pub async fn notes(&self, order: OrderId) -> Result<Vec<Note>, Error> {
        let path = ["order", "certificate", &order.to_string(), "note"];
        let list: Notes = self.get(&path, &[]).await?;
        Ok(list.notes)
    }
}
