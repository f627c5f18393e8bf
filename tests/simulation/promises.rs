//! The promises, held against every step of a story:
//!
//! - nothing was bought while an open order had the same content, and nothing was sent again after
//!   an answer that proves nothing,
//! - every order is in state or a message named it; what a killed run placed is found by the next
//!   apply of the same content,
//! - nothing was bought, reissued, canceled or revoked of which the plan had no warning, and a plan
//!   changes nothing,
//! - no order is ended that another object adopted or placed, unless a person named the order in a
//!   plan (`owners.rs`),
//! - an apply does the kind of thing that its plan announced: it reissues or says why not, buys
//!   nothing under an id that the plan knew, and nothing for an argument that the plan did not know,
//! - no name loses its certificate by a reissue unless the plan named it,
//! - what a reissue or renewal changes and could be known was in the plan, the rest was in the
//!   apply, or in the refresh that saw it first (`exchanges.rs`),
//! - an order whose id stood in the answer to its POST is in state, and what state says of an order
//!   is of that order,
//! - Terraform accepts every answer, only a user ever taints a resource, and no text, state or
//!   request body holds the API key.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::Entry as Call;
use serde_json::Value as Json;
use terraform_host::{Action, Rule};

use super::exchanges::what_changes_is_said;
use super::ledger::{Entry, Ledger};
use super::run::{Run, is_order, reissued};
use super::strike::Harm;
use super::wanted::Unknown;
use super::world::{Command, World};

/// Holds a run against all promises.
pub(super) fn check(
    world: &World,
    before: &Ledger,
    run: &Run,
    bought: &[u64],
) -> Result<(), String> {
    core_accepts_everything(world, run)?;
    plans_change_nothing(&run.planning)?;
    nothing_is_sent_twice(&run.calls)?;
    purchases_are_announced(world, run, bought)?;
    ends_are_announced(world, before, run)?;
    reissues_are_announced_and_needed(world, before, run)?;
    nothing_is_lost(world, run, bought)?;
    nothing_is_tainted(world)?;
    no_key_is_shown(world, run)?;
    ends_spare_what_others_hold(world, before, run)?;
    announced_reissues_are_made_or_explained(before, run)?;
    a_known_id_is_no_purchase(world, run, bought)?;
    an_unknown_argument_means_no_new_order(world, before, run, bought)?;
    no_name_is_dropped_in_silence(world, before, run)?;
    what_changes_is_said(world, run)?;
    a_paid_order_that_was_told_is_in_state(world, run, bought)?;
    state_tells_of_its_own_orders(world)
}

fn core_accepts_everything(world: &World, run: &Run) -> Result<(), String> {
    // Terraform stops an apply that would need another order for a value that the plan did not
    // know.
    let may_stop = run.open.iter().any(|(address, open)| {
        let held = run.before.get(address);
        let held = held.and_then(|it| it.attributes["organization"]["id"].as_u64());
        let wanted = world
            .wanted
            .get(address)
            .map(|it| it.content().organization);
        *open == Unknown::Organization && held != wanted
    });
    let mut violations = run
        .reports()
        .flat_map(|report| &report.violations)
        .filter(|it| !(may_stop && it.rule == Rule::InconsistentFinalPlan));
    match violations.next() {
        Some(violation) => Err(format!("core's rules: {violation}")),
        None => Ok(()),
    }
}

fn plans_change_nothing(calls: &[Call]) -> Result<(), String> {
    let changes = |call: &&Call| call.method != "GET" && call.path != "/finance/order-pricing";
    match calls.iter().find(changes) {
        Some(call) => Err(format!("by surprise: a plan sent {}", call.line())),
        None => Ok(()),
    }
}

/// Never twice: after an answer that proves nothing, an order or a reissue is not sent again in the
/// same run.
fn nothing_is_sent_twice(calls: &[Call]) -> Result<(), String> {
    let mut doubtful: BTreeMap<String, &Call> = BTreeMap::new();
    for call in calls {
        let what = match reissued(call) {
            Some(id) => format!("reissue of {id}"),
            // A connection that was reset early leaves no body in the journal.
            None if is_order(call) && !call.request.is_null() => {
                call.request["alternative_order_id"].to_string()
            }
            None => continue,
        };
        if let Some(earlier) = doubtful.get(&what) {
            return Err(format!(
                "sent again: {} after {}",
                call.line(),
                earlier.line()
            ));
        }
        if call.status != Some(429) {
            doubtful.insert(what, call);
        }
    }
    Ok(())
}

