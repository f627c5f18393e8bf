//! StopProvider, Terraform's first Ctrl-C: waits end, and the process serves on.

use certcentral_sandbox::{At, Issuance};
use serde_json::json;
use terraform_host::json::to_json;

use super::waiting::{answered, create, ended, started};
use crate::host::bed::{Bed, ORDER, order, order_with, route};

#[tokio::test]
async fn stop_ends_a_waiting_create_at_once_and_the_same_process_serves_on() {
    let bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let provider = started(&bed.sandbox).await;
    let waits = answered(
        &bed.sandbox,
        "GET",
        "/order/certificate/2147500001/validation",
    )
    .await;
    let created = create(&provider, &order_with(json!({ "wait_for": "issued" }))).await;
    waits.await.unwrap();

    assert_eq!(provider.stop().await.unwrap(), "");
    let answer = created.await.unwrap();
    assert!(!answer.failed(), "{:?}", answer.diagnostics);
    let state = to_json(&answer.object());
    assert_eq!(state["order_id"], bed.sandbox.orders()[0].id);
    let looks = bed
        .calls_after(0)
        .into_iter()
        .filter(|call| call == "GET /order/certificate/2147500001");
    assert_eq!(looks.count(), 1, "no second look was waited for");

    bed.sandbox
        .change(|account| account.issuance = Issuance::Immediate);
    let next = order_with(json!({ "common_name": "pay.example.com" }));
    let answer = create(&provider, &next).await.await.unwrap();
    assert_eq!(to_json(&answer.object())["status"], "issued");
    assert_eq!(bed.sandbox.summary().orders_created, 2);
    assert!(!ended(provider).await.killed);
}

#[tokio::test]
async fn stop_does_not_touch_an_order_in_flight() {
    let bed = Bed::new();
    let provider = started(&bed.sandbox).await;
    let hold = bed.sandbox.hold(route(ORDER), 1, At::Before);
    let created = create(&provider, &order()).await;
    hold.held().await;
    provider.stop().await.unwrap();
    hold.release();
    let answer = created.await.unwrap();
    assert!(!answer.failed(), "{:?}", answer.diagnostics);
    assert_eq!(
        to_json(&answer.object())["order_id"],
        bed.sandbox.orders()[0].id
    );
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn stop_before_the_order_is_sent_orders_nothing() {
    let bed = Bed::new();
    let provider = started(&bed.sandbox).await;
    let hold = bed
        .sandbox
        .hold(route("GET /order/alternate/*"), 1, At::Before);
    let created = create(&provider, &order()).await;
    hold.held().await;
    provider.stop().await.unwrap();
    // A look is not waited for.
    let answer = created.await.unwrap();
    hold.release();
    let summaries: Vec<_> = answer
        .diagnostics
        .iter()
        .map(|it| it.summary.as_str())
        .collect();
    assert_eq!(summaries, ["Interrupted before ordering"]);
    assert!(answer.object().is_null());
    assert_eq!(bed.posts().len(), 0);
}
