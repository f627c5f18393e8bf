//! Rules about names and CSR.

use super::{error, warning};
use crate::framework::{AttributePath, Diagnostic};
use crate::pki;
use crate::pki::{Csr, CsrError, DnsNameError, dns_rules};
use crate::provider::ssl_order::model::SslOrderModel;

/// Names as DigiCert's "Data Entries that Violate Industry Standards" and the CA/Browser Forum
/// allow them. Source:
/// <https://docs.digicert.com/en/certcentral/manage-certificates/restrictions-on-data-entries-for-public-certificates.html>
pub(crate) fn names(order: &SslOrderModel) -> Vec<Diagnostic> {
    let say = if is_private(order) { warning } else { error };
    let common_name = order.common_name.as_str().and_then(|name| {
        let reason = dns_rules::check_common_name(name).err()?;
        Some(say(
            &AttributePath::of("common_name"),
            "Invalid common name",
            not_issued(&reason),
        ))
    });
    let dns_names = order.known_dns_names().filter_map(|name| {
        let reason = dns_rules::check_name(name).err()?;
        Some(say(
            &AttributePath::of("dns_names"),
            "Invalid DNS name",
            not_issued(&reason),
        ))
    });
    common_name.into_iter().chain(dns_names).collect()
}

fn not_issued(reason: &DnsNameError) -> String {
    format!(
        "CertCentral does not issue a certificate for it: {reason}. Correct the name, or remove it."
    )
}

/// The rules of public certificates do not bind a private CA.
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-private-ssl.html>
fn is_private(order: &SslOrderModel) -> bool {
    order
        .product_name_id
        .as_str()
        .is_some_and(|product| product.starts_with("private_"))
}

/// The CSR parses, its signature verifies, its key is strong enough. Sources:
/// <https://www.digicert.com/kb/csr-creation.htm>, Baseline Requirements 6.1.5,
/// <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>
pub(crate) fn csr(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(text) = order.csr.as_str() else {
        return Vec::new();
    };
    let Err(reason) = Csr::from_pem(text) else {
        return Vec::new();
    };
    vec![not_ordered(&reason)]
}

/// Says why a CSR cannot be ordered with. Core quotes the source of the argument that a diagnostic
/// points at, so one about a secret points nowhere.
pub(crate) fn not_ordered(reason: &CsrError) -> Diagnostic {
    let advice = match reason {
        CsrError::KeyAlgorithm { .. } => {
            "If the key is a `tls_private_key`, set `algorithm = \"ECDSA\"` with `ecdsa_curve = \
             \"P256\"` or `\"P384\"` (its default curve is P-224), or `algorithm = \"RSA\"`"
        }
        _ => {
            "Pass the PEM text of a PKCS#10 certificate signing request, for example \
             `tls_cert_request.example.cert_request_pem` or `file(\"example.csr\")`"
        }
    };
    let detail = format!("`csr` cannot be ordered with: {reason}. {advice}.");
    match reason.is_about_a_secret() {
        true => Diagnostic::error("Invalid CSR", detail),
        false => error(&AttributePath::of("csr"), "Invalid CSR", detail),
    }
}

/// The API takes only the key from the CSR. Names that the CSR lists and the order does not would
/// silently be missing. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
pub(crate) fn csr_names(order: &SslOrderModel) -> Vec<Diagnostic> {
    if !order.names_are_known() {
        return Vec::new();
    }
    let Some(csr) = order.csr.as_str().and_then(|text| Csr::from_pem(text).ok()) else {
        return Vec::new();
    };
    let ordered = order.canonical_names();
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
                "The CSR lists {}, which neither `common_name` nor `dns_names` has. CertCentral \
                 takes only the key from a CSR, so the certificate would not hold them. Add them \
                 to `dns_names`, or make the CSR without them.",
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
                "The subject of the CSR names {subject:?}, which the order does not. CertCentral \
                 takes only the key from a CSR, so this is harmless if the key is the right one."
            ),
        ));
    }
    found
}

/// A CSR may also list addresses and URIs, which no order can have. A warning, because the
/// certificate is what was ordered. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
pub(crate) fn csr_other_names(order: &SslOrderModel) -> Vec<Diagnostic> {
    let csr = order.csr.as_str().and_then(|text| Csr::from_pem(text).ok());
    let Some(csr) = csr.filter(|csr| !csr.other_names().is_empty()) else {
        return Vec::new();
    };
    vec![warning(
        &AttributePath::of("csr"),
        "CSR names that no order has",
        format!(
            "The CSR lists {}, and an order has domain names only. CertCentral takes only the key \
             from a CSR, so the certificate will not hold them. This is harmless if nobody expects \
             them there.",
            csr.other_names().join(", ")
        ),
    )]
}

/// Departments are dropped, and those that say nothing refused. Sources:
/// <https://knowledge.digicert.com> "DigiCert will deprecate the Organizational Unit field",
/// <https://docs.digicert.com/en/certcentral/manage-certificates/restrictions-on-data-entries-for-public-certificates.html>
pub(crate) fn organization_units(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("organization_units");
    let Some(units) = order.organization_units.known() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if !units.is_empty() {
        found.push(warning(
            &path,
            "Organization units are ignored",
            "Public TLS certificates hold no organizational unit since August 2022: CertCentral \
             accepts the value and drops it.",
        ));
    }
    for (index, unit) in units.iter().enumerate() {
        if let Some(unit) = unit.as_str().filter(|unit| dns_rules::is_meaningless(unit)) {
            found.push(error(
                &path.index(index),
                "Meaningless organization unit",
                format!(
                    "{unit:?} says nothing, and CertCentral refuses such values. Name a \
                    department, or remove the element."
                ),
            ));
        }
    }
    found
}
