//! What a plan says where the provider only reads. It stays a plan, because pipelines that plan and never apply are what the switch is for;
//! the client refuses the calls of an apply.

use super::changes::changes_of;
use super::{Plan, closed};
use crate::framework::{Attr, Diagnostic};
use crate::provider::ssl_order::model::{OnDestroy, SslOrderModel};
use crate::provider::ssl_order::update::steps;

/// Warns of a plan whose apply would change something in CertCentral.
pub(crate) fn warn_of_read_only(plan: &mut Plan, prior: Option<&SslOrderModel>) {
    if plan.diagnostics.has_errors() {
        return;
    }
    let what = match prior {
        None => Some(format!(
            "place the order for {}, unless an earlier run placed it already",
            plan.state.shown_names()
        )),
        Some(prior) => of_an_order(plan, prior),
    };
    plan.diagnostics.extend(what.map(|what| refused(&what)));
}

/// Warns of a destroy that would end the order in CertCentral.
pub(crate) fn read_only_destroy(prior: &SslOrderModel) -> Option<Diagnostic> {
    let status = prior.order_status();
    if !status.is_open() || prior.order_id.known().is_none() {
        return None;
    }
    let verb = match prior.on_destroy() {
        OnDestroy::Retain => return None,
        OnDestroy::Cancel if status.has_certificate() => return None,
        OnDestroy::Cancel => "cancel",
        OnDestroy::Revoke => "cancel or revoke",
    };
    let (order, names) = (prior.shown_id(), prior.shown_names());
    Some(refused(&format!("{verb} order {order} for {names}")))
}

fn of_an_order(plan: &Plan, prior: &SslOrderModel) -> Option<String> {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    if !plan.requires_replace.is_empty() {
        return Some(format!("place an order that replaces {order} for {names}"));
    }
    if closed::is_closed(prior) {
        return None;
    }
    if matches!(plan.state.id, Attr::Unknown) {
        return Some(format!("renew order {order} for {names}"));
    }
    if matches!(plan.state.certificate_id, Attr::Unknown)
        && plan.state.certificate_id != prior.certificate_id
    {
        return Some(format!(
            "reissue the certificate of order {order} for {names}"
        ));
    }
    let changes = changes_of(prior, &plan.state, &plan.private);
    let steps = steps::changes(prior, &plan.state, &changes).steps;
    let step = steps.first()?;
    Some(format!(
        "change `{}` of order {order} for {names}",
        step.argument()
    ))
}

fn refused(what: &str) -> Diagnostic {
    Diagnostic::warning(
        "This plan cannot be applied here",
        format!(
            "An apply would {what}, and `read_only` of the provider block, or DIGICERT_READ_ONLY, is set: the call would be refused before it is \
             sent. Apply where it is not set."
        ),
    )
}

#[cfg(test)]
mod tests;
