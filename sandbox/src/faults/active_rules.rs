//! The rules in force, which of them a call meets, and the calls that are held.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::sync::watch;

use super::{At, Fault, FaultRule, Route};

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Fault(Fault),
    Hold(HoldState),
}

/// What one call meets, in the order the rules were added.
pub(crate) type Due = Vec<(At, Action)>;

#[derive(Debug)]
struct Rule {
    id: u64,
    route: Route,
    at: At,
    action: Action,
    /// Calls to let pass before the rule acts.
    skip: u64,
    /// Calls the rule still acts on.
    left: u64,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    last: u64,
}

impl Rules {
    /// Adds a rule for the calls number `call` (1 = the next one) to `call + times - 1` of the
    /// route.
    pub(crate) fn add(
        &mut self,
        route: Route,
        call: u64,
        times: u64,
        at: At,
        action: Action,
    ) -> u64 {
        self.last += 1;
        self.rules.push(Rule {
            id: self.last,
            route,
            at,
            action,
            skip: call.saturating_sub(1),
            left: times,
        });
        self.last
    }

    pub(crate) fn add_fault(&mut self, rule: FaultRule) -> u64 {
        let action = Action::Fault(rule.fault);
        self.add(rule.route, rule.call, rule.times, rule.at, action)
    }

    /// Counts one call and returns what it meets.
    pub(crate) fn due(&mut self, method: &str, path: &str) -> Due {
        let mut due = Vec::new();
        for rule in &mut self.rules {
            if rule.left == 0 || !rule.route.matches(method, path) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.left -= 1;
            due.push((rule.at, rule.action.clone()));
        }
        due
    }

    pub(crate) fn hold(&self, id: u64) -> Option<HoldState> {
        self.rules.iter().find_map(|rule| match &rule.action {
            Action::Hold(hold) if rule.id == id => Some(Arc::clone(hold)),
            _ => None,
        })
    }

    /// Removes every rule and lets held calls go on.
    pub(crate) fn clear(&mut self) {
        for rule in self.rules.drain(..) {
            if let Action::Hold(hold) = rule.action {
                hold.send_replace(HoldStage::Released);
            }
        }
    }
}

/// How far a hold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldStage {
    /// The call has not arrived yet.
    Armed,
    /// The call has arrived and waits.
    Held,
    /// The call may go on, or may pass without waiting if it comes later.
    Released,
}

/// A hold as the sandbox and its observer share it.
pub(crate) type HoldState = Arc<watch::Sender<HoldStage>>;

/// Waits at a hold until it is released.
pub(crate) async fn wait_at(hold: &HoldState) {
    let mut stage = hold.subscribe();
    hold.send_if_modified(|stage| {
        let arriving = *stage == HoldStage::Armed;
        if arriving {
            *stage = HoldStage::Held;
        }
        arriving
    });
    // The sender lives as long as `hold`, so waiting cannot fail.
    let _ = stage.wait_for(|stage| *stage == HoldStage::Released).await;
}

/// A call that is stopped on its way. Dropping the value lets it go on.
#[derive(Debug)]
#[must_use = "the call goes on when this is dropped"]
pub struct Hold(HoldState);

impl Hold {
    /// A hold for a call to come, and what the sandbox keeps of it.
    pub(crate) fn armed() -> (Self, HoldState) {
        let stage = HoldState::new(watch::Sender::new(HoldStage::Armed));
        (Self(Arc::clone(&stage)), stage)
    }

    /// How far the call is.
    #[must_use]
    pub fn stage(&self) -> HoldStage {
        *self.0.borrow()
    }

    /// Resolves when the call has arrived.
    pub async fn held(&self) {
        let mut stage = self.0.subscribe();
        // The sender is `self`, so waiting cannot fail.
        let _ = stage.wait_for(|stage| *stage != HoldStage::Armed).await;
    }

    /// Blocks until the call has arrived, for tests without a runtime. False if it has not within
    /// `limit`.
    #[must_use]
    pub fn wait_held(&self, limit: Duration) -> bool {
        let stage = Arc::clone(&self.0);
        let waiting = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_time().build().ok()?;
            runtime.block_on(async {
                let mut stage = stage.subscribe();
                let arrival = stage.wait_for(|stage| *stage != HoldStage::Armed);
                tokio::time::timeout(limit, arrival).await.ok()?.ok()?;
                Some(())
            })
        });
        matches!(waiting.join(), Ok(Some(())))
    }

    /// Lets the call go on.
    pub fn release(&self) {
        self.0.send_replace(HoldStage::Released);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_acts_on_its_calls_only() {
        let mut rules = Rules::default();
        let route: Route = "post /order/certificate/*".parse().unwrap();
        rules.add(route, 2, 2, At::Before, Action::Fault(Fault::Drop));
        let mut hits = || rules.due("POST", "/order/certificate/ssl_plus").len();
        assert_eq!([hits(), hits(), hits(), hits()], [0, 1, 1, 0]);
    }
}
