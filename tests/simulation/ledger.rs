//! The books of a story: every order that the account has, what it was bought for, and who has
//! heard of it.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::{CertificateSeen, OrderSeen, Sandbox};

use super::wanted::{Content, is_companion, key_of};

/// What the books know of an order.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// What it is meant to be by now: its newest names and key, and what it was bought with.
    pub(super) content: Content,
    pub(super) status: String,
    /// Names of the certificate in force.
    pub(super) in_force: BTreeSet<String>,
    /// The ids of all certificates that it had or was to have.
    pub(super) certificates: BTreeSet<u64>,
    /// Its id was in a state or its id or token in a message.
    pub(super) is_known: bool,
    token: Option<String>,
    /// Somebody imported it. CertCentral does not tell the `order_key` that it was bought for, so
    /// any will do.
    is_imported: bool,
    /// A colleague placed it in CertCentral, so that nothing finds it by its content.
    is_by_hand: bool,
    /// A resource has taken such an order into its state, with a note that makes it found.
    is_followed: bool,
    pub(super) renewal_of: Option<u64>,
}

impl Entry {
    fn new(order: &OrderSeen, content: Content) -> Self {
        let mut entry = Self {
            content,
            status: String::new(),
            in_force: BTreeSet::new(),
            certificates: BTreeSet::new(),
            is_known: false,
            is_imported: false,
            is_by_hand: false,
            is_followed: false,
            renewal_of: order.renewal_of,
            token: order.alternative_order_id.clone(),
        };
        entry.see(order);
        entry
    }

    fn see(&mut self, order: &OrderSeen) {
        self.status.clone_from(&order.status);
        self.in_force = order.names_in_force.iter().cloned().collect();
        self.certificates.extend(&order.certificates);
    }

    /// Whether it is what somebody wants.
    pub(super) fn covers(&self, wanted: &Content) -> bool {
        let mut content = self.content.clone();
        if self.is_imported || self.is_by_hand {
            content.order_key.clone_from(&wanted.order_key);
        }
        if self.is_by_hand {
            content.years = wanted.years;
        }
        content.covers(wanted)
    }

    /// Whether it was bought with what a configuration asks for beside names, key and organization.
    pub(super) fn is_bought_like(&self, wanted: &Content) -> bool {
        let bought = (self.content.years, &self.content.order_key);
        bought == (wanted.years, &wanted.order_key) && !self.is_imported && !self.is_by_hand
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
    /// Every certificate that was in force when somebody looked, by its serial number.
    pub(super) certificates: BTreeMap<String, CertificateSeen>,
    /// All that messages have said so far. They may name the token of an order that takes effect
    /// later.
    pub(super) said: String,
}

impl Ledger {
    /// Takes over what the account has by now. `asked_for` are the orders that configurations want
    /// or wanted in this step.
    ///
    /// Promise: never twice. An order that is bought while an open one has the same content breaks
    /// it, unless it renews that one. So does an order that nobody asked for. The new orders are
    /// returned. An order that a run beside this one has `reissued_beside` is no twin: it had other
    /// content while this run looked.
    pub(super) fn update(
        &mut self,
        sandbox: &Sandbox,
        asked_for: &[Content],
        reissued_beside: &BTreeSet<u64>,
    ) -> Result<Vec<u64>, String> {
        let mut bought = Vec::new();
        for order in sandbox.orders() {
            let in_force = order.in_force.clone();
            let in_force = in_force.map(|it| (it.serial_number.clone(), it));
            self.certificates.extend(in_force);
            let (names, key) = looks(&order)?;
            if let Some(entry) = self.entries.get_mut(&order.id) {
                entry.content.names = names;
                entry.content.key = key;
                entry.see(&order);
                continue;
            }
            let content = asked_for
                .iter()
                .find(|content| content.names == names && content.key == key)
                .ok_or_else(|| format!("order {} was bought and nobody asked for it", order.id))?;
            let mut entries = self.entries.iter();
            let twin = entries.find(|(id, entry)| {
                entry.is_open()
                    && (!entry.is_by_hand || entry.is_followed)
                    && entry.content == *content
                    && order.renewal_of != Some(**id)
                    && !self.is_renewed_by_hand(**id)
                    && !reissued_beside.contains(id)
            });
            if let Some((twin, _)) = twin {
                return Err(format!(
                    "bought twice: order {} has the content of order {twin}, which is open",
                    order.id
                ));
            }
            bought.push(order.id);
            let is_known = is_named(&self.said, order.alternative_order_id.as_deref());
            let entry = Entry {
                is_known,
                ..Entry::new(&order, content.clone())
            };
            self.entries.insert(order.id, entry);
        }
        Ok(bought)
    }

    /// Whether a colleague placed the order that goes on with this one: then that one counts, which
    /// nothing finds by its content.
    fn is_renewed_by_hand(&self, id: u64) -> bool {
        let mut entries = self.entries.values();
        entries.any(|entry| entry.is_by_hand && entry.is_open() && entry.renewal_of == Some(id))
    }

    /// Takes over what people did to orders that were placed by Terraform, and those that they
    /// placed themselves.
    pub(super) fn witness(&mut self, sandbox: &Sandbox) -> Result<(), String> {
        for order in sandbox.orders() {
            if !self.entries.contains_key(&order.id) {
                let (names, key) = looks(&order)?;
                let renewed = order.renewal_of.and_then(|id| self.entries.get(&id));
                let organization = renewed.map_or(0, |entry| entry.content.organization);
                let entry = Entry {
                    is_known: true,
                    is_by_hand: true,
                    ..Entry::new(&order, Content::by_hand(names, key, organization))
                };
                self.entries.insert(order.id, entry);
            }
        }
        self.update(sandbox, &[], &BTreeSet::new()).map(drop)
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
            entry.is_followed |= in_state.contains(id) && !entry.is_imported;
            entry.is_known |= in_state.contains(id)
                || said.contains(&id.to_string())
                || is_named(said, entry.token.as_deref());
        }
        self.said.push_str(said);
    }

    /// A restored state puts other orders where a killed run had placed some. Nothing looks for
    /// those until somebody creates the same again.
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

/// Names, without those that CertCentral added, and key of the newest certificate that an order was
/// asked for.
fn looks(order: &OrderSeen) -> Result<(BTreeSet<String>, usize), String> {
    let key = key_of(&order.csr)
        .ok_or_else(|| format!("order {} is for a key that nobody has", order.id))?;
    let names = order.dns_names.iter().filter(|name| !is_companion(name));
    Ok((names.cloned().collect(), key))
}
