//! The promises, held against every step of a story.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::Entry as Call;
use terraform_host::{Applied, Diagnostic, Plan, Report};

use super::ledger::{Entry, Ledger};
use super::strike::Harm;
use super::world::{Command, World};

/// What a run of Terraform did and said.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) command: Command,
    pub(super) plan: Option<Plan>,
    pub(super) refreshed: Option<Report>,
    /// None if nothing was applied, or nobody lived to hear how it ended.
    pub(super) applied: Option<Applied>,
    pub(super) harm: Harm,
    /// The calls of the plan, or of the refresh, and those of the apply.
    pub(super) planning: Vec<Call>,
    pub(super) calls: Vec<Call>,
}

impl Run {
    pub(super) fn new(command: Command) -> Self {
        Self {
            command,
            plan: None,
            refreshed: None,
            applied: None,
            harm: Harm::None,
            planning: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// The plan was applied, all of it and without an error, and Terraform lived to say so.
    pub(super) fn is_complete(&self) -> bool {
        let clean = self.applied.as_ref().is_some_and(|it| !it.report.failed());
        clean && self.harm == Harm::None
    }

    /// The errors of the run.
    pub(super) fn errors(&self) -> Vec<&Diagnostic> {
        self.reports().flat_map(Report::errors).collect()
    }

    fn reports(&self) -> impl Iterator<Item = &Report> {
        let planned = self.plan.iter().map(|plan| &plan.report);
        let applied = self.applied.iter().map(|applied| &applied.report);
        planned.chain(&self.refreshed).chain(applied)
    }

    /// All that a person has read of it.
    pub(super) fn said(&self) -> String {
        let lines: Vec<_> = self.reports().flat_map(lines).collect();
        lines.join("\n")
    }

    /// The story of it.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(plan) = &self.plan {
            let changes = plan.changes.iter();
            told.extend(changes.map(|it| format!("  {:?} {}", it.action, it.address)));
            told.extend(lines(&plan.report));
        }
        told.extend(self.refreshed.iter().flat_map(lines));
        told.push(match (&self.applied, self.harm) {
            (None, Harm::None) => "  nothing is applied".to_owned(),
            (None, harm) => format!("  {harm:?}; nobody knows how it ended"),
            (Some(applied), harm) => format!("  done: {:?}, harm: {harm:?}", applied.done),
        });
        told.extend(
            self.applied
                .iter()
                .flat_map(|applied| lines(&applied.report)),
        );
        told
    }

    /// Whether the plan said in a warning with one of these headlines what happens to a thing.
    pub(super) fn announced(&self, about: &str, headlines: &[&str]) -> bool {
        let warnings = self.plan.iter().flat_map(|plan| plan.report.warnings());
        warnings
            .filter(|it| headlines.contains(&it.summary.as_str()))
            .any(|it| it.detail.contains(about))
    }
}

/// What a report says, a line each.
pub(super) fn lines(report: &Report) -> impl Iterator<Item = String> {
    let broken = report
        .violations
        .iter()
        .map(|it| format!("  BREAKS A RULE: {it}"));
    let said = report.diagnostics.iter().map(|it| {
        format!(
            "  {:?}: {}: {}",
            it.severity,
            it.summary,
            it.detail.replace('\n', " ")
        )
    });
    broken.chain(said)
}

/// Holds a run against all promises.
pub(super) fn check(
    world: &World,
    before: &Ledger,
    run: &Run,
    bought: &[u64],
) -> Result<(), String> {
    core_accepts_everything(run)?;
    plans_change_nothing(&run.planning)?;
    nothing_is_sent_twice(&run.calls)?;
    purchases_are_announced(world, run, bought)?;
    ends_are_announced(world, before, run)?;
    reissues_are_announced_and_needed(world, before, run)?;
    nothing_is_lost(world, run, bought)?;
    nothing_is_tainted(world)?;
    no_key_is_shown(world, run)
}

fn core_accepts_everything(run: &Run) -> Result<(), String> {
    let mut violations = run.reports().flat_map(|report| &report.violations);
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

/// Whether a call is an order.
fn is_order(call: &Call) -> bool {
    let product = call.path.strip_prefix("/order/certificate/");
    call.method == "POST" && product.is_some_and(|product| !product.contains('/'))
}

/// The order that a call reissues.
fn reissued(call: &Call) -> Option<u64> {
    let id = call
        .path
        .strip_prefix("/order/certificate/")?
        .strip_suffix("/reissue")?;
    (call.method == "POST").then(|| id.parse().ok())?
}

/// Never twice: after an answer that proves nothing, an order or a reissue is not sent again in the same run.
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

/// Nothing was canceled, rejected or revoked of which the plan did not say so. People end orders between runs only.
fn ends_are_announced(world: &World, before: &Ledger, run: &Run) -> Result<(), String> {
    const ENDS: [&str; 2] = [
        "Destroy cancels the order",
        "Destroy revokes the certificate for good",
    ];
    for (id, entry) in &world.ledger.entries {
        let was_open = before.entries.get(id).is_none_or(Entry::is_open);
        if !was_open || entry.is_open() || entry.status == "expired" {
            continue;
        }
        let id = id.to_string();
        let warnings = run.plan.iter().flat_map(|plan| plan.report.warnings());
        let replaced = warnings
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

/// A reissue was announced, and the order did not have the wanted names and key already, unless its certificate runs out.
fn reissues_are_announced_and_needed(
    world: &World,
    before: &Ledger,
    run: &Run,
) -> Result<(), String> {
    let processed = run.calls.iter().filter(|call| call.processed);
    for id in processed.filter_map(reissued) {
        const HEADLINE: &str = "This apply reissues the certificate";
        if !run.announced(&id.to_string(), &[HEADLINE]) {
            return Err(format!(
                "by surprise: no plan spoke of the reissue of order {id}"
            ));
        }
        let warnings = run.plan.iter().flat_map(|plan| plan.report.warnings());
        let runs_out = warnings
            .filter(|it| it.summary == HEADLINE && it.detail.contains(&id.to_string()))
            .any(|it| it.detail.contains("issues another one for"));
        let has_been_so = before.entries.get(&id).is_some_and(|entry| {
            let asked_for = world.asked_for();
            let mut like = asked_for.iter();
            like.any(|it| it.names == entry.content.names && it.key == entry.content.key)
        });
        if has_been_so && !runs_out {
            return Err(format!(
                "reissued twice: order {id} had these names and this key"
            ));
        }
    }
    Ok(())
}

/// Never lost: every order is in state or was spoken of by its id or token. What a killed run placed, the next complete apply of the same
/// content finds.
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
