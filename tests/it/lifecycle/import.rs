//! Import by order id.

use certcentral_sandbox::Approval;
use serde_json::{Value as Json, json};
use terraform_host::Action;

use super::bed::{Bed, CSR, SHOP, body_by_hand, errors, only_error, order, order_with};

#[tokio::test]
async fn an_imported_order_and_its_configuration_make_an_empty_plan() {
    let rich = order_with(json!({
        "dns_names": ["pay.example.com", "www.shop.example.com"],
        "comments": "Please approve",
        "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
        "additional_emails": ["ops@example.com"],
        "auto_renew": true,
        "container_id": 60_412,
        "server_platform_id": 45,
    }));
    for config in [order(), rich] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&config).await.expect_success();
        let before = bed.order().clone();
        let id = bed.order_id().to_string();
        bed.forget_state();

        bed.terraform
            .import(SHOP, &id)
            .await
            .unwrap()
            .expect_success();
        for attribute in [
            "id",
            "order_id",
            "status",
            "certificate_id",
            "certificate_pem",
            "common_name",
            "serial_number",
        ] {
            assert_eq!(bed.order()[attribute], before[attribute], "{attribute}");
        }
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
        assert_eq!(bed.sandbox.summary().orders_created, 1);
    }
}

#[tokio::test]
async fn an_order_of_a_colleague_is_imported_with_its_arguments() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    bed.terraform
        .import(SHOP, &id.to_string())
        .await
        .unwrap()
        .expect_success();
    let state = bed.order();
    assert_eq!(
        json!([
            state["product_name_id"],
            state["common_name"],
            state["organization"]["id"],
            state["status"],
            state["csr"]
        ]),
        json!([
            "ssl_basic",
            "shop.example.com",
            123_456,
            "needs_approval",
            *CSR
        ])
    );
    assert_eq!(state["alternative_order_id"], Json::Null);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
}

#[tokio::test]
async fn an_id_that_is_no_order_id_is_refused_without_a_call() {
    for id in [
        "shop.example.com",
        "",
        "-1",
        "0",
        "12 34",
        "18446744073709551616",
    ] {
        let mut bed = Bed::new();
        let report = bed.terraform.import(SHOP, id).await.unwrap();
        report.expect_valid();
        assert_eq!(errors(&report), ["Invalid import id"], "{id:?}");
        assert!(
            only_error(&report).contains(&format!("{id:?}")),
            "{}",
            only_error(&report)
        );
        assert_eq!(bed.seen(), 0);
    }
}

#[tokio::test]
async fn an_order_that_does_not_exist_is_not_imported() {
    let mut bed = Bed::new();
    let report = bed.terraform.import(SHOP, "4711").await.unwrap();
    report.expect_valid();
    assert_eq!(errors(&report), ["Order not visible"]);
    assert!(bed.terraform.state().is_empty());
}
