//! An order that CertCentral refused: nothing is in state, and a good apply orders once.

use certcentral_sandbox::{At, Fault};
use serde_json::json;

use crate::host::bed::{Bed, ORDER, SHOP, errors, launch, only_error, order, order_with, route};

#[tokio::test]
async fn a_refused_order_is_an_error_and_the_next_apply_orders() {
    for (status, code, summary) in [
        (400, "invalid_value|organization", "Refused by CertCentral"),
        (
            403,
            "access_denied|missing_permission",
            "API key lacks a permission",
        ),
        (404, "not_found|product", "Product not available"),
    ] {
        let mut bed = Bed::new();
        let body = json!({ "errors": [{ "code": code, "message": "No." }] }).to_string();
        let content_type = "application/json".to_owned();
        bed.sandbox.fault(
            route(ORDER),
            1,
            At::Before,
            Fault::Answer {
                status,
                body,
                content_type,
            },
        );

        let failed = bed.apply(&order()).await;
        assert_eq!(errors(&failed.report), [summary]);
        assert!(
            only_error(&failed.report).contains(code),
            "{}",
            only_error(&failed.report)
        );
        assert!(bed.terraform.state().is_empty(), "{code}");
        assert_eq!(bed.sandbox.summary().orders_created, 0, "{code}");

        let _applied = bed.apply(&order()).await.expect_success();
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{code}");
        assert!(bed.terraform.attributes(SHOP).is_some(), "{code}");
    }
}

#[tokio::test]
async fn a_key_that_may_only_read_is_told_so_and_orders_nothing() {
    let mut bed = Bed::new();
    bed.terraform
        .relaunch(launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-readonly-review"));
    let failed = bed.apply(&order()).await;
    assert_eq!(errors(&failed.report), ["API key lacks a permission"]);
    assert!(
        only_error(&failed.report).contains(
            "The user or the role of the key may not do this. Use \
            a key of a user with the permission; a view-only key can only plan."
        ),
        "{}",
        only_error(&failed.report)
    );
    assert_eq!(bed.sandbox.summary().orders_created, 0);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn a_wrong_key_is_never_shown() {
    let mut bed = Bed::new();
    bed.terraform
        .relaunch(launch(&bed.sandbox).env("DIGICERT_API_KEY", "wrong-key-1234567"));
    let failed = bed.apply(&order()).await;
    assert_eq!(errors(&failed.report), ["API key rejected by CertCentral"]);
    assert!(!only_error(&failed.report).contains("wrong-key-1234567"));
}

#[tokio::test]
async fn without_a_key_a_plan_works_and_the_apply_names_argument_and_variable() {
    let mut bed = Bed::new();
    bed.terraform
        .relaunch(launch(&bed.sandbox).without_env("DIGICERT_API_KEY"));
    let failed = bed.apply(&order()).await;
    assert_eq!(errors(&failed.report), ["Missing API key"]);
    let detail = only_error(&failed.report);
    assert!(
        detail.contains("`api_key`") && detail.contains("DIGICERT_API_KEY"),
        "{detail}"
    );
    assert_eq!(bed.seen(), 0);
}

#[tokio::test]
async fn an_unknown_organization_points_at_its_argument() {
    let mut bed = Bed::new();
    let failed = bed
        .apply(&order_with(json!({ "organization": { "id": 999_999 } })))
        .await;
    assert_eq!(failed.report.errors().count(), 1, "{:?}", failed.report);
    let error = failed.report.errors().next().unwrap();
    assert_eq!(error.path.to_string(), ".organization", "{error}");
    assert_eq!(bed.sandbox.summary().orders_created, 0);
}
