//! What is known of the products: data, not rules. An unknown product is no error, because DigiCert adds products
//! and an account sees only those that are enabled for it.
//!
//! Sources: "Order OV/EV SSL" and "Glossary: product identifiers" of the Services API, read November 2026.

use super::model::SslOrderModel;

/// A product that can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Product {
    /// `product_name_id`.
    pub name_id: &'static str,
    /// Whether it is an EV product.
    pub extended_validation: bool,
    /// Whether it is one of the six products of the "Order OV/EV SSL" page.
    pub of_the_page: bool,
}

const fn page(name_id: &'static str, extended_validation: bool) -> Product {
    Product {
        name_id,
        extended_validation,
        of_the_page: true,
    }
}

const fn later(name_id: &'static str, extended_validation: bool) -> Product {
    Product {
        name_id,
        extended_validation,
        of_the_page: false,
    }
}

/// Every product that is known.
pub(super) const PRODUCTS: [Product; 18] = [
    page("ssl_plus", false),
    page("ssl_multi_domain", false),
    page("ssl_wildcard", false),
    page("ssl_ev_plus", true),
    page("ssl_ev_multi_domain", true),
    page("ssl_cloud_wildcard", false),
    later("ssl_basic", false),
    later("ssl_ev_basic", true),
    later("ssl_securesite_flex", false),
    later("ssl_ev_securesite_flex", true),
    later("ssl_securesite_pro", false),
    later("ssl_ev_securesite_pro", true),
    later("ssl_securesite", false),
    later("ssl_securesite_multi_domain", false),
    later("ssl_securesite_wildcard", false),
    later("ssl_ev_securesite", true),
    later("ssl_ev_securesite_multi_domain", true),
    later("ssl_geotrust_truebizid", false),
];

impl Product {
    /// The product of that name id, if it is known.
    pub(super) fn named(name_id: &str) -> Option<Self> {
        PRODUCTS.into_iter().find(|p| p.name_id == name_id)
    }

    /// The product of an order, if it is known.
    pub(super) fn of(order: &SslOrderModel) -> Option<Self> {
        order.product_name_id.as_str().and_then(Self::named)
    }
}
