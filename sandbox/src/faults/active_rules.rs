//! The rules in force, and which of them a call meets.

use std::sync::Arc;

use super::{At, Fault, FaultRule, HoldStage, HoldState, Route};

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
    /// Adds a rule for the calls number `call` (1 = the next one) to `call + times - 1` of the route.
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
