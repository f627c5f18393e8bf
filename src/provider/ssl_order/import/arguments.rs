//! The arguments of an imported order, as far as CertCentral reports them, so that a plan with the
//! matching configuration is empty; and the configuration that Terraform writes for them.

use std::collections::BTreeSet;

use crate::certcentral::{CertificateValidity, ContainerId, Order, OrderCertificate, OrderId};
use crate::framework::{Attr, Diagnostic, Set};
use crate::pki::{Csr, canonical, certificate_names};
use crate::provider::order::certificate::day;
use crate::provider::ssl_order::model::{
    CustomFieldModel, OLDER_YEARS, ORDER_YEARS, OrganizationModel, SslOrderModel, Term,
    companions_told,
};
use crate::provider::ssl_order::schema::products::Product;

pub(crate) use super::organization::reported as told_organization;

/// Products of other kinds, by how their name ids begin. Source: "Glossary: product identifiers" of
/// the Services API.
const OTHER_KINDS: [(&str, &str); 8] = [
    ("client_", "a client certificate"),
    ("class1_smime", "an S/MIME certificate"),
    ("secure_email", "an S/MIME certificate"),
    ("code_signing", "a code signing certificate"),
    ("document_signing", "a document signing certificate"),
    ("grid_", "a grid certificate"),
    ("vmc", "a mark certificate"),
    ("wildcard_dv_", "a DV TLS certificate"),
];

/// Puts the prior value back where an imported order has only a guess: CertCentral does not tell
/// these arguments and cannot change them, so whatever the configuration says of them is no change.
pub(crate) fn keep_guesses(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    fn keep<T: Clone>(prior: &Attr<T>, planned: &mut Attr<T>) {
        if !prior.is_null() && !planned.is_null() {
            *planned = prior.clone();
        }
    }
    keep(&prior.organization_units, &mut planned.organization_units);
    keep(&prior.locale, &mut planned.locale);
    keep(&prior.skip_approval, &mut planned.skip_approval);
    keep_validity(prior, planned);
}

/// Fills the arguments in. The provider's own arguments get their defaults; language and approval,
/// which CertCentral does not tell, get the defaults of CertCentral. Returns the names that are
/// left out, because CertCentral may have added them by itself.
pub(crate) fn fill(state: &mut SslOrderModel, order: &Order) -> BTreeSet<String> {
    let certificate = &order.certificate;
    let common_name = certificate.common_name.clone().unwrap_or_default();
    let told = certificate_names(Some(&common_name), &certificate.dns_names);
    let companions = companions_told(&common_name, &told);
    let is_left_out = |name: &str| {
        let canonical = canonical(name).unwrap_or_else(|_| name.to_lowercase());
        companions.contains(&canonical)
    };
    let names: Vec<_> = certificate
        .dns_names
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case(&common_name) && !is_left_out(name))
        .map(|name| name.as_str().into())
        .collect();
    *state = SslOrderModel {
        product_name_id: order.product().map(str::to_owned).into(),
        common_name: certificate.common_name.clone().into(),
        dns_names: Attr::Known(Set(names)),
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
        cert_validity: certificate_validity(certificate),
        validity_years: validity_years(order),
        validity_days: not_in_years(order).and_then(|told| told.days).into(),
        custom_expiration_date: not_in_years(order)
            .and_then(|told| told.custom_expiration_date)
            .map(day)
            .into(),
        order_validity: order_validity(order),
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
        auto_reissue: order.auto_reissue.into(),
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
        renew_days_before_expiry: Attr::Known(0),
        on_clock_failure: "error".into(),
        ..std::mem::take(state)
    };
    companions
}

