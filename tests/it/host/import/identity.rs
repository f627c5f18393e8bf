//! The identity of an order in state, import by it, and the configuration that is generated for an
//! imported order.

use certcentral_sandbox::Approval;
use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{Bed, CSR, SHOP, body_by_hand, errors, only_error, order, order_with};

/// The identity in state.
fn identity(bed: &Bed) -> Option<Json> {
    let stored = bed.terraform.state()[SHOP].identity.as_ref();
    stored.map(|identity| identity.value.clone())
}

#[tokio::test]
async fn an_order_is_named_by_its_number_from_its_create_on() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let named = Some(json!({ "order_id": bed.order_id() }));
    assert_eq!(identity(&bed), named);

    // As an older core left it.
    bed.terraform.state_mut().get_mut(SHOP).unwrap().identity = None;
    let plan = bed.plan(&order()).await.expect_success();
    assert!(plan.is_empty(), "{:?}", plan.report);
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(identity(&bed), named);
}

#[tokio::test]
async fn an_import_by_identity_is_an_import_by_id() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let by_id = bed.terraform.import(SHOP, &id.to_string()).await.unwrap();
    by_id.expect_success();
    let expected = bed.terraform.state().clone();
    bed.forget_state();

    let asked = json!({ "order_id": id });
    let by_identity = bed.terraform.import_by_identity(SHOP, &asked).await;
    by_identity.unwrap().expect_success();
    assert_eq!(bed.terraform.state(), &expected);
    assert_eq!(identity(&bed), Some(asked));
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
}

#[tokio::test]
async fn an_identity_that_names_no_order_is_refused_without_a_call() {
    for order_id in [json!(0), json!(-7), json!(null)] {
        let mut bed = Bed::new();
        let asked = json!({ "order_id": order_id });
        let report = bed
            .terraform
            .import_by_identity(SHOP, &asked)
            .await
            .unwrap();
        report.expect_valid();
        assert_eq!(errors(&report), ["Invalid identity"], "{asked}");
        assert!(only_error(&report).contains("112233"), "{report:?}");
        assert_eq!(bed.seen(), 0);
    }
}

#[tokio::test]
async fn the_configuration_generated_for_an_imported_order_plans_to_no_change() {
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
        let id = bed.order_id().to_string();
        bed.forget_state();
        bed.terraform
            .import(SHOP, &id)
            .await
            .unwrap()
            .expect_success();

        let (generated, report) = bed.terraform.generate_config(SHOP).await.unwrap();
        report.expect_success();
        assert_eq!(
            generated["organization"]["id"],
            config["organization"]["id"]
        );
        assert_eq!(generated["common_name"], config["common_name"]);
        for left_out in [
            "id",
            "validity_years",
            "alternative_order_id",
            "wait_for",
            "locale",
        ] {
            assert_eq!(generated[left_out], Json::Null, "{left_out}");
        }
        let plan = bed.plan(&generated).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
        assert_eq!(bed.sandbox.summary().orders_created, 1);
    }
}
