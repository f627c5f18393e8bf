//! Replacements, announced and forced: what a plan hands on to the plan and the destroy that make one of it.
//!
//! Core asks twice for a replacement: about the old order, then, with the private data of that answer, about a new one from
//! nothing. It shows the warnings of the first answer only. Where `-replace` forces the replacement, the first question is that of any plan
//! and its answer knows nothing of it. Of a tainted order only the second question is asked, and its warnings are shown.

use super::changes::changes_of;
use super::closed::is_closed;
use super::destroy::{must_not_be_revoked, not_allowed};
use super::{Plan, SslOrderModel};
use crate::framework::Diagnostic;

/// Arguments that make another order of it for the look that a create begins with.
const LOOKED_FOR_BY: [&str; 3] = ["common_name", "dns_names", "csr"];

/// Notes what the plan says of a replacement, and refuses the replacement that revokes what must not be revoked and the forced one
/// that buys: neither can be announced.
pub(crate) fn guard(plan: &mut Plan, prior: Option<&SslOrderModel>, allow_revocation: bool) {
    let Some(prior) = prior else {
        let forced = plan.private.bought_if_forced.take();
        plan.diagnostics
            .extend(forced.map(|why| not_announced(&why)));
        return;
    };
    let is_announced = !plan.requires_replace.is_empty();
    if is_announced && must_not_be_revoked(prior, allow_revocation) {
        plan.diagnostics.push(not_allowed(prior));
    }
    plan.private.end_announced = is_announced;
    plan.private.replacement_announced = is_announced;
    plan.private.bought_if_forced = if is_announced {
        None
    } else {
        why_bought_if_forced(prior, plan)
    };
}

/// Why a create with the content of the plan would not find the order again and buy another one; none if it would find it.
fn why_bought_if_forced(prior: &SslOrderModel, plan: &Plan) -> Option<String> {
    prior.order_id.known()?;
    let (order, names) = (prior.shown_id(), prior.shown_names());
    if is_closed(prior) {
        return Some(format!(
            "Order {order} for {names} is {}, so `-replace` would buy another one. To buy it, set `reorder_when_closed = true`, or change `order_key`",
            prior.status.as_str().unwrap_or_default(),
        ));
    }
    let changed: Vec<_> = changes_of(prior, &plan.state, &plan.private)
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

#[cfg(test)]
mod tests;
