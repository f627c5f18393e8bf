//! Orders that are retained, and orders that changed between the plan of a destroy and its apply.

use certcentral_sandbox::{Approval, Issuance, Move};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, SHOP, order, order_with, warnings};

fn cancel() -> Json {
    order_with(json!({ "on_destroy": "cancel", "wait_for": "none" }))
}

#[tokio::test]
async fn retain_calls_nothing_that_changes_and_says_that_the_order_stays() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    assert_eq!(warnings(&plan.report), ["Destroy leaves the order open"]);
    let seen = bed.seen();

    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(warnings(&applied.report), ["Order stays open"]);
    assert!(
        applied
            .report
            .warnings()
            .next()
            .unwrap()
            .detail
            .contains(&id.to_string())
    );
    assert_eq!(bed.calls_after(seen), Vec::<String>::new());
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.sandbox.summary().needs_approval, 1);
}

#[tokio::test]
async fn what_was_retained_is_adopted_by_the_next_apply() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    let _destroyed = bed.destroy().await.expect_success();
    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.order_id(), id);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_tainted_order_that_is_retained_costs_nothing() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    bed.terraform.taint(SHOP).unwrap();
    let applied = bed.apply(&order()).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(
        (bed.order_id(), bed.sandbox.summary().orders_created),
        (id, 1)
    );
}

#[tokio::test]
async fn an_order_that_was_issued_between_plan_and_destroy_stays_valid() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    bed.sandbox.issue(bed.order_id()).unwrap();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["Issued certificate stays valid"]
    );
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
}

#[tokio::test]
async fn an_order_that_is_canceled_already_is_only_forgotten() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    bed.sandbox.apply(bed.order_id(), Move::Cancel).unwrap();
    let seen = bed.seen();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(bed.calls_after(seen).len(), 1);
    assert!(bed.terraform.state().is_empty());
}
