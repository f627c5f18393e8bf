//! Rules about names and CSR.

use super::{error, warning};
use crate::framework::{AttributePath, Diagnostic};
use crate::pki::{self, Csr, CsrError, dns_rules};
use crate::provider::ssl_order::equality::canonical_set;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::product::Product;

/// Names as DigiCert's "Data Entries that Violate Industry Standards" and the CA/Browser Forum allow them.
/// Source: <https://docs.digicert.com/en/certcentral/manage-certificates/restrictions-on-data-entries-for-public-certificates.html>
pub(super) fn names(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let path = AttributePath::of("common_name");
    let product = Product::of(order);
    if let Some(name) = order.common_name.as_str() {
        match dns_rules::check_common_name(name) {
            Err(reason) => found.push(error(
                &path,
                "Invalid common name",
                format!("CertCentral does not issue a certificate for it: {reason}."),
            )),
            Ok(form) => found.extend(ev_wildcard(product, &form, &path)),
        }
    }
    let path = AttributePath::of("dns_names");
    for name in order.known_dns_names() {
        match dns_rules::check_name(name) {
            Err(reason) => found.push(error(
                &path,
                "Invalid DNS name",
                format!("CertCentral does not issue a certificate for it: {reason}."),
            )),
            Ok(form) => found.extend(ev_wildcard(product, &form, &path)),
        }
    }
    found
}

fn ev_wildcard(product: Option<Product>, name: &str, path: &AttributePath) -> Option<Diagnostic> {
    (product.is_some_and(|p| p.extended_validation) && pki::dns_name::is_wildcard(name)).then(|| {
        error(
            path,
            "Wildcard in an EV order",
            format!("{name:?} is a wildcard, and EV certificates cannot hold one. Name each host, or order an OV product."),
        )
    })
}

/// The CSR parses, its signature verifies, its key is strong enough.
pub(super) fn csr(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(text) = order.csr.as_str() else {
        return Vec::new();
    };
    let Err(reason) = Csr::from_pem(text) else {
        return Vec::new();
    };
    let detail = format!(
        "`csr` cannot be ordered with: {reason}. Pass the PEM text of a PKCS#10 certificate signing request, for example \
         `tls_cert_request.example.cert_request_pem` or `file(\"example.csr\")`."
    );
    vec![match reason {
        // Core quotes the source of the argument that a diagnostic points at, so this one must not point at the key.
        CsrError::PrivateKey => Diagnostic::error("Invalid CSR", detail),
        _ => error(&AttributePath::of("csr"), "Invalid CSR", detail),
    }]
}

/// The API takes only the key from the CSR. Names that the CSR lists and the order does not would silently be missing.
pub(super) fn csr_names(order: &SslOrderModel) -> Vec<Diagnostic> {
    if !order.names_are_known() {
        return Vec::new();
    }
    let Some(csr) = order.csr.as_str().and_then(|text| Csr::from_pem(text).ok()) else {
        return Vec::new();
    };
    let ordered = canonical_set(order);
    let missing: Vec<_> = csr
        .dns_names()
        .iter()
        .map(|name| pki::canonical(name).unwrap_or_else(|_| name.to_lowercase()))
        .filter(|name| !ordered.contains(name))
        .collect();
    let mut found = Vec::new();
    if !missing.is_empty() {
        found.push(error(
            &AttributePath::of("csr"),
            "CSR names missing from the order",
            format!(
                "The CSR lists {}, which neither `common_name` nor `dns_names` has. CertCentral takes only the key from a CSR, so the \
                 certificate would not hold them. Add them to `dns_names`, or make the CSR without them.",
                missing.join(", ")
            ),
        ));
    }
    let subject = csr
        .common_name()
        .map(|name| pki::canonical(name).unwrap_or_else(|_| name.to_lowercase()));
    if let Some(subject) = subject.filter(|name| !name.is_empty() && !ordered.contains(name)) {
        found.push(warning(
            &AttributePath::of("csr"),
            "CSR made for another name",
            format!(
                "The subject of the CSR names {subject:?}, which the order does not. CertCentral takes only the key from a CSR, so this is \
                 harmless if the key is the right one."
            ),
        ));
    }
    found
}

/// Source: <https://knowledge.digicert.com> "DigiCert will deprecate the Organizational Unit field".
pub(super) fn organization_units(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("organization_units");
    let Some(units) = order.organization_units.known() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if !units.is_empty() {
        found.push(warning(
            &path,
            "Organization units are ignored",
            "Public TLS certificates hold no organizational unit since August 2022: CertCentral accepts the value and drops it.",
        ));
    }
    for (index, unit) in units.iter().enumerate() {
        if let Some(unit) = unit.as_str().filter(|unit| dns_rules::is_meaningless(unit)) {
            found.push(error(
                &path.index(index),
                "Meaningless organization unit",
                format!("{unit:?} says nothing, and CertCentral refuses such values. Name a department, or remove the element."),
            ));
        }
    }
    found
}
