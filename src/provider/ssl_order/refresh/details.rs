//! Looking at an order: order info, the validation of its domains while it is open, and the chain once per certificate.
//!
//! One call for an order that is issued and known, so that a refresh of many orders costs one call each.

use tracing::debug;

use super::{domain_validations, state};
use crate::certcentral::{ChainItem, Client, Error, Order, OrderStatus};
use crate::framework::{Attr, Warnings};
use crate::provider::order::api_error;
use crate::provider::order::certificate::own_chain;
use crate::provider::ssl_order::model::SslOrderModel;

/// Brings everything that hangs on an order into `state`, and returns whether all its domains are validated. Never
/// fails: what cannot be looked at now stays as it was, with a warning. `chain_at_hand` is the chain of the answer to the
/// POST; without it the chain is downloaded.
pub(crate) async fn details(
    client: &Client,
    state: &mut SslOrderModel,
    order: &Order,
    chain_at_hand: &[ChainItem],
    warnings: &mut Warnings,
) -> bool {
    debug!(order_id = %order.id, status = %order.status, "order looked at");
    let before = state.clone();
    let had_certificate = before.certificate_pem.known().is_some();
    state::order(state, order);
    let was_issued = before.serial_number.known().is_some();
    let is_certificate_to_come =
        order.status == OrderStatus::ReissuePending && order.certificate.serial_number.is_none();
    if is_certificate_to_come && was_issued {
        // Order info may show the reissue before it is issued; until then the former certificate is the one in force.
        state::keep_certificate(state, &before);
    }
    let was_reissued = before.status.as_str() == Some("reissue_pending");
    let is_settled = was_issued && !was_reissued && order.status != OrderStatus::ReissuePending;
    let all_validated = validations(client, state, order, is_settled, warnings).await;
    let is_issued = state.serial_number.known().is_some();
    let is_same = had_certificate && before.certificate_id == state.certificate_id;
    if is_issued && !is_same {
        let is_stored = chain(client, state, order, chain_at_hand, warnings).await;
        if !is_stored && had_certificate {
            // The next refresh sees another certificate id again, and tries again.
            state::keep_certificate(state, &before);
        }
    }
    all_validated
}

/// The random value of an order whose answer to the POST nobody has. Asking for it gives the value in force, so records that stand stay good.
pub(crate) async fn random_value(
    client: &Client,
    state: &mut SslOrderModel,
    order: &Order,
    warnings: &mut Warnings,
) {
    let method = order.dcv_method.as_deref().unwrap_or_default();
    if !method.contains("token") {
        return;
    }
    let answers = async {
        let validation = client.validation_status(order.id).await?;
        Ok::<_, Error>((validation, client.dcv_random_value(order.id).await?))
    };
    match answers.await {
        Ok((validation, value)) => {
            domain_validations::random_value(state, method, &validation, &value);
        }
        Err(error) => warnings.push_demoted(api_error::diagnostic(
            &error,
            &format!("reading the random value of order {}", order.id),
        )),
    }
}

/// The state of the domains, asked for while it can still change. Returns whether all are validated.
async fn validations(
    client: &Client,
    state: &mut SslOrderModel,
    order: &Order,
    is_settled: bool,
    warnings: &mut Warnings,
) -> bool {
    let is_known =
        is_settled && matches!(&state.domain_validations, Attr::Known(known) if !known.is_empty());
    if is_known || order.status.is_closed() {
        domain_validations::fill_gaps(state, order);
        return true;
    }
    match client.validation_status(order.id).await {
        Ok(validation) => domain_validations::update(state, order, &validation),
        Err(error) => {
            domain_validations::fill_gaps(state, order);
            warnings.push_demoted(api_error::diagnostic(
                &error,
                &format!("reading the domain validations of order {}", order.id),
            ));
            false
        }
    }
}

/// Stores the chain of the order's certificate. Returns whether it is stored.
async fn chain(
    client: &Client,
    state: &mut SslOrderModel,
    order: &Order,
    at_hand: &[ChainItem],
    warnings: &mut Warnings,
) -> bool {
    let Some(certificate_id) = order.certificate.id else {
        return false;
    };
    let fetched;
    let items = if at_hand.is_empty() {
        match client.certificate_chain(certificate_id).await {
            Ok(chain) => {
                fetched = chain.intermediates;
                fetched.as_slice()
            }
            Err(error) => {
                warnings.push_demoted(api_error::diagnostic(
                    &error,
                    &format!(
                        "downloading certificate {certificate_id} of order {}",
                        order.id
                    ),
                ));
                return false;
            }
        }
    } else {
        at_hand
    };
    match own_chain(items, state.csr.as_str(), order) {
        Ok(chain) => {
            state::chain(state, &chain);
            true
        }
        Err(reason) => {
            warnings.push(
                "Certificate chain not usable",
                format!(
                    "CertCentral's chain of certificate {certificate_id} of order {} is not stored: {reason}. The order is fine; a later \
                     refresh tries again.",
                    order.id
                ),
            );
            false
        }
    }
}
