//! `duplicate_order_check`: an order of somebody else for the same names.

use std::time::Duration;

use serde_json::json;

use crate::host::bed::{
    Bed, body_by_hand, errors, new_csr, only_error, order, order_with, warnings,
};

#[tokio::test]
async fn a_similar_order_stops_the_create_and_comes_with_an_import_block() {
    let mut bed = Bed::new();
    let theirs = bed
        .order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
        .await;

    let failed = bed.apply(&order()).await;
    assert_eq!(errors(&failed.report), ["Similar order exists"]);
    let detail = only_error(&failed.report);
    assert!(
        detail.contains(&format!(
            "import {{\n    to = digicert_ssl_order.<name>\n    id = \"{theirs}\"\n  }}"
        )),
        "{detail}"
    );
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn warn_orders_and_names_the_similar_order() {
    let mut bed = Bed::new();
    let theirs = bed
        .order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
        .await;

    let applied = bed
        .apply(&order_with(json!({ "duplicate_order_check": "warn" })))
        .await
        .expect_success();
    let warning = applied
        .report
        .warnings()
        .find(|it| {
            it.summary
                .ends_with(&format!("is bought beside order {theirs}"))
        })
        .unwrap();
    assert!(!warning.detail.contains("Nothing was ordered"), "{warning}");
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn off_orders_regardless() {
    let mut bed = Bed::new();
    bed.order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
        .await;

    let applied = bed
        .apply(&order_with(json!({ "duplicate_order_check": "off" })))
        .await
        .expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["This apply places a paid order"]
    );
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn other_names_another_product_or_another_organization_is_no_duplicate() {
    let mut bed = Bed::new();
    let mut body = body_by_hand(&new_csr());
    bed.order_by_hand("ssl_plus", &body).await;
    body["organization"]["id"] = 778_812.into();
    bed.order_by_hand("ssl_basic", &body).await;
    body["organization"]["id"] = 123_456.into();
    body["certificate"]["dns_names"] = json!(["pay.example.com"]);
    bed.order_by_hand("ssl_basic", &body).await;

    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 4);
}

#[tokio::test]
async fn a_closed_order_is_no_duplicate() {
    let mut bed = Bed::new();
    let theirs = bed
        .order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
        .await;
    bed.sandbox
        .apply(theirs, certcentral_sandbox::Move::Revoke)
        .unwrap();

    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn what_cannot_be_looked_up_stops_the_create() {
    let mut bed = Bed::new();
    let route = crate::host::bed::route("GET /order/certificate");
    let fault = certcentral_sandbox::Fault::Html { status: 403 };
    bed.sandbox
        .fault_times(route, 1, 100, certcentral_sandbox::At::Before, fault);
    let failed = bed.apply(&order()).await;
    assert_eq!(
        errors(&failed.report),
        ["Answer is not from CertCentral's API"]
    );
    assert_eq!(bed.sandbox.summary().orders_created, 0);
    bed.sandbox.clear_rules();
    // The clock of the account has no say in any of this.
    bed.sandbox.advance(Duration::from_secs(60));
    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}
