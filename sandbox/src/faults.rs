//! Rules that make the n-th call of a route misbehave or wait. New kinds of fault are new variants of [`Fault`].

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What a matching call meets instead of, or after, its processing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Answer with this status and body.
    Answer {
        /// HTTP status.
        status: u16,
        /// Body text.
        body: String,
        /// Value of `Content-Type`.
        #[serde(default = "json_type")]
        content_type: String,
    },
    /// Answer with this status and a page of HTML, as the web firewall in front of the API does.
    Html {
        /// HTTP status.
        status: u16,
    },
    /// Close the connection without an answer.
    Drop,
}

fn json_type() -> String {
    "application/json".to_owned()
}

/// Whether something happens before the account sees the request, or after it has acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The request has no effect yet.
    Before,
    /// The request has had its effect; only the answer is concerned.
    After,
}

/// Method and path below `/services/v2`, where `*` stands for any method or any one path segment:
/// `POST /order/certificate/*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Route {
    method: String,
    path: String,
}

impl Route {
    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        (self.method == "*" || self.method == method)
            && loop {
                match (wanted.next(), given.next()) {
                    (None, None) => break true,
                    (Some(want), Some(have)) if want == "*" || want == have => {}
                    _ => break false,
                }
            }
    }
}

impl FromStr for Route {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') && !method.is_empty() => Ok(Self {
                method: method.to_uppercase(),
                path: path.to_owned(),
            }),
            _ => Err(format!(
                "`{text}` is not a route such as `POST /order/certificate/*`"
            )),
        }
    }
}

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.to_string()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
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

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Fault(Fault),
    Hold(HoldState),
}

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

    /// Counts one call and returns what it meets, in the order the rules were added.
    pub(crate) fn due(&mut self, method: &str, path: &str) -> Vec<(At, Action)> {
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

    #[test]
    fn a_star_stands_for_one_segment() {
        let route: Route = "* /order/certificate/*".parse().unwrap();
        assert!(route.matches("GET", "/order/certificate/1"));
        assert!(!route.matches("GET", "/order/certificate"));
        assert!(!route.matches("GET", "/order/certificate/1/validation"));
    }
}
