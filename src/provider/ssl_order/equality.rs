//! When two spellings of an argument mean the same. The plan then keeps the prior spelling: no
//! change. Where core does not let the plan keep it, because one side is absent, [`means_the_same`]
//! tells that the change is none.

use std::collections::BTreeSet;

use super::model::{ContactModel, OrganizationModel, SslOrderModel, Term};
use crate::framework::{Attr, Set};
use crate::pki;

/// Puts back every prior value that means the same as the planned one.
pub(crate) fn keep_equal_values(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    keep_names(prior, planned);
    keep_if(&prior.csr, &mut planned.csr, |a, b| same_csr(a, b));
    keep_if(
        &prior.additional_emails,
        &mut planned.additional_emails,
        same_emails,
    );
    keep_if(
        &prior.renewed_thumbprint,
        &mut planned.renewed_thumbprint,
        |a, b| a.eq_ignore_ascii_case(b),
    );
    keep_if(&prior.ca_cert_id, &mut planned.ca_cert_id, |a, b| {
        a.eq_ignore_ascii_case(b)
    });
    if let (Attr::Known(prior), Attr::Known(planned)) =
        (&prior.organization, &mut planned.organization)
    {
        keep_organization(prior, planned);
    }
}

/// Whether an argument means the same in state and plan although the values differ: one side is
/// absent, and the other is what CertCentral takes for absent. Both are as they are meant: an empty
/// text is absent already.
pub(crate) fn means_the_same(
    argument: &str,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
) -> bool {
    match argument {
        "dns_names" => same_names(prior, planned),
        "organization_units" => or_empty(&prior.organization_units, &planned.organization_units),
        "custom_fields" => or_none(&prior.custom_fields, &planned.custom_fields),
        "additional_emails" => or_none(&prior.additional_emails, &planned.additional_emails),
        "cert_validity" => or_default(
            &prior.cert_validity,
            &planned.cert_validity,
            &Term::default(),
        ),
        "organization" => same_organization(&prior.organization, &planned.organization),
        "auto_renew" => or_default(&prior.auto_renew, &planned.auto_renew, &false),
        "skip_approval" => or_default(&prior.skip_approval, &planned.skip_approval, &false),
        "disable_ct" => or_default(&prior.disable_ct, &planned.disable_ct, &false),
        "disable_renewal_notifications" => or_default(
            &prior.disable_renewal_notifications,
            &planned.disable_renewal_notifications,
            &false,
        ),
        "server_platform_id" => {
            or_default(&prior.server_platform_id, &planned.server_platform_id, &-1)
        }
        "locale" => or_default(&prior.locale, &planned.locale, &"en".to_owned()),
        "payment_method" => or_default(
            &prior.payment_method,
            &planned.payment_method,
            &"balance".to_owned(),
        ),
        _ => false,
    }
}

fn or_default<T: PartialEq>(a: &Attr<T>, b: &Attr<T>, default: &T) -> bool {
    matches!((a, b), (Attr::Null, Attr::Known(given)) | (Attr::Known(given), Attr::Null) if given == default)
}

fn or_empty<T>(a: &Attr<Vec<T>>, b: &Attr<Vec<T>>) -> bool {
    matches!((a, b), (Attr::Null, Attr::Known(given)) | (Attr::Known(given), Attr::Null) if given.is_empty())
}

fn or_none<T>(a: &Attr<Set<T>>, b: &Attr<Set<T>>) -> bool {
    matches!((a, b), (Attr::Null, Attr::Known(given)) | (Attr::Known(given), Attr::Null) if given.0.is_empty())
}

/// Common name and further names are compared as one set as far as `dns_names` goes, because the
/// API adds the common name to the set by itself.
fn keep_names(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    if same_names(prior, planned) {
        if !planned.dns_names.is_null() && !prior.dns_names.is_null() {
            planned.dns_names = prior.dns_names.clone();
        }
        planned.common_name = prior.common_name.clone();
    } else if same_common_name(prior, planned) {
        planned.common_name = prior.common_name.clone();
    }
}

fn same_names(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    prior.names_are_known()
        && planned.names_are_known()
        && same_common_name(prior, planned)
        && prior.canonical_names() == planned.canonical_names()
}

fn same_common_name(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    matches!(
        (prior.common_name.as_str(), planned.common_name.as_str()),
        (Some(prior), Some(planned)) if canonical(prior) == canonical(planned)
    )
}

fn keep_if<T: Clone>(prior: &Attr<T>, planned: &mut Attr<T>, same: impl Fn(&T, &T) -> bool) {
    if let (Attr::Known(old), Attr::Known(new)) = (prior, &*planned)
        && same(old, new)
    {
        *planned = prior.clone();
    }
}

/// Whether two texts hold the same CSR.
pub(crate) fn same_csr(a: &str, b: &str) -> bool {
    pki::is_same_request(a, b)
}

/// Whether two sets hold the same addresses.
pub(crate) fn same_emails(a: &Set<Attr<String>>, b: &Set<Attr<String>>) -> bool {
    let canonical = |set: &Set<Attr<String>>| -> Option<BTreeSet<String>> {
        set.0
            .iter()
            .map(|email| email.as_str().map(canonical_email))
            .collect()
    };
    matches!((canonical(a), canonical(b)), (Some(a), Some(b)) if a == b)
}

/// No mail server tells mailboxes apart by case, and domains have A-labels.
fn canonical_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{}", local.to_lowercase(), canonical(domain)),
        None => email.to_lowercase(),
    }
}

fn keep_organization(prior: &OrganizationModel, planned: &mut OrganizationModel) {
    keep_if(&prior.country, &mut planned.country, |a, b| {
        a.eq_ignore_ascii_case(b)
    });
    keep_if(&prior.contacts, &mut planned.contacts, |a, b| {
        same_contacts(a, b)
    });
    if let (Attr::Known(prior), Attr::Known(planned)) = (
        &prior.organization_contact,
        &mut planned.organization_contact,
    ) {
        keep_if(&prior.email, &mut planned.email, |a, b| {
            canonical_email(a) == canonical_email(b)
        });
    }
}

fn same_organization(prior: &Attr<OrganizationModel>, planned: &Attr<OrganizationModel>) -> bool {
    let (Attr::Known(prior), Attr::Known(planned)) = (prior, planned) else {
        return false;
    };
    let mut planned = planned.clone();
    keep_organization(prior, &mut planned);
    if or_empty(&prior.contacts, &planned.contacts) {
        planned.contacts = prior.contacts.clone();
    }
    planned == *prior
}

/// The contacts of an order have no order.
fn same_contacts(a: &[Attr<ContactModel>], b: &[Attr<ContactModel>]) -> bool {
    let mut rest: Vec<_> = b
        .iter()
        .filter_map(Attr::known)
        .map(canonical_contact)
        .collect();
    let all_known = a.len() == b.len() && rest.len() == b.len();
    all_known
        && a.iter().all(|contact| {
            let position = contact
                .known()
                .map(canonical_contact)
                .and_then(|contact| rest.iter().position(|other| *other == contact));
            position
                .map(|position| rest.swap_remove(position))
                .is_some()
        })
}

fn canonical_contact(contact: &ContactModel) -> ContactModel {
    let mut canonical = contact.clone();
    if let Attr::Known(email) = &mut canonical.email {
        *email = canonical_email(email);
    }
    canonical
}

fn canonical(name: &str) -> String {
    pki::canonical(name).unwrap_or_else(|_| name.to_lowercase())
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
