//! What the reader of a plan or apply is told: errors and warnings with the attribute they are
//! about.

use crate::framework::value::AttributePath;

/// Whether the operation failed or a person should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation did not do what was asked.
    Error,
    /// The operation goes on; somebody should know.
    Warning,
}

/// One message: `summary` is a constant phrase without names or full stop, `detail` full sentences
/// that say what was wrong with which value, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A constant phrase: "Order rejected by CertCentral".
    pub summary: String,
    /// Full sentences.
    pub detail: String,
    /// The attribute to look at, where there is one: core quotes its source line.
    pub attribute: Option<AttributePath>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary.into(), detail.into())
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary.into(), detail.into())
    }

    /// An error that only a mistake in the provider can cause; says so.
    pub fn bug(what: impl std::fmt::Display) -> Self {
        Self::error(
            "Unexpected provider behaviour",
            format!("{what}\n\nThis is a bug in the provider. Please report it."),
        )
    }

    /// The same diagnostic, pointing at `path`.
    #[must_use]
    pub fn at(mut self, path: AttributePath) -> Self {
        self.attribute = Some(path);
        self
    }

    /// The same diagnostic, pointing at no attribute: core quotes the source of the one that it
    /// would point at.
    #[must_use]
    pub fn at_nothing(mut self) -> Self {
        self.attribute = None;
        self
    }

    fn new(severity: Severity, summary: String, detail: String) -> Self {
        Self {
            severity,
            summary: harmless(summary),
            detail: harmless(detail),
            attribute: None,
        }
    }
}

/// Escapes what could move a terminal's cursor, change colours or reverse the direction of text. A
/// diagnostic quotes names and words that others chose; only its line breaks are its own.
fn harmless(text: String) -> String {
    if text.chars().all(is_harmless) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmless(character) {
            clean.push(character);
        } else {
            clean.extend(character.escape_unicode());
        }
    }
    clean
}

fn is_harmless(character: char) -> bool {
    let turns_text = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    character == '\n' || !(character.is_control() || turns_text)
}

/// Diagnostics in the order in which they were found. Append only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Returns the diagnostics of a failure, which must hold an error: core takes silence for
    /// success. `what` says what failed without one.
    #[must_use]
    pub(in crate::framework) fn of_failure(mut self, what: &str) -> Self {
        if !self.has_errors() {
            self.push(Diagnostic::bug(format!("{what}.")));
        }
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Warnings> for Diagnostics {
    fn from(warnings: Warnings) -> Self {
        warnings.0
    }
}

/// Diagnostics that cannot hold an error. What accompanies an object that exists: an error beside a
/// created object would make core taint it, and the next apply would destroy it and buy it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings(Diagnostics);

impl Warnings {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic of any severity, as a warning.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(Diagnostic {
            severity: Severity::Warning,
            ..diagnostic
        });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Extend<Diagnostic> for Warnings {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        for diagnostic in more {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Warnings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics, Warnings};

    #[test]
    fn what_a_diagnostic_quotes_cannot_move_a_terminal() {
        let said = Diagnostic::warning(
            "Order \u{1b}]0;x\u{7}",
            "Status \u{1b}[2J\rissued, of \u{202e}moc.live\u{2066}\u{61c}\u{9b}1m.\n\nä 日 …",
        );
        assert_eq!(said.summary, "Order \\u{1b}]0;x\\u{7}");
        assert_eq!(
            said.detail,
            "Status \\u{1b}[2J\\u{d}issued, of \\u{202e}moc.live\\u{2066}\\u{61c}\\u{9b}1m.\n\nä 日 \
             …"
        );
    }

    #[test]
    fn warnings_cannot_hold_an_error() {
        let mut warnings = Warnings::new();
        warnings.extend([Diagnostic::error("Chain not readable", "Because.")]);
        let diagnostics = Diagnostics::from(warnings);
        assert!(!diagnostics.has_errors());
        assert_eq!(
            diagnostics.into_iter().collect::<Vec<_>>(),
            [Diagnostic::warning("Chain not readable", "Because.")]
        );
    }
}
