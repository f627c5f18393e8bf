//! Whether an order is the one that we are about to place. A reference says so of an order that
//! nobody has changed since; one that a person chose may name anything. Pure.

use std::fmt;

use super::lookup::has_key;
use super::new_order::Prepared;
use crate::certcentral::{IssuedCertificate, Order, OrderOrganization, OrganizationRef};
use crate::pki::certificate_names;

/// What of an order is not as we are about to order it, in words. What an answer does not tell is
/// no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    /// Holds an order against the one that is about to be placed.
    pub(crate) fn of(order: &Order, prepared: &Prepared) -> Self {
        let certificate = &order.certificate;
        let theirs = certificate_names(certificate.common_name.as_deref(), &certificate.dns_names);
        let mut found = Vec::new();
        if !has_key(order, &prepared.csr) {
            found.push("its key is not that of `csr`".to_owned());
        }
        let is_told = certificate.common_name.is_some() || !certificate.dns_names.is_empty();
        if is_told && !prepared.fits(&theirs) {
            let names: Vec<_> = theirs.into_iter().collect();
            found.push(format!("its names are {}", names.join(", ")));
        }
        if let Some(product) = order.product()
            && !is_our_product(product, prepared)
        {
            found.push(format!("its product is {product}"));
        }
        if let Some(organization) = &order.organization
            && !is_our_organization(organization, prepared)
        {
            let id = organization.id.map(|id| id.to_string());
            let name = organization.name.clone();
            let told = id.or(name).unwrap_or_default();
            found.push(format!("its organization is {told}"));
        }
        Self(found)
    }

    /// Returns whether the order is the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As in `its names are a, b, and its product is ssl_plus`.
impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", and "))
    }
}

/// Returns whether a certificate that is to come has our key and our names.
pub(crate) fn is_certificate_for(reissue: &IssuedCertificate, prepared: &Prepared) -> bool {
    let theirs = certificate_names(reissue.common_name.as_deref(), &reissue.dns_names);
    super::lookup::is_for_key(reissue.csr.as_deref(), &prepared.csr) && prepared.fits(&theirs)
}

/// Returns whether a product is the one that we are about to order.
pub(crate) fn is_our_product(product: &str, prepared: &Prepared) -> bool {
    product.eq_ignore_ascii_case(&prepared.product)
}

/// Returns whether an organization is ours. Of a new one only the name is known, which CertCentral
/// may write a little differently.
pub(crate) fn is_our_organization(theirs: &OrganizationRef, prepared: &Prepared) -> bool {
    match &prepared.body.organization {
        Some(OrderOrganization::Existing(ours)) => theirs.id.is_none_or(|id| id == ours.id),
        Some(OrderOrganization::New(ours)) => {
            let theirs = theirs.name.as_deref();
            theirs.is_none_or(|theirs| letters(theirs) == letters(&ours.name))
        }
        None => true,
    }
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|character| character.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples::{csr_for, new_organization, order, prepared};

    /// Order info of the sample order, with other members.
    fn info(changes: &Json) -> Order {
        let mut info = json!({
            "id": 2_147_500_123_i64,
            "status": "issued",
            "certificate": {
                "common_name": "shop.example.com",
                "dns_names": ["shop.example.com", "www.shop.example.com", "api.example.com"],
                "csr": order().csr.as_str(),
            },
            "organization": { "id": 778_812, "name": "Example Widgets, LLC" },
            "product": { "name_id": "ssl_plus" },
        });
        for (pointer, value) in changes.as_object().unwrap() {
            *info.pointer_mut(pointer).unwrap() = value.clone();
        }
        serde_json::from_value(info).unwrap()
    }

    #[test]
    fn what_differs_is_told_and_what_is_not_told_does_not_differ() {
        let other_key = csr_for("shop.example.com", &[]);
        let table = [
            (json!({}), ""),
            (
                json!({ "/certificate/csr": other_key }),
                "its key is not that of `csr`",
            ),
            (
                json!({ "/certificate/dns_names": ["shop.example.com", "www.shop.example.com"] }),
                "its names are shop.example.com, www.shop.example.com",
            ),
            (
                json!({ "/certificate/dns_names": ["SHOP.example.com", "www.shop.example.com", "api.example.com", "www.api.example.com"] }),
                "",
            ),
            (
                json!({ "/certificate/common_name": null, "/certificate/dns_names": [] }),
                "",
            ),
            (
                json!({ "/product/name_id": "ssl_basic", "/organization/id": 123_456 }),
                "its product is ssl_basic, and its organization is 123456",
            ),
            (
                json!({ "/product/name_id": null, "/organization/id": null }),
                "",
            ),
            (json!({ "/product": null, "/organization": null }), ""),
        ];
        let prepared = prepared(&order());
        for (changes, expected) in table {
            let found = Differences::of(&info(&changes), &prepared);
            assert_eq!(found.to_string(), expected, "{changes}");
            assert_eq!(found.is_empty(), expected.is_empty());
        }
    }

    #[test]
    fn a_new_organization_is_known_by_its_name_however_it_is_written() {
        let prepared = prepared(&SslOrderModel {
            organization: Attr::Known(new_organization()),
            ..order()
        });
        for (name, differs) in [
            ("EXAMPLE WIDGETS LLC", false),
            ("Example Widgets, L.L.C.", false),
            ("Example Gadgets LLC", true),
        ] {
            let info = info(&json!({ "/organization/name": name }));
            assert_eq!(
                !Differences::of(&info, &prepared).is_empty(),
                differs,
                "{name}"
            );
        }
    }
}
