//! What a person reads when the audit log ends before the story does. Every operation that may
//! change something ends with it.

use std::pin::Pin;

use crate::framework::{Created, Deleted, Diagnostic, Resource, Updated};
use crate::provider::session::Session;

/// What an operation ends with: it takes a warning on top, whatever the end is.
pub(crate) trait TakesWarning {
    /// Adds a warning.
    fn warn(&mut self, warning: Diagnostic);
}

impl<R: Resource> TakesWarning for Created<R> {
    fn warn(&mut self, warning: Diagnostic) {
        match self {
            Self::Object { warnings, .. } => warnings.extend([warning]),
            Self::Nothing(problems) => problems.push(warning),
        }
    }
}

impl<R: Resource> TakesWarning for Updated<R> {
    fn warn(&mut self, warning: Diagnostic) {
        self.diagnostics.push(warning);
    }
}

impl TakesWarning for Deleted {
    fn warn(&mut self, warning: Diagnostic) {
        match self {
            Self::Gone(warnings) => warnings.extend([warning]),
            Self::Kept(problems) => problems.push(warning),
        }
    }
}

/// Carries out an operation that may change something, and adds a warning if the outcome of a call
/// that was made is missing in the audit log. The operation is boxed, so that what it holds is
/// neither copied nor takes room on the stack of every caller.
pub(crate) async fn audited<T: TakesWarning>(
    session: &Session,
    operation: Pin<Box<impl Future<Output = T>>>,
) -> T {
    let mut ended = operation.await;
    if let Some(trouble) = session.audit_trouble() {
        ended.warn(Diagnostic::warning(
            "Audit log is incomplete",
            format!(
                "A call was made, and its outcome is missing in the audit log: {trouble}. The line \
                 that was written before the call has no second one; what became of it is in state \
                 and in this output."
            ),
        ));
    }
    ended
}
