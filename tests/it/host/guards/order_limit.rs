//! How many orders an apply places at most, and what counts.

use certcentral_sandbox::{At, Fault};
use serde_json::json;
use terraform_host::Resource;

use crate::host::bed::{Bed, ORDER, errors, only_error, order_with, route, warnings};

const LIMIT: &str = "Order limit of this apply is reached";

fn orders(count: usize) -> Vec<Resource> {
    (0..count)
        .map(|number| {
            let name = format!("shop{number}.example.com");
            let config = order_with(json!({ "common_name": name, "timeouts": { "create": "1s" } }));
            Resource::new(&format!("digicert_ssl_order.shop{number}"), config)
        })
        .collect()
}

#[tokio::test]
async fn the_order_above_the_limit_is_refused_before_it_is_sent_and_the_next_apply_counts_anew() {
    let mut bed = Bed::new();
    bed.terraform
        .set_provider_config(json!({ "max_orders_per_apply": 2 }));
    let plan = bed.terraform.plan(&orders(3)).await.unwrap();
    let plan = plan.expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [LIMIT]);
    let detail = only_error(&applied.report);
    for text in [
        "placing the order for shop2.example.com",
        "at most 2 paid orders (`max_orders_per_apply`)",
        "DIGICERT_MAX_ORDERS",
    ] {
        assert!(detail.contains(text), "{detail}");
    }
    assert_eq!(bed.posts().len(), 2);
    assert_eq!(bed.terraform.state().len(), 2);

    let plan = bed.terraform.plan(&orders(3)).await.unwrap();
    let _applied = bed
        .terraform
        .apply(&plan.expect_success())
        .await
        .unwrap()
        .expect_success();
    assert_eq!(bed.posts().len(), 3);
}

#[tokio::test]
async fn fifty_orders_are_the_limit_where_nobody_sets_another() {
    let mut bed = Bed::new();
    let plan = bed.terraform.plan(&orders(52)).await.unwrap();
    let applied = bed.terraform.apply(&plan.expect_success()).await.unwrap();
    assert_eq!(errors(&applied.report), [LIMIT, LIMIT]);
    assert_eq!(bed.posts().len(), 50);
    assert_eq!(bed.terraform.state().len(), 50);
}

#[tokio::test]
async fn an_adopted_order_does_not_count() {
    let mut bed = Bed::new();
    let plan = bed.terraform.plan(&orders(3)).await.unwrap();
    let applied = bed.terraform.apply(&plan.expect_success()).await.unwrap();
    let _applied = applied.expect_success();
    bed.forget_state();
    bed.terraform
        .set_provider_config(json!({ "max_orders_per_apply": 0 }));
    let plan = bed.terraform.plan(&orders(3)).await.unwrap();
    let applied = bed.terraform.apply(&plan.expect_success()).await.unwrap();
    let applied = applied.expect_success();
    let adopted = warnings(&applied.report)
        .into_iter()
        .filter(|warning| *warning == "Existing order adopted");
    assert_eq!(adopted.count(), 3);
    assert_eq!(bed.posts().len(), 3);
}

#[tokio::test]
async fn a_refused_order_gives_its_place_back_and_one_of_unknown_outcome_keeps_it() {
    let refusal = Fault::Answer {
        status: 400,
        body: r#"{"errors":[{"code":"invalid_value","message":"No."}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    };
    for (fault, placed) in [(refusal, 2), (Fault::Drop, 1)] {
        let mut bed = Bed::new();
        bed.terraform
            .set_provider_config(json!({ "max_orders_per_apply": 2 }));
        bed.sandbox
            .fault(route(ORDER), 1, At::Before, fault.clone());
        let plan = bed.terraform.plan(&orders(4)).await.unwrap();
        let applied = bed.terraform.apply(&plan.expect_success()).await.unwrap();
        let refused = errors(&applied.report)
            .into_iter()
            .filter(|summary| *summary == LIMIT);
        assert_eq!(refused.count(), 3 - placed, "{fault:?}");
        assert_eq!(
            bed.sandbox.summary().orders_created,
            placed as u64,
            "{fault:?}"
        );
    }
}
