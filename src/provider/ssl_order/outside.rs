//! Reissues that somebody made outside Terraform: the order's certificate no longer is the configured one. Pure.

use super::equality::canonical_set;
use super::find::has_key;
use super::model::SslOrderModel;
use crate::certcentral::Order;
use crate::framework::{AttributePath, Diagnostic};
use crate::pki::{self, Csr};

/// A warning if the certificate of an issued order has another key than the CSR in state, or other names than the
/// arguments in state. The arguments stay, so that nothing is planned. Says nothing where one side does not tell.
pub(super) fn reissued(state: &SslOrderModel, order: &Order) -> Option<Diagnostic> {
    if !order.status.has_certificate() || order.certificate.serial_number.is_none() {
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
    Some(
        Diagnostic::warning(
            "Certificate reissued outside Terraform",
            format!(
                "The certificate of order {} is not the configured one: {}. It was probably reissued outside Terraform. The attributes of the \
                 certificate show the new one, the arguments stay as they are, and nothing is planned. Bring the configuration in line with \
                 the certificate, or reissue it in CertCentral.",
                order.id,
                differences.join("; ")
            ),
        )
        .at(AttributePath::of(path)),
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
    let configured = canonical_set(state);
    let covered = pki::canonical_names(
        certificate.common_name.as_deref().unwrap_or_default(),
        certificate.dns_names.iter().map(String::as_str),
    );
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
