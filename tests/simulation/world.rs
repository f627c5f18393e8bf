//! A team with an account: its configurations, its state, its people, and one step of its life.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use certcentral_sandbox::{Entry as Call, Fault, FaultRule, Sandbox, Settings};
use fastrand::Rng;
use serde_json::{Value as Json, json};
use terraform_host::{Resource, Workspace, workspace::State};
use tonic::transport::Endpoint;

use super::elsewhere::Site;
use super::ledger::Ledger;
use super::owners::{Origin, Owners};
use super::process::Process;
use super::promises;
use super::run::Run;
use super::strike::Strike;
use super::wanted::{Content, NAMES, Unknown, Wanted};
use super::weather::{self, Weather};

/// Resources that Terraform works on at the same time, as it does by default.
pub(super) const PARALLELISM: usize = 10;

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
    /// What decides on everything beyond one configuration with one state. The stories of a narrow
    /// world have no such thing.
    wide: Option<Rng>,
    /// What decides on that with which certificates are asked for and signed in the wide world, so
    /// that it changes nothing else of a story.
    pub(super) signing: Option<Rng>,
    /// A proxy dates the answers, or this machine's clock is wrong: no answer says that its clock
    /// is virtual.
    clocks_disagree: bool,
    pub(super) owners: Owners,
    /// The workspace that Terraform runs in, how many there have been, and the others.
    pub(super) site: usize,
    pub(super) sites: usize,
    pub(super) elsewhere: Vec<Site>,
    /// Arguments that the next plan does not know, by address.
    pub(super) open: BTreeMap<String, Unknown>,
    seed: u64,
    processes: u64,
    pub(super) resources: u64,
    pub(super) old_states: Vec<State>,
    /// Every call that the account has answered since the last look.
    answered: Receiver<Call>,
    /// The number of the newest call by then.
    known: u64,
}

impl World {
    pub(super) fn new(seed: u64, is_wide: bool) -> Self {
        Self::of_account(seed, is_wide, |_| ())
    }

