//! What an operation found: the provider's messages, and where the provider broke core's rules.

use crate::{
    client::Answer,
    core_rules::Violation,
    diagnostic::{Diagnostic, Severity},
    error::Error,
    path::Path,
};

/// Messages and violations of one operation, in the order in which they came up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What the provider said, and what core says of a call that failed.
    pub diagnostics: Vec<Diagnostic>,
    /// Answers against core's rules. Terraform takes each for an error; a good provider has none.
    pub violations: Vec<Violation>,
}

impl Report {
    /// The diagnostics that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error())
    }

    /// The diagnostics that are warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| !diagnostic.is_error())
    }

    /// Whether Terraform would call the operation failed.
    pub fn failed(&self) -> bool {
        !self.violations.is_empty() || self.errors().next().is_some()
    }

    /// Panics with all violations if there are any: for tests.
    #[expect(clippy::panic, reason = "a test calls this to fail")]
    pub fn expect_valid(&self) {
        if !self.violations.is_empty() {
            let lines: Vec<_> = self.violations.iter().map(ToString::to_string).collect();
            panic!("the provider broke core's rules:\n{}", lines.join("\n"));
        }
    }

    /// Panics if there is a violation or an error: for tests.
    #[expect(clippy::panic, reason = "a test calls this to fail")]
    pub fn expect_success(&self) {
        self.expect_valid();
        if self.failed() {
            let lines: Vec<_> = self.errors().map(ToString::to_string).collect();
            panic!("the operation failed:\n{}", lines.join("\n"));
        }
    }

    pub(super) fn add(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            // Core drops the duplicates that a second plan of the same change brings.
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    pub(super) fn violate(&mut self, address: &str, violations: Vec<Violation>) {
        self.violations
            .extend(violations.into_iter().map(|violation| Violation {
                message: format!("{} ({address})", violation.message),
                ..violation
            }));
    }

    /// Takes messages and wrong forms out of an answer. A call that failed is an answer with core's
    /// message.
    pub(super) fn take(
        &mut self,
        address: &str,
        answer: Result<Answer, Error>,
    ) -> Result<Answer, Error> {
        let answer = match answer {
            Err(Error::Call(status)) => Answer {
                diagnostics: vec![call_failed(&status)],
                ..Answer::default()
            },
            answer => answer?,
        };
        self.add(answer.diagnostics.clone());
        self.violate(address, answer.violations.clone());
        Ok(answer)
    }

    pub(super) fn take_messages(
        &mut self,
        messages: Result<Vec<Diagnostic>, Error>,
    ) -> Result<(), Error> {
        let messages = match messages {
            Err(Error::Call(status)) => vec![call_failed(&status)],
            messages => messages?,
        };
        self.add(messages);
        Ok(())
    }

    /// Takes what a replacement's second question brought up, the one without a prior object. Core
    /// supposes that its warnings repeat those of the first, and shows nothing of it unless there
    /// is an error among it. Source: `plan` of
    /// <https://github.com/hashicorp/terraform/blob/main/internal/terraform/node_resource_abstract_instance.go>
    pub(super) fn merge_create_half(&mut self, mut other: Self) {
        if other.errors().next().is_none() {
            other.diagnostics.clear();
        }
        self.merge(other);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.add(other.diagnostics);
        self.violations.extend(other.violations);
    }
}

/// Core's headline for a call that failed below the protocol.
fn call_failed(status: &tonic::Status) -> Diagnostic {
    let summary = match status.code() {
        tonic::Code::Unavailable => "Plugin did not respond",
        tonic::Code::Cancelled => "Request cancelled",
        tonic::Code::Unimplemented => "Unsupported plugin method",
        _ => "Plugin error",
    };
    Diagnostic {
        severity: Severity::Error,
        summary: summary.to_owned(),
        detail: status.message().to_owned(),
        path: Path::root(),
    }
}
