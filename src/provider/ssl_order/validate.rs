//! Everything that can be known to be wrong before a call is made, reported together. Unknown values pass.
//!
//! A rule is a function from the configuration to diagnostics. What the API page or an industry rule forbids is an
//! error; what is only known of a product is a warning, because a wrong refusal is worse than a late one.

mod certificate;
mod choices;
mod organization;
mod validity;

pub(super) use validity::dates_for_a_new_order;

use super::model::SslOrderModel;
use crate::framework::{AttributePath, Diagnostic, Diagnostics};

/// A rule.
type Rule = fn(&SslOrderModel) -> Vec<Diagnostic>;

const RULES: &[Rule] = &[
    choices::product,
    choices::signature_hash,
    choices::enumerations,
    choices::ids,
    choices::emails,
    choices::thumbprint,
    choices::alternative_order_id,
    choices::timeouts,
    choices::clock_days,
    certificate::names,
    certificate::csr,
    certificate::csr_names,
    certificate::organization_units,
    validity::one_form,
    validity::years_and_days,
    validity::dates,
    validity::certificate_validity,
    organization::id_or_inline,
    organization::inline_is_complete,
    organization::contacts,
    organization::ev_contact,
];

/// Applies every rule.
pub(super) fn validate(order: &SslOrderModel) -> Diagnostics {
    RULES.iter().flat_map(|rule| rule(order)).collect()
}

fn error(path: &AttributePath, summary: &str, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(summary, detail).at(path.clone())
}

fn warning(path: &AttributePath, summary: &str, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(summary, detail).at(path.clone())
}

#[cfg(test)]
mod tests;