fn purchases_are_announced(world: &World, run: &Run, bought: &[u64]) -> Result<(), String> {
    const HEADLINES: [&str; 4] = [
        "This apply places a paid order",
        "This apply places a paid renewal order",
        "Order is replaced by a new one",
        "Closed order is replaced",
    ];
    for id in bought {
        let names = &world.ledger.entries[id].content.names;
        if !names.iter().any(|name| run.announced(name, &HEADLINES)) {
            return Err(format!("by surprise: no plan spoke of buying order {id}"));
        }
    }
    Ok(())
}

/// The orders that were open before the run, and are not any more.
fn ended<'a>(world: &'a World, before: &'a Ledger) -> impl Iterator<Item = (u64, &'a Entry)> {
    let entries = world.ledger.entries.iter().map(|(id, entry)| (*id, entry));
    entries.filter(|(id, entry)| {
        let was_open = before.entries.get(id).is_none_or(Entry::is_open);
        was_open && !entry.is_open() && entry.status != "expired"
    })
}

/// Nothing was canceled, rejected or revoked of which the plan did not say so. People end orders
/// between runs only.
fn ends_are_announced(world: &World, before: &Ledger, run: &Run) -> Result<(), String> {
    const ENDS: [&str; 2] = [
        "Destroy cancels the order",
        "Destroy revokes the certificate for good",
    ];
    for (id, entry) in ended(world, before) {
        let id = id.to_string();
        let replaced = run
            .warnings()
            .filter(|it| it.summary == "Order is replaced by a new one" && it.detail.contains(&id))
            .any(|it| it.detail.contains("is canceled if") || it.detail.contains("is ended in"));
        if !(run.announced(&id, &ENDS) || replaced) {
            return Err(format!(
                "by surprise: no plan spoke of the end of order {id} ({})",
                entry.status
            ));
        }
    }
    Ok(())
}

const REISSUES: &str = "This apply reissues the certificate";
const MAY_REISSUE: &str = "This apply may reissue the certificate";

/// A reissue was announced, and the order did not have the wanted names and key already, unless its
/// certificate runs out or somebody asked for another one.
fn reissues_are_announced_and_needed(
    world: &World,
    before: &Ledger,
    run: &Run,
) -> Result<(), String> {
    let processed = run.calls.iter().filter(|call| call.processed);
    for id in processed.filter_map(reissued) {
        if !run.announced(&id.to_string(), &[REISSUES, MAY_REISSUE]) {
            return Err(format!(
                "by surprise: no plan spoke of the reissue of order {id}"
            ));
        }
        let may_be_the_same = run
            .warnings()
            .filter(|it| it.summary == REISSUES && it.detail.contains(&id.to_string()))
            .any(|it| {
                let reasons = [
                    "issues another one for",
                    "`reissue_trigger`",
                    "`profile_option` changed",
                ];
                reasons.iter().any(|reason| it.detail.contains(reason))
            });
        let has_been_so = before.entries.get(&id).is_some_and(|entry| {
            let asked_for = world.asked_for();
            let mut like = asked_for.iter();
            like.any(|it| it.names == entry.content.names && it.key == entry.content.key)
        });
        if has_been_so && !may_be_the_same {
            return Err(format!(
                "reissued twice: order {id} had these names and this key"
            ));
        }
    }
    Ok(())
}

/// Never lost: every order is in state or was spoken of by its id or token. What a killed run
/// placed, the next complete apply of the same content finds.
fn nothing_is_lost(world: &World, run: &Run, bought: &[u64]) -> Result<(), String> {
    for (id, entry) in world.ledger.unknown() {
        if bought.contains(&id) {
            if run.harm != Harm::Killed {
                return Err(format!(
                    "lost: order {id} is neither in state nor spoken of"
                ));
            }
        } else if run.is_complete()
            && run.command == Command::Apply
            && world.asked_for().contains(&entry.content)
        {
            return Err(format!(
                "lost: the apply of the same content did not find order {id}"
            ));
        }
    }
    if run.is_complete() && run.command != Command::Destroy {
        let addresses: BTreeSet<_> = world.terraform.state().keys().collect();
        if let Some(missing) = world.wanted.keys().find(|it| !addresses.contains(it)) {
            return Err(format!(
                "lost: the apply succeeded and {missing} is not in state"
            ));
        }
    }
    Ok(())
}

