//! Two runs of Terraform at once on one machine: a configuration, and a workspace that is a copy of
//! it.

use std::collections::BTreeSet;
use std::mem;
use std::time::Duration;

use terraform_host::Workspace;

use super::elsewhere::Site;
use super::owners::Origin;
use super::promises;
use super::run::{self, Run};
use super::world::{Command, PARALLELISM, World};

impl World {
    /// Applies here and in a new copy at once. What they buy, they buy once.
    pub(super) async fn runs_beside_a_copy(&mut self) -> Result<(), String> {
        let mut site = self.new_site(self.wanted.clone());
        self.tell(format!("Apply, and at once in workspace {}", site.number));
        let ran = self.run_beside(&mut site).await;
        if !site.state.is_empty() {
            self.elsewhere.push(site);
        }
        ran
    }

    async fn run_beside(&mut self, site: &mut Site) -> Result<(), String> {
        self.sandbox.advance(Duration::from_secs(1));
        let before = self.ledger.clone();
        self.answered_calls();
        let mut run = Run::new(Command::Apply, self.terraform.state());
        let mut beside = Run::new(Command::Apply, &site.state);
        let resources = self.resources();
        let failed = |error| format!("the stand-in for core failed: {error}");

        let nobody = self.process().await;
        let mut other = Workspace::on_channel(nobody.channel.clone()).parallelism(PARALLELISM);
        *other.state_mut() = mem::take(&mut site.state);
        other.set_provider_config(self.provider_config(&nobody.key));
        beside.plan = Some(other.plan(&resources).await.map_err(failed)?);
        let looking = self.process().await;
        self.terraform.reconnect(looking.channel.clone());
        run.plan = Some(self.terraform.plan(&resources).await.map_err(failed)?);
        run.planning.extend(self.answered_calls());

        let directory = tempfile::tempdir().unwrap();
        // Only its owner may see into the directory of the locks, which the provider makes itself.
        let machine = directory.path().join("locks");
        let applying = self.process_on(Some(&machine)).await;
        other.reconnect(applying.channel.clone());
        other.set_provider_config(self.provider_config(&applying.key));
        let here = self.process_on(Some(&machine)).await;
        self.terraform.reconnect(here.channel.clone());
        if let (Some(first), Some(second)) = (&run.plan, &beside.plan) {
            let both = tokio::join!(self.terraform.apply(first), other.apply(second));
            run.applied = Some(both.0.map_err(failed)?);
            beside.applied = Some(both.1.map_err(failed)?);
        }
        site.state = mem::take(other.state_mut());

        run.beside = Some(Box::new(beside));
        run.beside_in_state = orders(&site.state);
        self.write_down(&mut run);
        let processed = run.calls.iter().filter(|call| call.processed);
        let reissued: BTreeSet<_> = processed.filter_map(run::reissued).collect();
        let bought = self
            .ledger
            .update(&self.sandbox, &self.asked_for(), &reissued)?;
        let mut in_state = self.in_state();
        in_state.extend(&run.beside_in_state);
        self.ledger.hear(&in_state, &run.said());
        let came_by = |id| Origin::of_new(id, &bought, &run.calls);
        let here = self.site;
        self.owners.follow(here, self.terraform.state(), came_by);
        self.owners.follow(site.number, &site.state, came_by);
        promises::check(self, &before, &run, &bought)
    }
}

fn orders(state: &terraform_host::workspace::State) -> BTreeSet<u64> {
    let objects = state.values();
    objects
        .filter_map(|object| object.attributes["order_id"].as_u64())
        .collect()
}
