//! Looking at an order: order info, the validation of its domains while it is open, and the chain once per certificate.
//!
//! One call for an order that is issued and known, so that a refresh of many orders costs one call each.

use tracing::debug;

use super::{domain_validations, state};
use crate::certcentral::{ChainItem, Client, Error, Order, OrderStatus};
use crate::framework::{Attr, Diagnostic, Warnings};
use crate::provider::order::api_error;
use crate::provider::order::certificate::own_chain;
use crate::provider::ssl_order::model::SslOrderModel;

/// Brings what CertCentral says about an order into its state. Never fails: what cannot be looked at now stays as it was, with a
/// warning.
#[derive(Debug)]
pub(crate) struct Observer<'a> {
    /// Makes the calls.
    pub client: &'a Client,
    /// The state of the order.
    pub state: SslOrderModel,
    /// What a person should know of the looks so far.
    pub warnings: Warnings,
}

/// An order as it was seen.
#[derive(Debug)]
pub(crate) struct Observation {
    /// Order info.
    pub order: Order,
    /// Whether all its domains are validated.
    pub all_validated: bool,
}

impl<'a> Observer<'a> {
    /// An observer of the order in `state`.
    pub(crate) fn new(client: &'a Client, state: SslOrderModel) -> Self {
        Self {
            client,
            state,
            warnings: Warnings::new(),
        }
    }

    /// Warns of a call that failed.
    pub(crate) fn warn(&mut self, error: &Error, doing: &str) {
        self.warnings.push(api_error::diagnostic(error, doing));
    }

    /// Brings everything that hangs on an order into state. `chain_at_hand` is the chain of the answer to the POST; without it the chain is
    /// downloaded.
    pub(crate) async fn details(
        &mut self,
        order: Order,
        chain_at_hand: &[ChainItem],
    ) -> Observation {
        debug!(order_id = %order.id, status = %order.status, "order looked at");
        let before = self.state.clone();
        let had_certificate = before.certificate_pem.known().is_some();
        state::order(&mut self.state, &order);
        let was_issued = before.serial_number.known().is_some();
        let is_certificate_to_come = order.status == OrderStatus::ReissuePending
            && order.certificate.serial_number.is_none();
        if is_certificate_to_come && was_issued {
            // Order info may show the reissue before it is issued; until then the former certificate is the one in force.
            state::keep_certificate(&mut self.state, &before);
        }
        let was_reissued = before.status.as_str() == Some("reissue_pending");
        let is_settled = was_issued && !was_reissued && order.status != OrderStatus::ReissuePending;
        let all_validated = self.validations(&order, is_settled).await;
        let is_issued = self.state.serial_number.known().is_some();
        let is_same = had_certificate && before.certificate_id == self.state.certificate_id;
        if is_issued && !is_same {
            let is_stored = self.chain(&order, chain_at_hand).await;
            if !is_stored && had_certificate {
                // The next refresh sees another certificate id again, and tries again.
                state::keep_certificate(&mut self.state, &before);
            }
        }
        Observation {
            order,
            all_validated,
        }
    }

    /// Asks for the random value of an order whose answer to the POST nobody has. That gives the value in force, so records that stand
    /// stay good.
    pub(crate) async fn random_value(&mut self, order: &Order) {
        let method = order.dcv_method.as_deref().unwrap_or_default();
        if !method.contains("token") {
            return;
        }
        let answers = async {
            let validation = self.client.validation_status(order.id).await?;
            Ok::<_, Error>((validation, self.client.dcv_random_value(order.id).await?))
        };
        match answers.await {
            Ok((validation, value)) => {
                domain_validations::random_value(&mut self.state, method, &validation, &value);
            }
            Err(error) => self.warn(
                &error,
                &format!("reading the random value of order {}", order.id),
            ),
        }
    }

    /// Asks for the state of the domains while it can still change. Returns whether all are validated.
    async fn validations(&mut self, order: &Order, is_settled: bool) -> bool {
        let is_known = is_settled
            && matches!(&self.state.domain_validations, Attr::Known(known) if !known.is_empty());
        if is_known || order.status.is_closed() {
            domain_validations::fill_gaps(&mut self.state, order);
            return true;
        }
        match self.client.validation_status(order.id).await {
            Ok(validation) => domain_validations::update(&mut self.state, order, &validation),
            Err(error) => {
                domain_validations::fill_gaps(&mut self.state, order);
                self.warn(
                    &error,
                    &format!("reading the domain validations of order {}", order.id),
                );
                false
            }
        }
    }

    /// Stores the chain of the order's certificate. Returns whether it is stored.
    async fn chain(&mut self, order: &Order, at_hand: &[ChainItem]) -> bool {
        let Some(certificate_id) = order.certificate.id else {
            return false;
        };
        let fetched;
        let items = if at_hand.is_empty() {
            match self.client.certificate_chain(certificate_id).await {
                Ok(chain) => {
                    fetched = chain.intermediates;
                    fetched.as_slice()
                }
                Err(error) => {
                    let id = order.id;
                    self.warn(
                        &error,
                        &format!("downloading certificate {certificate_id} of order {id}"),
                    );
                    return false;
                }
            }
        } else {
            at_hand
        };
        match own_chain(items, self.state.csr.as_str(), order) {
            Ok(chain) => {
                state::chain(&mut self.state, &chain);
                true
            }
            Err(reason) => {
                self.warnings.push(Diagnostic::warning(
                    "Certificate chain not usable",
                    format!(
                        "CertCentral's chain of certificate {certificate_id} of order {} is not stored: {reason}. The order is fine; a later \
                         refresh tries again.",
                        order.id
                    ),
                ));
                false
            }
        }
    }
}
