//! What else holds the orders of a configuration: workspaces that are copies of it, imports by
//! other teams, objects that an unfinished replacement left behind, and a `count` that goes up and
//! down.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use terraform_host::workspace::State;

use super::owners::Origin;
use super::wanted::{Unknown, Wanted, one_of};
use super::weather::Weather;
use super::world::{Command, World};

/// A configuration with a state of its own.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) number: usize,
    pub(super) wanted: BTreeMap<String, Wanted>,
    pub(super) state: State,
    tainted: BTreeSet<String>,
}

impl World {
    /// Something happens that one configuration with one state does not know.
    pub(super) async fn happen(&mut self) -> Result<(), String> {
        self.remember_state();
        match self.chance().u8(..24) {
            0 | 1 => self.workspace_begins().await?,
            2 | 3 => self.workspace_ends().await?,
            4 => self.another_team_imports().await?,
            5 | 6 => self.leaves_deposed().await?,
            7 | 8 => self.counts_up_and_down().await?,
            9 | 10 => self.argument_becomes_unknown(),
            11..=13 => self.colleague_reissues(),
            14 => self.colleague_renews(),
            15 => self.one_certificate_is_revoked(),
            16 => self.validation_lapses(),
            17 => self.order_is_claimed(),
            18 | 19 => self.runs_beside_a_copy().await?,
            20 | 21 => self.reissue_is_asked_for(),
            22 => self.state_is_copied().await?,
            _ => self.late_approvals(),
        }
        Ok(())
    }

    fn swap(&mut self, site: &mut Site) {
        mem::swap(&mut self.wanted, &mut site.wanted);
        mem::swap(self.terraform.state_mut(), &mut site.state);
        mem::swap(&mut self.tainted, &mut site.tainted);
        mem::swap(&mut self.site, &mut site.number);
    }

    pub(super) fn new_site(&mut self, wanted: BTreeMap<String, Wanted>) -> Site {
        self.sites += 1;
        Site {
            number: self.sites,
            wanted,
            state: State::new(),
            tainted: BTreeSet::new(),
        }
    }

    /// Runs Terraform in another workspace. It is kept until its state is empty.
    async fn visit(&mut self, mut site: Site, command: Command) -> Result<(), String> {
        self.tell(format!("in workspace {}", site.number));
        self.swap(&mut site);
        let run = self.run(command, None, Weather::default()).await;
        self.swap(&mut site);
        self.tell("back in the first workspace");
        if !site.state.is_empty() {
            self.elsewhere.push(site);
        }
        run.map(drop)
    }

    /// `workspace new test`, or `terraform test` with the values of production: the same orders,
    /// and an empty state.
    async fn workspace_begins(&mut self) -> Result<(), String> {
        let wanted = self.wanted.clone();
        let site = self.new_site(wanted);
        self.visit(site, Command::Apply).await
    }

    /// Somebody copies the state file, and applies with it elsewhere. Nothing tells the two apart,
    /// which is a limit that the pages name.
    async fn state_is_copied(&mut self) -> Result<(), String> {
        let wanted = self.wanted.clone();
        let mut site = self.new_site(wanted);
        site.state = self.terraform.state().clone();
        site.tainted = self.tainted.clone();
        self.tell(format!(
            "the state is copied into workspace {}",
            site.number
        ));
        self.owners.share(self.site, site.number);
        self.visit(site, Command::Apply).await
    }

    async fn workspace_ends(&mut self) -> Result<(), String> {
        match self.elsewhere.pop() {
            Some(site) => self.visit(site, Command::Destroy).await,
            None => self.workspace_begins().await,
        }
    }

    /// Another team takes an order into its own state.
    async fn another_team_imports(&mut self) -> Result<(), String> {
        let Some(address) = self.some_held_address() else {
            return Ok(());
        };
        let id = self.terraform.state()[&address].attributes["order_id"].to_string();
        let mut site = self.new_site(self.wanted.clone());
        site.wanted.retain(|it, _| *it == address);
        self.tell(format!("in workspace {}", site.number));
        self.swap(&mut site);
        let imported = self.import(&address, &id).await;
        self.owners
            .follow(self.site, self.terraform.state(), |_| Origin::Unmarked);
        self.swap(&mut site);
        self.tell("back in the first workspace");
        if !site.state.is_empty() {
            self.elsewhere.push(site);
        }
        imported.map(drop)
    }

