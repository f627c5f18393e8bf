//! The end of a story: the weather is fine, people do what the messages ask them to, and everything
//! comes to rest.

use certcentral_sandbox::Move;
use terraform_host::Plan;

use super::run::Run;
use super::wanted::Wanted;
use super::weather::Weather;
use super::world::{Command, World};

/// Applies that people have the patience for.
const ROUNDS: usize = 10;
/// Warnings of a certificate that the configuration does not ask for.
const NOT_THE_CONFIGURED_ONE: [&str; 2] = [
    "Certificate reissued outside Terraform",
    "Certificate is not the configured one",
];

impl World {
    /// Applies until there is nothing to do. Every order is then in state or was spoken of.
    pub(super) async fn settle(&mut self) -> Result<(), String> {
        self.tell("settling");
        self.end_other_workspaces().await?;
        for _ in 0..ROUNDS {
            self.decide_everything();
            let run = self.run(Command::Apply, None, Weather::default()).await?;
            let failed = !run.errors().is_empty();
            if failed {
                self.do_as_asked(&run).await?;
            } else if run.plan.as_ref().is_some_and(Plan::is_empty)
                && !self.follows_certificates(&run)
            {
                return self.is_at_rest();
            }
        }
        Err(format!(
            "no empty plan after {ROUNDS} applies in fine weather"
        ))
    }

    /// Approvers, validators and DigiCert have done their part.
    fn decide_everything(&mut self) {
        let open: Vec<_> = self
            .ledger
            .entries
            .iter()
            .filter(|(_, entry)| entry.is_open())
            .map(|(id, _)| *id)
            .collect();
        for id in open {
            // Where there is nothing to issue there is nothing to do.
            let _ = self.sandbox.apply(id, Move::Issue);
        }
        self.take_note();
    }

    /// What the errors of a run ask people to do.
    async fn do_as_asked(&mut self, run: &Run) -> Result<(), String> {
        for error in run.errors() {
            match error.summary.as_str() {
                it if ["Similar order exists", "Reissued order exists"].contains(&it)
                    || it.contains(" may be the one for ") =>
                {
                    let id = between(&error.detail, "id = \"", "\"");
                    let address = self.address_without_state(&error.detail);
                    if let (Some(id), Some(address)) = (id, address) {
                        self.import(&address, id).await?;
                    }
                }
                "Revocation is not allowed" => {
                    self.tell("revocation is allowed");
                    self.allow_revocation = true;
                }
                // Its renewal was rejected or canceled, and CertCentral takes no second one. Or a
                // restored state forgot its successor.
                "Order renewed already"
                | "Order of this configuration exists beside the one to renew" => {
                    self.tell("nobody renews by the clock any more");
                    self.wanted.values_mut().for_each(Wanted::renew_no_more);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Brings configurations in line with certificates that are not theirs, as warnings ask: an
    /// apply was killed and its reissue carried out when nobody wanted it any more, or a colleague
    /// rejected one. Says whether there was any.
    fn follows_certificates(&mut self, run: &Run) -> bool {
        let mut follows = false;
        for (address, wanted) in &mut self.wanted {
            let object = self.terraform.state().get(address);
            let id = object.and_then(|object| object.attributes["order_id"].as_u64());
            let entry = id.and_then(|id| self.ledger.entries.get_key_value(&id));
            let Some((id, entry)) = entry else { continue };
            let about = format!("order {id} ");
            if run.announced(&about, &NOT_THE_CONFIGURED_ONE) {
                follows |= wanted.follow(&entry.content);
            }
        }
        if follows {
            self.tell("configurations follow the certificates");
        }
        follows
    }

    /// The resource that an error about its names is for.
    fn address_without_state(&self, detail: &str) -> Option<String> {
        let mut wanted = self.wanted.iter();
        wanted
            .find(|(address, wanted)| {
                !self.terraform.state().contains_key(*address)
                    && detail.contains(&wanted.common_name())
            })
            .map(|(address, _)| address.clone())
    }

    fn is_at_rest(&self) -> Result<(), String> {
        if let Some((id, _)) = self.ledger.unknown().next() {
            return Err(format!(
                "lost: order {id} is neither in state nor spoken of"
            ));
        }
        let state = self.terraform.state();
        for (address, wanted) in &self.wanted {
            let object = state
                .get(address)
                .ok_or_else(|| format!("{address} is not in state"))?;
            let id = object.attributes["order_id"].as_u64();
            let entry = id
                .and_then(|id| self.ledger.entries.get(&id))
                .ok_or_else(|| format!("{address} has order {id:?}, which nobody bought"))?;
            if entry.is_open() && !entry.covers(&wanted.content()) {
                return Err(format!(
                    "{address} has order {id:?} with {:?} and wants {:?}",
                    entry.content,
                    wanted.content()
                ));
            }
        }
        Ok(())
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?
        .1
        .split_once(after)
        .map(|(found, _)| found)
}
