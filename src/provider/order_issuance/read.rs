//! Refreshing and importing a wait that is over. An order that is gone only ends the wait: nothing
//! is bought by waiting again.

use super::schema::OrderIssuanceModel;
use super::{OrderIssuance, OrderIssuancePrivate, messages};
use crate::certcentral::{CertificateId, Client, Order, OrderId};
use crate::framework::{Attr, Call, Diagnostic, Diagnostics, Imported, Read, Warnings};
use crate::pki::{Certificate, Chain};
use crate::provider::order::api_error;
use crate::provider::order::certificate::{day, own_chain, usages};
use crate::provider::order::chain_age;
use crate::provider::order::chain_age::Held;
use crate::provider::order::status::Absence;
use crate::provider::session::Session;

/// Looks at the order of a state.
pub(super) async fn read(
    session: &Session,
    call: &Call,
    state: OrderIssuanceModel,
    mut private: OrderIssuancePrivate,
) -> Read<OrderIssuance> {
    chain_age::hold(session, state.held_chain(), &private.chain_read);
    let found = match order_of(session, call, &state).await {
        Ok(found) => found,
        Err(problem) => return Read::Failed(problem.into()),
    };
    let mut warnings = Warnings::new();
    let Some((client, order)) = found else {
        let id = state.id.as_str().unwrap_or_default();
        warnings.push(Diagnostic::warning(
            "Wait for a certificate removed from state",
            format!(
                "CertCentral does not show order {id} to this API key any more. Only the wait is \
                 removed from state; if it is still configured, the next apply waits again, which \
                 costs nothing."
            ),
        ));
        return Read::Gone(warnings);
    };
    let former = state.certificate_pem.clone();
    let (mut state, problem) = refreshed(&client, state, &order).await;
    warnings.extend(problem);
    let read_on = &mut private.chain_read;
    if state.certificate_pem != former {
        chain_age::note(read_on, session.today());
    } else if let Some(chain) =
        chain_age::another(session, &client, &order, state.held_chain(), read_on).await
    {
        let former = state.chain_pem.as_str().unwrap_or_default();
        warnings.push(chain_age::replaced(&order, former, &chain));
        state.store(&chain);
    }
    Read::Object {
        state,
        private,
        warnings,
    }
}

/// The order and the client that found it; none if CertCentral does not show it.
async fn order_of(
    session: &Session,
    call: &Call,
    state: &OrderIssuanceModel,
) -> Result<Option<(Client, Order)>, Diagnostic> {
    let id = state.known_order_id()?.ok_or_else(|| {
        Diagnostic::error(
            "State without an order id",
            "The state of this resource holds no order id. Remove it with `terraform state rm`; \
             the next apply waits for the certificate again.",
        )
    })?;
    let client = session.client_to_look(&call.stop)?;
    let doing = format!("refreshing order {id}");
    let order = Absence::NotShown.or_order(client.order(id).await, &doing)?;
    Ok(order.map(|order| (client, order)))
}

/// The state with what the order is now. A certificate that cannot be downloaded leaves the one in
/// state, with the reason.
async fn refreshed(
    client: &Client,
    mut state: OrderIssuanceModel,
    order: &Order,
) -> (OrderIssuanceModel, Option<Diagnostic>) {
    state.status = Attr::Known(order.status.to_string());
    let is_issued = order.certificate.serial_number.is_some();
    let id = order.certificate.id.map(CertificateId::get);
    let is_same =
        state.certificate_pem.known().is_some() && state.certificate_id.known() == id.as_ref();
    if !is_issued || is_same {
        return (state, None);
    }
    let before = state.clone();
    match state.record(client, order).await {
        Ok(()) => (state, None),
        Err(problem) => (before, Some(problem)),
    }
}

/// A wait that ended before Terraform knew of it. The order must have its certificate.
pub(super) async fn import(
    session: &Session,
    call: &Call,
    id: &str,
) -> Result<Imported<OrderIssuance>, Diagnostics> {
    let order_id: OrderId = id.trim().parse().map_err(|_| {
        Diagnostic::error(
            "Invalid import id",
            format!(
                "{id:?} is not an order id. Import takes the number of the order in \
                CertCentral, such as 112233."
            ),
        )
    })?;
    let client = session.client_to_look(&call.stop)?;
    let doing = format!("importing order {order_id}");
    let order = Absence::NotShown
        .or_order(client.order(order_id).await, &doing)?
        .ok_or_else(|| messages::not_visible(order_id))?;
    let mut state = OrderIssuanceModel {
        id: Attr::Known(order_id.to_string()),
        order_id: Attr::Known(order_id.get()),
        ..OrderIssuanceModel::default()
    };
    if order.certificate.serial_number.is_none() {
        return Err(Diagnostic::error(
            "Order has no certificate yet",
            format!(
                "Order {order_id} is {}, so there is no wait to import. Apply instead: creating \
                 the resource waits for the certificate.",
                order.status
            ),
        )
        .into());
    }
    state.record(&client, &order).await?;
    Ok(Imported {
        state,
        private: OrderIssuancePrivate::read_today(session),
    })
}

impl OrderIssuanceModel {
    /// Returns what the state holds of the chain.
    fn held_chain(&self) -> Held<'_> {
        Held {
            leaf: self.certificate_pem.as_str(),
            intermediates: self.chain_pem.as_str(),
            root: self.root_pem.as_str(),
            csr: None,
        }
    }

    fn store(&mut self, chain: &Chain) {
        self.certificate_pem = Attr::Known(chain.leaf().pem());
        self.chain_pem = Attr::Known(chain.intermediates_pem());
        self.fullchain_pem = Attr::Known(chain.full_chain_pem());
        self.root_pem = chain.root().map(Certificate::pem).into();
    }

    /// Fills in everything about the certificate of an issued order.
    pub(super) async fn record(
        &mut self,
        client: &Client,
        order: &Order,
    ) -> Result<(), Diagnostic> {
        let id = order
            .certificate
            .id
            .ok_or_else(|| messages::unusable_chain(order, "order info names no certificate"))?;
        let answer = client.certificate_chain(id).await.map_err(|error| {
            let doing = format!("downloading certificate {id} of order {}", order.id);
            api_error::diagnostic(&error, &doing)
        })?;
        let chain = own_chain(&answer.intermediates, None, order)
            .map_err(|reason| messages::unusable_chain(order, &reason))?;
        self.status = Attr::Known(order.status.to_string());
        self.certificate_id = Attr::Known(id.get());
        self.store(&chain);
        self.extended_key_usages = usages(chain.leaf());
        self.serial_number = order.certificate.serial_number.clone().into();
        self.thumbprint = order.certificate.thumbprint.clone().into();
        self.valid_from = order.certificate.valid_from.map(day).into();
        self.valid_till = order.certificate.valid_till.map(day).into();
        Ok(())
    }
}
