//! The plan of an order: what becomes known only after apply, what a change means, and what the reviewer is told.
//! Pure: values in, values and words out. Today comes in as an argument and matters only to an order about to be placed.

mod create;
mod destroy;
mod replace;
mod words;

use time::Date;

pub(super) use destroy::plan_destroy;

use super::change::{Means, changes};
use super::imported;
use super::model::SslOrderModel;
use super::private::SslOrderPrivate;
use crate::framework::{Diagnostic, Diagnostics, PlanRequest, Planned};
use crate::provider::settings::OrderDefaults;

/// A plan request of this resource.
pub(super) type Request = PlanRequest<SslOrderModel, SslOrderPrivate>;
/// A plan of this resource.
pub(super) type Plan = Planned<SslOrderModel, SslOrderPrivate>;

/// Plans a create, or a change of an existing order. `defaults` is none while the provider is not configured.
pub(super) fn plan(request: Request, defaults: Option<&OrderDefaults>, today: Date) -> Plan {
    match request.prior_state.clone() {
        None => create::plan(request, defaults, today),
        Some(prior) => change(request, &prior),
    }
}

fn change(request: Request, prior: &SslOrderModel) -> Plan {
    let mut plan = Planned::unchanged(request);
    if plan.private.imported {
        imported::keep_guesses(prior, &mut plan.state);
    }
    let mut changes = changes(prior, &plan.state, plan.private.imported);
    imported::settle_organization(&mut changes, prior, &plan.state, &plan.private);
    let mut diagnostics = Diagnostics::new();
    let new_order: Vec<_> = changes
        .iter()
        .filter(|change| change.means == Means::NewOrder)
        .collect();
    if let Some(reason) = replace::because_closed(prior, &plan.state) {
        diagnostics.extend(reason.diagnostics);
        plan.requires_replace.extend(reason.requires_replace);
        if let Some(unknown) = reason.state {
            plan.state = unknown;
        }
    } else if new_order.is_empty() {
        diagnostics.extend(not_possible(&changes, prior));
        diagnostics.extend(if plan.private.imported {
            imported::recorded_only(&changes, &words::order_id(prior))
        } else {
            words::recorded_only(&changes, prior)
        });
        diagnostics.extend(words::due(prior));
    } else {
        plan.requires_replace
            .extend(new_order.iter().map(|change| change.path.clone()));
        diagnostics.push(words::replacement(prior, &new_order));
    }
    plan.diagnostics = diagnostics;
    plan
}

/// Changes that need a call which this version does not make. Refused rather than ignored or bought as a new order.
fn not_possible<'a>(
    changes: &'a [super::change::Change],
    prior: &'a SslOrderModel,
) -> impl Iterator<Item = Diagnostic> + 'a {
    changes.iter().filter_map(move |change| {
        let action = match change.means {
            Means::Reissue => "reissue the certificate in CertCentral",
            Means::InPlace => "change the order in CertCentral",
            Means::NewOrder | Means::RecordOnly | Means::Behaviour => return None,
        };
        Some(
            Diagnostic::error(
                "Change of an existing order not supported",
                format!(
                    "`{}` of order {} changed. This version of the provider places, reads, imports and cancels orders; it does not change one. \
                     To change it, {action} and set the argument to the same value, or set it back. To buy a new order instead, run \
                     `terraform apply -replace=...`, or change `order_key`.",
                    change.argument,
                    words::order_id(prior)
                ),
            )
            .at(change.path.clone()),
        )
    })
}

#[cfg(test)]
mod tests;