/// A tainted order is destroyed and bought again: only people and provisioners taint.
fn nothing_is_tainted(world: &World) -> Result<(), String> {
    let state = world.terraform.state().iter();
    let mut tainted = state.filter(|(_, object)| object.tainted);
    match tainted.find(|(address, _)| !world.tainted.contains(*address)) {
        Some((address, _)) => Err(format!("{address} is tainted: the next apply replaces it")),
        None => Ok(()),
    }
}

fn no_key_is_shown(world: &World, run: &Run) -> Result<(), String> {
    let state = format!("{:?}", world.terraform.state());
    let plan = format!("{:?}", run.plan);
    let private = world
        .terraform
        .state()
        .values()
        .map(|it| String::from_utf8_lossy(&it.private).into_owned());
    let sent = run.calls.iter().map(|call| call.request.to_string());
    let shown = [run.said(), state, plan]
        .into_iter()
        .chain(private)
        .chain(sent);
    match shown
        .into_iter()
        .find(|text| text.contains("sandbox-canary"))
    {
        Some(text) => Err(format!("the API key is shown in {text}")),
        None => Ok(()),
    }
}

/// No order is ended that an object of this or another workspace has adopted or placed, unless the
/// plan destroys that object, too, or a person named the order in the configuration of one that it
/// destroys.
fn ends_spare_what_others_hold(world: &World, before: &Ledger, run: &Run) -> Result<(), String> {
    let changes = run.plan.iter().flat_map(|plan| &plan.changes);
    let destroyed: BTreeSet<_> = changes
        .filter(|change| matches!(change.action, Action::Delete | Action::Replace))
        .map(|change| change.address.as_str())
        .collect();
    for (id, entry) in ended(world, before) {
        let mut enders = destroyed.iter().filter_map(|it| run.before.get(*it));
        let is_claimed = enders.any(|it| {
            let [holds, claims] = ["order_id", "claimed_order_id"].map(|name| &it.attributes[name]);
            holds.as_u64() == Some(id) && claims.as_u64() == Some(id)
        });
        if is_claimed {
            continue;
        }
        if let Some(((site, address), origin)) = world.owners.another(id, world.site, &destroyed) {
            return Err(format!(
                "ended for somebody else: order {id} is {}, and {address} in workspace {site} \
                 holds it ({origin:?})",
                entry.status
            ));
        }
    }
    Ok(())
}

/// What a plan announced and what its apply did are the same kind of thing: an apply that succeeds
/// reissues what the plan said, has found that reissue under way, or says why not.
fn announced_reissues_are_made_or_explained(before: &Ledger, run: &Run) -> Result<(), String> {
    let Some(applied) = run.applied.as_ref().filter(|_| run.is_complete()) else {
        return Ok(());
    };
    for (id, entry) in &before.entries {
        let about = format!("rder {id} ");
        if !run.announced(&about, &[REISSUES]) || entry.status == "reissue_pending" {
            continue;
        }
        let is_sent = run.calls.iter().any(|call| reissued(call) == Some(*id));
        let mut warnings = applied.report.warnings();
        if !is_sent && !warnings.any(|it| it.detail.contains(&id.to_string())) {
            return Err(format!(
                "announced and not done: the plan reissues order {id}, and the apply neither does \
                 nor says why"
            ));
        }
    }
    Ok(())
}

/// A plan that knows the id of an order buys none for it.
fn a_known_id_is_no_purchase(world: &World, run: &Run, bought: &[u64]) -> Result<(), String> {
    let changes = run.plan.iter().flat_map(|plan| &plan.changes);
    for change in changes.filter(|change| change.action == Action::Update) {
        let object = world.terraform.state().get(&change.address);
        let id = object.and_then(|object| object.attributes["order_id"].as_u64());
        let planned = change.after_json()["order_id"].as_u64();
        if let (Some(id), Some(planned)) = (id, planned)
            && bought.contains(&id)
        {
            return Err(format!(
                "by surprise: the plan knew {planned} as the order of {}, and the apply bought \
                 {id}",
                change.address
            ));
        }
    }
    Ok(())
}

