//! Configurations that are not wholly known in the plan.

use serde_json::json;
use terraform_host::{Resource, json::unknown};

use crate::host::bed::{Bed, CSR, LIST, PRICE, SHOP, order, order_with};

#[tokio::test]
async fn known_names_make_known_keys_of_the_domain_validations() {
    let mut bed = Bed::new();
    let config = order_with(
        json!({ "csr": unknown(), "dns_names": ["*.Pay.example.com", "www.example.com."] }),
    );
    let plan = bed.plan(&config).await.expect_success();
    let planned = plan.change(SHOP).unwrap().after_json();
    let keys: Vec<_> = planned["domain_validations"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        keys,
        ["pay.example.com", "shop.example.com", "www.example.com"]
    );
    assert_eq!(
        planned["domain_validations"]["www.example.com"]["record_value"],
        unknown()
    );
    assert_eq!(bed.calls_after(0), [PRICE, LIST]);
}

#[tokio::test]
async fn unknown_names_leave_the_domain_validations_unknown() {
    for unknown_names in [
        json!({ "dns_names": unknown() }),
        json!({ "dns_names": ["www.example.com", unknown()] }),
        json!({ "common_name": unknown() }),
    ] {
        let mut bed = Bed::new();
        let plan = bed
            .plan(&order_with(unknown_names.clone()))
            .await
            .expect_success();
        let planned = plan.change(SHOP).unwrap().after_json();
        assert_eq!(planned["domain_validations"], unknown(), "{unknown_names}");
    }
}

#[tokio::test]
async fn what_becomes_known_in_the_apply_is_ordered() {
    let mut bed = Bed::new();
    let hazy = order_with(json!({
        "csr": unknown(), "dns_names": unknown(), "organization": { "id": unknown() }, "comments": unknown(),
        "order_validity": unknown(), "custom_fields": unknown(), "order_key": unknown(),
    }));
    let plan = bed.plan(&hazy).await.expect_success();
    let clear = order_with(json!({ "dns_names": ["www.example.com"], "comments": "now known" }));
    let clear = [Resource::new(SHOP, clear)];
    let _applied = bed
        .terraform
        .apply_with(&plan, &clear)
        .await
        .unwrap()
        .expect_success();
    let body = bed.posted();
    assert_eq!(body["certificate"]["csr"], CSR.as_str());
    assert_eq!(body["certificate"]["dns_names"], json!(["www.example.com"]));
    assert_eq!(
        (&body["comments"], &body["organization"]["id"]),
        (&json!("now known"), &json!(123_456))
    );
    assert!(
        bed.terraform
            .plan(&clear)
            .await
            .unwrap()
            .expect_success()
            .is_empty()
    );
}

#[tokio::test]
async fn a_plan_needs_neither_key_nor_network() {
    let mut bed = Bed::new();
    let offline =
        crate::host::bed::plain_launch().env("DIGICERT_BASE_URL", "http://127.0.0.1:9/services/v2");
    bed.terraform.relaunch(offline);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(plan.changes.len(), 1);
}

#[tokio::test]
async fn what_becomes_known_and_is_wrong_stops_before_the_order() {
    let mut bed = Bed::new();
    let plan = bed
        .plan(&order_with(json!({ "csr": unknown() })))
        .await
        .expect_success();
    let wrong = [Resource::new(
        SHOP,
        order_with(json!({ "csr": "not a CSR" })),
    )];
    let failed = bed
        .terraform
        .apply_with(&plan, &wrong)
        .await
        .unwrap()
        .expect_valid();
    assert_eq!(crate::host::bed::errors(&failed.report), ["Invalid CSR"]);
    assert_eq!(bed.posts().len(), 0);
}
