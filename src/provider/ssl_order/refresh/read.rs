//! Refreshing an order. Any status is recorded; only what proves that the order is gone drops it from state, because
//! a dropped order would be bought again.

use super::details::Observer;
use super::{clocks, external_changes};
use crate::certcentral::OrderId;
use crate::framework::{Call, Diagnostic, Read, ReadRequest, Warnings};
use crate::provider::order::absence::Absence;
use crate::provider::order::api_error;
use crate::provider::session::Session;
use crate::provider::ssl_order::import::arguments;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};

/// Looks at the order of a state.
pub(crate) async fn read(
    session: &Session,
    call: &Call,
    request: ReadRequest<SslOrderModel, SslOrderPrivate>,
) -> Read<SslOrderModel, SslOrderPrivate> {
    let ReadRequest { mut state, private } = request;
    let mut private = private.stored();
    let is_import = private.imported && state.status.is_null();
    let id = match state.order_id_to_be("looked at") {
        Ok(id) => id,
        Err(problem) => return Read::Failed(problem.into()),
    };
    let client = match session.client_to_look(&call.stop) {
        Ok(client) => client,
        Err(problem) => return Read::Failed(problem.into()),
    };
    let order = match client.order(id).await {
        Ok(order) => order,
        Err(error) if Absence::NotShown.is_proven_by(&error) => {
            return not_visible(id, &state, is_import);
        }
        Err(error) => {
            return Read::Failed(
                api_error::diagnostic(&error, &format!("refreshing order {id}")).into(),
            );
        }
    };
    let mut warnings = Warnings::new();
    if is_import {
        match arguments::check_product(&order) {
            Ok(warning) => warnings.extend(warning),
            Err(problem) => return Read::Failed(problem.into()),
        }
        arguments::fill(&mut state, &order);
        private.organization = Some(arguments::told_organization(&order));
    }
    warnings.extend(external_changes::reissued(&state, &order));
    warnings.extend(external_changes::moved(&state, &order));
    external_changes::follow(&mut state, &order);
    let mut observer = Observer::new(&client, state);
    observer.details(order, &[]).await;
    let mut state = observer.state;
    warnings.extend(observer.warnings);
    // CertCentral has answered, so this is its day.
    clocks::set(&mut state, session.today());
    Read::Object {
        state,
        private,
        warnings,
    }
}

/// A 404 means "not visible to this key" as often as "gone".
fn not_visible(
    id: OrderId,
    state: &SslOrderModel,
    is_import: bool,
) -> Read<SslOrderModel, SslOrderPrivate> {
    if is_import {
        return Read::Failed(arguments::not_visible(id).into());
    }
    let status = state.order_status();
    if status.is_closed() {
        let mut warnings = Warnings::new();
        warnings.push(Diagnostic::warning(
            "Closed order removed from state",
            format!("Order {id} was {status}, and CertCentral does not show it any more. It is removed from state."),
        ));
        return Read::Gone(warnings);
    }
    Read::Failed(
        Diagnostic::error(
            "Order not visible",
            format!(
                "CertCentral does not show order {id} to this API key. It may be in a container (division) that the key does not see, or \
                 gone. It stays in state, because dropping it would buy it again.\n\n\
                 Use a key that sees the container; or, if the order is gone for certain, \
                 remove it with `terraform state rm`."
            ),
        )
        .into(),
    )
}

#[cfg(test)]
mod tests;
