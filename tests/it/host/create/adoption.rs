//! What an earlier run bought is found by its token and taken over.

use serde_json::json;
use terraform_host::Resource;

use certcentral_sandbox::{Approval, Issuance};

use crate::host::bed::{
    Bed, body_by_hand, errors, new_csr, only_error, order, order_with, warnings,
};

#[tokio::test]
async fn an_order_whose_state_was_lost_is_adopted() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let first = bed.order().clone();
    bed.forget_state();

    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Open order for shop.example.com exists already",
            "Existing order adopted"
        ]
    );
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert_eq!(bed.posts().len(), 1);
    let mut same = first;
    assert_eq!(same["order_origin"], "placed");
    same["order_origin"] = "adopted".into();
    assert_eq!(bed.order(), &same);
}

#[tokio::test]
async fn an_order_that_was_adopted_twice_is_still_one() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    for _ in 0..3 {
        let _applied = bed.apply(&order()).await.expect_success();
        bed.forget_state();
    }
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_closed_order_with_the_token_is_history_and_a_new_one_is_ordered() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let config = order_with(json!({ "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    let first = bed.order_id();
    bed.sandbox
        .apply(first, certcentral_sandbox::Move::Cancel)
        .unwrap();
    bed.forget_state();

    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
    assert_ne!(bed.order_id(), first);
    let tokens: Vec<_> = bed
        .sandbox
        .orders()
        .into_iter()
        .map(|order| order.alternative_order_id)
        .collect();
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn another_order_key_buys_again_on_purpose() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.forget_state();
    let config = order_with(json!({ "order_key": "second", "duplicate_order_check": "off" }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_reference_of_the_user_that_names_an_order_with_another_key_is_refused() {
    let mut bed = Bed::new();
    let mut body = body_by_hand(&new_csr());
    body["alternative_order_id"] = "shop-2026".into();
    let foreign = bed.order_by_hand("ssl_basic", &body).await;

    let failed = bed
        .apply(&order_with(json!({ "alternative_order_id": "shop-2026" })))
        .await;
    assert_eq!(errors(&failed.report), ["Alternative order id in use"]);
    assert!(only_error(&failed.report).contains(&foreign.to_string()));
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn an_order_that_was_reissued_away_from_this_configuration_comes_with_an_import_block() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    let _reissued = bed
        .apply(&order_with(json!({ "csr": new_csr() })))
        .await
        .expect_success();
    bed.forget_state();

    let failed = bed.apply(&order()).await;
    assert_eq!(errors(&failed.report), ["Reissued order exists"]);
    let block = format!("import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}");
    let detail = only_error(&failed.report);
    assert!(detail.contains(&block), "{detail}");
    assert!(bed.terraform.state().is_empty());

    let imported = bed
        .terraform
        .import(crate::host::bed::SHOP, &id.to_string())
        .await;
    imported.unwrap().expect_success();
    let applied = bed.apply(&order()).await.expect_success();
    assert!(warnings(&applied.report).contains(&"This apply reissues the certificate"));
    assert_eq!(bed.order_id(), id);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_reference_of_the_user_finds_the_order_with_the_same_key() {
    let mut bed = Bed::new();
    let config = order_with(json!({ "alternative_order_id": "shop-2026" }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.forget_state();
    let applied = bed.apply(&config).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(bed.order()["alternative_order_id"], "shop-2026");
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn two_open_orders_with_one_reference_are_an_error_with_both_ids() {
    let mut bed = Bed::new();
    let mut body = body_by_hand(&new_csr());
    body["alternative_order_id"] = "shop-2026".into();
    let first = bed.order_by_hand("ssl_basic", &body).await;
    let second = bed.order_by_hand("ssl_basic", &body).await;

    let failed = bed
        .apply(&order_with(json!({ "alternative_order_id": "shop-2026" })))
        .await;
    assert_eq!(
        errors(&failed.report),
        ["Several orders with the same token"]
    );
    let detail = only_error(&failed.report);
    assert!(
        detail.contains(&first.to_string()) && detail.contains(&second.to_string()),
        "{detail}"
    );
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn two_resources_with_the_same_content_buy_one_order() {
    let mut bed = Bed::new();
    let twins = ["digicert_ssl_order.one", "digicert_ssl_order.two"]
        .map(|address| Resource::new(address, order()));
    let plan = bed.terraform.plan(&twins).await.unwrap().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), ["Same order twice in one apply"]);
    assert_eq!(applied.done.len(), 1);
    assert_eq!(bed.terraform.state().len(), 1);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}
