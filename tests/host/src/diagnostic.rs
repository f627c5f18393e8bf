//! What the provider says to people.

use std::fmt;

use crate::{
    path::{Path, Step},
    proto::tfplugin6::{self as proto, attribute_path::step::Selector},
};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message of the provider, or one that core makes of a failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The headline.
    pub summary: String,
    /// The text below it.
    pub detail: String,
    /// The attribute it is about; the root when it names none.
    pub path: Path,
}

impl Diagnostic {
    /// Whether the operation failed.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        write!(
            f,
            "{severity}: {} ({})\n{}",
            self.summary, self.path, self.detail
        )
    }
}

pub(crate) fn read(diagnostics: Vec<proto::Diagnostic>) -> Vec<Diagnostic> {
    diagnostics
        .into_iter()
        .map(|it| Diagnostic {
            // Core takes everything that is not a warning for an error.
            severity: match it.severity() {
                proto::diagnostic::Severity::Warning => Severity::Warning,
                _ => Severity::Error,
            },
            path: it.attribute.as_ref().map(read_path).unwrap_or_default(),
            summary: it.summary,
            detail: it.detail,
        })
        .collect()
}

pub(crate) fn read_path(path: &proto::AttributePath) -> Path {
    path.steps
        .iter()
        .filter_map(|step| step.selector.clone())
        .map(|selector| match selector {
            Selector::AttributeName(name) => Step::Attribute(name),
            Selector::ElementKeyString(key) => Step::Key(key),
            Selector::ElementKeyInt(index) => Step::Index(index),
        })
        .collect()
}
