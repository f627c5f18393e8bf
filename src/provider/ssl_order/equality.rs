//! When two spellings of an argument mean the same. The plan then keeps the prior spelling: no change.

use std::collections::BTreeSet;

use super::model::{OrganizationModel, SslOrderModel};
use crate::framework::{Attr, Set};
use crate::pki;

/// Puts back every prior value that means the same as the planned one.
pub(super) fn keep_equal_values(prior: &SslOrderModel, planned: &mut SslOrderModel) {
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
    if let (Attr::Known(prior), Attr::Known(planned)) =
        (&prior.organization, &mut planned.organization)
    {
        keep_country(prior, planned);
    }
}

/// Common name and further names are compared as one set as far as `dns_names` goes, because the API adds the common
/// name to the set by itself.
fn keep_names(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    if !(prior.names_are_known() && planned.names_are_known()) {
        return;
    }
    let (Some(prior_name), Some(planned_name)) =
        (prior.common_name.as_str(), planned.common_name.as_str())
    else {
        return;
    };
    let same_common_name = canonical(prior_name) == canonical(planned_name);
    let same_set = canonical_set(prior) == canonical_set(planned);
    if same_common_name && same_set {
        if !planned.dns_names.is_null() && !prior.dns_names.is_null() {
            planned.dns_names = prior.dns_names.clone();
        }
        planned.common_name = prior.common_name.clone();
    } else if same_common_name {
        planned.common_name = prior.common_name.clone();
    }
}

fn keep_if<T: Clone>(prior: &Attr<T>, planned: &mut Attr<T>, same: impl Fn(&T, &T) -> bool) {
    if let (Attr::Known(old), Attr::Known(new)) = (prior, &*planned)
        && same(old, new)
    {
        *planned = prior.clone();
    }
}

/// Whether two texts hold the same CSR.
pub(super) fn same_csr(a: &str, b: &str) -> bool {
    a == b
        || matches!(
            (pki::Csr::from_pem(a), pki::Csr::from_pem(b)),
            (Ok(a), Ok(b)) if a.der() == b.der()
        )
}

/// Whether two sets hold the same addresses.
pub(super) fn same_emails(a: &Set<Attr<String>>, b: &Set<Attr<String>>) -> bool {
    let folded = |set: &Set<Attr<String>>| -> Option<BTreeSet<String>> {
        set.0
            .iter()
            .map(|email| email.as_str().map(str::to_lowercase))
            .collect()
    };
    matches!((folded(a), folded(b)), (Some(a), Some(b)) if a == b)
}

fn keep_country(prior: &OrganizationModel, planned: &mut OrganizationModel) {
    keep_if(&prior.country, &mut planned.country, |a, b| {
        a.eq_ignore_ascii_case(b)
    });
}

/// The canonical names of an order, the common name among them.
pub(super) fn canonical_set(order: &SslOrderModel) -> BTreeSet<String> {
    pki::canonical_names(
        order.common_name.as_str().unwrap_or_default(),
        order.known_dns_names(),
    )
}

fn canonical(name: &str) -> String {
    pki::canonical(name).unwrap_or_else(|_| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{SslOrderModel, keep_equal_values};
    use crate::framework::{Attr, Set};

    fn order(common_name: &str, dns_names: &[&str]) -> SslOrderModel {
        SslOrderModel {
            common_name: common_name.into(),
            dns_names: Attr::Known(Set(dns_names.iter().map(|name| (*name).into()).collect())),
            ..SslOrderModel::default()
        }
    }

    #[test]
    fn another_spelling_of_the_names_is_no_change() {
        let prior = order(
            "example.com",
            &["sub.example.com", "b\u{fc}cher.example.com"],
        );
        for (common_name, dns_names) in [
            (
                "Example.COM.",
                &["SUB.example.com", "xn--bcher-kva.example.com"][..],
            ),
            (
                "example.com",
                &["b\u{fc}cher.example.com.", "sub.example.com"][..],
            ),
            (
                "example.com",
                &[
                    "example.com",
                    "sub.example.com",
                    "xn--bcher-kva.example.com",
                ][..],
            ),
        ] {
            let mut planned = order(common_name, dns_names);
            keep_equal_values(&prior, &mut planned);
            assert_eq!(planned, prior, "{common_name} {dns_names:?}");
        }
    }

    #[test]
    fn another_name_is_a_change() {
        let prior = order("example.com", &["sub.example.com"]);
        let mut planned = order("example.com", &["app.example.com"]);
        keep_equal_values(&prior, &mut planned);
        assert_eq!(planned, order("example.com", &["app.example.com"]));
    }
}
