//! Rules about names that do not fit their product. What is only known of a product is a warning:
//! DigiCert may have moved on.

use super::limits::HOST_ONLY_DCV_METHODS;
use super::{error, warning};
use crate::framework::{AttributePath, Diagnostic};
use crate::pki::dns_name::is_wildcard;
use crate::pki::dns_rules;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::schema::products::{Names, Product};

/// EV certificates hold no wildcard, except of an onion service. Sources: EV Guidelines 3.2.2.4 and
/// appendix A, <https://cabforum.org/working-groups/server/extended-validation/guidelines/>
pub(crate) fn ev_wildcards(order: &SslOrderModel) -> Vec<Diagnostic> {
    if Product::of(order).is_none_or(|product| !product.extended_validation) {
        return Vec::new();
    }
    named(order)
        .filter(|(_, name)| is_wildcard(name) && !is_onion(name))
        // One that is misplaced as well is refused for that.
        .filter(|(_, name)| dns_rules::check_name(name).is_ok())
        .map(|(argument, name)| {
            error(
                &AttributePath::of(argument),
                "Wildcard in an EV order",
                format!(
                    "{name:?} is a wildcard, and EV certificates cannot hold one. Name each \
                    host, or order an OV product."
                ),
            )
        })
        .collect()
}

fn is_onion(name: &str) -> bool {
    name.trim_end_matches('.')
        .to_ascii_lowercase()
        .ends_with(".onion")
}

/// A wildcard product for plain names. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn wildcard_is_used(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(product) = with(order, &[Names::Wildcard]) else {
        return Vec::new();
    };
    if named(order).any(|(_, name)| is_wildcard(name)) {
        return Vec::new();
    }
    vec![warning(
        &AttributePath::of("common_name"),
        "Wildcard product without a wildcard",
        format!(
            "`{}` ({}) is for names such as \"*.example.com\", and the order has none. CertCentral \
             may refuse it, or sell a wildcard that is not used. Add the wildcard, or choose \
             another product.",
            product.name_id, product.brand_name
        ),
    )]
}

/// A wildcard in an OV product that has none. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn wildcard_is_covered(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(product) = Product::of(order).filter(|product| {
        !product.extended_validation && matches!(product.names, Names::One | Names::Several)
    }) else {
        return Vec::new();
    };
    named(order)
        .filter(|(_, name)| is_wildcard(name))
        .map(|(argument, name)| {
            warning(
                &AttributePath::of(argument),
                "Wildcard in a product without wildcards",
                format!(
                    "{name:?} is a wildcard, and `{}` ({}) is for plain names. CertCentral may \
                     refuse it. Choose a product that covers wildcards, such as \"ssl_basic\", or \
                     name each host.",
                    product.name_id, product.brand_name
                ),
            )
        })
        .collect()
}

/// More names than the product covers: the common name, and the same name with or without `www.`.
/// Sources: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>,
/// <https://dev.digicert.com/workflows/ov-certificate-lifecycle/>
pub(crate) fn names_are_covered(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(product) = with(order, &[Names::One]) else {
        return Vec::new();
    };
    let Some(common_name) = order.common_name.as_str() else {
        return Vec::new();
    };
    let only = SslOrderModel {
        common_name: common_name.into(),
        ..SslOrderModel::default()
    };
    let own = only.canonical_names();
    let further: Vec<_> = order
        .canonical_names()
        .into_iter()
        .filter(|name| !own.iter().any(|own| is_companion(own, name)))
        .collect();
    if further.is_empty() {
        return Vec::new();
    }
    vec![warning(
        &AttributePath::of("dns_names"),
        "More names than the product covers",
        format!(
            "`{}` ({}) covers the common name and its www form; {} may cost extra or be refused. \
             Choose a product for several names, such as \"ssl_basic\", or remove them.",
            product.name_id,
            product.brand_name,
            further.join(", ")
        ),
    )]
}

fn is_companion(own: &str, name: &str) -> bool {
    own == name || own.strip_prefix("www.") == Some(name) || name.strip_prefix("www.") == Some(own)
}

/// A file on one host proves nothing about the names below it. Source: Baseline Requirements
/// 3.2.2.4.18, <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>. A
/// warning, because the domain may be validated.
pub(crate) fn dcv_method_proves_wildcards(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(method) = order
        .dcv_method
        .as_str()
        .filter(|method| HOST_ONLY_DCV_METHODS.contains(method))
    else {
        return Vec::new();
    };
    let Some((_, name)) = named(order).find(|(_, name)| is_wildcard(name)) else {
        return Vec::new();
    };
    vec![warning(
        &AttributePath::of("dcv_method"),
        "DCV method without wildcards",
        format!(
            "{method:?} cannot prove control for the wildcard {name:?} since November 2021. Use \
             \"dns-txt-token\", \"dns-cname-token\" or \"email\", unless the domain is validated \
             already."
        ),
    )]
}

/// The product, if it holds such names and all names of the order are known.
fn with(order: &SslOrderModel, names: &[Names]) -> Option<Product> {
    Product::of(order).filter(|p| names.contains(&p.names) && order.names_are_known())
}

/// The known names, each with its argument.
fn named(order: &SslOrderModel) -> impl Iterator<Item = (&'static str, &str)> {
    let common_name = order.common_name.as_str().map(|name| ("common_name", name));
    common_name
        .into_iter()
        .chain(order.known_dns_names().map(|name| ("dns_names", name)))
}
