//! What is known of the products: data, not rules. An unknown product is no error, because DigiCert
//! adds products and an account sees only those that are enabled for it.

use crate::provider::ssl_order::model::SslOrderModel;

/// Where a product is documented, and from when to when it was seen there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The page.
    pub url: &'static str,
    /// Year or month of the oldest text that names the product.
    pub first_seen: &'static str,
    /// Year or month of the newest.
    pub last_seen: &'static str,
}

/// The page that this provider was made from.
const PAGE: Source = Source {
    url: "https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/",
    first_seen: "2018",
    last_seen: "2026-11",
};
const BASIC_OV: Source =
    of_2026("https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ov.html");
const BASIC_EV: Source =
    of_2026("https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ev.html");
const SECURE_SITE_OV: Source = of_2026(
    "https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html",
);
const SECURE_SITE_EV: Source = of_2026(
    "https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ev.html",
);
const SECURE_SITE_PRO: Source =
    of_2026("https://dev.digicert.com/services-api/orders/order-secure-site-pro-ssl/");
const SECURE_SITE_PRO_EV: Source = of_2026(
    "https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-pro-ev-ssl.html",
);
const SECURE_SITE: Source =
    of_2026("https://dev.digicert.com/services-api/orders/order-secure-site-ssl/");
const TRUE_BUSINESS_ID: Source = Source {
    url: "https://github.com/myklst/terraform-provider-st-digicert",
    first_seen: "2025-02",
    last_seen: "2025-02",
};

const fn of_2026(url: &'static str) -> Source {
    Source {
        url,
        first_seen: "2026-11",
        last_seen: "2026-11",
    }
}

/// Which names an order of a product holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// The common name, and the same name with or without `www.` at no charge.
    One,
    /// Several, none of them a wildcard.
    Several,
    /// A wildcard and names below it.
    Wildcard,
    /// Any.
    Any,
}

/// A product that can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// `product_name_id`.
    pub name_id: &'static str,
    /// What DigiCert calls it.
    pub brand_name: &'static str,
    /// Whether it is an EV product.
    pub extended_validation: bool,
    /// Whether it is one of the six products of the "Order OV/EV SSL" page.
    pub of_the_page: bool,
    /// Which names it holds.
    pub names: Names,
    /// Where it is documented.
    pub source: Source,
}

const fn ov(name_id: &'static str, brand: &'static str, names: Names, source: Source) -> Product {
    Product {
        name_id,
        brand_name: brand,
        extended_validation: false,
        of_the_page: false,
        names,
        source,
    }
}

const fn ev(name_id: &'static str, brand: &'static str, names: Names, source: Source) -> Product {
    Product {
        extended_validation: true,
        ..ov(name_id, brand, names, source)
    }
}

const fn page(product: Product) -> Product {
    Product {
        of_the_page: true,
        ..product
    }
}

/// Every product that is known.
pub(crate) const PRODUCTS: [Product; 18] = [
    page(ov("ssl_plus", "Standard SSL", Names::One, PAGE)),
    page(ov(
        "ssl_multi_domain",
        "Multi-Domain SSL",
        Names::Several,
        PAGE,
    )),
    page(ov("ssl_wildcard", "Wildcard", Names::Wildcard, PAGE)),
    page(ev("ssl_ev_plus", "EV SSL", Names::One, PAGE)),
    page(ev(
        "ssl_ev_multi_domain",
        "EV Multi-Domain",
        Names::Several,
        PAGE,
    )),
    page(ov("ssl_cloud_wildcard", "Cloud", Names::Any, PAGE)),
    ov("ssl_basic", "Basic OV", Names::Any, BASIC_OV),
    ev("ssl_ev_basic", "Basic EV", Names::Several, BASIC_EV),
    ov(
        "ssl_securesite_flex",
        "Secure Site OV",
        Names::Any,
        SECURE_SITE_OV,
    ),
    ev(
        "ssl_ev_securesite_flex",
        "Secure Site EV",
        Names::Several,
        SECURE_SITE_EV,
    ),
    ov(
        "ssl_securesite_pro",
        "Secure Site Pro SSL",
        Names::Any,
        SECURE_SITE_PRO,
    ),
    ev(
        "ssl_ev_securesite_pro",
        "Secure Site Pro EV SSL",
        Names::Several,
        SECURE_SITE_PRO_EV,
    ),
    ov("ssl_securesite", "Secure Site SSL", Names::One, SECURE_SITE),
    ov(
        "ssl_securesite_multi_domain",
        "Secure Site Multi-Domain SSL",
        Names::Several,
        SECURE_SITE,
    ),
    ov(
        "ssl_securesite_wildcard",
        "Secure Site Wildcard SSL",
        Names::Wildcard,
        SECURE_SITE,
    ),
    ev(
        "ssl_ev_securesite",
        "Secure Site EV SSL",
        Names::One,
        SECURE_SITE,
    ),
    ev(
        "ssl_ev_securesite_multi_domain",
        "Secure Site EV Multi-Domain SSL",
        Names::Several,
        SECURE_SITE,
    ),
    ov(
        "ssl_geotrust_truebizid",
        "GeoTrust TrueBusiness ID OV",
        Names::Any,
        TRUE_BUSINESS_ID,
    ),
];

impl Product {
    /// The product of that name id, if it is known.
    pub(crate) fn named(name_id: &str) -> Option<Self> {
        PRODUCTS.into_iter().find(|p| p.name_id == name_id)
    }

    /// The product of an order, if it is known.
    pub(crate) fn of(order: &SslOrderModel) -> Option<Self> {
        order.product_name_id.as_str().and_then(Self::named)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PRODUCTS;

    #[test]
    fn every_product_stands_once_and_names_its_source() {
        let ids: BTreeSet<_> = PRODUCTS.iter().map(|product| product.name_id).collect();
        assert_eq!(ids.len(), PRODUCTS.len());
        for product in PRODUCTS {
            assert_eq!(
                product.extended_validation,
                product.name_id.starts_with("ssl_ev_"),
                "{}",
                product.name_id
            );
            assert!(product.source.url.starts_with("https://"));
            assert!(product.source.first_seen <= product.source.last_seen);
            assert!(!product.brand_name.is_empty());
        }
        assert_eq!(PRODUCTS.iter().filter(|p| p.of_the_page).count(), 6);
    }
}