/// An argument that the plan did not know means no new order: if it is another one by then, the
/// apply stops.
fn an_unknown_argument_means_no_new_order(
    world: &World,
    before: &Ledger,
    run: &Run,
    bought: &[u64],
) -> Result<(), String> {
    const RENEWS: &str = "This apply places a paid renewal order";
    if run.command != Command::Apply {
        return Ok(());
    }
    for (address, open) in &run.open {
        let held = run.before.get(address);
        let id = held.and_then(|object| object.attributes["order_id"].as_u64());
        let entry = id.and_then(|id| before.entries.get_key_value(&id));
        let (Some((id, entry)), Some(wanted)) = (entry, world.wanted.get(address)) else {
            continue;
        };
        // Where another argument asks for a new order, there may be one.
        let wanted = wanted.content();
        let is_known = *open != Unknown::Organization;
        let goes_elsewhere = is_known && entry.content.organization != wanted.organization;
        if !entry.is_open() || !entry.is_bought_like(&wanted) || goes_elsewhere {
            continue;
        }
        let now = world.terraform.state().get(address);
        let now = now.and_then(|object| object.attributes["order_id"].as_u64());
        let is_bought = now.is_some_and(|now| bought.contains(&now));
        let is_ended = ended(world, before).any(|(ended, _)| ended == *id);
        if is_ended || is_bought && !run.announced(&id.to_string(), &[RENEWS]) {
            return Err(format!(
                "by surprise: {open:?} of {address} was not known, and order {id} was ended, or \
                 another one bought"
            ));
        }
    }
    Ok(())
}

/// No name loses its certificate by a reissue unless the plan named it, or said that it did not
/// know the names.
fn no_name_is_dropped_in_silence(world: &World, before: &Ledger, run: &Run) -> Result<(), String> {
    const DROPS: &str = "DigiCert will revoke the present certificate within 72 hours";
    // Names that CertCentral adds by itself, and may not add again.
    const COMPANIONS: &str = "The present certificate also covers";
    const MAY_DROP: &str = "DigiCert may revoke the present certificate within 72 hours";
    for call in run.calls.iter().filter(|call| call.processed) {
        let Some((id, entry)) = reissued(call).and_then(|id| before.entries.get_key_value(&id))
        else {
            continue;
        };
        // A refusal takes nothing away.
        let Some(now) = world.ledger.entries.get(id) else {
            continue;
        };
        let certificate = &call.request["certificate"];
        let further = certificate["dns_names"].as_array();
        let asked: BTreeSet<_> = further
            .into_iter()
            .flatten()
            .chain([&certificate["common_name"]])
            .filter_map(Json::as_str)
            .collect();
        let order = id.to_string();
        let is_dropped =
            |it: &&String| !asked.contains(it.as_str()) && !now.content.names.contains(*it);
        for name in entry.in_force.iter().filter(is_dropped) {
            let words = format!(" {name}");
            let mut warnings = run.warnings().filter(|it| it.detail.contains(&order));
            let is_named = warnings.any(|it| match it.summary.as_str() {
                DROPS => it.detail.contains(&words),
                REISSUES => {
                    let companions = it.detail.split_once(COMPANIONS);
                    companions.is_some_and(|(_, names)| names.contains(&words))
                }
                _ => false,
            });
            if !is_named && !run.announced(&order, &[MAY_DROP]) {
                return Err(format!(
                    "by surprise: the reissue of order {id} drops {name}, and no plan named it"
                ));
            }
        }
    }
    Ok(())
}

/// A paid order whose id stood in an answer that somebody lived to read is in state.
fn a_paid_order_that_was_told_is_in_state(
    world: &World,
    run: &Run,
    bought: &[u64],
) -> Result<(), String> {
    if run.harm == Harm::Killed || !run.hears_all {
        return Ok(());
    }
    let mut in_state = world.in_state();
    in_state.extend(&run.beside_in_state);
    let told = run
        .calls
        .iter()
        .filter(|call| is_order(call) && matches!(call.status, Some(200 | 201)))
        .filter_map(|call| call.response["id"].as_u64());
    for id in told.filter(|id| bought.contains(id)) {
        if !in_state.contains(&id) {
            return Err(format!(
                "lost: order {id} stood in the answer to its order and is not in state"
            ));
        }
    }
    Ok(())
}

/// What state says of an order is of that order: its names, and its certificate.
fn state_tells_of_its_own_orders(world: &World) -> Result<(), String> {
    for (address, object) in world.terraform.state() {
        let told = &object.attributes;
        let entry = told["order_id"].as_u64();
        let entry = entry.and_then(|id| world.ledger.entries.get_key_value(&id));
        let Some((id, entry)) = entry else { continue };
        let name = told["common_name"].as_str().unwrap_or_default();
        let certificate = told["certificate_id"].as_u64();
        let is_its_own = certificate.is_none_or(|it| entry.certificates.contains(&it));
        if !entry.content.names.contains(name) || !is_its_own {
            return Err(format!(
                "{address} holds order {id} and tells of another: {name}, certificate \
                 {certificate:?}"
            ));
        }
    }
    Ok(())
}
