//! The plan of an order that exists, from what is decided about it: marks on what becomes known after apply, and words.

use super::create::planned_domain_validations;
use super::decision::{Decision, Effect, Reason, What};
use super::{Plan, Request, messages};
use crate::framework::{Attr, AttributePath, Diagnostics, Planned};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::purchase::price::PriceDecision;
use crate::provider::ssl_order::update::in_place;

/// Plans what is decided. `price` is that of the order if one is bought.
pub(crate) fn plan(
    request: Request,
    prior: &SslOrderModel,
    decision: &Decision,
    price: PriceDecision,
) -> Plan {
    let own_reference = request.config.alternative_order_id.clone();
    let mut plan = Planned::unchanged(request);
    plan.diagnostics = Diagnostics::new();
    if decision.reason == Reason::Closed {
        closed(&mut plan, prior, decision, price);
        return plan;
    }
    unknown_clocks(prior, &mut plan.state);
    match decision.what {
        What::Replace => replacement(&mut plan, prior, decision, price),
        What::Renew => renewal(&mut plan, prior, &own_reference, price),
        What::Reissue => reissue(&mut plan, prior, decision),
        What::Stop => {
            let because: Vec<_> = decision.with(Effect::Reissue).collect();
            plan.diagnostics
                .push(messages::not_reissuable(prior, &because));
        }
        What::InPlace | What::Record | What::Nothing => change_in_place(&mut plan, prior, decision),
    }
    plan
}

/// A closed order stays as it is with a warning, since somebody closed it on purpose, unless the configuration asks for
/// a new one.
fn closed(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision, price: PriceDecision) {
    plan.diagnostics.extend(price.problem);
    if decision.what != What::Replace {
        plan.diagnostics.push(messages::closed(prior));
        return;
    }
    let price = price.words.as_deref();
    let warning = messages::closed_replaced(prior, &plan.state, price);
    plan.diagnostics.push(warning);
    plan.requires_replace.push(AttributePath::of("status"));
    // A difference for core to replace on.
    plan.state.status = Attr::Unknown;
}

/// Core shows no warning of the new order's own plan, so this one says all of it.
fn replacement(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision, price: PriceDecision) {
    let of_a_new_order: Vec<_> = decision.with(Effect::NewOrder).collect();
    let paths = of_a_new_order.iter().map(|change| change.path.clone());
    plan.requires_replace.extend(paths);
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        let price = price.words.as_deref();
        let warning = messages::replacement(prior, &plan.state, &of_a_new_order, price);
        plan.diagnostics.push(warning);
    }
}

/// Everything becomes unknown, since another order takes this one's place. A reference that the user chose stays.
fn renewal(
    plan: &mut Plan,
    prior: &SslOrderModel,
    own_reference: &Attr<String>,
    price: PriceDecision,
) {
    let planned = &mut plan.state;
    unknown_certificate(planned);
    planned.id = Attr::Unknown;
    planned.order_id = Attr::Unknown;
    planned.order_valid_till = Attr::Unknown;
    planned.ready_for_renewal = Attr::Unknown;
    if own_reference.is_null() {
        planned.alternative_order_id = Attr::Unknown;
    }
    planned.domain_validations = planned_domain_validations(planned);
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        let price = price.words.as_deref();
        let warning = messages::renewal(prior, &plan.state, price);
        plan.diagnostics.push(warning);
    }
}

fn reissue(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    unknown_certificate(&mut plan.state);
    keep_validations_of_former_names(prior, &mut plan.state);
    let because: Vec<_> = decision.with(Effect::Reissue).collect();
    plan.diagnostics.push(messages::reissue(prior, &because));
    plan.diagnostics
        .extend(messages::revoked_names(prior, &plan.state));
    recorded(plan, prior, decision);
}

/// A renewal that is due, and whose day cannot be ordered, is a warning.
fn change_in_place(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    if let Some(problem) = &decision.renewal_refused {
        plan.diagnostics
            .push(messages::renewal_needs_a_date(prior, problem));
    }
    let mut changed = decision.changes.iter();
    if changed.any(|change| change.argument == "dcv_method") && in_place::is_validating(prior) {
        plan.state.domain_validations = planned_domain_validations(&plan.state);
    }
    recorded(plan, prior, decision);
}

/// Says what the plan changes in state only.
fn recorded(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    let warning = messages::recorded_only(decision, prior, plan.private.imported);
    plan.diagnostics.extend(warning);
}

/// Marks a clock whose days change: the apply reads it again.
fn unknown_clocks(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    if planned.reissue_days_before_expiry != prior.reissue_days_before_expiry {
        planned.ready_for_reissue = Attr::Unknown;
    }
    if planned.renew_days_before_expiry != prior.renew_days_before_expiry {
        planned.ready_for_renewal = Attr::Unknown;
    }
}

/// Marks the certificate, and the status, because the new certificate may have to be approved or validated first.
fn unknown_certificate(planned: &mut SslOrderModel) {
    planned.certificate_id = Attr::Unknown;
    planned.requests = Attr::Unknown;
    planned.status = Attr::Unknown;
    planned.status_detail = Attr::Unknown;
    planned.certificate_pem = Attr::Unknown;
    planned.chain_pem = Attr::Unknown;
    planned.fullchain_pem = Attr::Unknown;
    planned.root_pem = Attr::Unknown;
    planned.certificate_chain = Attr::Unknown;
    planned.serial_number = Attr::Unknown;
    planned.thumbprint = Attr::Unknown;
    planned.issuer_common_name = Attr::Unknown;
    planned.valid_from = Attr::Unknown;
    planned.valid_till = Attr::Unknown;
    planned.ready_for_reissue = Attr::Unknown;
}

/// Keeps DNS records of names that are proven already; only new names become unknown.
fn keep_validations_of_former_names(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    planned.domain_validations = planned_domain_validations(planned);
    let (Attr::Known(former), Attr::Known(validations)) =
        (&prior.domain_validations, &mut planned.domain_validations)
    else {
        return;
    };
    for (name, validation) in validations {
        if let Some(known) = former.get(name) {
            *validation = known.clone();
        }
    }
}

#[cfg(test)]
mod tests;
