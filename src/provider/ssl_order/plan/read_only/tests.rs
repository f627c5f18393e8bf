//! Which plans cannot be applied read-only, and which can.

use super::{read_only_destroy, warn_of_read_only};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::{names, order, placed, plan};

const SUMMARY: &str = "This plan cannot be applied here";

/// What an apply would do, as the warning says it.
fn would(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Option<String> {
    let mut plan = plan(config, prior, SslOrderPrivate::default());
    warn_of_read_only(&mut plan, prior);
    let warning = plan
        .diagnostics
        .iter()
        .find(|said| said.summary == SUMMARY)?;
    assert!(!plan.diagnostics.has_errors());
    Some(verb(warning))
}

fn issued() -> SslOrderModel {
    SslOrderModel {
        status: "issued".into(),
        certificate_id: Attr::Known(3_001_200_345),
        ..placed(&order())
    }
}

fn verb(warning: &Diagnostic) -> String {
    for word in ["`read_only`", "DIGICERT_READ_ONLY"] {
        assert!(warning.detail.contains(word), "{}", warning.detail);
    }
    let rest = warning.detail.strip_prefix("An apply would ").unwrap();
    rest.split_once(", and `read_only`").unwrap().0.to_owned()
}

#[test]
fn every_plan_that_calls_something_is_named_by_its_order() {
    let prior = issued();
    let is = "order 2147500123 for shop.example.com, api.example.com, www.shop.example.com";
    let with = |edit: fn(&mut SslOrderModel)| {
        let mut config = order();
        edit(&mut config);
        would(&config, Some(&prior))
    };
    let bought = would(&order(), None).unwrap();
    assert!(
        bought.starts_with("place the order for shop.example.com"),
        "{bought}"
    );
    assert_eq!(
        with(|order| order.order_key = "again".into()).unwrap(),
        "place an order that replaces 2147500123 for shop.example.com, api.example.com, www.shop.example.com"
    );
    assert_eq!(
        with(|order| order.dns_names =
            names(&["www.shop.example.com", "api.example.com", "new.example.com"]))
        .unwrap(),
        format!("reissue the certificate of {is}")
    );
    assert_eq!(
        with(|order| order.additional_emails = names(&["a@example.com"])).unwrap(),
        format!("change `additional_emails` of {is}")
    );
    let mut due = prior.clone();
    due.ready_for_renewal = Attr::Known(true);
    due.renew_days_before_expiry = Attr::Known(30);
    let mut config = order();
    config.renew_days_before_expiry = Attr::Known(30);
    let renewed = would(&config, Some(&due)).unwrap();
    assert_eq!(renewed, format!("renew {is}"));
}

#[test]
fn a_plan_that_calls_nothing_needs_no_word() {
    let prior = issued();
    assert_eq!(would(&order(), Some(&prior)), None);
    let mut recorded = order();
    recorded.comments = "only recorded".into();
    assert_eq!(would(&recorded, Some(&prior)), None);
    let mut closed = prior;
    closed.status = "revoked".into();
    let mut config = order();
    config.additional_emails = names(&["a@example.com"]);
    assert_eq!(would(&config, Some(&closed)), None);
}

#[test]
fn a_plan_that_fails_says_only_why() {
    let mut plan = plan(&order(), None, SslOrderPrivate::default());
    let broken = Diagnostic::error("No", "No.").at(AttributePath::of("csr"));
    plan.diagnostics.push(broken);
    let before = plan.diagnostics.iter().count();
    warn_of_read_only(&mut plan, None);
    assert_eq!(plan.diagnostics.iter().count(), before);
}

#[test]
fn a_destroy_that_ends_an_order_is_named() {
    let said = |status: &str, on_destroy: &str| {
        let prior = SslOrderModel {
            status: status.into(),
            on_destroy: on_destroy.into(),
            ..placed(&order())
        };
        read_only_destroy(&prior)
            .map(|warning| verb(&warning).split_once(" order").unwrap().0.to_owned())
    };
    for (status, on_destroy, expected) in [
        ("pending", "cancel", Some("cancel")),
        ("issued", "cancel", None),
        ("issued", "revoke", Some("cancel or revoke")),
        ("pending", "revoke", Some("cancel or revoke")),
        ("issued", "retain", None),
        ("pending", "retain", None),
        ("revoked", "revoke", None),
        ("canceled", "cancel", None),
    ] {
        assert_eq!(
            said(status, on_destroy).as_deref(),
            expected,
            "{status} {on_destroy}"
        );
    }
}
