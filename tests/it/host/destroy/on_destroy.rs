//! What a destroy does to an order, by `on_destroy` and the order's status.

use certcentral_sandbox::{Approval, At, Fault, Issuance, Move};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, errors, order, order_with, route, warnings};

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
    bed.terraform.taint(crate::host::bed::SHOP).unwrap();
    let applied = bed.apply(&order()).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(
        (bed.order_id(), bed.sandbox.summary().orders_created),
        (id, 1)
    );
}

#[tokio::test]
async fn cancel_rejects_the_request_of_an_order_that_waits_for_approval() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let _applied = bed.apply(&cancel()).await.expect_success();
    let request = bed.order()["requests"][0]["id"].clone();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    assert_eq!(warnings(&plan.report), ["Destroy cancels the order"]);
    let (seen, id) = (bed.seen(), bed.order_id());

    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(
        bed.calls_after(seen),
        [
            format!("GET /order/certificate/{id}"),
            format!("PUT /request/{request}/status")
        ]
    );
    assert_eq!(bed.sandbox.orders()[0].status, "rejected");
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn cancel_cancels_a_pending_order() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    let id = bed.order_id();

    let _destroyed = bed.destroy().await.expect_success();
    assert_eq!(bed.sandbox.orders()[0].status, "canceled");
    let journal = bed.sandbox.journal();
    let last = journal.last().unwrap();
    assert_eq!(
        (last.method.as_str(), last.path.as_str()),
        ("PUT", format!("/order/certificate/{id}/status").as_str())
    );
    assert_eq!(last.request["note"], "Destroyed by Terraform");
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn cancel_leaves_an_issued_order_valid_with_a_warning() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&cancel()).await.expect_success();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["Destroy leaves the issued certificate valid"]
    );
    let seen = bed.seen();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["Issued certificate stays valid"]
    );
    assert_eq!(bed.calls_after(seen).len(), 1);
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
    assert!(bed.terraform.state().is_empty());
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

#[tokio::test]
async fn an_order_that_is_gone_is_only_forgotten() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    let gone = Fault::Answer {
        status: 404,
        body: r#"{"errors":[{"code":"not_found|order","message":"Not found"}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox
        .fault(route("GET /order/certificate/*"), 1, At::Before, gone);
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(applied.report.diagnostics, []);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_looked_at_again() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    bed.sandbox.fault(
        route("PUT /order/certificate/*/status"),
        1,
        At::After,
        Fault::Drop,
    );
    let destroyed = bed.destroy().await.expect_success();
    assert_eq!(errors(&destroyed.report), Vec::<&str>::new());
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.sandbox.orders()[0].status, "canceled");
}

#[tokio::test]
async fn a_cancel_that_failed_keeps_the_order_in_state() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let _applied = bed.apply(&cancel()).await.expect_success();
    bed.sandbox.fault(
        route("PUT /order/certificate/*/status"),
        1,
        At::Before,
        Fault::Html { status: 503 },
    );
    let before = bed.order().clone();
    let destroyed = bed.destroy().await;
    assert_eq!(
        errors(&destroyed.report),
        ["Answer is not from CertCentral's API"]
    );
    assert_eq!(bed.order(), &before);
    let _destroyed = bed.destroy().await.expect_success();
    assert_eq!(bed.sandbox.orders()[0].status, "canceled");
}
