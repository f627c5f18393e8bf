//! What a person reads when the provider itself refuses a call: which guard stopped it, and how to change it.

use crate::certcentral::ConfigError;
use crate::framework::Diagnostic;

/// Whether a refusal comes from a guard of the provider block.
pub(crate) fn is_guard(error: &ConfigError) -> bool {
    matches!(
        error,
        ConfigError::ReadOnly | ConfigError::OrderLimit { .. } | ConfigError::AuditLog { .. }
    )
}

/// The diagnostic for a call that a guard kept from being sent.
pub(crate) fn diagnostic(guard: &ConfigError, doing: &str) -> Diagnostic {
    match guard {
        ConfigError::ReadOnly => Diagnostic::error(
            "Provider is read-only",
            format!(
                "The call for {doing} was not sent, because `read_only` of the provider block, or DIGICERT_READ_ONLY, is set: this provider only \
                 reads. Nothing changed in CertCentral. Apply where it is not set."
            ),
        ),
        ConfigError::OrderLimit { limit } => Diagnostic::error(
            "Order limit of this apply is reached",
            format!(
                "The call for {doing} was not sent, because one apply places at most {limit} paid orders (`max_orders_per_apply`), and that many \
                 were placed or are of unknown outcome. Orders that were placed are in state. If so many are meant, raise \
                 `max_orders_per_apply` in the provider block, or DIGICERT_MAX_ORDERS, and apply again."
            ),
        ),
        _ => Diagnostic::error(
            "Audit log cannot be written",
            format!(
                "The call for {doing} was not sent, because every change is written to the audit log first, and {guard}. Nothing changed in \
                 CertCentral. Correct `audit_log_path` of the provider block, or DIGICERT_AUDIT_LOG, or its directory, and apply again."
            ),
        ),
    }
}
