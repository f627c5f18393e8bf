//! Names and their product.

use super::{each_is_refused, each_passes};
use crate::framework::Attr;
use crate::provider::ssl_order::samples::names;

#[test]
fn ev_orders_hold_no_wildcard() {
    each_is_refused(&[(
        |o| {
            o.product_name_id = "ssl_ev_basic".into();
            o.organization = Attr::Unknown;
            o.dns_names = names(&["*.example.com"]);
        },
        "error dns_names: Wildcard in an EV order. \"*.example.com\" is a wildcard",
    )]);
    each_passes(&[("onion service", |o| {
        o.product_name_id = "ssl_ev_basic".into();
        o.organization = Attr::Unknown;
        o.dns_names = names(&["*.abcdefghijklmnop.Onion"]);
    })]);
}

#[test]
fn names_that_do_not_fit_their_product_are_a_warning() {
    each_is_refused(&[
        (
            |o| o.product_name_id = "ssl_wildcard".into(),
            "warning common_name: Wildcard product without a wildcard. `ssl_wildcard` (Wildcard) \
             is for names",
        ),
        (
            |o| {
                o.product_name_id = "ssl_multi_domain".into();
                o.dns_names = names(&["*.example.com"]);
            },
            "warning dns_names: Wildcard in a product without wildcards. \"*.example.com\" is a \
             wildcard, and `ssl_multi_domain`",
        ),
        (
            |o| o.product_name_id = "ssl_plus".into(),
            "warning dns_names: More names than the product covers. `ssl_plus` (Standard SSL) \
             covers the common name and its www form; api.example.com may",
        ),
        (
            |o| {
                o.dns_names = names(&["*.example.com"]);
                o.dcv_method = "http-token".into();
            },
            "warning dcv_method: DCV method without wildcards. \"http-token\" cannot prove control \
             for the wildcard \"*.example.com\"",
        ),
    ]);
    each_passes(&[
        ("www for free", |o| {
            o.product_name_id = "ssl_plus".into();
            o.dns_names = names(&["WWW.shop.example.com."]);
        }),
        ("unknown names", |o| {
            o.product_name_id = "ssl_wildcard".into();
            o.dns_names = names(&["a.example.com"]);
            o.common_name = Attr::Unknown;
            o.csr = Attr::Unknown;
        }),
        ("wildcard product", |o| {
            o.product_name_id = "ssl_wildcard".into();
            o.dns_names = names(&["*.example.com"]);
        }),
        ("http without wildcards", |o| {
            o.dcv_method = "http-token".into();
        }),
    ]);
}
