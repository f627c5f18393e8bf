//! What is handed on, and what is refused.

use super::super::Plan;
use super::guard;
use crate::framework::{Attr, Severity};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::{names, order, placed, plan};

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
        let mut plan = plan(config, Some(&old), marked.clone());
        guard(&mut plan, Some(&old), allow_revocation);
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
        let mut plan = plan(&order(), None, handed_on.clone());
        guard(&mut plan, None, false);
        assert_eq!(plan.private, handed_on);
        assert!(!plan.diagnostics.has_errors());
    }
}

/// The answer to the second question, after that to the first.
fn forced(config: &SslOrderModel, prior: &SslOrderModel) -> Plan {
    let mut first = plan(config, Some(prior), SslOrderPrivate::default());
    guard(&mut first, Some(prior), true);
    assert!(!first.diagnostics.has_errors());
    let mut second = plan(config, None, first.private);
    guard(&mut second, None, true);
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
    let mut plan = plan(&config, Some(&prior), SslOrderPrivate::default());
    guard(&mut plan, Some(&prior), true);
    assert!(plan.private.replacement_announced);
    assert_eq!(plan.private.bought_if_forced, None);
}
