//! What stands in the way of a plan's apply, whatever the plan is: replacements that nobody allowed or announced, and a provider that only
//! reads.
//!
//! Core asks twice for a replacement: about the old order, then, with the private data of that answer, about a new one from
//! nothing. It shows the warnings of the first answer only. Where `-replace` forces the replacement, the first question is that of any plan
//! and its answer knows nothing of it. Of a tainted order only the second question is asked, and its warnings are shown.

use super::decision::{Decision, Reason, What};
use super::destroy::{must_not_be_revoked, not_allowed};
use super::{Permissions, Plan, SslOrderModel};
use crate::framework::Diagnostic;

/// Arguments that make another order of it for the look that a create begins with.
const LOOKED_FOR_BY: [&str; 3] = ["common_name", "dns_names", "csr"];

/// Refuses the forced replacement that buys, because none can be announced. What the plan of the order before announced is no matter of a
/// new one.
pub(crate) fn create(plan: &mut Plan, permissions: Permissions) {
    plan.private.announced = None;
    let forced = plan.private.bought_if_forced.take();
    plan.diagnostics
        .extend(forced.map(|why| not_announced(&why)));
    if permissions.read_only && !plan.diagnostics.has_errors() {
        plan.diagnostics.push(read_only(&format!(
            "place the order for {}, unless an earlier run placed it already",
            plan.state.shown_names()
        )));
    }
}

/// Refuses the replacement that revokes what must not be revoked, and hands on what the plan says of a replacement: to the plan and the
/// destroy that make one of it.
pub(crate) fn existing(
    plan: &mut Plan,
    prior: &SslOrderModel,
    decision: &Decision,
    permissions: Permissions,
) {
    let is_announced = decision.what == What::Replace;
    if is_announced && must_not_be_revoked(prior, permissions.allow_revocation) {
        plan.diagnostics.push(not_allowed(prior));
    }
    plan.private.end_announced = is_announced;
    plan.private.replacement_announced = is_announced;
    plan.private.bought_if_forced = if is_announced {
        None
    } else {
        why_bought_if_forced(prior, decision)
    };
    if permissions.read_only && !plan.diagnostics.has_errors() {
        let change = change_in_certcentral(prior, decision);
        plan.diagnostics.extend(change.map(|what| read_only(&what)));
    }
}

/// Why a create with the content of the plan would not find the order again and buy another one; none if it would find it.
fn why_bought_if_forced(prior: &SslOrderModel, decision: &Decision) -> Option<String> {
    prior.order_id.known()?;
    let (order, names) = (prior.shown_id(), prior.shown_names());
    if decision.reason == Reason::Closed {
        return Some(format!(
            "Order {order} for {names} is {}, so `-replace` would buy another one. To buy it, set `reorder_when_closed = true`, or change `order_key`",
            prior.status.as_str().unwrap_or_default(),
        ));
    }
    let changed: Vec<_> = decision
        .changes
        .iter()
        .filter(|change| LOOKED_FOR_BY.contains(&change.argument))
        .map(|change| format!("`{}`", change.argument))
        .collect();
    (!changed.is_empty()).then(|| {
        format!(
            "{} of order {order} for {names} changed, so `-replace` would buy another order. Without `-replace` the change reissues the certificate, \
             which is free. To buy another order, change `order_key`",
            changed.join(" and "),
        )
    })
}

fn not_announced(why: &str) -> Diagnostic {
    Diagnostic::error(
        "Forced replacement buys an order",
        format!(
            "{why}, and plan without `-replace`: the plan then says what is bought. Terraform shows no warning of a replacement that \
             `-replace` forces, and nothing is bought that no plan has announced."
        ),
    )
}

/// Returns what the apply of a plan would change in CertCentral, as a sentence goes on.
fn change_in_certcentral(prior: &SslOrderModel, decision: &Decision) -> Option<String> {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    match decision.what {
        What::Replace => Some(format!("place an order that replaces {order} for {names}")),
        What::Renew => Some(format!("renew order {order} for {names}")),
        What::Reissue => Some(format!(
            "reissue the certificate of order {order} for {names}"
        )),
        What::InPlace => {
            let argument = decision.in_place.edits.first()?.argument();
            Some(format!("change `{argument}` of order {order} for {names}"))
        }
        What::Nothing | What::Record | What::Stop => None,
    }
}

/// Warns of a plan that would `change` something in CertCentral where the provider only reads. It stays a plan, because pipelines that plan
/// and never apply are what the switch is for; the client refuses the calls of an apply.
pub(crate) fn read_only(change: &str) -> Diagnostic {
    Diagnostic::warning(
        "This plan cannot be applied here",
        format!(
            "An apply would {change}, and `read_only` of the provider block, or DIGICERT_READ_ONLY, is set: the call would be refused before it is \
             sent. Apply where it is not set."
        ),
    )
}

#[cfg(test)]
mod tests;
