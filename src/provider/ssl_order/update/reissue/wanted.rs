//! What a reissue is to make of an order, and whether CertCentral shows that it was made already. Pure.

use crate::certcentral::{IssuedCertificate, OrderCertificate, OrderStatus};
use crate::framework::Attr;
use crate::pki::Csr;
use crate::provider::ssl_order::equality::names_of;
use crate::provider::ssl_order::model::{SslOrderModel, Term};
use crate::provider::ssl_order::purchase::lookup::is_for_key;

/// What a reissue is to make of an order.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The CSR of the plan.
    pub csr: &'a Csr,
    /// The order in state.
    pub prior: &'a SslOrderModel,
    /// Its plan.
    pub planned: &'a SslOrderModel,
    /// The arguments of the certificate that differ between them.
    pub changed: &'a [&'static str],
}

impl Wanted<'_> {
    /// Whether a reissue that waits is this one: for the key and the names of the plan.
    pub(crate) fn is_pending(&self, reissue: &IssuedCertificate) -> bool {
        reissue.status == Some(OrderStatus::Pending)
            && is_for_key(reissue.csr.as_deref(), self.csr)
            && self.has_names(reissue.common_name.as_deref(), &reissue.dns_names)
    }

    /// Whether the certificate is the reissued one already: it holds the key and the names of the plan, and either it is not the one
    /// of the state, or the order shows everything that was to change.
    pub(crate) fn is_done(&self, now: &OrderCertificate) -> bool {
        if !is_for_key(now.csr.as_deref(), self.csr)
            || !self.has_names(now.common_name.as_deref(), &now.dns_names)
        {
            return false;
        }
        let is_another = match (now.id, &self.prior.certificate_id) {
            (Some(now), Attr::Known(then)) => now.get() != *then,
            _ => false,
        };
        let shows_all = !self.changed.is_empty()
            && self
                .changed
                .iter()
                .all(|argument| is_of_the_token(argument) || shows(now, argument, self.planned));
        is_another || shows_all
    }

    /// Whether the order has another certificate than before, and one that this reissue may have made: somebody else's has another
    /// key, or lacks a name. CertCentral may have added names of its own.
    pub(crate) fn may_have_made(&self, now: &OrderCertificate, before: &OrderCertificate) -> bool {
        let is_another = now.id.is_some() && now.id != before.id;
        let key_fits = now.csr.is_none() || is_for_key(now.csr.as_deref(), self.csr);
        let theirs = names_of(now.common_name.as_deref(), &now.dns_names);
        is_another && key_fits && theirs.is_superset(&self.planned.canonical_names())
    }

    fn has_names(&self, common_name: Option<&str>, dns_names: &[String]) -> bool {
        names_of(common_name, dns_names) == self.planned.canonical_names()
    }
}

/// Whether the token of an order is derived from an argument of its certificate.
pub(crate) fn is_of_the_token(argument: &&str) -> bool {
    ["common_name", "dns_names", "csr"].contains(argument)
}

/// Whether the order tells that its certificate was asked for with an argument of the plan. Of some arguments it tells nothing.
fn shows(certificate: &OrderCertificate, argument: &str, planned: &SslOrderModel) -> bool {
    match argument {
        "signature_hash" => certificate
            .signature_hash
            .as_deref()
            .zip(planned.signature_hash.as_str())
            .is_some_and(|(theirs, ours)| theirs.eq_ignore_ascii_case(ours)),
        "server_platform_id" => {
            let theirs = certificate.server_platform.as_ref();
            theirs.and_then(|platform| platform.id.as_ref()) == planned.server_platform_id.known()
        }
        "cert_validity" => {
            let theirs = certificate.cert_validity.as_ref();
            let ours = planned.cert_validity.known();
            theirs
                .zip(ours)
                .is_some_and(|(theirs, ours)| Term::reported(theirs) == *ours)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
