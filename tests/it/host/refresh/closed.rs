//! Orders that somebody closed outside Terraform: recorded, warned about, and bought again only
//! when asked for.

use std::time::Duration;

use certcentral_sandbox::{Approval, Issuance, Move};
use serde_json::json;
use terraform_host::Action;

use crate::host::bed::{Bed, SHOP, order, order_with, warnings};

/// An order that was closed by `step`.
async fn closed_by(step: Move) -> Bed {
    let mut bed = Bed::with(|account| match step {
        Move::Reject => account.approval = Approval::OneStep,
        Move::Cancel => account.issuance = Issuance::Manual,
        _ => {}
    });
    let _applied = bed
        .apply(&order_with(json!({ "wait_for": "none" })))
        .await
        .expect_success();
    bed.sandbox.apply(bed.order_id(), step).unwrap();
    bed
}

const WAYS: [(Move, &str); 4] = [
    (Move::Reject, "rejected"),
    (Move::Cancel, "canceled"),
    (Move::Revoke, "revoked"),
    (Move::Expire, "expired"),
];

#[tokio::test]
async fn a_closed_order_is_recorded_and_the_plan_warns_and_changes_nothing() {
    for (step, status) in WAYS {
        let mut bed = closed_by(step).await;
        let config = order_with(json!({ "wait_for": "none" }));
        let plan = bed.plan(&config).await.expect_success();
        assert!(plan.is_empty(), "{status}");
        assert_eq!(warnings(&plan.report), ["Order is closed"], "{status}");
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_eq!(bed.order()["status"], status);
        let second = bed.plan(&config).await.expect_success();
        assert!(second.is_empty(), "{status}");
        assert_eq!(warnings(&second.report), ["Order is closed"], "{status}");
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{status}");
    }
}

#[tokio::test]
async fn reorder_when_closed_plans_a_replacement_and_orders_once() {
    for (step, status) in WAYS {
        let mut bed = closed_by(step).await;
        let first = bed.order_id();
        bed.sandbox.change(|account| {
            account.approval = Approval::None;
            account.issuance = Issuance::Immediate;
        });
        let config = order_with(json!({ "wait_for": "none", "reorder_when_closed": true }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Replace), "{status}");
        assert_eq!(
            warnings(&plan.report),
            ["Closed order is replaced"],
            "{status}"
        );
        let words = &plan.report.warnings().next().unwrap().detail;
        assert!(
            words.contains(
                "The new order: Product ssl_basic for shop.example.com, valid for 1 \
                year, organization 123456. CertCentral estimates its price at 293.00 USD before \
                tax."
            ),
            "{words}"
        );

        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_ne!(bed.order_id(), first, "{status}");
        assert_eq!(bed.order()["status"], "issued", "{status}");
        assert_eq!(bed.sandbox.summary().orders_created, 2, "{status}");
        assert!(
            bed.plan(&config).await.expect_success().is_empty(),
            "{status}"
        );
    }
}

#[tokio::test]
async fn another_order_key_replaces_a_closed_order_as_the_plan_says() {
    for (step, status) in WAYS {
        let mut bed = closed_by(step).await;
        let first = bed.order_id();
        bed.sandbox.change(|account| {
            account.approval = Approval::None;
            account.issuance = Issuance::Immediate;
        });
        let config = order_with(json!({ "wait_for": "none", "order_key": "2" }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Replace), "{status}");
        let said = warnings(&plan.report);
        assert_eq!(said, ["Closed order is replaced"], "{status}");

        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_ne!(bed.order_id(), first, "{status}");
        assert_eq!(bed.order()["order_key"], "2", "{status}");
        assert_eq!(bed.sandbox.summary().orders_created, 2, "{status}");
        let second = bed.plan(&config).await.expect_success();
        assert!(second.is_empty(), "{status}");
    }
}

#[tokio::test]
async fn a_closed_order_records_nothing_that_it_does_not_have() {
    for (step, status) in WAYS {
        let mut bed = closed_by(step).await;
        bed.terraform.refresh().await.unwrap().expect_success();
        let before = bed.order().clone();
        let changed = json!({ "wait_for": "none", "product_name_id": "ssl_plus",
                              "order_validity": { "years": 2 }, "disable_renewal_notifications": true, "organization": { "id": 778_812 } });
        let plan = bed.plan(&order_with(changed)).await.expect_success();
        assert!(plan.is_empty(), "{status}");
        let said = warnings(&plan.report);
        assert_eq!(said, ["Order is closed"], "{status}");
        assert_eq!(bed.order(), &before, "{status}");

        let added = json!({ "wait_for": "none", "product_name_id": "ssl_plus", "comments": "late", "on_destroy": "cancel" });
        let plan = bed.plan(&order_with(added)).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Update), "{status}");
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let calls = bed.calls_after(seen);
        assert!(
            calls.iter().all(|call| call.starts_with("GET ")),
            "{calls:?}"
        );
        assert_eq!(bed.order()["product_name_id"], "ssl_basic", "{status}");
        assert_eq!(bed.order()["comments"], "late", "{status}");
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{status}");
    }
}

#[tokio::test]
async fn an_order_that_ran_out_by_the_clock_is_recorded_as_expired() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox.advance(Duration::from_secs(400 * 86_400));
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["status"], "expired");
    assert!(
        bed.order()["certificate_pem"].is_string(),
        "the certificate stays readable"
    );
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

/// Answers with which CertCentral, a gateway before it or a key of another account says that there
/// is no order.
const NOT_SHOWN: [&str; 4] = [
    r#"{"errors":[{"code":"not_found|order","message":"Not found"}]}"#,
    r#"{"errors":[{"code":"not_found|certificate"}]}"#,
    r#"{"message":"no Route matched with those values"}"#,
    "{}",
];

#[tokio::test]
async fn a_closed_order_that_is_not_shown_any_more_stays_in_state_and_is_not_bought_again() {
    for (step, status) in WAYS {
        let mut bed = closed_by(step).await;
        bed.terraform.refresh().await.unwrap().expect_success();
        let before = bed.order().clone();
        let config = order_with(json!({ "wait_for": "none" }));
        for body in NOT_SHOWN {
            let gone = certcentral_sandbox::Fault::Answer {
                status: 404,
                body: body.to_owned(),
                content_type: "application/json".to_owned(),
            };
            bed.sandbox.fault(
                crate::host::bed::route("GET /order/certificate/*"),
                1,
                certcentral_sandbox::At::Before,
                gone,
            );
            let plan = bed.plan(&config).await.expect_success();
            assert!(plan.is_empty(), "{status}: {body}");
            assert_eq!(
                warnings(&plan.report),
                ["Closed order not visible", "Order is closed"],
                "{status}: {body}"
            );
            assert_eq!(bed.order(), &before, "{status}: {body}");
        }
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{status}");
    }
}
