//! A team with an account: its configurations, its state, its people, and one step of its life.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use certcentral_sandbox::{Entry as Call, Fault, Move, Sandbox, Settings};
use fastrand::Rng;
use serde_json::json;
use terraform_host::{Report, Resource, Workspace, workspace::State};
use tonic::transport::Endpoint;

use super::ledger::Ledger;
use super::process::Process;
use super::promises::{self, Run};
use super::strike::Strike;
use super::wanted::{Content, NAMES, Wanted, one_of};
use super::weather;

/// Resources that Terraform works on at the same time, as it does by default.
const PARALLELISM: usize = 10;

/// What a person asks Terraform for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Plan,
    Refresh,
    Apply,
    /// `-replace` for every order.
    Replace,
    Destroy,
}

/// Everything that a story is about.
pub(super) struct World {
    pub(super) rng: Rng,
    pub(super) sandbox: Sandbox,
    pub(super) terraform: Workspace,
    /// The configuration: address and order.
    pub(super) wanted: BTreeMap<String, Wanted>,
    pub(super) ledger: Ledger,
    /// What happened, for whoever has to find out why a promise was broken.
    pub(super) story: Vec<String>,
    /// Resources that a person or a provisioner has tainted.
    pub(super) tainted: BTreeSet<String>,
    pub(super) allow_revocation: bool,
    seed: u64,
    processes: u64,
    resources: u64,
    old_states: Vec<State>,
    /// Every call that the account has answered since the last look.
    answered: Receiver<Call>,
    /// The number of the newest call by then.
    known: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let settings = Settings {
            clock_runs: true,
            behavior: weather::behavior(&mut rng),
            ..Settings::default()
        };
        let story = vec![format!("{:?}", settings.behavior)];
        let sandbox = Sandbox::start_on_this_runtime(settings).unwrap();
        let answered = sandbox.watch();
        let nobody = Endpoint::from_static("http://localhost").connect_lazy();
        let mut world = Self {
            terraform: Workspace::on_channel(nobody).parallelism(PARALLELISM),
            sandbox,
            wanted: BTreeMap::new(),
            ledger: Ledger::default(),
            story,
            tainted: BTreeSet::new(),
            allow_revocation: rng.bool(),
            seed,
            processes: 0,
            resources: 0,
            old_states: Vec::new(),
            answered,
            known: 0,
            rng,
        };
        for number in 0..world.rng.usize(1..NAMES) {
            world.add(number);
        }
        world
    }

    /// One step: somebody changes something, the weather changes, and somebody runs Terraform.
    pub(super) async fn step(&mut self) -> Result<(), String> {
        if !self.ledger.entries.is_empty() {
            self.edit().await?;
        }
        let rules = weather::faults(&mut self.rng);
        let has_late = rules
            .iter()
            .any(|rule| matches!(rule.fault, Fault::Late { .. }));
        let strike = (self.rng.u8(..3) == 0).then(|| Strike::new(&mut self.rng));
        let command = match self.rng.u8(..20) {
            0 => Command::Plan,
            1 => Command::Refresh,
            2 => Command::Replace,
            3 => Command::Destroy,
            _ => Command::Apply,
        };
        for rule in rules {
            self.tell(format!(
                "fault: {} {}x{} {:?} {:?}",
                String::from(rule.route.clone()),
                rule.call,
                rule.times,
                rule.at,
                rule.fault
            ));
            self.sandbox.add_fault(rule);
        }
        self.run(command, strike, has_late).await.map(drop)
    }

    /// Runs Terraform and holds what came of it against the promises.
    pub(super) async fn run(
        &mut self,
        command: Command,
        strike: Option<Strike>,
        has_late: bool,
    ) -> Result<Run, String> {
        self.tell(format!("{command:?}"));
        let before = self.ledger.clone();
        self.answered_calls();
        let mut run = Run::new(command);
        let outcome = self.commanded(&mut run, strike).await;
        outcome.map_err(|error| format!("the stand-in for core failed: {error}"))?;
        if has_late {
            self.let_late_requests_arrive().await;
        }
        self.sandbox.clear_rules();
        self.sandbox.take_connections().await;
        for line in run.lines() {
            self.tell(line);
        }
        run.calls.extend(self.answered_calls());
        let calls = run.planning.iter().chain(&run.calls);
        self.story
            .extend(calls.map(|call| format!("    {}", call.line())));
        let bought = self.ledger.update(&self.sandbox, &self.asked_for())?;
        self.ledger.hear(&self.in_state(), &run.said());
        if run.is_complete() {
            let state = self.terraform.state();
            self.tainted
                .retain(|address| state.get(address).is_some_and(|object| object.tainted));
        }
        promises::check(self, &before, &run, &bought)?;
        Ok(run)
    }

    async fn commanded(
        &mut self,
        run: &mut Run,
        strike: Option<Strike>,
    ) -> Result<(), terraform_host::Error> {
        let resources = self.resources();
        let looking = self.process().await;
        self.terraform.reconnect(looking.channel.clone());
        if run.command == Command::Refresh {
            run.refreshed = Some(self.terraform.refresh().await?);
            run.planning.extend(self.answered_calls());
            return Ok(());
        }
        let plan = match run.command {
            Command::Destroy => self.terraform.plan_destroy().await?,
            Command::Replace => {
                let all: Vec<_> = resources.iter().map(|it| it.address.as_str()).collect();
                self.terraform.plan_replacing(&resources, &all).await?
            }
            _ => self.terraform.plan(&resources).await?,
        };
        run.planning.extend(self.answered_calls());
        let plan = run.plan.insert(plan);
        if run.command == Command::Plan || plan.report.failed() {
            return Ok(());
        }
        let applying = self.process().await;
        self.terraform.reconnect(applying.channel.clone());
        let interruption = self.terraform.interruption();
        match strike {
            None => run.applied = Some(self.terraform.apply(plan).await?),
            Some(strike) => {
                self.story.push(format!("strike: {strike}"));
                let apply = self.terraform.apply(plan);
                let met = strike
                    .meet(apply, &self.sandbox, &applying, &interruption)
                    .await;
                run.harm = met.harm;
                run.applied = met.value.transpose()?;
            }
        }
        Ok(())
    }

    /// The calls that have arrived since the last look. What a dead process still sends is refused, and nobody's.
    fn answered_calls(&mut self) -> Vec<Call> {
        let is_of_the_dead = |call: &Call| {
            call.response
                .to_string()
                .contains("access_denied_invalid_key")
        };
        let known = std::mem::replace(&mut self.known, self.sandbox.arrivals());
        let calls = self.answered.try_iter();
        calls
            .filter(|call| call.sequence > known && !is_of_the_dead(call))
            .collect()
    }

    /// A new process of the provider, which the next phase speaks to.
    async fn process(&mut self) -> Process {
        self.processes += 1;
        let key = format!("sandbox-canary-{:04}-of-{:016x}", self.processes, self.seed);
        self.terraform.set_provider_config(json!({
            "api_key": key,
            "base_url": self.sandbox.base_url(),
            "allow_revocation": self.allow_revocation,
        }));
        Process::start(self.seed ^ self.processes, key).await
    }

    fn resources(&self) -> Vec<Resource> {
        let wanted = self.wanted.iter();
        wanted
            .map(|(address, wanted)| Resource::new(address, wanted.config()))
            .collect()
    }

    /// The contents that the configuration asks for.
    pub(super) fn asked_for(&self) -> Vec<Content> {
        self.wanted.values().map(Wanted::content).collect()
    }

    /// The ids of the orders in state.
    pub(super) fn in_state(&self) -> BTreeSet<u64> {
        let objects = self.terraform.state().values();
        objects
            .filter_map(|object| object.attributes["order_id"].as_u64())
            .collect()
    }

    pub(super) fn tell(&mut self, line: impl Into<String>) {
        self.story.push(line.into());
    }

    fn add(&mut self, number: usize) {
        self.resources += 1;
        let wanted = Wanted::new(number, &mut self.rng);
        self.wanted
            .insert(format!("digicert_ssl_order.o{}", self.resources), wanted);
    }

    /// A person or the time changes something between two runs.
    async fn edit(&mut self) -> Result<(), String> {
        self.old_states.push(self.terraform.state().clone());
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
                *self.terraform.state_mut() = self.old_states[old].clone();
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

    /// Whether a run that was killed may have placed an order for this configuration. Until the next apply has looked, people leave it as it
    /// is, as the messages ask them to.
    fn is_owed(&self, address: &str) -> bool {
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
        let noted = self.ledger.update(&self.sandbox, &[]);
        debug_assert!(noted.is_ok(), "people buy nothing: {noted:?}");
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
        for line in promises::lines(&report) {
            self.tell(line);
        }
        if let (false, Ok(id)) = (report.failed(), id.parse()) {
            self.ledger.import(id);
        }
        match report.violations.first() {
            Some(violation) => Err(format!("core's rules: {violation}")),
            None => Ok(report),
        }
    }

    /// Somebody else calls until every request that was held up on its way has arrived.
    async fn let_late_requests_arrive(&self) {
        self.sandbox.clear_rules();
        self.sandbox.take_connections().await;
        let url = format!("{}/user/me", self.sandbox.base_url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..4 {
            let call = http.get(&url).header("X-DC-DEVKEY", "sandbox-console");
            call.send().await.unwrap();
        }
    }
}
