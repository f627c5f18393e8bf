//! What a change of each argument of an existing order means.

use certcentral_sandbox::Approval;
use serde_json::json;
use terraform_host::Action;

use crate::host::bed::{Bed, SHOP, order, order_with, warnings};

#[tokio::test]
async fn what_certcentral_cannot_change_is_recorded_with_a_warning_and_without_a_call() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    for (argument, value) in [
        ("auto_renew", json!(true)),
        ("comments", json!("Please")),
        ("locale", json!("de")),
        ("skip_approval", json!(true)),
        ("payment_method", json!("card")),
        ("disable_ct", json!(true)),
    ] {
        let config = order_with(json!({ argument: value }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Update), "{argument}");
        let warning = plan
            .report
            .warnings()
            .find(|it| it.summary == "Change is recorded only")
            .unwrap();
        assert!(
            warning.detail.contains(&format!("`{argument}`")),
            "{warning}"
        );
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(bed.calls_after(seen), Vec::<String>::new(), "{argument}");
        assert_eq!(
            (&bed.order()[argument], bed.order_id()),
            (&value, id),
            "{argument}"
        );
        assert!(
            bed.plan(&config).await.expect_success().is_empty(),
            "{argument}"
        );
    }
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn the_provider_s_own_arguments_change_without_a_word() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    for (argument, value) in [
        ("wait_for", json!("none")),
        ("on_destroy", json!("cancel")),
        ("duplicate_order_check", json!("off")),
        ("reorder_when_closed", json!(true)),
        ("on_clock_failure", json!("warn")),
        (
            "timeouts",
            json!({ "create": "3m", "update": null, "delete": null }),
        ),
    ] {
        let config = order_with(json!({ argument: value }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(
            (plan.action(SHOP), warnings(&plan.report)),
            (Some(Action::Update), vec![]),
            "{argument}"
        );
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(bed.calls_after(seen), Vec::<String>::new(), "{argument}");
        assert_eq!(bed.order()[argument], value);
    }
}

#[tokio::test]
async fn what_makes_another_order_replaces_it_and_says_so() {
    let date = (time::OffsetDateTime::now_utc().date() + time::Duration::days(100)).to_string();
    for (argument, value) in [
        ("product_name_id", json!("ssl_plus")),
        ("order_validity", json!({ "years": 2 })),
        ("order_validity", json!({ "custom_expiration_date": date })),
        ("organization", json!({ "id": 778_812 })),
        ("container_id", json!(60_400)),
        ("renewal_of_order_id", json!(2_147_500_001_u64)),
        (
            "renewed_thumbprint",
            json!("0123456789ABCDEF0123456789ABCDEF01234567"),
        ),
        ("alternative_order_id", json!("shop-2026")),
        ("order_key", json!("again")),
    ] {
        let mut bed = Bed::with(|account| account.early_renewal = true);
        let _applied = bed
            .apply(&order_with(json!({ "duplicate_order_check": "off" })))
            .await
            .expect_success();
        let first = bed.order_id();
        let config = order_with(json!({ argument: value, "duplicate_order_check": "off" }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Replace), "{argument}");
        // Core shows nothing of what the plan of the new order warns of.
        let said = warnings(&plan.report);
        assert_eq!(said, ["Order is replaced by a new one"], "{argument}");
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_ne!(bed.order_id(), first, "{argument}");
        assert_eq!(bed.sandbox.summary().orders_created, 2, "{argument}");
        assert!(
            bed.plan(&config).await.expect_success().is_empty(),
            "{argument}"
        );
    }
}

#[tokio::test]
async fn a_replacement_with_cancel_cancels_the_order_that_is_not_issued() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let _applied = bed
        .apply(&order_with(json!({ "on_destroy": "cancel" })))
        .await
        .expect_success();
    let config = order_with(json!({ "on_destroy": "cancel", "order_key": "again" }));
    let _applied = bed.apply(&config).await.expect_success();
    let statuses: Vec<_> = bed
        .sandbox
        .orders()
        .into_iter()
        .map(|order| order.status)
        .collect();
    assert_eq!(statuses, ["rejected", "needs_approval"]);
}

#[tokio::test]
async fn the_other_form_of_the_same_validity_is_only_recorded() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let plan = bed
        .plan(&order_with(
            json!({ "order_validity": null, "validity_years": 1 }),
        ))
        .await
        .expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    assert_eq!(warnings(&plan.report), ["Change is recorded only"]);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn writing_down_the_container_that_certcentral_chose_is_no_change() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    let container = 60_412; // where the sandbox puts an order that chooses none
    let config = order_with(json!({ "container_id": container }));
    let seen = bed.seen();
    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        (plan.action(SHOP), warnings(&plan.report)),
        (Some(Action::Update), vec![])
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let calls = bed.calls_after(seen);
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
    assert_eq!(bed.order()["container_id"], json!(container));
    assert!(bed.plan(&config).await.expect_success().is_empty());
    bed.forget_state();
    let _adopted = bed.apply(&config).await.expect_success();
    assert_eq!((bed.order_id(), bed.posts().len()), (id, 1));
}
