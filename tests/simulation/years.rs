//! A year of certificates that last for 47 days, with proofs of control that count for ten: what
//! DigiCert issues from 2029-03-15 on. A pipeline applies every night, in bad weather too; people
//! publish the records that state names, and DigiCert issues what is proven.

use std::collections::BTreeSet;
use std::time::Duration;

use certcentral_sandbox::{Approval, Behavior, Dcv, Issuance, Move};
use terraform_host::Plan;
use time::Date;
use time::macros::{datetime, format_description};

use super::run::{Run, reissued};
use super::seeds;
use super::strike::{Harm, Strike};
use super::wanted::Wanted;
use super::weather::{self, Weather};
use super::world::{Command, World};

/// Seeds of every run of the tests.
const SEEDS: u64 = 2;
/// Nights of a story: more than the year of an order.
const NIGHTS: usize = 400;
const DAY: Duration = Duration::from_secs(86_400);
/// Days of its life that a certificate has left when it is reissued: the last third.
const LEFT: i64 = 16;
/// Nights of bad weather that a reissue may wait for.
const PATIENCE: i64 = 8;

#[test]
fn a_year_of_short_certificates_keeps_the_promises() {
    for seed in 0..SEEDS {
        seeds::runtime(seed).block_on(async {
            let mut world = World::of_account(seed, false, |settings| {
                settings.start_at = Some(datetime!(2029-04-02 09:12:38 UTC));
                settings.behavior = Behavior {
                    approval: Approval::None,
                    issuance: Issuance::Immediate,
                    dcv: Dcv::Required,
                    ..Behavior::default()
                };
            });
            world
                .wanted
                .values_mut()
                .for_each(Wanted::leave_to_the_clocks);
            if let Err(broken) = world.year().await {
                panic!("seed {seed}: {}\n=> {broken}", world.story.join("\n"));
            }
        });
    }
}

impl World {
    async fn year(&mut self) -> Result<(), String> {
        let mut reissues = 0;
        // Reissues whose answer, with the record in it, nobody lived to store.
        let mut unheard = BTreeSet::new();
        for night in 0..NIGHTS {
            self.sandbox.advance(DAY);
            // The first nights are fine: the orders are placed, and proven.
            let is_fine = night < 3 || self.rng.u8(..3) > 0;
            let (weather, strike) = match is_fine {
                true => (Weather::default(), None),
                false => self.bad_night(),
            };
            let before = self.lives();
            let run = self.run(Command::Apply, strike, weather).await?;
            let made = run.calls.iter().filter_map(reissued);
            reissues += made.clone().count();
            if run.is_complete() {
                let heard: BTreeSet<_> = made.collect();
                unheard.retain(|id| !heard.contains(id));
            } else {
                unheard.extend(made);
            }
            self.in_time(&run, &before)?;
            if is_fine {
                self.nothing_needless(&run, &before)?;
                self.records_are_in_state(&unheard)?;
            }
            self.prove();
        }
        let orders = self.wanted.len();
        // 400 days are twelve lives of 31 days, the two thirds after which a certificate is
        // reissued; at the end of an order a renewal takes the place of one.
        match reissues >= 10 * orders {
            true => Ok(()),
            false => Err(format!("{orders} orders had {reissues} reissues only")),
        }
    }

    fn bad_night(&mut self) -> (Weather, Option<Strike>) {
        let rules = weather::faults(&mut self.rng);
        let weather = Weather::of(&rules);
        self.meet(rules);
        let strike = (self.rng.u8(..3) == 0).then(|| Strike::new(&mut self.rng));
        (weather, strike)
    }

    /// The certificates in state, and how many days each has left.
    fn lives(&self) -> Vec<Life> {
        let today = self.sandbox.clock().date();
        let objects = self.terraform.state().values();
        let lives = objects.filter_map(|object| {
            let told = &object.attributes;
            let last = told["valid_till"].as_str()?;
            let format = format_description!("[year]-[month]-[day]");
            let last = Date::parse(last, format).unwrap();
            Some(Life {
                order: told["order_id"].as_u64()?,
                status: told["status"].as_str()?.to_owned(),
                left: (last - today).whole_days(),
            })
        });
        lives.collect()
    }

    /// A reissue comes in the last third of a certificate's life and leaves time to act in it, and
    /// no certificate runs out.
    fn in_time(&self, run: &Run, before: &[Life]) -> Result<(), String> {
        for life in before {
            let Life { order, left, .. } = life;
            let is_made = run.calls.iter().filter_map(reissued).any(|id| id == *order);
            if is_made && !(LEFT - PATIENCE..=LEFT).contains(left) {
                return Err(format!(
                    "order {order} is reissued {left} days before the end of its certificate"
                ));
            }
            if *left < 0 {
                return Err(format!("the certificate of order {order} ran out in state"));
            }
        }
        Ok(())
    }

    /// Where nothing is due a plan is empty.
    fn nothing_needless(&self, run: &Run, before: &[Life]) -> Result<(), String> {
        let renews = ["This apply places a paid renewal order"];
        let is_quiet = before.len() == self.wanted.len()
            && !run.announced("`renewal_of_order_id`", &renews)
            && before
                .iter()
                .all(|it| it.left > LEFT && it.status == "issued");
        let is_empty = run.plan.as_ref().is_some_and(Plan::is_empty);
        match is_quiet && run.harm == Harm::None && !is_empty {
            true => Err("a plan between two reissues is not empty".to_owned()),
            false => Ok(()),
        }
    }

    /// The record of each domain that is to be proven stands in state, so that there is something
    /// to publish.
    fn records_are_in_state(&self, unheard: &BTreeSet<u64>) -> Result<(), String> {
        for (address, object) in self.terraform.state() {
            let told = &object.attributes;
            let id = told["order_id"].as_u64();
            if id.is_some_and(|id| unheard.contains(&id)) {
                continue;
            }
            if !matches!(told["status"].as_str(), Some("pending" | "reissue_pending")) {
                continue;
            }
            let validations = told["domain_validations"].as_object();
            let mut open = validations.into_iter().flatten();
            let silent = open.find(|(_, it)| {
                it["status"] != "validated" && it["record_value"].as_str().is_none_or(str::is_empty)
            });
            if let Some((domain, validation)) = silent {
                return Err(format!(
                    "{address} waits for {domain}, and state has no record: {validation}"
                ));
            }
        }
        Ok(())
    }

    /// People publish what state names, and DigiCert issues.
    fn prove(&mut self) {
        let objects = self.terraform.state().values();
        let waiting = objects.filter(|object| {
            let status = object.attributes["status"].as_str();
            matches!(status, Some("pending" | "reissue_pending"))
        });
        for id in waiting.filter_map(|object| object.attributes["order_id"].as_u64()) {
            // What was issued meanwhile has nothing to prove.
            let _ = self.sandbox.apply(id, Move::Issue);
        }
        self.take_note();
    }
}

/// A certificate in state.
struct Life {
    order: u64,
    status: String,
    left: i64,
}
