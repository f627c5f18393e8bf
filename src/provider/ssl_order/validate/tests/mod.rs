//! Every rule, good and bad: path, severity and sentence. A bad case is a good order with one thing changed, and the
//! one diagnostic that it gets.

mod certificate;
mod organization;
mod validity;
mod values;

use super::validate;
use crate::framework::{Attr, Severity};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::order;

/// One thing that is changed of a good order.
type Edit = fn(&mut SslOrderModel);

/// Every diagnostic of an order, each as one line.
fn found(edit: Edit) -> Vec<String> {
    let mut order = order();
    edit(&mut order);
    validate(&order)
        .iter()
        .map(|diagnostic| {
            let severity = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let path = diagnostic.attribute.as_ref().map(ToString::to_string);
            format!(
                "{severity} {}: {}. {}",
                path.unwrap_or_default(),
                diagnostic.summary,
                diagnostic.detail
            )
        })
        .collect()
}

/// Each edit is answered by one diagnostic that starts as written.
fn each_is_refused(cases: &[(Edit, &str)]) {
    for (edit, expected) in cases {
        let found = found(*edit);
        assert_eq!(found.len(), 1, "{expected}: {found:#?}");
        assert!(found[0].starts_with(expected), "{expected}: {found:#?}");
        assert!(found[0].ends_with('.'), "{found:#?}");
    }
}

/// No edit is objected to.
fn each_passes(cases: &[(&str, Edit)]) {
    for (name, edit) in cases {
        assert_eq!(found(*edit), [] as [&str; 0], "{name}");
    }
}

#[test]
fn a_good_order_passes() {
    each_passes(&[("as it is", |_| {})]);
}

#[test]
fn unknown_values_pass() {
    each_passes(&[
        ("product", |o| o.product_name_id = Attr::Unknown),
        ("common name", |o| o.common_name = Attr::Unknown),
        ("names", |o| o.dns_names = Attr::Unknown),
        ("csr", |o| o.csr = Attr::Unknown),
        ("hash", |o| o.signature_hash = Attr::Unknown),
        ("validity", |o| o.order_validity = Attr::Unknown),
        ("organization", |o| o.organization = Attr::Unknown),
        ("container", |o| o.container_id = Attr::Unknown),
        ("emails", |o| o.additional_emails = Attr::Unknown),
        ("timeouts", |o| o.timeouts = Attr::Unknown),
        ("units", |o| o.organization_units = Attr::Unknown),
        ("method", |o| o.dcv_method = Attr::Unknown),
    ]);
}

#[test]
fn every_problem_is_reported_at_once() {
    let found = found(|o| {
        o.product_name_id = "SSL Plus".into();
        o.container_id = Attr::Known(0);
        o.csr = "x".into();
        o.order_validity = Attr::Null;
    });
    assert_eq!(found.len(), 4, "{found:#?}");
}
