//! What is handed on, what is refused, and which plans cannot be applied read-only.

use super::super::{Permissions, Plan};
use crate::framework::{Attr, Diagnostic, Severity};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::{names, order, placed, plan, plan_with};

const SUMMARY: &str = "This plan cannot be applied here";

#[test]
fn only_a_replacement_that_the_plan_announces_is_marked_and_refused() {
    let mut config = order();
    config.on_destroy = "revoke".into();
    let mut old = placed(&config);
    old.status = "issued".into();
    let marked = SslOrderPrivate {
        end_announced: true,
        replacement_announced: true,
        ..SslOrderPrivate::default()
    };
    let mut other = config.clone();
    other.order_key = "another".into();
    for (config, allow_revocation, announced, refused) in [
        (&config, false, false, false),
        (&other, true, true, false),
        (&other, false, true, true),
    ] {
        // The mark of an earlier plan counts for nothing.
        let permissions = Permissions {
            allow_revocation,
            read_only: false,
        };
        let plan = plan_with(config, Some(&old), marked.clone(), permissions);
        assert_eq!(plan.private.end_announced, announced);
        assert_eq!(plan.private.replacement_announced, announced);
        assert_eq!(plan.diagnostics.has_errors(), refused);
    }
}

#[test]
fn the_plan_from_nothing_of_a_replacement_hands_the_mark_on() {
    for end_announced in [true, false] {
        let handed_on = SslOrderPrivate {
            end_announced,
            replacement_announced: end_announced,
            ..SslOrderPrivate::default()
        };
        let plan = plan(&order(), None, handed_on.clone());
        assert_eq!(plan.private, handed_on);
        assert!(!plan.diagnostics.has_errors());
    }
}

/// The answer to the second question, after that to the first.
fn forced(config: &SslOrderModel, prior: &SslOrderModel) -> Plan {
    let first = plan(config, Some(prior), SslOrderPrivate::default());
    assert!(!first.diagnostics.has_errors());
    let second = plan(config, None, first.private);
    assert_eq!(second.private, SslOrderPrivate::default());
    second
}

#[test]
fn a_forced_replacement_that_finds_the_order_again_is_planned() {
    let mut config = order();
    let prior = SslOrderModel {
        status: "issued".into(),
        ..placed(&config)
    };
    config.comments = "another".into();
    assert!(!forced(&config, &prior).diagnostics.has_errors());
}

#[test]
fn a_forced_replacement_that_would_buy_is_refused_with_the_reason() {
    let same = order();
    let mut other_names = order();
    other_names.dns_names = names(&["new.example.com"]);
    for (config, status, reason) in [
        (
            &other_names,
            "issued",
            "`dns_names` of order 2147500123 for",
        ),
        (&same, "canceled", "is canceled, so `-replace` would buy"),
        (&same, "revoked", "is revoked, so `-replace` would buy"),
    ] {
        let prior = SslOrderModel {
            status: status.into(),
            ..placed(&order())
        };
        let plan = forced(config, &prior);
        let error = plan
            .diagnostics
            .iter()
            .find(|it| it.severity == Severity::Error)
            .unwrap();
        assert_eq!(error.summary, "Forced replacement buys an order");
        assert!(error.detail.contains(reason), "{}", error.detail);
    }
}

#[test]
fn without_an_order_nothing_is_refused() {
    let mut other_names = order();
    other_names.dns_names = names(&["new.example.com"]);
    for status in ["issued", "canceled"] {
        let prior = SslOrderModel {
            status: status.into(),
            order_id: Attr::Null,
            ..placed(&order())
        };
        assert!(!forced(&other_names, &prior).diagnostics.has_errors());
    }
}

#[test]
fn an_announced_replacement_may_buy() {
    let mut config = order();
    config.order_key = "another".into();
    config.dns_names = names(&["new.example.com"]);
    let prior = SslOrderModel {
        status: "issued".into(),
        ..placed(&order())
    };
    let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
    assert!(plan.private.replacement_announced);
    assert_eq!(plan.private.bought_if_forced, None);
}

fn read_only(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Plan {
    let permissions = Permissions {
        allow_revocation: true,
        read_only: true,
    };
    plan_with(config, prior, SslOrderPrivate::default(), permissions)
}

/// What an apply would do, as the warning says it.
fn would(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Option<String> {
    let plan = read_only(config, prior);
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
    let mut config = order();
    config.organization = Attr::Null;
    let plan = plan(&config, None, SslOrderPrivate::default());
    assert!(plan.diagnostics.has_errors());
    assert_eq!(read_only(&config, None).diagnostics, plan.diagnostics);
}