/// The refusal to import an order that CertCentral does not show.
pub(crate) fn not_visible(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Order not visible",
        format!(
            "CertCentral does not show order {id} to this API key, so it is not imported. The \
             number may be another one, such as that of a certificate or a request; or the order \
             may be in a container (division) or an account that the key does not see.\n\n\
             Check the number in CertCentral under Certificates, Orders, or use a key that sees \
             the container."
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

/// The validity in days or with a date, where CertCentral tells that it was asked for so.
fn not_in_years(order: &Order) -> Option<&CertificateValidity> {
    let told = order.order_validity.as_ref()?;
    let is_in_years = told.days.is_none() && told.custom_expiration_date.is_none();
    (!is_in_years).then_some(told)
}

/// The validity in today's form: in the unit that was asked for, or its last day where CertCentral
/// tells no usable years.
fn order_validity(order: &Order) -> Attr<Term> {
    if let Some(told) = not_in_years(order) {
        return Attr::Known(Term::reported(told).effective());
    }
    let told = order.order_validity.as_ref();
    let years = order.validity_years.or(told.and_then(|told| told.years));
    let years = years.filter(|years| ORDER_YEARS.contains(years));
    match (years, order.order_valid_till) {
        (Some(years), _) => Attr::Known(Term {
            years: Attr::Known(years),
            ..Term::default()
        }),
        (None, Some(last_day)) => Attr::Known(Term::until(day(last_day))),
        (None, None) => Attr::Null,
    }
}

/// The same in the older form, as far as it can say it: CertCentral does not tell which form was
/// used, so that the state holds both and fits either configuration.
fn validity_years(order: &Order) -> Attr<i64> {
    order
        .validity_years
        .filter(|_| not_in_years(order).is_none())
        .filter(|years| OLDER_YEARS.contains(years))
        .into()
}

/// The validity of the certificate itself, which CertCentral tells in the unit that was asked for.
fn certificate_validity(certificate: &OrderCertificate) -> Attr<Term> {
    let told = certificate.cert_validity.as_ref().map(Term::reported);
    told.map(|told| told.effective())
        .filter(|told| *told != Term::default())
        .into()
}

/// Days and dates cannot be compared with the years that CertCentral tells, so they are no wish for
/// another order.
fn keep_validity(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    let (Attr::Known(told), Attr::Known(configured)) =
        (&prior.order_validity, &planned.order_validity)
    else {
        return;
    };
    if told.years.is_null() || configured.years.is_null() {
        planned.order_validity = prior.order_validity.clone();
    }
}

/// An error for an order of another kind; a warning for a product that is not known.
pub(crate) fn check_product(order: &Order) -> Result<Option<Diagnostic>, Diagnostic> {
    let product = order.product.as_ref();
    let name_id = order.product().unwrap_or_default();
    let validation = product.and_then(|product| product.validation_type.as_deref());
    if let Some(kind) = other_kind(name_id, validation) {
        return Err(Diagnostic::error(
            "Order of another kind of product",
            format!(
                "Order {} is of product `{name_id}`, {kind}. `digicert_ssl_order` holds orders for \
                 OV and EV TLS certificates only, so the order is not imported; nothing about it \
                 was changed.",
                order.id
            ),
        ));
    }
    let is_known = Product::named(name_id).is_some();
    Ok((!is_known).then(|| {
        Diagnostic::warning(
            "Order of an unknown product",
            format!(
                "Order {} is of product `{name_id}`, which this provider does not know. It is \
                 imported as an OV or EV TLS order. Check that it is one before you change its \
                 arguments.",
                order.id
            ),
        )
    }))
}

fn other_kind(name_id: &str, validation: Option<&str>) -> Option<&'static str> {
    if Product::named(name_id).is_some() {
        return None;
    }
    let is_dv = name_id.starts_with("ssl_dv_")
        || validation.is_some_and(|validation| validation.eq_ignore_ascii_case("dv"));
    if is_dv {
        return Some("a DV TLS certificate");
    }
    OTHER_KINDS
        .into_iter()
        .find_map(|(start, kind)| name_id.starts_with(start).then_some(kind))
}

/// Keeps of the arguments what CertCentral told and what a person would write. What is left out
/// keeps its value in state.
pub(crate) fn written(arguments: SslOrderModel) -> SslOrderModel {
    let mut config = SslOrderModel {
        // Our own mark on the order, or that of whoever placed it.
        alternative_order_id: Attr::Null,
        // Guesses of the import.
        locale: Attr::Null,
        skip_approval: Attr::Null,
        ..arguments
    };
    if !config.order_validity.is_null() {
        // The import fills in both forms, and a configuration may hold one.
        config.validity_years = Attr::Null;
        config.validity_days = Attr::Null;
        config.custom_expiration_date = Attr::Null;
    }
    if config.organization_units.known().is_some_and(Vec::is_empty) {
        config.organization_units = Attr::Null;
    }
    for flag in [
        &mut config.auto_renew,
        &mut config.auto_reissue,
        &mut config.disable_ct,
    ] {
        if *flag == Attr::Known(false) {
            *flag = Attr::Null;
        }
    }
    config
}

#[cfg(test)]
mod tests;
