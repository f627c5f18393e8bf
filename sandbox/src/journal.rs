//! The record of every request and its answer, with keys masked.

use std::sync::mpsc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the journal, from 1, in order of arrival.
    pub sequence: u64,
    /// Virtual time of arrival, `2026-04-14T09:12:38+00:00`.
    pub time: String,
    /// HTTP method.
    pub method: String,
    /// Path below `/services/v2`, such as `/order/certificate/ssl_plus`.
    pub path: String,
    /// Query string as sent, without the question mark; empty if there is none.
    pub query: String,
    /// Header names in lower case with their values; the API key is masked.
    pub headers: Vec<(String, String)>,
    /// Request body: JSON if it parses, else a string, `null` if empty.
    pub request: Value,
    /// Whether the request reached the account, so that its effects are there whatever the client
    /// saw.
    pub processed: bool,
    /// Status that was sent; `None` while the request is held or when the connection was dropped.
    pub status: Option<u16>,
    /// Response body that was sent: JSON if it parses, else a string, `null` if empty.
    pub response: Value,
}

impl Entry {
    /// One line for people: `POST order ssl_plus example.com -> 201 order 2147500001`.
    #[must_use]
    pub fn line(&self) -> String {
        let asked = match self.path.strip_prefix("/order/certificate/") {
            Some(product) if self.method == "POST" && !product.contains('/') => {
                let name = self.request["certificate"]["common_name"].as_str();
                format!("POST order {product} {}", name.unwrap_or("?"))
            }
            _ => format!(
                "{} {}",
                self.method,
                self.path.trim_start_matches('/').replace('/', " ")
            ),
        };
        let became = match self.status {
            None if self.processed => "processed, answer dropped".to_owned(),
            None => "dropped".to_owned(),
            Some(status) => match (
                self.response["id"].as_u64(),
                self.response["errors"][0]["code"].as_str(),
            ) {
                (Some(id), _) if self.path.ends_with("/revoke") => format!("{status} request {id}"),
                (Some(id), _) if self.path.ends_with("/note") => format!("{status} note {id}"),
                (Some(id), _) if self.path.starts_with("/order/") => format!("{status} order {id}"),
                (_, Some(code)) => format!("{status} {code}"),
                _ => status.to_string(),
            },
        };
        format!("{asked} -> {became}")
    }
}

/// What the account has done so far, counted from its orders and never from the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// Orders that exist, whatever their status.
    pub orders_created: u64,
    /// Orders that cost money: created and approved.
    pub orders_charged: u64,
    /// Sum of the prices of the charged orders in whole US dollars.
    pub charges_total: u64,
    /// Orders waiting for an approver.
    pub needs_approval: u64,
    /// Orders waiting for validation or issuance.
    pub pending: u64,
    /// Orders with an active certificate, those that wait for a reissue included.
    pub issued: u64,
    /// Certificates issued as a reissue.
    pub reissued: u64,
    /// Certificates issued as a duplicate.
    pub duplicated: u64,
    /// Orders that are revoked.
    pub revoked: u64,
    /// Certificates that are revoked: those of revoked orders, single ones, and former ones after a
    /// reissue.
    pub certificates_revoked: u64,
    /// Orders that were cancelled.
    pub canceled: u64,
    /// Orders whose request was rejected.
    pub rejected: u64,
    /// Orders whose certificate ran out.
    pub expired: u64,
}

/// All entries since the start or the last clearing.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Vec<Entry>,
    last: u64,
    watchers: Vec<mpsc::Sender<Entry>>,
}

impl Journal {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of the newest entry.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Forgets the entries; sequence numbers go on, so that no number is ever given twice.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn watch(&mut self) -> mpsc::Receiver<Entry> {
        let (sender, receiver) = mpsc::channel();
        self.watchers.push(sender);
        receiver
    }

    /// Records an arrival and returns its sequence number.
    pub(crate) fn arrived(&mut self, mut entry: Entry) -> u64 {
        self.last += 1;
        entry.sequence = self.last;
        self.entries.push(entry);
        self.last
    }

    /// Notes that the request has been processed, before its answer leaves.
    pub(crate) fn processed(&mut self, sequence: u64) {
        if let Some(entry) = self.find(sequence) {
            entry.processed = true;
        }
    }

    /// Records the answer, or with `None` that the connection was dropped.
    pub(crate) fn answered(&mut self, sequence: u64, answer: Option<(u16, Value)>) {
        let Some(entry) = self.find(sequence) else {
            return;
        };
        if let Some((status, response)) = answer {
            entry.status = Some(status);
            entry.response = response;
        }
        let entry = entry.clone();
        self.watchers
            .retain(|watcher| watcher.send(entry.clone()).is_ok());
    }

    fn find(&mut self, sequence: u64) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .rev()
            .find(|entry| entry.sequence == sequence)
    }
}

/// A body as the journal shows it.
pub(crate) fn body_value(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
