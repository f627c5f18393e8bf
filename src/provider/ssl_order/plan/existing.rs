//! The plan of an order that exists: nothing, calls in place, a reissue, a renewal, or another order. Pure.

use time::Date;

use super::changes::{Change, Means, changes_of};
use super::{Plan, Purchase, Request, closed, messages, unknown};
use crate::certcentral::OrderStatus;
use crate::framework::{Attr, Diagnostic, Diagnostics, Planned};
use crate::provider::ssl_order::import::arguments;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::purchase::price;
use crate::provider::ssl_order::rules::dates_for_a_new_order;
use crate::provider::ssl_order::update::steps;

/// Arguments that a renewal may set anew, because the order that continues this one has a term of its own.
const TERM: [&str; 4] = [
    "validity_years",
    "validity_days",
    "custom_expiration_date",
    "order_validity",
];

/// The greatest thing that an apply does to an existing order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Buys another order in place of this one.
    Replacement,
    /// Buys the order that continues this one.
    Renewal,
    /// Replaces the certificate, at no charge.
    Reissue,
    /// Changes the order at most.
    InPlace,
}

/// What the plan of an order buys.
pub(crate) fn purchase(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> Purchase {
    let mut planned = planned.clone();
    if private.imported {
        arguments::keep_guesses(prior, &mut planned);
    }
    if closed::is_closed(prior) {
        return if closed::is_ordered_again(&planned) {
            Purchase::New
        } else {
            Purchase::Nothing
        };
    }
    match next(prior, &planned, &changes_of(prior, &planned, private)) {
        Next::Replacement => Purchase::New,
        Next::Renewal => Purchase::Renewal {
            until: prior.order_valid_till.known().cloned(),
        },
        Next::Reissue | Next::InPlace => Purchase::Nothing,
    }
}

fn is_renewal(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    let status = prior.order_status();
    status.is_open()
        && is_due(
            &prior.ready_for_renewal,
            &prior.renew_days_before_expiry,
            &planned.renew_days_before_expiry,
        )
}

pub(crate) fn plan(
    request: Request,
    prior: &SslOrderModel,
    today: Date,
    price: price::PriceDecision,
) -> Plan {
    let own_reference = request.config.alternative_order_id.clone();
    let mut plan = Planned::unchanged(request);
    plan.diagnostics = Diagnostics::new();
    if plan.private.imported {
        arguments::keep_guesses(prior, &mut plan.state);
    }
    let changes = changes_of(prior, &plan.state, &plan.private);
    if let Some(reason) = closed::because_closed(prior, &plan.state, price.words.as_deref()) {
        plan.diagnostics.extend(price.problem);
        plan.diagnostics.extend(reason.diagnostics);
        plan.requires_replace.extend(reason.requires_replace);
        if let Some(unknown) = reason.state {
            plan.state = unknown;
        }
        return plan;
    }
    unknown::clocks(prior, &mut plan.state);
    match next(prior, &plan.state, &changes) {
        Next::Replacement => replacement(&mut plan, prior, &changes, price),
        Next::Renewal => {
            let own_reference = &own_reference;
            renewal(
                &mut plan,
                prior,
                &changes,
                Renewal {
                    own_reference,
                    today,
                    price,
                },
            );
        }
        Next::Reissue => reissue(&mut plan, prior, &changes),
        Next::InPlace => change_in_place(&mut plan, prior, &changes),
    }
    plan
}

fn next(prior: &SslOrderModel, planned: &SslOrderModel, changes: &[Change]) -> Next {
    let mut of_a_new_order = changes
        .iter()
        .filter(|change| change.means == Means::NewOrder);
    let renewal_is_due = is_renewal(prior, planned);
    if of_a_new_order.any(|change| !renewal_is_due || !TERM.contains(&change.argument)) {
        Next::Replacement
    } else if renewal_is_due {
        Next::Renewal
    } else if changes.iter().any(|change| change.means == Means::Reissue)
        || is_due(
            &prior.ready_for_reissue,
            &prior.reissue_days_before_expiry,
            &planned.reissue_days_before_expiry,
        )
    {
        Next::Reissue
    } else {
        Next::InPlace
    }
}

/// A clock that was read with other days than the configuration has now says nothing: the next refresh reads it anew.
fn is_due(ready: &Attr<bool>, prior_days: &Attr<i64>, planned_days: &Attr<i64>) -> bool {
    *ready == Attr::Known(true) && prior_days == planned_days
}

/// Core shows no warning of the new order's own plan, so this one says all of it.
fn replacement(
    plan: &mut Plan,
    prior: &SslOrderModel,
    changes: &[Change],
    price: price::PriceDecision,
) {
    let of_a_new_order: Vec<_> = changes
        .iter()
        .filter(|change| change.means == Means::NewOrder)
        .collect();
    let paths = of_a_new_order.iter().map(|change| change.path.clone());
    plan.requires_replace.extend(paths);
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        let price = price.words.as_deref();
        let warning = messages::replacement(prior, &plan.state, &of_a_new_order, price);
        plan.diagnostics.push(warning);
    }
}

