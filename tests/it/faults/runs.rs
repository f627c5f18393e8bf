//! Runs that follow each other: a plan that is applied twice, many orders without their state, and
//! a door that closes.

use serde_json::json;
use terraform_host::Resource;

use super::rows::{add, assert_no_key, assert_one_order_and_an_empty_plan, hasty, try_apply};
use crate::host::bed::{Bed, errors, order, order_with, warnings};

#[tokio::test]
async fn a_saved_plan_that_is_applied_again_adopts_the_order() {
    let mut bed = Bed::new();
    let plan = bed.plan(&order()).await.expect_success();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    bed.forget_state();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(bed.posts().len(), 1);
    assert_one_order_and_an_empty_plan(&mut bed, &order(), "saved plan").await;
}

#[tokio::test]
async fn many_orders_whose_state_was_lost_are_all_adopted() {
    const MANY: usize = 20;
    let mut bed = Bed::new();
    let resources: Vec<Resource> = (0..MANY)
        .map(|number| {
            let name = format!("shop{number}.example.com");
            let address = format!("digicert_ssl_order.shop{number}");
            Resource::new(&address, order_with(json!({ "common_name": name })))
        })
        .collect();
    for _ in 0..2 {
        let plan = bed.terraform.plan(&resources).await.unwrap();
        let plan = plan.expect_success();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(bed.posts().len(), MANY);
        assert_eq!(bed.sandbox.summary().orders_charged, MANY as u64);
        let mut ids: Vec<u64> = resources
            .iter()
            .map(|it| {
                bed.terraform.attributes(&it.address).unwrap()["order_id"]
                    .as_u64()
                    .unwrap()
            })
            .collect();
        ids.sort_unstable();
        let orders = bed.sandbox.orders();
        assert_eq!(ids, orders.iter().map(|order| order.id).collect::<Vec<_>>());
        let again = bed.terraform.plan(&resources).await.unwrap();
        assert!(again.expect_success().is_empty());
        bed.forget_state();
    }
}

#[tokio::test]
async fn an_order_that_is_refused_a_connection_is_not_ordered_and_the_next_apply_orders_once() {
    let mut bed = Bed::new();
    // The last look before the order is answered, and nobody is let in after it.
    add(&bed.sandbox, "GET /order/certificate 1 refuse seconds=600");
    let failed = try_apply(&mut bed, &hasty(), "refused").await;
    assert_eq!(errors(&failed.report), ["CertCentral not reachable"]);
    assert_no_key(&bed, &failed.report, "refused");
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.posts().len(), 0);
    bed.sandbox.clear_rules();
    bed.sandbox.take_connections().await;
    let _applied = try_apply(&mut bed, &hasty(), "refused").await;
    assert_eq!(bed.posts().len(), 1);
    assert_one_order_and_an_empty_plan(&mut bed, &hasty(), "refused").await;
}
