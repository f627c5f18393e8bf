//! Every rule, good and bad: path, severity and sentence. A bad case is a good order with one thing
//! changed, and the one diagnostic that it gets.

mod certificate;
mod contacts;
mod organization;
mod product_names;
mod unknowns;
mod validity;
mod values;

use super::super::model::SslOrderModel;
use super::super::samples::order;
use super::validate;
use crate::framework::{Attr, Severity};

/// One thing that is changed of a good order.
type Edit = fn(&mut SslOrderModel);

/// Every diagnostic of an order, each as one line.
fn found(edit: Edit) -> Vec<String> {
    let mut order = good();
    edit(&mut order);
    lines(&order)
}

/// An order that no rule objects to, of a product that takes several names.
fn good() -> SslOrderModel {
    SslOrderModel {
        product_name_id: "ssl_cloud_wildcard".into(),
        ..order()
    }
}

fn lines(order: &SslOrderModel) -> Vec<String> {
    validate(order)
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
fn every_problem_is_reported_at_once() {
    let found = found(|o| {
        o.product_name_id = "SSL Plus".into();
        o.container_id = Attr::Known(0);
        o.csr = "x".into();
        o.order_validity = Attr::Null;
    });
    assert_eq!(found.len(), 4, "{found:#?}");
}
