//! An order whose answer never arrived, or arrived broken: found again, or left to the next apply, and never sent twice.

use certcentral_sandbox::{At, Fault};
use serde_json::json;

use crate::host::bed::{Bed, ORDER, errors, only_error, order, order_with, route, warnings};

fn answer(status: u16, body: &str) -> Fault {
    Fault::Answer {
        status,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
    }
}

/// The order was placed, and the provider saw `fault` in place of the answer.
async fn is_settled_in_the_same_apply(fault: Fault) {
    let mut bed = Bed::new();
    bed.sandbox.fault(route(ORDER), 1, At::After, fault.clone());
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Order found after a lost answer"
        ],
        "{fault:?}"
    );
    assert_eq!(bed.posts().len(), 1, "{fault:?}");
    assert_eq!(bed.sandbox.summary().orders_created, 1, "{fault:?}");
    assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id, "{fault:?}");
    assert_eq!(bed.order()["status"], "issued", "{fault:?}");
    assert!(
        bed.plan(&order()).await.expect_success().is_empty(),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_dropped_answer_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(Fault::Drop).await;
}

#[tokio::test]
async fn a_500_after_processing_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(answer(
        500,
        r#"{"errors":[{"code":"internal_error","message":"Try later"}]}"#,
    ))
    .await;
}

#[tokio::test]
async fn an_html_502_after_processing_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(Fault::Html { status: 502 }).await;
}

#[tokio::test]
async fn truncated_json_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(answer(201, r#"{"id": 21475"#)).await;
}

#[tokio::test]
async fn a_201_without_an_id_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(answer(201, r#"{"requests": []}"#)).await;
}

#[tokio::test]
async fn an_empty_201_is_settled_in_the_same_apply() {
    is_settled_in_the_same_apply(answer(201, "")).await;
}

#[tokio::test]
async fn an_order_that_was_dropped_before_processing_is_an_unknown_outcome_and_the_next_apply_orders_once()
 {
    let mut bed = Bed::new();
    bed.sandbox.fault(route(ORDER), 1, At::Before, Fault::Drop);
    let hasty = order_with(json!({ "timeouts": { "create": "3s" } }));
    let failed = bed.apply(&hasty).await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the order"]);
    let token = bed.posted()["alternative_order_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        only_error(&failed.report).contains(&token),
        "{}",
        only_error(&failed.report)
    );
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.sandbox.summary().orders_created, 0);

    let _applied = bed.apply(&hasty).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert_eq!(bed.posts().len(), 2);
    assert_eq!(
        bed.posts()[1].request["alternative_order_id"],
        token.as_str()
    );
}

#[tokio::test]
async fn an_order_that_cannot_be_found_in_time_is_adopted_by_the_next_apply() {
    let mut bed = Bed::new();
    bed.sandbox.fault(route(ORDER), 1, At::After, Fault::Drop);
    let nothing = answer(
        404,
        r#"{"errors":[{"code":"not_found|order","message":"Not found"}]}"#,
    );
    let by_token = route("GET /order/alternate/*");
    bed.sandbox.fault_times(by_token, 2, 3, At::Before, nothing);
    let by_name = route("GET /order/certificate");
    bed.sandbox
        .fault_times(by_name, 2, 1, At::Before, answer(200, r#"{"orders":[]}"#));
    let hasty = order_with(json!({ "timeouts": { "create": "2s" } }));
    let failed = bed.apply(&hasty).await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the order"]);
    assert!(bed.terraform.state().is_empty());
    bed.sandbox.clear_rules();

    let applied = bed.apply(&hasty).await.expect_success();
    assert!(
        warnings(&applied.report).contains(&"Existing order adopted"),
        "{:?}",
        applied.report
    );
    assert_eq!(bed.posts().len(), 1);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}
