//! A value that does not have its type, and where.

use super::path::{AttributePath, Step};

/// Bytes or a value that do not fit the type they shall have. Names kinds of values, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct ValueError {
    /// Where.
    pub path: AttributePath,
    /// What the type asks for.
    pub expected: String,
    /// What stood there.
    pub found: String,
}

impl ValueError {
    /// An error about the value itself; the callers on the way out add where it stands with [`Self::under`].
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            path: AttributePath::default(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same error, seen from one level further out.
    #[must_use]
    pub fn under(mut self, step: Step) -> Self {
        self.path = self.path.under(step);
        self
    }
}
