//! Core's rules for the provider's answers. Each rule is a pure function that lists what an answer
//! violates.

mod compatible;
mod data_source;
mod identity;
mod lifecycle;
mod plan_valid;
mod proposed_new;
mod requires_replace;
mod set_correlation;
#[cfg(test)]
mod tests;

use std::fmt;

pub use self::{
    compatible::{check_object_compatible, check_value_compatible},
    data_source::check_data_source,
    identity::{check_known_identity, check_stored_identity},
    lifecycle::{check_same_plan, check_stored_object, check_write_only_null},
    plan_valid::check_plan_valid,
    proposed_new::proposed_new,
    requires_replace::{ReplacePaths, replace_paths},
};
use crate::path::Path;

/// Which of core's rules an answer violates. The words are the headlines of core's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Provider has an invalid schema.
    Schema,
    /// The value does not have the type of the schema.
    WrongForm,
    /// Provider produced invalid plan.
    InvalidPlan,
    /// The same request planned twice gave two answers.
    UnstablePlan,
    /// Provider produced inconsistent final plan.
    InconsistentFinalPlan,
    /// Provider produced inconsistent result after apply.
    InconsistentResult,
    /// Provider produced an object that is not wholly known.
    UnknownResult,
    /// Provider returned a value for a write-only attribute.
    WriteOnly,
    /// Provider produced an invalid answer to an import or a move.
    InvalidImport,
    /// Provider produced invalid identity.
    InvalidIdentity,
    /// Provider produced no object for a data source, or one that changes an argument.
    InvalidDataSource,
}

/// One violation of one rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Where in the object.
    pub path: Path,
    /// What is wrong, in core's words where core has some.
    pub message: String,
}

impl Violation {
    /// A violation of a rule.
    pub fn new(rule: Rule, path: &Path, message: impl Into<String>) -> Self {
        Self {
            rule,
            path: path.clone(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headline = match self.rule {
            Rule::Schema => "provider has an invalid schema",
            Rule::WrongForm => "provider returned a value of the wrong type",
            Rule::InvalidPlan => "provider produced invalid plan",
            Rule::UnstablePlan => "provider planned the same change twice with different results",
            Rule::InconsistentFinalPlan => "provider produced inconsistent final plan",
            Rule::InconsistentResult => "provider produced inconsistent result after apply",
            Rule::UnknownResult => "provider returned an object with unknown values",
            Rule::WriteOnly => "provider returned a value for a write-only attribute",
            Rule::InvalidImport => "provider returned an invalid import",
            Rule::InvalidIdentity => "provider produced invalid identity",
            Rule::InvalidDataSource => "provider produced invalid data",
        };
        write!(f, "{headline}: {}: {}", self.path, self.message)
    }
}
