//! How many requests an order takes: people share one limit of 1000 requests in three minutes.

use certcentral_sandbox::{Approval, Dcv};
use serde_json::json;
use terraform_host::Resource;

use super::bed::{Bed, LIST, PRICE, SHOP, order, order_with};

#[tokio::test]
async fn a_create_takes_six_requests_at_most_and_a_refresh_of_an_issued_order_one() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let create = calls_of_the_create(&bed);
    assert!(create.len() <= 6, "{create:#?}");
    assert_eq!(
        create
            .iter()
            .filter(|call| *call == "POST /order/certificate/ssl_basic")
            .count(),
        1
    );
    let seen = bed.seen();
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(
        bed.calls_after(seen),
        [format!("GET /order/certificate/{}", bed.order_id())]
    );
}

/// Price and list in each of the two plans, and six calls of the create, which the list of the
/// second plan serves, too.
#[tokio::test]
async fn an_order_that_nobody_looked_for_takes_ten_requests_from_the_plan_to_the_state() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let calls = bed.calls_after(0);
    assert_eq!(calls.len(), 10, "{calls:#?}");
}

#[tokio::test]
async fn the_look_for_an_earlier_order_comes_before_the_order() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let token = bed.order()["alternative_order_id"].as_str().unwrap();
    let calls = calls_of_the_create(&bed);
    assert_eq!(
        calls[..3],
        [
            format!("GET /order/alternate/{token}"),
            "GET /request".to_owned(),
            "POST /order/certificate/ssl_basic".to_owned()
        ]
    );
}

#[tokio::test]
async fn an_order_that_waits_takes_six_requests_too() {
    let mut bed = Bed::with(|account| {
        account.approval = Approval::OneStep;
        account.dcv = Dcv::Required;
    });
    let _applied = bed.apply(&order()).await.expect_success();
    let calls = calls_of_the_create(&bed);
    assert!(calls.len() <= 6, "{calls:#?}");
}

#[tokio::test]
async fn a_plan_of_ten_issued_orders_takes_ten_requests() {
    let mut bed = Bed::new();
    let orders: Vec<_> = (0..10)
        .map(|number| {
            let name = format!("shop{number}.example.com");
            Resource::new(
                &format!("digicert_ssl_order.shop{number}"),
                order_with(json!({ "common_name": name })),
            )
        })
        .collect();
    let plan = bed.terraform.plan(&orders).await.unwrap().expect_success();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 10);
    let seen = bed.seen();
    assert!(
        bed.terraform
            .plan(&orders)
            .await
            .unwrap()
            .expect_success()
            .is_empty()
    );
    assert_eq!(bed.calls_after(seen).len(), 10);
}

#[tokio::test]
async fn validate_calls_nothing_and_the_plan_of_a_new_order_asks_for_its_price_and_the_list() {
    let mut bed = Bed::new();
    let shop = [Resource::new(SHOP, order())];
    bed.terraform
        .validate(&shop)
        .await
        .unwrap()
        .expect_success();
    assert_eq!(bed.seen(), 0);
    let _plan = bed.plan(&order()).await.expect_success();
    assert_eq!(bed.calls_after(0), [PRICE, LIST]);
}

/// The calls after those of the two plans that core makes of an order, each of which asks for the
/// price and for the list of orders.
fn calls_of_the_create(bed: &Bed) -> Vec<String> {
    let mut calls = bed.calls_after(0);
    let create = calls.split_off(4);
    assert_eq!(calls, [PRICE, LIST, PRICE, LIST]);
    create
}
