//! The price that a reviewed plan showed binds its apply.

use std::time::Duration;

use certcentral_sandbox::{At, Fault};
use serde_json::{Value as Json, json};
use terraform_host::Release;

use super::{RELEASES, changes_after, under};
use crate::host::bed::{
    Bed, PRICE, SHOP, errors, launch, only_error, order, order_with, route, warnings,
};

const ROSE: &str = "Price of the order for shop.example.com rose to 999.00 USD";
const NOT_KNOWN: &str = "Price of the order for shop.example.com not known";

/// All estimates from now on are this answer.
fn answers(bed: &Bed, status: u16, body: &Json) {
    bed.sandbox.clear_rules();
    let fault = Fault::Answer {
        status,
        body: body.to_string(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox
        .fault_times(route(PRICE), 1, 1000, At::Before, fault);
}

fn costs(bed: &Bed, total: &str) {
    answers(
        bed,
        200,
        &json!({ "total_price": total, "currency": "USD" }),
    );
}

#[tokio::test]
async fn an_order_that_costs_more_than_its_plan_showed_is_not_placed() {
    let mut bed = under(Release::V1_16, Bed::new());
    let plan = bed.plan(&order()).await.expect_success();
    costs(&bed, "999");
    let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&stopped.report), [ROSE]);
    let detail = only_error(&stopped.report);
    for part in ["showed 293.00 USD", "estimates 999.00 USD", "Plan again"] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    assert_eq!(bed.posts(), []);
    assert!(bed.terraform.state().is_empty());

    // The new plan shows the new price, which is within what it showed, and so is a lower one.
    let plan = bed.plan(&order()).await.expect_success();
    assert!(
        plan.report
            .warnings()
            .any(|it| it.detail.contains("999.00 USD"))
    );
    costs(&bed, "998.99");
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.posts().len(), 1);
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_price_that_is_not_told_any_more_stops_the_order_as_with_a_limit() {
    for (status, body) in [
        (200, json!({ "total_price": 0, "currency": "USD" })),
        (403, json!({ "errors": [{ "code": "access_denied" }] })),
        (200, json!({})),
    ] {
        let mut bed = under(Release::V1_16, Bed::new());
        let plan = bed.plan(&order()).await.expect_success();
        answers(&bed, status, &body);
        let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        assert_eq!(errors(&stopped.report), [NOT_KNOWN], "{body}");
        assert!(only_error(&stopped.report).contains("showed 293.00 USD"));
        assert_eq!(bed.posts(), []);

        // A plan that shows no price binds none.
        let plan = bed.plan(&order()).await.expect_success();
        bed.sandbox.clear_rules();
        costs(&bed, "999");
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(bed.posts().len(), 1);
    }
}

#[tokio::test]
async fn a_plan_without_a_key_shows_no_price_and_binds_none() {
    let mut bed = under(Release::V1_16, Bed::new());
    let with_key = launch(&bed.sandbox);
    bed.terraform
        .relaunch(with_key.clone().without_env("DIGICERT_API_KEY"));
    let plan = bed.plan(&order()).await.expect_success();
    bed.terraform.relaunch(with_key);
    costs(&bed, "999");
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn where_no_private_data_are_kept_the_limit_is_the_only_guard() {
    let mut bed = under(Release::V1_15, Bed::new());
    let plan = bed.plan(&order()).await.expect_success();
    costs(&bed, "999");
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.posts().len(), 1);

    let mut bed = under(Release::V1_15, Bed::new());
    bed.terraform
        .relaunch(launch(&bed.sandbox).env("DIGICERT_MAX_ORDER_PRICE", "500"));
    let plan = bed.plan(&order()).await.expect_success();
    costs(&bed, "999");
    let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&stopped.report), ["Order exceeds the price limit"]);
    assert_eq!(bed.posts(), []);
}

#[tokio::test]
async fn a_renewal_that_costs_more_than_its_plan_showed_is_not_placed() {
    for release in RELEASES {
        let due =
            order_with(json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 }));
        let mut bed = under(release, Bed::new());
        let _applied = bed.apply(&due).await.expect_success();
        bed.sandbox.advance(Duration::from_secs(86_400) * 300);
        let plan = bed.plan(&due).await.expect_success();
        let before = bed.order().clone();
        costs(&bed, "999");
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        if release == Release::V1_15 {
            assert_eq!(bed.posts().len(), 2);
            continue;
        }
        assert_eq!(errors(&applied.report), [ROSE]);
        assert_eq!(bed.posts().len(), 1);
        assert_eq!(bed.order()["id"], before["id"]);
        bed.sandbox.clear_rules();
        let _applied = bed.apply(&due).await.expect_success();
        assert_eq!(bed.posts().len(), 2);
        assert!(bed.plan(&due).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn an_order_does_not_end_for_one_that_is_not_placed_at_its_price() {
    let revoked = |arguments: Json| {
        let mut config = order_with(arguments);
        config["on_destroy"] = "revoke".into();
        config
    };
    let mut bed = under(Release::V1_16, Bed::new());
    bed.terraform
        .set_provider_config(json!({ "allow_revocation": true }));
    let _applied = bed.apply(&revoked(json!({}))).await.expect_success();
    let other = revoked(json!({ "product_name_id": "ssl_multi_domain" }));
    let plan = bed.plan(&other).await.expect_success();
    let seen = bed.seen();
    costs(&bed, "999");
    let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&stopped.report), [ROSE]);
    assert_eq!(changes_after(&bed, seen), [] as [&str; 0]);
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
    assert_eq!(bed.terraform.state().len(), 1);

    // What a failed destroy leaves in state binds no later plan.
    let plan = bed.plan(&other).await.expect_success();
    assert_eq!(warnings(&plan.report), ["Order is replaced by a new one"]);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.posts().len(), 2);
    assert_eq!(bed.sandbox.orders()[0].status, "revoked");
    assert!(bed.plan(&other).await.expect_success().is_empty());
    assert!(bed.terraform.attributes(SHOP).is_some());
}
