//! Everything that can be known to be wrong before a call is made, reported together. Unknown
//! values pass.
//!
//! A rule is a function from the configuration to diagnostics. What the API page or an industry
//! rule forbids is an error; what is only known of a product is a warning, because a wrong refusal
//! is worse than a late one.

mod certificate;
mod contacts;
mod limits;
mod organization;
mod product_names;
mod validity;
mod values;

pub(crate) use self::limits::{longest_certificate, longest_certificate_until};
pub(crate) use self::validity::dates_for_a_new_order;

use super::model::SslOrderModel;
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};
use crate::pki::CsrError;
use crate::provider::private_keys;

/// A rule.
type Rule = fn(&SslOrderModel) -> Vec<Diagnostic>;

const RULES: &[Rule] = &[
    values::nulls,
    values::blanks,
    values::product,
    values::signature_hash,
    values::enumerations,
    values::ids,
    values::emails,
    values::thumbprint,
    values::alternative_order_id,
    values::server_platform,
    values::locale,
    values::timeouts,
    values::clock_days,
    values::renewal_days,
    values::renewed_once,
    values::reissued_once,
    values::custom_field_ids,
    values::custom_field_duplicates,
    certificate::names,
    certificate::csr,
    certificate::csr_names,
    certificate::csr_other_names,
    certificate::organization_units,
    product_names::ev_wildcards,
    product_names::wildcard_is_used,
    product_names::wildcard_is_covered,
    product_names::names_are_covered,
    product_names::dcv_method_proves_wildcards,
    validity::one_form,
    validity::years_and_days,
    validity::dates,
    validity::certificate_validity,
    validity::certificate_within_order,
    organization::id_or_inline,
    organization::inline_is_complete,
    organization::inline_texts,
    organization::inline_names,
    organization::country,
    contacts::types,
    contacts::duplicates,
    contacts::completeness,
    contacts::texts,
    contacts::ev_contact,
];

/// What is wrong with the values of the provider block that stand in for an order's. Both have the
/// same names.
pub(crate) fn validate_defaults(
    dcv_method: Attr<String>,
    payment_method: Attr<String>,
) -> Diagnostics {
    let defaults = SslOrderModel {
        dcv_method,
        payment_method,
        ..SslOrderModel::default()
    };
    let rules: [Rule; 2] = [values::blanks, values::enumerations];
    rules.iter().flat_map(|rule| rule(&defaults)).collect()
}

/// Applies every rule. A private key in any text is refused first and alone: what else is wrong
/// with that text would quote it.
pub(crate) fn validate(order: &SslOrderModel) -> Diagnostics {
    let keys = private_keys::arguments(order);
    if !keys.is_empty() {
        let refusal = |argument: &String| match argument.as_str() {
            "csr" => certificate::not_ordered(&CsrError::PrivateKey),
            other => private_keys::refusal(other),
        };
        return keys.iter().map(refusal).collect();
    }
    let order = order.as_meant();
    RULES.iter().flat_map(|rule| rule(&order)).collect()
}

/// Returns items as a sentence lists them: `a, b and c`.
pub(crate) fn listed(items: impl Iterator<Item = String>, conjunction: &str) -> String {
    let items: Vec<_> = items.collect();
    match items.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} {conjunction} {last}", all.join(", ")),
        _ => items.concat(),
    }
}

fn error(path: &AttributePath, summary: &str, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(summary, detail).at(path.clone())
}

fn warning(path: &AttributePath, summary: &str, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(summary, detail).at(path.clone())
}

#[cfg(test)]
mod tests;
