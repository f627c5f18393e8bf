//! Core's own rules for plans and applied states, so that a breach is found here, and before money
//! moves.
//!
//! Core answers a breach in a plan with "Provider produced invalid plan", and one in a state with
//! "Provider produced inconsistent result after apply", which taints a created object: the next
//! apply destroys it and buys it again.

mod applied;
mod planned;
#[cfg(test)]
mod properties;
mod repair;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::framework::AttributePath;

pub use applied::check_created;
pub use planned::check_plan;
pub use repair::{fit, repair};

/// One place where a value breaks a rule. Never shows a value: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: AttributePath,
    /// Which rule is broken: "was planned as a known value, but another one came back".
    pub rule: &'static str,
}

impl Difference {
    fn new(path: &AttributePath, rule: &'static str) -> Self {
        Self {
            path: path.clone(),
            rule,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.steps().is_empty() {
            return write!(f, "the whole object {}", self.rule);
        }
        write!(f, "{} {}", self.path, self.rule)
    }
}
