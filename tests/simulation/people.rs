//! What happens between two runs of Terraform: people change their minds, lose things, work in
//! CertCentral's console, and time passes.

use std::collections::BTreeSet;
use std::time::Duration;

use certcentral_sandbox::Move;
use terraform_host::Report;

use super::run;
use super::wanted::{NAMES, Wanted, one_of};
use super::world::World;

impl World {
    /// A person or the time changes something between two runs.
    pub(super) async fn edit(&mut self) -> Result<(), String> {
        self.remember_state();
        let Some(address) = self.some_address() else {
            let number = self.rng.usize(..NAMES);
            self.add(number);
            return Ok(());
        };
        match self.rng.u8(..24) {
            0..=6 => self.change(&address),
            7 | 8 => {
                self.tell(format!("taint {address}"));
                if self.terraform.taint(&address).is_ok() {
                    self.tainted.insert(address);
                }
            }
            9 => {
                self.resources += 1;
                let new = format!("digicert_ssl_order.o{}", self.resources);
                self.tell(format!("rename {address} to {new}"));
                let wanted = self.wanted.remove(&address);
                self.wanted.extend(wanted.map(|wanted| (new, wanted)));
            }
            10 | 11 => {
                self.tell("the state is lost");
                self.terraform.state_mut().clear();
            }
            12 => {
                self.tell(format!("state rm {address}"));
                self.terraform.state_mut().remove(&address);
            }
            13 => {
                self.tell("an old state is restored");
                let old = self.rng.usize(..self.old_states.len());
                let old = self.old_states[old].clone();
                let tainted = old.iter().filter(|(_, object)| object.tainted);
                self.tainted = tainted.map(|(address, _)| address.clone()).collect();
                let has_another = |address: &String| old.contains_key(address);
                let wanted = self.wanted.iter().filter(|(it, _)| has_another(it));
                let hidden: Vec<_> = wanted.map(|(_, wanted)| wanted.content()).collect();
                self.ledger.forget(&hidden);
                *self.terraform.state_mut() = old;
            }
            14 => self.import_again(&address).await?,
            15..=17 => {
                let days = one_of(&mut self.rng, &[1, 8, 100, 180]);
                self.tell(format!("{days} days pass"));
                self.sandbox.advance(Duration::from_secs(days * 86_400));
            }
            18..=20 => self.colleague(),
            21 if self.wanted.len() < NAMES => {
                let taken: BTreeSet<_> = self.wanted.values().map(|it| it.number).collect();
                let free = (0..NAMES).find(|number| !taken.contains(number));
                self.tell(format!("another order: {free:?}"));
                free.into_iter().for_each(|number| self.add(number));
            }
            22 if !self.is_owed(&address) => {
                self.tell(format!("{address} is taken out of the configuration"));
                self.wanted.remove(&address);
            }
            _ => {}
        }
        Ok(())
    }

    fn some_address(&mut self) -> Option<String> {
        let addresses: Vec<_> = self.wanted.keys().cloned().collect();
        (!addresses.is_empty()).then(|| addresses[self.rng.usize(..addresses.len())].clone())
    }

    /// Whether a run that was killed may have placed an order for this configuration. Until the
    /// next apply has looked, people leave it as it is, as the messages ask them to.
    pub(super) fn is_owed(&self, address: &str) -> bool {
        let content = self.wanted.get(address).map(Wanted::content);
        self.ledger
            .unknown()
            .any(|(_, entry)| Some(&entry.content) == content.as_ref())
    }

    fn change(&mut self, address: &str) {
        if self.is_owed(address) {
            return;
        }
        if let Some(wanted) = self.wanted.get_mut(address) {
            let change = wanted.change(&mut self.rng);
            self.story.push(format!("change {address}: {change}"));
        }
    }

    /// Somebody works on an order in CertCentral's console.
    fn colleague(&mut self) {
        let ids: Vec<_> = self.ledger.entries.keys().copied().collect();
        let id = one_of(&mut self.rng, &ids);
        let moves = [
            Move::Approve,
            Move::Approve,
            Move::Reject,
            Move::Validate,
            Move::Issue,
            Move::Issue,
            Move::Cancel,
            Move::Revoke,
        ];
        let step = one_of(&mut self.rng, &moves);
        let done = self.sandbox.apply(id, step);
        self.tell(format!("a colleague: {step:?} {id}: {done:?}"));
        self.take_note();
    }

    /// The books follow what people did.
    pub(super) fn take_note(&mut self) {
        let noted = self.ledger.witness(&self.sandbox);
        debug_assert!(noted.is_ok(), "{noted:?}");
    }

    /// The state of an order is lost, and somebody imports the order instead of applying.
    async fn import_again(&mut self, address: &str) -> Result<(), String> {
        let Some(object) = self.terraform.state_mut().remove(address) else {
            return Ok(());
        };
        let id = object.attributes["order_id"].to_string();
        self.import(address, &id).await.map(drop)
    }

    pub(super) async fn import(&mut self, address: &str, id: &str) -> Result<Report, String> {
        self.tell(format!("import {address} {id}"));
        let process = self.process().await;
        self.terraform.reconnect(process.channel.clone());
        let report = self.terraform.import(address, id).await;
        let report = report.map_err(|error| format!("the stand-in for core failed: {error}"))?;
        self.tainted.remove(address);
        for line in run::lines(&report) {
            self.tell(line);
        }
        if let (false, Ok(id)) = (report.failed(), id.parse()) {
            self.ledger.import(id);
        }
        self.follow_owners();
        match report.violations.first() {
            Some(violation) => Err(format!("core's rules: {violation}")),
            None => Ok(report),
        }
    }
}
