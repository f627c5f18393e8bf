//! Where a cell plays: an account, a line to it, and a directory with what the operation needs
//! before it begins.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use certcentral_sandbox::{Approval, At, Entry, Hold, Issuance, Sandbox};
use serde_json::Value;

use super::gate::Gate;
use super::points::{Call, Operation, Point, Reached, SECOND_ORDER, WAITING};
use crate::cores::configuration::{Configuration, new_csr};
use crate::cores::driver::{Core, Workdir};
use crate::cores::evidence::{assert_says, sandbox};

/// A bound for a machine under load, never waited for.
pub(super) const LONG: Duration = Duration::from_secs(120);

/// Another order, which is looked for when the first one is in state.
const SECOND: &str = r#"
resource "digicert_ssl_order" "second" {
  depends_on      = [digicert_ssl_order.example]
  product_name_id = "ssl_plus"
  common_name     = "second.example.com"
  csr             = digicert_ssl_order.example.csr
  validity_years  = 2
  organization    = { id = 123456 }
}
"#;

/// The place of one cell.
pub(super) struct Scene {
    pub(super) sandbox: Sandbox,
    gate: Gate,
    pub(super) workdir: Workdir,
    journal: Receiver<Entry>,
}

impl Scene {
    /// Everything that is there before the operation begins.
    pub(super) fn set(operation: Operation, point: Point, core: &Core) -> Self {
        let waits = point.name == WAITING;
        let issuance = match operation {
            Operation::Create if waits => Issuance::Manual,
            Operation::Cancel => Issuance::Manual,
            _ => Issuance::Immediate,
        };
        let approval = match operation {
            Operation::Reject => Approval::OneStep,
            _ => Approval::None,
        };
        let sandbox = sandbox(approval, issuance);
        let gate = Gate::before(&sandbox);
        let mut configuration = Configuration::small(&gate.base_url());
        if waits {
            configuration = configuration.set("wait_for", "issued");
        }
        if point.name == SECOND_ORDER {
            configuration = configuration.with(SECOND);
        }
        let workdir = match operation {
            Operation::Create => configuration.workdir(core),
            Operation::Reissue => {
                let workdir = configuration.workdir(core);
                workdir.apply();
                configuration.set("csr", new_csr()).replace_in(&workdir);
                workdir
            }
            Operation::Cancel | Operation::Reject | Operation::Revoke => {
                let on_destroy = match operation {
                    Operation::Revoke => "revoke",
                    _ => "cancel",
                };
                let workdir = configuration
                    .provider("allow_revocation", operation == Operation::Revoke)
                    .set("wait_for", "none")
                    .set("on_destroy", on_destroy)
                    .workdir(core);
                workdir.apply();
                workdir
            }
        };
        if operation == Operation::Reissue && waits {
            sandbox.change(|account| account.approval = Approval::OneStep);
        }
        let journal = sandbox.watch();
        Self {
            sandbox,
            gate,
            workdir,
            journal,
        }
    }

