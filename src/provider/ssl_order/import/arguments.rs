//! The arguments of an imported order, as far as CertCentral tells them, so that a plan with the matching configuration
//! is empty.

mod organization;
mod product;
mod validity;

pub(crate) use self::organization::{
    recognize as recognize_organization, reported as told_organization,
};
pub(crate) use self::product::check as check_product;

use crate::certcentral::{ContainerId, Order, OrderId};
use crate::framework::{Attr, Diagnostic, Set};
use crate::pki::Csr;
use crate::provider::ssl_order::model::{CustomFieldModel, OrganizationModel, SslOrderModel};

/// Puts the prior value back where an imported order has only a guess: CertCentral does not tell these arguments and cannot
/// change them, so whatever the configuration says of them is no change.
pub(crate) fn keep_guesses(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    fn keep<T: Clone>(prior: &Attr<T>, planned: &mut Attr<T>) {
        if !prior.is_null() && !planned.is_null() {
            *planned = prior.clone();
        }
    }
    keep(&prior.organization_units, &mut planned.organization_units);
    keep(&prior.locale, &mut planned.locale);
    keep(&prior.skip_approval, &mut planned.skip_approval);
    validity::keep_guess(prior, planned);
}

/// Fills the arguments in. The provider's own arguments get their defaults; language and approval, which CertCentral does not
/// tell, get the defaults of CertCentral.
pub(crate) fn fill(state: &mut SslOrderModel, order: &Order) {
    let certificate = &order.certificate;
    let common_name = certificate.common_name.clone().unwrap_or_default();
    let names: Vec<_> = certificate
        .dns_names
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case(&common_name))
        .map(|name| name.as_str().into())
        .collect();
    *state = SslOrderModel {
        product_name_id: order
            .product
            .as_ref()
            .and_then(|product| product.name_id.clone())
            .or_else(|| order.product_name_id.clone())
            .into(),
        common_name: certificate.common_name.clone().into(),
        dns_names: non_empty(names).map_or(Attr::Null, |names| Attr::Known(Set(names))),
        csr: certificate.csr.as_deref().map(as_written).into(),
        signature_hash: certificate
            .signature_hash
            .as_deref()
            .map(str::to_lowercase)
            .or(Some("sha256".to_owned()))
            .into(),
        organization_units: Attr::Known(
            certificate
                .organization_units
                .iter()
                .map(|unit| unit.as_str().into())
                .collect(),
        ),
        server_platform_id: Attr::Known(
            certificate
                .server_platform
                .as_ref()
                .and_then(|platform| platform.id)
                .unwrap_or(-1),
        ),
        cert_validity: validity::of_certificate(certificate),
        validity_years: validity::years_in_the_older_form(order),
        order_validity: validity::of_order(order),
        organization: order
            .organization
            .as_ref()
            .and_then(|organization| organization.id)
            .map(|id| OrganizationModel {
                id: Attr::Known(id.get()),
                ..OrganizationModel::default()
            })
            .into(),
        container_id: order
            .container
            .as_ref()
            .and_then(|container| container.id)
            .map(ContainerId::get)
            .into(),
        custom_fields: custom_fields(order),
        additional_emails: non_empty(
            order
                .additional_emails
                .iter()
                .flatten()
                .map(|email| email.as_str().into())
                .collect(),
        )
        .map_or(Attr::Null, |emails| Attr::Known(Set(emails))),
        disable_renewal_notifications: Attr::Known(
            order.disable_renewal_notifications.unwrap_or_default(),
        ),
        auto_renew: Attr::Known(order.auto_renew),
        comments: comments(order),
        locale: "en".into(),
        skip_approval: Attr::Known(false),
        disable_ct: Attr::Known(order.disable_ct),
        dcv_method: order.dcv_method.clone().into(),
        payment_method: order.payment_method.clone().into(),
        renewal_of_order_id: order.renewal_of_order_id.map(OrderId::get).into(),
        alternative_order_id: order.alternative_order_id.clone().into(),
        wait_for: "auto".into(),
        on_destroy: "retain".into(),
        duplicate_order_check: "error".into(),
        reorder_when_closed: Attr::Known(false),
        reissue_days_before_expiry: Attr::Known(30),
        renew_days_before_expiry: Attr::Known(0),
        ..std::mem::take(state)
    };
}

/// The refusal to import an order that CertCentral does not show.
pub(crate) fn not_visible(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Order not visible",
        format!(
            "CertCentral does not show order {id} to this API key, so it is not imported. The number may be another one, such as that of a \
             certificate or a request; or the order may be in a container (division) or an account that the key does not see.\n\n\
             Check the number in CertCentral under Certificates, Orders, or use a key that sees the container."
        ),
    )
}

/// The CSR with the line ends that a file on disk has.
fn as_written(pem: &str) -> String {
    Csr::from_pem(pem).map_or_else(|_| pem.to_owned(), |csr| csr.pem())
}

/// The note on the request for the order itself; notes on reissues and revocations are no argument.
fn comments(order: &Order) -> Attr<String> {
    let is_for_the_order = |kind: &str| matches!(kind, "new_request" | "new request");
    order
        .requests
        .iter()
        .find(|request| request.kind.as_deref().is_none_or(is_for_the_order))
        .and_then(|request| request.comments.clone())
        .into()
}

/// A field without a value is as good as none, and no configuration could say it.
fn custom_fields(order: &Order) -> Attr<Set<Attr<CustomFieldModel>>> {
    let fields = order
        .custom_fields
        .iter()
        .filter_map(|field| {
            Some(Attr::Known(CustomFieldModel {
                metadata_id: Attr::Known(field.metadata_id?),
                value: Attr::Known(field.value.clone()?),
            }))
        })
        .collect();
    non_empty(fields).map_or(Attr::Null, |fields| Attr::Known(Set(fields)))
}

fn non_empty<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests;
