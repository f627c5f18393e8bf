//! What a person reads when the audit log ends before the story does.

use crate::framework::Diagnostic;
use crate::provider::session::Session;

/// The warning that the outcome of a call that was made is missing in the audit log.
pub(crate) fn trouble(session: &Session) -> Option<Diagnostic> {
    let trouble = session.audit_trouble()?;
    Some(Diagnostic::warning(
        "Audit log is incomplete",
        format!(
            "A call was made, and its outcome is missing in the audit log: {trouble}. The line that was written before the call has no second \
             one; what became of it is in state and in this output."
        ),
    ))
}