/// What the plan of a renewal has to know beside the order.
struct Renewal<'a> {
    /// `alternative_order_id` of the configuration.
    own_reference: &'a Attr<String>,
    today: Date,
    price: price::PriceDecision,
}

/// A fixed last day that has passed cannot be ordered again. That must not stop the plans of a whole configuration, so it is a
/// warning, and the order stays as it is.
fn renewal(plan: &mut Plan, prior: &SslOrderModel, changes: &[Change], purchase: Renewal<'_>) {
    let dates = dates_for_a_new_order(&plan.state, purchase.today);
    if let Some(problem) = dates.into_iter().next() {
        plan.diagnostics
            .push(messages::renewal_needs_a_date(prior, &problem));
        return change_in_place(plan, prior, changes);
    }
    unknown::renewal(&mut plan.state, purchase.own_reference);
    plan.diagnostics.extend(purchase.price.problem);
    if !plan.diagnostics.has_errors() {
        let price = purchase.price.words.as_deref();
        plan.diagnostics
            .push(messages::renewal(prior, &plan.state, price));
    }
}

fn reissue(plan: &mut Plan, prior: &SslOrderModel, changes: &[Change]) {
    let of_the_certificate: Vec<_> = changes
        .iter()
        .filter(|change| change.means == Means::Reissue)
        .collect();
    if let (Some(first), false) = (of_the_certificate.first(), may_be_reissued(prior)) {
        let problem = messages::not_reissuable(prior, &of_the_certificate).at(first.path.clone());
        plan.diagnostics.push(problem);
        return;
    }
    unknown::reissue(prior, &mut plan.state);
    plan.diagnostics
        .push(messages::reissue(prior, &of_the_certificate));
    plan.diagnostics
        .extend(messages::revoked_names(prior, &plan.state));
    recorded(plan, prior, changes, true);
}

/// An order without a certificate has none to replace. A word that is not known is left to CertCentral's judgement.
fn may_be_reissued(order: &SslOrderModel) -> bool {
    !matches!(
        order.order_status(),
        OrderStatus::NeedsApproval
            | OrderStatus::Pending
            | OrderStatus::Processing
            | OrderStatus::NeedsCsr
            | OrderStatus::WaitingPickup
    )
}

fn change_in_place(plan: &mut Plan, prior: &SslOrderModel, changes: &[Change]) {
    if changes.iter().any(|change| change.argument == "dcv_method") && steps::is_validating(prior) {
        unknown::domain_validations(&mut plan.state);
    }
    recorded(plan, prior, changes, false);
}

/// What the plan changes in state only.
fn recorded(plan: &mut Plan, prior: &SslOrderModel, changes: &[Change], with_a_reissue: bool) {
    let kept: Vec<String> = if with_a_reissue {
        steps::beside_a_reissue(prior, &plan.state, changes).kept
    } else {
        steps::changes(prior, &plan.state, changes).kept
    };
    let of_the_import = plan.private.imported && kept.is_empty();
    let warning: Option<Diagnostic> = if of_the_import {
        arguments::recorded_only(changes, &prior.shown_id())
    } else {
        messages::recorded_only(changes, &kept, prior)
    };
    plan.diagnostics.extend(warning);
}

#[cfg(test)]
mod tests;
