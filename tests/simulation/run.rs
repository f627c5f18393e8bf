//! A run of Terraform: what it did, said and called.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::Entry as Call;
use terraform_host::workspace::State;
use terraform_host::{Applied, Diagnostic, Plan, Report};

use super::strike::Harm;
use super::wanted::Unknown;
use super::world::Command;

/// What a run of Terraform did and said.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) command: Command,
    /// The state before it.
    pub(super) before: State,
    pub(super) plan: Option<Plan>,
    pub(super) refreshed: Option<Report>,
    /// None if nothing was applied, or nobody lived to hear how it ended.
    pub(super) applied: Option<Applied>,
    pub(super) harm: Harm,
    /// The calls of the plan, or of the refresh, and those of the apply.
    pub(super) planning: Vec<Call>,
    pub(super) calls: Vec<Call>,
    /// Whether every answer of the journal was sent whole and in time.
    pub(super) hears_all: bool,
    /// The arguments that the plan did not know, by address.
    pub(super) open: BTreeMap<String, Unknown>,
    /// Another run on the same machine at the same time, and the orders in its state.
    pub(super) beside: Option<Box<Run>>,
    pub(super) beside_in_state: BTreeSet<u64>,
}

impl Run {
    pub(super) fn new(command: Command, before: &State) -> Self {
        Self {
            command,
            before: before.clone(),
            plan: None,
            refreshed: None,
            applied: None,
            harm: Harm::None,
            planning: Vec::new(),
            calls: Vec::new(),
            hears_all: true,
            open: BTreeMap::new(),
            beside: None,
            beside_in_state: BTreeSet::new(),
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

    /// This run, and the one beside it.
    fn both(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.beside.as_deref())
    }

    pub(super) fn reports(&self) -> impl Iterator<Item = &Report> {
        self.both().flat_map(|run| {
            let planned = run.plan.iter().map(|plan| &plan.report);
            let applied = run.applied.iter().map(|applied| &applied.report);
            planned.chain(&run.refreshed).chain(applied)
        })
    }

    /// The warnings that a person could read before anything was applied.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        let plans = self.both().flat_map(|run| &run.plan);
        plans.flat_map(|plan| plan.report.warnings())
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
        told.extend(self.beside.iter().flat_map(|beside| beside.lines()));
        told
    }

    /// Whether the plan said in a warning with one of these headlines what happens to a thing.
    pub(super) fn announced(&self, about: &str, headlines: &[&str]) -> bool {
        self.warnings()
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

/// Whether a call is an order.
pub(super) fn is_order(call: &Call) -> bool {
    let product = call.path.strip_prefix("/order/certificate/");
    call.method == "POST" && product.is_some_and(|product| !product.contains('/'))
}

/// The order that a call reissues.
pub(super) fn reissued(call: &Call) -> Option<u64> {
    let id = call
        .path
        .strip_prefix("/order/certificate/")?
        .strip_suffix("/reissue")?;
    (call.method == "POST").then(|| id.parse().ok())?
}