    /// Lets the run stop at `point`.
    pub(super) fn arm(&self, point: Point) -> Barrier<'_> {
        let hold = |at| Barrier::Sandbox(self.sandbox.hold(point.call.route(), point.number, at));
        match point.reached {
            Reached::OnTheLine(stop) => {
                self.gate.arm(point.call, stop);
                Barrier::Gate(&self.gate)
            }
            Reached::Arrived => hold(At::Before),
            Reached::Processed => hold(At::After),
            Reached::Answered => Barrier::Answered(&self.journal, point),
        }
    }

    /// The sandbox finishes what it began, as the real service does, whether anybody waits for the
    /// answer or not.
    pub(super) fn wait_for_what_is_under_way(&self) {
        let is_idle = || {
            let journal = self.sandbox.journal();
            journal.iter().all(|entry| entry.status.is_some())
        };
        while !is_idle() {
            self.journal.recv_timeout(LONG).unwrap();
        }
    }

    /// What the certificate was waited for happens at last.
    pub(super) fn let_it_be_issued(&self, operation: Operation) {
        let id = self.sandbox.orders()[0].id;
        match operation {
            Operation::Reissue => self.sandbox.approve(id).unwrap(),
            _ => self.sandbox.issue(id).unwrap(),
        }
    }

    /// The ids of all orders of the account.
    pub(super) fn orders(&self) -> BTreeSet<String> {
        let orders = self.sandbox.orders();
        orders.iter().map(|order| order.id.to_string()).collect()
    }

    /// The ids of all orders in state.
    pub(super) fn orders_in_state(&self) -> BTreeSet<String> {
        let attributes = self.attributes();
        let ids = attributes.iter().map(|order| order["id"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    }

    /// Whether the state was cut: Terraform empties the file before it writes, and was ended before
    /// it had written all of it.
    pub(super) fn state_is_cut(&self) -> bool {
        let written = fs::read_to_string(self.state_file());
        written.is_ok_and(|text| serde_json::from_str::<Value>(&text).is_err())
    }

    /// Does what tests/FAULTS.md says of a state file that was cut in half: Terraform stops before
    /// it plans, and the file is removed. An empty one is as good as none.
    pub(super) fn remove_half_a_state(&self, command: &[&str]) {
        let size = fs::metadata(self.state_file()).map_or(0, |file| file.len());
        if size == 0 || !self.state_is_cut() {
            return;
        }
        let seen = self.sandbox.journal().len();
        let stopped = self.workdir.run(command).exits_with(1);
        assert_says(&stopped, &["Unsupported state file format"]);
        assert_eq!(self.sandbox.journal().len(), seen, "nobody was asked");
        fs::remove_file(self.state_file()).unwrap();
    }

    fn state_file(&self) -> PathBuf {
        self.workdir.path().join("terraform.tfstate")
    }

    /// The attributes of all orders in state, read from the file: it is what the next run finds.
    pub(super) fn attributes(&self) -> Vec<Value> {
        let state: Value = match fs::read_to_string(self.state_file()) {
            Ok(text) if !self.state_is_cut() => serde_json::from_str(&text).unwrap(),
            _ => Value::Null,
        };
        let resources = state["resources"].as_array().cloned().unwrap_or_default();
        let instances = resources
            .iter()
            .flat_map(|resource| resource["instances"].as_array().unwrap());
        instances
            .map(|instance| instance["attributes"].clone())
            .collect()
    }

    /// How often a call has had its effect.
    pub(super) fn effects_of(&self, call: Call) -> usize {
        self.processed(call).len()
    }

    /// The texts of the notes that were written on orders.
    pub(super) fn notes(&self) -> Vec<String> {
        let written = self.processed(Call("POST", "/order/certificate/*/note"));
        let texts = written.iter().map(|entry| entry.request["text"].as_str());
        texts.map(|text| text.unwrap().to_owned()).collect()
    }

    /// The calls that had their effect.
    fn processed(&self, call: Call) -> Vec<Entry> {
        let mut journal = self.sandbox.journal();
        journal.retain(|entry| entry.processed && call.is(&entry.method, &entry.path));
        journal
    }
}

/// What holds the run at its point.
pub(super) enum Barrier<'a> {
    Sandbox(Hold),
    Gate(&'a Gate),
    Answered(&'a Receiver<Entry>, Point),
}

impl Barrier<'_> {
    /// Blocks until the point is reached.
    #[track_caller]
    pub(super) fn wait(&self) {
        match self {
            Self::Sandbox(hold) => assert!(hold.wait_held(LONG), "the call did not come"),
            Self::Gate(gate) => assert!(gate.wait_held(LONG), "the call did not come"),
            Self::Answered(journal, point) => {
                let mut seen = 0;
                while seen < point.number {
                    let entry = journal.recv_timeout(LONG).expect("the call did not come");
                    seen += u64::from(point.call.is(&entry.method, &entry.path));
                }
            }
        }
    }

    pub(super) fn release(&self) {
        match self {
            Self::Sandbox(hold) => hold.release(),
            Self::Gate(gate) => gate.release(),
            Self::Answered(..) => {}
        }
    }
}
