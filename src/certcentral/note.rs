//! Notes on an order. They can be added and read, not changed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::change::{Action, Change};
use super::client::Client;
use super::error::Error;
use super::flexible;
use super::id::OrderId;
use super::request::User;

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
pub(super) struct NewNote<'a> {
    pub(super) text: &'a str,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
#[derive(Debug, Deserialize)]
pub(super) struct Notes {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(super) notes: Vec<Note>,
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
