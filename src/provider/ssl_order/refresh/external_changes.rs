//! What somebody did to an order outside Terraform that Terraform cannot undo: its certificate no longer is the configured
//! one, or it is in another container. Said, never planned. Pure.

use crate::certcentral::{Order, OrderStatus, RequestId, RequestStatus};
use crate::framework::{AttributePath, Diagnostic};
use crate::pki::Csr;
use crate::provider::ssl_order::equality::names_of;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::purchase::lookup::has_key;

/// A warning if the certificate of an issued order has another key than the CSR in state, or other names than the
/// arguments in state. The arguments stay, so that nothing is planned. Says nothing where one side does not tell, and nothing
/// while a reissue is pending: the arguments may be those of the certificate to come, and order info shows the former one.
pub(crate) fn reissued(state: &SslOrderModel, order: &Order) -> Option<Diagnostic> {
    let is_settled = order.status.has_certificate() && order.status != OrderStatus::ReissuePending;
    if !is_settled || order.certificate.serial_number.is_none() {
        return None;
    }
    let mut differences = Vec::new();
    let mut path = None;
    if has_other_key(state, order) {
        differences.push("it has another key than `csr`".to_owned());
        path = Some("csr");
    }
    let (missing, further) = other_names(state, order);
    if !missing.is_empty() {
        differences.push(format!("it does not cover {}", missing.join(", ")));
        path = path.or(Some("dns_names"));
    }
    if !further.is_empty() {
        differences.push(format!(
            "it also covers {}, which the order's arguments do not name",
            further.join(", ")
        ));
        path = path.or(Some("dns_names"));
    }
    let path = path?;
    let differences = differences.join("; ");
    Some(not_the_configured_one(order, &differences).at(AttributePath::of(path)))
}

/// The warning, with the cause as far as the order tells it.
fn not_the_configured_one(order: &Order, differences: &str) -> Diagnostic {
    let id = order.id;
    match rejected_reissue(order) {
        Some(request) => Diagnostic::warning(
            "Certificate is not the configured one",
            format!(
                "The certificate of order {id} is not the configured one: {differences}. The latest reissue was rejected (request {request}), so \
                 the certificate from before it is still in force. The attributes show that certificate, the arguments stay as they are, and \
                 nothing is planned. Ask the approver for the reason; then reissue the certificate in CertCentral with the configured \
                 values, or set the arguments back to those of the certificate."
            ),
        ),
        None => Diagnostic::warning(
            "Certificate reissued outside Terraform",
            format!(
                "The certificate of order {id} is not the configured one: {differences}. It was probably reissued outside Terraform. The attributes \
                 of the certificate show the new one, the arguments stay as they are, and nothing is planned. Bring the configuration in line \
                 with the certificate, or reissue it in CertCentral."
            ),
        ),
    }
}

/// The newest request for a reissue, if it was rejected. A canceled reissue counts as rejected too.
fn rejected_reissue(order: &Order) -> Option<RequestId> {
    let newest = order
        .requests
        .iter()
        .filter(|request| request.kind.as_deref() == Some("reissue"))
        .max_by_key(|request| request.id.get())?;
    (newest.status == Some(RequestStatus::Rejected)).then_some(newest.id)
}

/// A warning if an open order is in another container than the one in state. State keeps its own: following the order would
/// look like a wish for a new one.
pub(crate) fn moved(state: &SslOrderModel, order: &Order) -> Option<Diagnostic> {
    let configured = *state.container_id.known()?;
    let container = order.container.as_ref()?;
    let actual = container.id?.get();
    if actual == configured || order.status.is_closed() {
        return None;
    }
    let name = match &container.name {
        Some(name) => format!(" ({name})"),
        None => String::new(),
    };
    Some(
        Diagnostic::warning(
            "Order moved to another container",
            format!(
                "Order {} is in container {actual}{name}, and `container_id` is {configured}: it was moved in CertCentral, and the API cannot move it \
                 back. State keeps {configured}, and nothing is planned. Move it back in CertCentral. To follow it instead, remove the resource \
                 with `terraform state rm`, set `container_id = {actual}` and import order {}; a change of `container_id` alone buys a new order.",
                order.id, order.id
            ),
        )
        .at(AttributePath::of("container_id")),
    )
}

fn has_other_key(state: &SslOrderModel, order: &Order) -> bool {
    let configured = state.csr.as_str().and_then(|text| Csr::from_pem(text).ok());
    let is_readable = order
        .certificate
        .csr
        .as_deref()
        .is_some_and(|text| Csr::from_pem(text).is_ok());
    is_readable && configured.is_some_and(|csr| !has_key(order, &csr))
}

/// Configured names that the certificate lacks, and names of it that nobody configured. Base domain and `www` that
/// CertCentral adds to some products at no charge do not count.
fn other_names(state: &SslOrderModel, order: &Order) -> (Vec<String>, Vec<String>) {
    let certificate = &order.certificate;
    if state.common_name.known().is_none() || certificate.dns_names.is_empty() {
        return Default::default();
    }
    let configured = state.canonical_names();
    let covered = names_of(certificate.common_name.as_deref(), &certificate.dns_names);
    let is_companion = |name: &String| {
        configured.contains(&format!("*.{name}"))
            || configured.contains(&format!("www.{name}"))
            || name
                .strip_prefix("www.")
                .is_some_and(|base| configured.contains(base))
    };
    let missing = configured.difference(&covered).cloned().collect();
    let further = covered
        .difference(&configured)
        .filter(|name| !is_companion(name))
        .cloned()
        .collect();
    (missing, further)
}

#[cfg(test)]
mod tests;