    /// A replacement with `create_before_destroy` whose dependant fails: the new object is there
    /// and the old one is not destroyed. A later run does that, in a process that knows nothing of
    /// it.
    async fn leaves_deposed(&mut self) -> Result<(), String> {
        let Some(address) = self.some_held_address() else {
            return Ok(());
        };
        let Some(object) = self.terraform.state_mut().remove(&address) else {
            return Ok(());
        };
        self.tell(format!(
            "{address} is replaced, and something after it fails"
        ));
        self.resources += 1;
        let name = format!("{address}_deposed{}", self.resources);
        let run = self.run(Command::Apply, None, Weather::default()).await?;
        let is_there = self.terraform.state().contains_key(&address);
        // What could not be replaced stays what it was.
        if is_there || run.errors().is_empty() {
            self.terraform.state_mut().insert(name, object);
        } else {
            self.terraform.state_mut().insert(address, object);
        }
        self.follow_owners();
        Ok(())
    }

    /// `count` from 1 to 2 and back, with equal content, in three applies.
    async fn counts_up_and_down(&mut self) -> Result<(), String> {
        let Some(address) = self.some_held_address() else {
            return Ok(());
        };
        let wanted = self.wanted[&address].clone();
        self.resources += 1;
        let second = format!("digicert_ssl_order.o{}", self.resources);
        self.tell(format!("{address} counts 2: {second}"));
        self.wanted.insert(second.clone(), wanted);
        let counted = self.run(Command::Apply, None, Weather::default()).await;
        self.tell(format!("{address} counts 1"));
        self.wanted.remove(&second);
        counted.map(drop)
    }

    fn argument_becomes_unknown(&mut self) {
        let Some(address) = self.some_held_address() else {
            return;
        };
        let arguments = [Unknown::Organization, Unknown::Csr, Unknown::Names];
        let argument = one_of(self.chance(), &arguments);
        let turns = self.chance().bool();
        self.tell(format!(
            "{argument:?} of {address} is unknown in the plan, turns out to be another: {turns}"
        ));
        if turns {
            let mut wanted = self.wanted[&address].clone();
            wanted.turn(argument, self.chance());
            self.wanted.insert(address.clone(), wanted);
        }
        self.open.insert(address, argument);
    }

    /// A reissue for the same names and key, because somebody wants one.
    fn reissue_is_asked_for(&mut self) {
        let Some(address) = self.some_held_address() else {
            return;
        };
        let reason = self.chance().u8(..3);
        if let Some(wanted) = self.wanted.get_mut(&address) {
            wanted.ask_for_a_reissue(reason);
            self.tell(format!("{address} has reissue_trigger {reason}"));
        }
    }

    /// Somebody writes down that a destroy may end the order, whoever placed it and whoever else
    /// has it.
    fn order_is_claimed(&mut self) {
        let Some(address) = self.some_held_address() else {
            return;
        };
        let id = self.terraform.state()[&address].attributes["order_id"].as_u64();
        if let (Some(id), Some(wanted)) = (id, self.wanted.get_mut(&address)) {
            wanted.claim(id);
            self.tell(format!("{address} claims {id}"));
        }
    }

    /// An address that has an order, and for whose content a killed run may not have placed another
    /// one.
    fn some_held_address(&mut self) -> Option<String> {
        let wanted = self.wanted.keys();
        let held: Vec<_> = wanted
            .filter(|it| {
                let object = self.terraform.state().get(*it);
                object.is_some_and(|object| !object.tainted) && !self.is_owed(it)
            })
            .cloned()
            .collect();
        (!held.is_empty()).then(|| held[self.chance().usize(..held.len())].clone())
    }

    /// In the end every copy is destroyed, as a test does it.
    pub(super) async fn end_other_workspaces(&mut self) -> Result<(), String> {
        while let Some(site) = self.elsewhere.pop() {
            let left = self.elsewhere.len();
            self.visit(site, Command::Destroy).await?;
            if self.elsewhere.len() > left {
                // A revocation that is not allowed, say: it stays for good.
                self.elsewhere.pop();
            }
        }
        Ok(())
    }
}
