//! From what CertCentral says about an order to the attributes of its state. Pure.

use crate::certcentral::{
    CertificateId, Order, OrderId, OrderStatus, PlacedOrder, RequestId, RequestStatus,
};
use crate::framework::Attr;
use crate::pki::{Certificate, Chain};
use crate::provider::order::certificate::day;
use crate::provider::order::status;
use crate::provider::ssl_order::model::{
    ChainElementModel, DomainValidationModel, RequestModel, SslOrderModel,
};

/// The state of an order of which only the plan and the id are known: every attribute known, nothing invented.
pub(crate) fn placed(planned: SslOrderModel, id: OrderId, token: &str) -> SslOrderModel {
    let mut state = SslOrderModel {
        id: Attr::Known(id.to_string()),
        order_id: Attr::Known(id.get()),
        alternative_order_id: token.into(),
        ..planned
    };
    set_status(&mut state, &OrderStatus::Pending);
    state.requests = Attr::Known(Vec::new());
    state.certificate_id = Attr::Null;
    state.order_valid_till = Attr::Null;
    state.ready_for_reissue = Attr::Known(false);
    state.ready_for_renewal = Attr::Known(false);
    forget_certificate(&mut state);
    if let Attr::Known(validations) = &mut state.domain_validations {
        for validation in validations.values_mut() {
            *validation = Attr::Known(DomainValidationModel::default());
        }
    }
    state
}

/// What the answer to the POST says.
pub(crate) fn answer(state: &mut SslOrderModel, placed: &PlacedOrder) {
    state.certificate_id = placed.certificate_id.map(CertificateId::get).into();
    state.requests = requests(placed.requests.iter().map(|r| (r.id, r.status.as_ref())));
    if placed.requests.iter().any(|request| {
        request
            .status
            .as_ref()
            .is_some_and(RequestStatus::is_waiting)
    }) {
        set_status(state, &OrderStatus::NeedsApproval);
    }
}

/// CertCentral has taken a reissue; until order info tells more, it is pending.
pub(crate) fn reissue_taken(state: &mut SslOrderModel) {
    set_status(state, &OrderStatus::ReissuePending);
}

/// What order info says: status, ids and, once it is issued, the certificate's dates and numbers.
pub(crate) fn order(state: &mut SslOrderModel, order: &Order) {
    state.id = Attr::Known(order.id.to_string());
    state.order_id = Attr::Known(order.id.get());
    set_status(state, &order.status);
    state.certificate_id = order.certificate.id.map(CertificateId::get).into();
    state.order_valid_till = order.order_valid_till.map(day).into();
    state.requests = requests(order.requests.iter().map(|r| (r.id, r.status.as_ref())));
    if order.certificate.serial_number.is_some() {
        state.serial_number = order.certificate.serial_number.clone().into();
        state.thumbprint = order.certificate.thumbprint.clone().into();
        state.valid_from = order.certificate.valid_from.map(day).into();
        state.valid_till = order.certificate.valid_till.map(day).into();
    } else {
        forget_certificate(state);
    }
}

/// The certificate and its chain.
pub(crate) fn chain(state: &mut SslOrderModel, chain: &Chain) {
    let leaf = chain.leaf();
    state.certificate_pem = Attr::Known(leaf.pem());
    state.chain_pem = Attr::Known(chain.intermediates_pem());
    state.fullchain_pem = Attr::Known(chain.full_chain_pem());
    state.root_pem = chain.root().map(Certificate::pem).into();
    state.issuer_common_name = leaf.issuer_common_name().map(str::to_owned).into();
    state.certificate_chain = Attr::Known(
        std::iter::once(leaf)
            .chain(chain.intermediates())
            .chain(chain.root())
            .map(element)
            .collect(),
    );
}

/// Puts the certificate of an earlier state back as a whole, so that its number and its PEM never come apart.
pub(crate) fn keep_certificate(state: &mut SslOrderModel, before: &SslOrderModel) {
    state.certificate_id = before.certificate_id.clone();
    state.serial_number = before.serial_number.clone();
    state.thumbprint = before.thumbprint.clone();
    state.valid_from = before.valid_from.clone();
    state.valid_till = before.valid_till.clone();
    state.certificate_pem = before.certificate_pem.clone();
    state.chain_pem = before.chain_pem.clone();
    state.fullchain_pem = before.fullchain_pem.clone();
    state.root_pem = before.root_pem.clone();
    state.certificate_chain = before.certificate_chain.clone();
    state.issuer_common_name = before.issuer_common_name.clone();
}

/// No certificate is issued.
pub(crate) fn forget_certificate(state: &mut SslOrderModel) {
    state.certificate_pem = Attr::Null;
    state.chain_pem = Attr::Null;
    state.fullchain_pem = Attr::Null;
    state.root_pem = Attr::Null;
    state.certificate_chain = Attr::Null;
    state.serial_number = Attr::Null;
    state.thumbprint = Attr::Null;
    state.issuer_common_name = Attr::Null;
    state.valid_from = Attr::Null;
    state.valid_till = Attr::Null;
}

fn requests<'a>(
    requests: impl Iterator<Item = (RequestId, Option<&'a RequestStatus>)>,
) -> Attr<Vec<Attr<RequestModel>>> {
    Attr::Known(
        requests
            .map(|(id, status)| {
                Attr::Known(RequestModel {
                    id: Attr::Known(id.get()),
                    status: status.map(ToString::to_string).into(),
                })
            })
            .collect(),
    )
}

fn set_status(state: &mut SslOrderModel, status: &OrderStatus) {
    state.status = Attr::Known(status.to_string());
    state.status_detail = status::detail(status).into();
}

fn element(certificate: &Certificate) -> Attr<ChainElementModel> {
    Attr::Known(ChainElementModel {
        subject_common_name: certificate.subject_common_name().map(str::to_owned).into(),
        pem: Attr::Known(certificate.pem()),
    })
}

#[cfg(test)]
mod tests;
