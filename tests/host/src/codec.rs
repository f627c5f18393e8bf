//! The error that both codecs report: what was wrong, and where.

use crate::path::Path;

/// A value that does not have the form its type asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct CodecError {
    /// Where in the value.
    pub path: Path,
    /// What was wrong, in core's words where core has some.
    pub message: String,
}

impl CodecError {
    pub(crate) fn new(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: path.clone(),
            message: message.into(),
        }
    }
}
