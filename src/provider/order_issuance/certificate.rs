//! The certificate of an order, from CertCentral into state.

use super::model::OrderIssuanceModel;
use crate::certcentral::{CertificateId, Client, Order};
use crate::framework::{Attr, Diagnostic};
use crate::pki::{Certificate, Chain, Csr};
use crate::provider::order::api_error;
use crate::provider::ssl_order::refresh::state::date;

/// Fills in everything about the certificate of an issued order.
pub(super) async fn record(
    client: &Client,
    state: &mut OrderIssuanceModel,
    order: &Order,
) -> Result<(), Diagnostic> {
    let id = order
        .certificate
        .id
        .ok_or_else(|| unusable(order, "order info names no certificate"))?;
    let answer = client.certificate_chain(id).await.map_err(|error| {
        let doing = format!("downloading certificate {id} of order {}", order.id);
        api_error::diagnostic(&error, &doing)
    })?;
    let chain = own_chain(&answer.bundle(), order).map_err(|reason| unusable(order, &reason))?;
    state.status = Attr::Known(order.status.to_string());
    state.certificate_id = Attr::Known(CertificateId::get(id));
    state.certificate_pem = Attr::Known(chain.leaf().pem());
    state.chain_pem = Attr::Known(chain.intermediates_pem());
    state.fullchain_pem = Attr::Known(chain.full_chain_pem());
    state.root_pem = chain.root().map(Certificate::pem).into();
    state.serial_number = order.certificate.serial_number.clone().into();
    state.thumbprint = order.certificate.thumbprint.clone().into();
    state.valid_from = order.certificate.valid_from.map(date).into();
    state.valid_till = order.certificate.valid_till.map(date).into();
    Ok(())
}

/// The chain whose leaf holds the key of the order's CSR.
fn own_chain(bundle: &str, order: &Order) -> Result<Chain, String> {
    let csr = order
        .certificate
        .csr
        .as_deref()
        .ok_or("order info shows no CSR to compare it with")?;
    let csr =
        Csr::from_pem(csr).map_err(|error| format!("the order's CSR is not readable: {error}"))?;
    Chain::from_pem(bundle, csr.public_key()).map_err(|error| error.to_string())
}

fn unusable(order: &Order, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "Certificate chain not usable",
        format!(
            "CertCentral's chain for order {} is not usable: {reason}. The order is fine; the next apply tries again.",
            order.id
        ),
    )
}
