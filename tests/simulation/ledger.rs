//! The books of a story: every order that the account has, what it was bought for, and who has heard of it.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::{OrderSeen, Sandbox};

use super::wanted::{Content, key_of};

/// What the books know of an order.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// What it is meant to be by now: its newest names and key, and what it was bought with.
    pub(super) content: Content,
    pub(super) status: String,
    /// Its id was in a state or its id or token in a message.
    pub(super) is_known: bool,
    token: Option<String>,
    /// Somebody imported it. CertCentral does not tell the `order_key` that it was bought for, so any will do.
    is_imported: bool,
}

impl Entry {
    /// Whether it is what somebody wants.
    pub(super) fn covers(&self, wanted: &Content) -> bool {
        let mut content = self.content.clone();
        if self.is_imported {
            content.order_key.clone_from(&wanted.order_key);
        }
        content.covers(wanted)
    }

    pub(super) fn is_open(&self) -> bool {
        !matches!(
            self.status.as_str(),
            "canceled" | "rejected" | "revoked" | "expired"
        )
    }
}

/// All orders of the account, by id.
#[derive(Debug, Default, Clone)]
pub(super) struct Ledger {
    pub(super) entries: BTreeMap<u64, Entry>,
    /// All that messages have said so far. They may name the token of an order that takes effect later.
    said: String,
}

impl Ledger {
    /// Takes over what the account has by now. `asked_for` are the orders that configurations want or wanted in this step.
    ///
    /// Promise: never twice. An order that is bought while an open one has the same content breaks it, unless it renews that one. So does
    /// an order that nobody asked for. The new orders are returned.
    pub(super) fn update(
        &mut self,
        sandbox: &Sandbox,
        asked_for: &[Content],
    ) -> Result<Vec<u64>, String> {
        let mut bought = Vec::new();
        for order in sandbox.orders() {
            let (names, key) = looks(&order)?;
            if let Some(entry) = self.entries.get_mut(&order.id) {
                entry.content.names = names;
                entry.content.key = key;
                entry.status = order.status;
                continue;
            }
            let content = asked_for
                .iter()
                .find(|content| content.names == names && content.key == key)
                .ok_or_else(|| format!("order {} was bought and nobody asked for it", order.id))?;
            let mut entries = self.entries.iter();
            let twin = entries.find(|(id, entry)| {
                entry.is_open() && entry.content == *content && order.renewal_of != Some(**id)
            });
            if let Some((twin, _)) = twin {
                return Err(format!(
                    "bought twice: order {} has the content of order {twin}, which is open",
                    order.id
                ));
            }
            bought.push(order.id);
            let entry = Entry {
                content: content.clone(),
                status: order.status,
                is_known: is_named(&self.said, order.alternative_order_id.as_deref()),
                is_imported: false,
                token: order.alternative_order_id,
            };
            self.entries.insert(order.id, entry);
        }
        Ok(bought)
    }

    /// Somebody imports an order.
    pub(super) fn import(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.is_imported = true;
        }
    }

    /// Notes whose ids are in state, and of which orders a message speaks.
    pub(super) fn hear(&mut self, in_state: &BTreeSet<u64>, said: &str) {
        for (id, entry) in &mut self.entries {
            entry.is_known |= in_state.contains(id)
                || said.contains(&id.to_string())
                || is_named(said, entry.token.as_deref());
        }
        self.said.push_str(said);
    }

    /// A restored state puts other orders where a killed run had placed some. Nothing looks for those until somebody creates the same again.
    pub(super) fn forget(&mut self, hidden: &[Content]) {
        for entry in self.entries.values_mut() {
            entry.is_known |= hidden.contains(&entry.content);
        }
    }

    /// The open orders that nobody has heard of.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let entries = self.entries.iter().map(|(id, entry)| (*id, entry));
        entries.filter(|(_, entry)| entry.is_open() && !entry.is_known)
    }
}

fn is_named(said: &str, token: Option<&str>) -> bool {
    token.is_some_and(|token| said.contains(token))
}

/// Names and key of the newest certificate that an order was asked for.
fn looks(order: &OrderSeen) -> Result<(BTreeSet<String>, usize), String> {
    let key = key_of(&order.csr)
        .ok_or_else(|| format!("order {} is for a key that nobody has", order.id))?;
    Ok((order.dns_names.iter().cloned().collect(), key))
}