    /// The same with an account that `change` makes another one.
    pub(super) fn of_account(seed: u64, is_wide: bool, change: impl FnOnce(&mut Settings)) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut wide = is_wide.then(|| Rng::with_seed(!seed));
        let mut settings = Settings {
            clock_runs: true,
            behavior: weather::behavior(&mut rng),
            ..Settings::default()
        };
        change(&mut settings);
        if let Some(wide) = &mut wide {
            weather::widen(&mut settings.behavior, wide);
        }
        let mut story = vec![format!("{:?}", settings.behavior)];
        let clocks_disagree = wide.as_mut().is_some_and(|wide| wide.u8(..5) == 0);
        if clocks_disagree {
            story.push("the clocks disagree".to_owned());
        }
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
            wide,
            signing: is_wide.then(|| Rng::with_seed(seed.rotate_left(32) ^ 85)),
            clocks_disagree,
            owners: Owners::default(),
            site: 0,
            sites: 0,
            elsewhere: Vec::new(),
            open: BTreeMap::new(),
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
            self.certificates_change();
            if self.happens(3) {
                self.happen().await?;
            } else {
                self.edit().await?;
            }
        }
        let mut rules = weather::faults(&mut self.rng);
        if self.happens(3) {
            rules.push(weather::oddity(self.chance()));
        }
        // An answer that is about something else says so: only a forger gives it the id that was
        // asked for.
        let forged = rules
            .iter()
            .any(|rule| matches!(&rule.fault, Fault::Set { pointer, .. } if pointer == "/id"));
        if self.happens(4) && !forged {
            rules.extend(self.foreign_answer());
        }
        let weather = Weather::of(&rules);
        let strike = (self.rng.u8(..3) == 0).then(|| Strike::new(&mut self.rng));
        let command = match self.rng.u8(..20) {
            0 => Command::Plan,
            1 => Command::Refresh,
            2 => Command::Replace,
            3 => Command::Destroy,
            _ => Command::Apply,
        };
        self.meet(rules);
        self.run(command, strike, weather).await.map(drop)
    }

    /// Lets the next calls meet faults.
    pub(super) fn meet(&mut self, rules: Vec<FaultRule>) {
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
    }

    /// Whether something of the wide world happens, once in so many times.
    fn happens(&mut self, times: u8) -> bool {
        self.wide.as_mut().is_some_and(|wide| wide.u8(..times) == 0)
    }

    /// What decides in the wide world.
    pub(super) fn chance(&mut self) -> &mut Rng {
        self.wide.as_mut().unwrap_or(&mut self.rng)
    }

    /// Runs Terraform and holds what came of it against the promises.
    pub(super) async fn run(
        &mut self,
        command: Command,
        strike: Option<Strike>,
        weather: Weather,
    ) -> Result<Run, String> {
        self.tell(format!("{command:?}"));
        // Nobody runs Terraform twice within a second, which is as finely as CertCentral tells the
        // time.
        self.sandbox.advance(Duration::from_secs(1));
        let before = self.ledger.clone();
        self.answered_calls();
        if self.clocks_disagree {
            self.sandbox.add_fault(weather::of_no_clock());
        }
        let mut run = Run::new(command, self.terraform.state());
        run.hears_all = !weather.cuts_answers;
        run.open = mem::take(&mut self.open);
        let outcome = self.commanded(&mut run, strike).await;
        outcome.map_err(|error| format!("the stand-in for core failed: {error}"))?;
        if let Some(late_by) = weather.late_by {
            self.let_late_requests_arrive(late_by).await;
        }
        self.sandbox.clear_rules();
        self.sandbox.take_connections().await;
        self.write_down(&mut run);
        let bought = self
            .ledger
            .update(&self.sandbox, &self.asked_for(), &BTreeSet::new())?;
        self.ledger.hear(&self.in_state(), &run.said());
        let site = self.site;
        self.owners.follow(site, self.terraform.state(), |id| {
            Origin::of_new(id, &bought, &run.calls)
        });
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
        let asked = self.resources_but(&run.open);
        let plan = match run.command {
            Command::Destroy => self.terraform.plan_destroy().await?,
            Command::Replace => {
                let all: Vec<_> = resources.iter().map(|it| it.address.as_str()).collect();
                self.terraform.plan_replacing(&resources, &all).await?
            }
            _ => self.terraform.plan(&asked).await?,
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
            None => run.applied = Some(self.terraform.apply_with(plan, &resources).await?),
            Some(strike) => {
                self.story.push(format!("strike: {strike}"));
                let apply = self.terraform.apply_with(plan, &resources);
                let met = strike
                    .meet(apply, &self.sandbox, &applying, &interruption)
                    .await;
                run.harm = met.harm;
                run.applied = met.value.transpose()?;
            }
        }
        Ok(())
    }

    /// The calls that have arrived since the last look. What a dead process still sends is refused,
    /// and nobody's.
    pub(super) fn answered_calls(&mut self) -> Vec<Call> {
        let is_of_the_dead = |call: &Call| {
            call.response
                .to_string()
                .contains("access_denied_invalid_key")
        };
        let known = mem::replace(&mut self.known, self.sandbox.arrivals());
        let calls = self.answered.try_iter();
        calls
            .filter(|call| call.sequence > known && !is_of_the_dead(call))
            .collect()
    }

    /// A new process of the provider, which the next phase speaks to.
    pub(super) async fn process(&mut self) -> Process {
        self.process_on(None).await
    }

    /// The same on a machine where others run at the same time.
    pub(super) async fn process_on(&mut self, machine: Option<&Path>) -> Process {
        self.processes += 1;
        let key = format!(
            "sandbox-canary-{}-of-{}",
            in_letters(self.processes),
            in_letters(self.seed)
        );
        let config = self.provider_config(&key);
        self.terraform.set_provider_config(config);
        Process::start(self.seed ^ self.processes, key, machine).await
    }

    pub(super) fn provider_config(&self, key: &str) -> Json {
        json!({
            "api_key": key,
            "base_url": self.sandbox.base_url(),
            "allow_revocation": self.allow_revocation,
        })
    }

    pub(super) fn resources(&self) -> Vec<Resource> {
        let wanted = self.wanted.iter();
        wanted
            .map(|(address, wanted)| Resource::new(address, wanted.config()))
            .collect()
    }

    /// The resources without the values that a plan does not know yet.
    fn resources_but(&self, open: &BTreeMap<String, Unknown>) -> Vec<Resource> {
        let wanted = self.wanted.iter();
        wanted
            .map(|(address, wanted)| {
                let config = match open.get(address) {
                    Some(open) => wanted.config_without(*open),
                    None => wanted.config(),
                };
                Resource::new(address, config)
            })
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

    /// Takes over what people did to the state between two runs.
    pub(super) fn follow_owners(&mut self) {
        let site = self.site;
        self.owners
            .follow(site, self.terraform.state(), |_| Origin::Unmarked);
    }

    pub(super) fn remember_state(&mut self) {
        self.old_states.push(self.terraform.state().clone());
    }

    pub(super) fn tell(&mut self, line: impl Into<String>) {
        self.story.push(line.into());
    }

    pub(super) fn add(&mut self, number: usize) {
        self.resources += 1;
        let mut wanted = Wanted::new(number, &mut self.rng);
        let signing = self.signing.as_mut();
        if signing.is_some_and(|signing| signing.u8(..3) == 0) {
            wanted.turn_client_auth();
        }
        self.wanted
            .insert(format!("digicert_ssl_order.o{}", self.resources), wanted);
    }

    /// Takes what a run said and called into its story.
    pub(super) fn write_down(&mut self, run: &mut Run) {
        for line in run.lines() {
            self.tell(line);
        }
        run.calls.extend(self.answered_calls());
        let calls = run.planning.iter().chain(&run.calls);
        self.story
            .extend(calls.map(|call| format!("    {}", call.line())));
    }

    /// Somebody else calls until every request that was held up on its way has arrived.
    async fn let_late_requests_arrive(&self, late_by: Duration) {
        self.sandbox.clear_rules();
        self.sandbox.advance(late_by);
        self.sandbox.take_connections().await;
        let url = format!("{}/user/me", self.sandbox.base_url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..4 {
            let call = http.get(&url).header("X-DC-DEVKEY", "sandbox-console");
            call.send().await.unwrap();
        }
    }
}

/// A number without digits: a key that shared some with an id would take them away from it.
fn in_letters(number: u64) -> String {
    let digits = format!("{number:08}");
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}
