//! What a person reads when repeating a call did not help, and what is never repeated. The faults
//! that are outlasted are in `tests/it/faults/repeats.rs`.

use certcentral_sandbox::{At, Fault};
use serde_json::json;

use crate::host::bed::{
    Bed, ORDER, PRICE, errors, launch, only_error, order, order_with, route, warnings,
};

const LOOK: &str = "GET /order/certificate/*";

fn limited(retry_after: &str) -> Fault {
    Fault::Limited {
        retry_after: Some(retry_after.to_owned()),
        html: false,
    }
}

/// How the calls of a route were answered.
fn answers(bed: &Bed, seen: usize) -> Vec<Option<u16>> {
    let journal = bed.sandbox.journal();
    journal[seen..].iter().map(|entry| entry.status).collect()
}

#[tokio::test]
async fn a_limit_that_stays_says_how_often_and_how_long_the_call_was_tried() {
    let mut bed = Bed::new();
    let once_more = launch(&bed.sandbox).env("DIGICERT_MAX_RETRIES", "1");
    bed.terraform.relaunch(once_more);
    bed.sandbox
        .fault_times(route(ORDER), 1, 2, At::Before, limited("1"));
    let failed = bed.apply(&order()).await;
    assert_eq!(
        errors(&failed.report),
        ["Request limit of CertCentral exceeded"]
    );
    let detail = only_error(&failed.report);
    assert!(
        detail.ends_with(
            "The call was tried 2 times within 1 second, as often as `max_retries` allows."
        ),
        "{detail}"
    );
    assert!(bed.terraform.state().is_empty());
    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn without_retries_the_first_failure_counts() {
    let mut bed = Bed::new();
    bed.terraform
        .set_provider_config(json!({ "max_retries": 0 }));
    let _applied = bed.apply(&order()).await.expect_success();
    let before = bed.terraform.state().clone();
    bed.sandbox.fault(route(LOOK), 1, At::Before, limited("1"));
    let seen = bed.seen();
    let report = bed.terraform.refresh().await.unwrap();
    assert_eq!(errors(&report), ["Request limit of CertCentral exceeded"]);
    assert!(!only_error(&report).contains("tried"), "{report:?}");
    assert_eq!(answers(&bed, seen), [Some(429)]);
    assert_eq!(bed.terraform.state(), &before);
}

#[tokio::test]
async fn a_pause_beyond_the_time_of_the_operation_is_not_begun() {
    let mut bed = Bed::new();
    bed.sandbox
        .fault(route(ORDER), 1, At::Before, limited("60"));
    let hasty = order_with(json!({ "timeouts": { "create": "30s" } }));
    let failed = bed.apply(&hasty).await;
    assert_eq!(
        errors(&failed.report),
        ["Request limit of CertCentral exceeded"]
    );
    let detail = only_error(&failed.report);
    assert!(
        detail.ends_with(
            "The call was tried once. The next attempt would come 60 seconds later, after the time \
             of this operation; `timeouts` sets that time."
        ),
        "{detail}"
    );
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn a_plan_waits_for_no_price() {
    let mut bed = Bed::new();
    bed.sandbox
        .fault_times(route(PRICE), 1, 100, At::Before, limited("300"));
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(warnings(&plan.report), ["This apply places a paid order"]);
    assert_eq!(bed.seen(), 1);
}

#[tokio::test]
async fn a_rejected_key_is_asked_about_once() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let wrong = launch(&bed.sandbox).env("DIGICERT_API_KEY", "wrong-key-1234567");
    bed.terraform.relaunch(wrong);
    let seen = bed.seen();
    let other = order_with(json!({ "common_name": "other.example.com" }));
    let plan = terraform_host::Resource::new("digicert_ssl_order.other", other);
    let shop = terraform_host::Resource::new(crate::host::bed::SHOP, order());
    let report = bed.terraform.plan(&[shop, plan]).await.unwrap().report;
    assert_eq!(errors(&report), ["API key rejected by CertCentral"]);
    assert_eq!(
        answers(&bed, seen),
        [Some(403)],
        "the price is not asked for"
    );
}

#[tokio::test]
async fn numbers_out_of_range_are_refused_at_their_argument() {
    for (name, value) in [
        ("max_retries", -1),
        ("max_retries", 101),
        ("requests_per_second", 0),
    ] {
        let mut bed = Bed::new();
        bed.terraform.set_provider_config(json!({ name: value }));
        let report = bed.plan(&order()).await.report;
        let error = report.errors().next().unwrap();
        assert_eq!(error.summary, "Invalid number");
        assert_eq!(error.path.to_string(), format!(".{name}"), "{error}");
    }
}
