//! What somebody did to an order outside Terraform. What an update can change back goes into state,
//! so that the next plan proposes the configured value again. What Terraform cannot undo is said
//! and never planned: the certificate no longer is the configured one, or the order is in another
//! container. Pure.
//!
//! Only a difference in meaning counts. What the answer does not say is no difference, and an
//! argument that is null in state stays null: nobody asked for a value.

use std::collections::BTreeMap;

use crate::certcentral::{CustomField, Order, OrderStatus, RequestId, RequestStatus};
use crate::framework::{Attr, AttributePath, Diagnostic, Set};
use crate::pki::{Csr, certificate_names};
use crate::provider::ssl_order::equality::same_emails;
use crate::provider::ssl_order::model::{AskedNames, CustomFieldModel, SslOrderModel};
use crate::provider::ssl_order::purchase::lookup::has_key;

/// Follows changes of e-mail addresses, the switch of the renewal notifications and the values of
/// custom fields. Nothing of a closed order: it stays as it is.
pub(crate) fn follow(state: &mut SslOrderModel, order: &Order) {
    if order.status.is_closed() {
        return;
    }
    if let Some(reported) = &order.additional_emails {
        emails(&mut state.additional_emails, reported);
    }
    if let (Attr::Known(known), Some(reported)) = (
        &mut state.disable_renewal_notifications,
        order.disable_renewal_notifications,
    ) {
        *known = reported;
    }
    if let Attr::Known(Set(fields)) = &mut state.custom_fields {
        for field in fields {
            if let Attr::Known(field) = field {
                custom_field(field, &order.custom_fields);
            }
        }
    }
}

fn emails(state: &mut Attr<Set<Attr<String>>>, reported: &[String]) {
    let Attr::Known(known) = &*state else {
        return;
    };
    // A set holds an address once, however often and in whichever case it is listed.
    let each: BTreeMap<_, _> = reported
        .iter()
        .map(|email| email.trim())
        .map(|email| (email.to_lowercase(), email))
        .collect();
    let reported = Set(each.into_values().map(Into::into).collect());
    if !same_emails(known, &reported) {
        *state = Attr::Known(reported);
    }
}

/// Fields that the order does not list keep their value: the API cannot take one away, and lists
/// none that is empty.
fn custom_field(field: &mut CustomFieldModel, reported: &[CustomField]) {
    let known = field.value.as_str().unwrap_or_default().trim();
    let mut values = reported
        .iter()
        .filter(|other| other.metadata_id.as_ref() == field.metadata_id.known())
        .filter_map(|other| other.value.as_deref());
    let is_same = values.clone().any(|value| value.trim() == known);
    if let (false, Some(value)) = (is_same, values.next()) {
        field.value = value.into();
    }
}

/// A warning if the certificate of an issued order has another key than the CSR in state, or other
/// names than the arguments in state. The arguments stay, so that nothing is planned. Says nothing
/// where one side does not tell, and nothing while a reissue is pending: the arguments may be those
/// of the certificate to come, and order info shows the former one.
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
                "The certificate of order {id} is not the configured one: {differences}. The \
                 latest reissue was rejected (request {request}), so the certificate from before \
                 it is still in force. The attributes show that certificate, the arguments stay as \
                 they are, and nothing is planned because of it. Ask the approver for the reason; \
                 then set or change `reissue_trigger` to ask for the configured values again, or \
                 set the arguments back to those of the certificate."
            ),
        ),
        None => Diagnostic::warning(
            "Certificate reissued outside Terraform",
            format!(
                "The certificate of order {id} is not the configured one: {differences}. It was \
                 probably reissued outside Terraform. The attributes of the certificate show the \
                 new one, the arguments stay as they are, and nothing is planned because of it. \
                 Bring the configuration in line with the certificate, which is only recorded, or \
                 set or change `reissue_trigger` to reissue it for the configured names and key. A \
                 reissue that falls due is for these, too; its plan names what the certificate \
                 loses."
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

/// A warning if an open order is in another container than the one in state. State keeps its own:
/// following the order would look like a wish for a new one.
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
                "Order {} is in container {actual}{name}, and `container_id` is {configured}: it \
                 was moved in CertCentral, and the API cannot move it back. State keeps \
                 {configured}, and nothing is planned. Move it back in CertCentral. To follow it \
                 instead, remove the resource with `terraform state rm`, set `container_id = \
                 {actual}` and import order {}; a change of `container_id` alone buys a new order.",
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

/// Configured names that the certificate lacks, and names of it that nobody configured.
pub(super) fn other_names(state: &SslOrderModel, order: &Order) -> (Vec<String>, Vec<String>) {
    let certificate = &order.certificate;
    if state.common_name.known().is_none() || certificate.dns_names.is_empty() {
        return Default::default();
    }
    let asked = AskedNames::of(state);
    let covered = certificate_names(certificate.common_name.as_deref(), &certificate.dns_names);
    (asked.missing_in(&covered), asked.further_in(&covered))
}

#[cfg(test)]
mod tests;
