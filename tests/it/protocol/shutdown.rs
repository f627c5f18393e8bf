//! The end of the process: within the two seconds that Terraform gives it, and with the order in
//! the answer.

use std::sync::Arc;

use certcentral_sandbox::{At, Issuance, Sandbox};
use serde_json::{Value as Json, json};
use terraform_host::{Closed, Provider, json::to_json};

use super::waiting::{answered, create, ended, shut_down, signal, started, started_by};
use crate::host::bed::{
    Bed, ORDER, SHOP, launch, order, order_with, plain_launch, route, warnings,
};

/// A provider whose errors are read.
async fn heard(sandbox: &Sandbox) -> Arc<Provider> {
    started_by(launch(sandbox).env("TF_LOG_PROVIDER", "ERROR")).await
}

/// The error of a process that ends before its work is done; it names the seconds that it has
/// waited.
fn gave_up(closed: &Closed) -> Option<&String> {
    let mut lines = closed.stderr.iter();
    lines.find(|line| line.contains("ending with unfinished work"))
}

fn patient_order() -> Json {
    order_with(json!({ "wait_for": "issued" }))
}

#[tokio::test]
async fn shutdown_ends_the_process_while_the_streams_of_go_plugin_are_open() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let closed = provider.close().await.unwrap().unwrap();
    assert!(!closed.killed, "{closed:?}");
    assert_eq!(closed.status.code(), Some(0));
}

#[tokio::test]
async fn shutdown_ends_a_waiting_create_with_the_order_in_its_answer() {
    let bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let provider = heard(&bed.sandbox).await;
    let waits = answered(
        &bed.sandbox,
        "GET",
        "/order/certificate/2147500001/validation",
    )
    .await;
    let created = create(&provider, &patient_order()).await;
    waits.await.unwrap();

    shut_down(&provider).await;
    let answer = created.await.unwrap();
    let closed = ended(provider).await;
    assert!(!closed.killed, "{closed:?}");
    assert_eq!(gave_up(&closed), None);
    assert_eq!(closed.status.code(), Some(0));
    assert!(!answer.failed(), "{:?}", answer.diagnostics);
    assert_eq!(
        to_json(&answer.object())["order_id"],
        bed.sandbox.orders()[0].id
    );
}

#[tokio::test]
async fn sigterm_ends_a_waiting_create_with_the_order_in_its_answer() {
    let bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let provider = heard(&bed.sandbox).await;
    let waits = answered(
        &bed.sandbox,
        "GET",
        "/order/certificate/2147500001/validation",
    )
    .await;
    let created = create(&provider, &patient_order()).await;
    waits.await.unwrap();

    signal(&provider, "TERM");
    let answer = created.await.unwrap();
    let closed = ended(provider).await;
    assert!(!closed.killed, "{closed:?}");
    assert_eq!(gave_up(&closed), None);
    assert_eq!(closed.status.code(), Some(0));
    assert_eq!(
        to_json(&answer.object())["order_id"],
        bed.sandbox.orders()[0].id
    );
}

#[tokio::test]
async fn sigint_and_sighup_are_left_to_terraform() {
    let bed = Bed::new();
    let provider = started_by(launch(&bed.sandbox).env("TF_LOG_PROVIDER", "DEBUG")).await;
    signal(&provider, "INT");
    signal(&provider, "HUP");
    let answer = create(&provider, &order()).await.await.unwrap();
    assert_eq!(to_json(&answer.object())["status"], "issued");
    let closed = ended(provider).await;
    assert_eq!(closed.status.code(), Some(0));
    for name in ["SIGINT", "SIGHUP"] {
        assert!(
            closed.stderr.iter().any(|line| line.contains(name)),
            "{name}: {:?}",
            closed.stderr
        );
    }
}

#[tokio::test]
async fn shutdown_waits_for_an_order_in_flight_and_gives_it_up_before_terraform_kills() {
    let mut bed = Bed::new();
    let provider = heard(&bed.sandbox).await;
    let hold = bed.sandbox.hold(route(ORDER), 1, At::After);
    let created = create(&provider, &order()).await;
    hold.held().await;

    shut_down(&provider).await;
    let closed = {
        let answer = created.await.unwrap();
        assert!(answer.value.is_none(), "{answer:?}");
        ended(provider).await
    };
    assert!(!closed.killed, "{closed:?}");
    let error = gave_up(&closed).unwrap_or_else(|| panic!("{closed:?}"));
    assert!(error.contains("1.6"), "{error}");
    hold.release();

    let applied = bed.apply(&order()).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert!(bed.terraform.attributes(SHOP).is_some());
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn an_order_that_is_answered_after_shutdown_is_read() {
    let bed = Bed::new();
    let provider = started(&bed.sandbox).await;
    let hold = bed.sandbox.hold(route(ORDER), 1, At::After);
    let created = create(&provider, &order()).await;
    hold.held().await;

    let goes_on = answered(&bed.sandbox, "GET", "/order/certificate/2147500001").await;
    shut_down(&provider).await;
    hold.release();
    goes_on.await.unwrap();
    drop(created.await.unwrap());
    let closed = ended(provider).await;
    assert!(!closed.killed, "{closed:?}");
    assert_eq!(bed.posts()[0].status, Some(201));
}
