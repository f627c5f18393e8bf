//! The switches that keep an apply from doing what nobody wants of it.

use super::flag;
use crate::certcentral::AuditLog;
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};
use crate::provider::config::ProviderConfig;

/// Paid orders of one apply where nobody sets another number.
const DEFAULT_MAX_ORDERS: u32 = 50;

/// What the provider must not do. A guard that is not known yet guards: nothing is changed before it is known.
#[derive(Clone, Debug)]
pub struct Guards {
    /// Whether orders may be revoked. A value that is not known yet is no permission.
    pub allow_revocation: bool,
    /// Whether nothing may be changed at all.
    pub read_only: Attr<bool>,
    /// Paid orders that one process places at most.
    pub max_orders: Attr<u32>,
    /// File that tells every changing call; null for none.
    pub audit_log: Attr<AuditLog>,
}

impl Guards {
    /// Whether a changing call may be made at all.
    pub(in crate::provider) fn forbid_changes(&self) -> bool {
        self.read_only != Attr::Known(false)
            || self.max_orders.is_unknown()
            || matches!(self.audit_log, Attr::Unknown)
    }
}

/// Resolves the guards. A value that cannot be read is an error, because it must not pass for none.
pub(super) fn resolve(
    config: &ProviderConfig,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> (Guards, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut or_problem = |result: Result<Attr<bool>, Diagnostic>| {
        result.unwrap_or_else(|problem| {
            problems.push(problem);
            Attr::Unknown
        })
    };
    let allow_revocation = or_problem(flag(
        &config.allow_revocation,
        "DIGICERT_ALLOW_REVOCATION",
        from_environment,
    ));
    let read_only = or_problem(flag(
        &config.read_only,
        "DIGICERT_READ_ONLY",
        from_environment,
    ));
    let max_orders = max_orders(&config.max_orders_per_apply, from_environment);
    let audit_log = match &config.audit_log_path {
        Attr::Null => from_environment("DIGICERT_AUDIT_LOG").into(),
        set => set.clone(),
    };
    let guards = Guards {
        allow_revocation: allow_revocation == Attr::Known(true),
        read_only,
        max_orders: max_orders.unwrap_or_else(|problem| {
            problems.push(problem);
            Attr::Unknown
        }),
        audit_log: match audit_log {
            Attr::Known(path) => Attr::Known(AuditLog::new(path)),
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
        },
    };
    (guards, problems)
}

/// What of the block's own values cannot be used.
pub(super) fn check_values(config: &ProviderConfig) -> Diagnostics {
    let orders = config.max_orders_per_apply.known();
    let orders =
        orders.and_then(|number| limit(&number.to_string(), "`max_orders_per_apply`").err());
    let path = config
        .audit_log_path
        .as_str()
        .filter(|path| path.is_empty());
    let path = path.map(|_| {
        Diagnostic::error(
            "Invalid path",
            "`audit_log_path` is empty. Name the file that tells every changing call, or leave the argument out.",
        )
        .at(AttributePath::of("audit_log_path"))
    });
    orders.into_iter().chain(path).collect()
}

fn max_orders(
    configured: &Attr<i64>,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Attr<u32>, Diagnostic> {
    const VARIABLE: &str = "DIGICERT_MAX_ORDERS";
    match configured {
        Attr::Unknown => Ok(Attr::Unknown),
        // A bad one was reported by `check_values`.
        Attr::Known(number) => Ok(u32::try_from(*number).ok().into()),
        Attr::Null => from_environment(VARIABLE)
            .map_or(Ok(DEFAULT_MAX_ORDERS), |text| {
                limit(&text, &format!("The environment variable {VARIABLE}"))
            })
            .map(Attr::Known),
    }
}

fn limit(text: &str, source: &str) -> Result<u32, Diagnostic> {
    text.parse().map_err(|_| {
        Diagnostic::error(
            "Invalid order limit",
            format!(
                "{source} is {text:?}; it takes a whole number from 0, which allows no order, to {}.",
                u32::MAX
            ),
        )
        .at(AttributePath::of("max_orders_per_apply"))
    })
}

#[cfg(test)]
mod tests;
