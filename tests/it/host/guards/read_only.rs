//! A read-only provider plans and refreshes as ever, says what it would refuse, and changes
//! nothing.

use certcentral_sandbox::{Approval, Dcv};
use serde_json::{Value as Json, json};

use super::changing_calls;
use crate::host::bed::{Bed, SHOP, errors, new_csr, only_error, order, order_with, warnings};

const READS: &str = "Provider is read-only";
const WARNS: &str = "This plan cannot be applied here";

fn read_only() -> Json {
    json!({ "read_only": true })
}

#[tokio::test]
async fn a_new_order_is_planned_with_a_warning_and_refused_by_the_apply() {
    let mut bed = Bed::new();
    bed.terraform.set_provider_config(read_only());
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["This apply places a paid order", WARNS]
    );
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [READS]);
    let detail = only_error(&applied.report);
    for text in [
        "placing the order for shop.example.com",
        "`read_only`",
        "DIGICERT_READ_ONLY",
    ] {
        assert!(detail.contains(text), "{detail}");
    }
    assert!(bed.terraform.state().is_empty());
    assert_eq!(changing_calls(&bed, 0), [] as [&str; 0]);
}

#[tokio::test]
async fn what_a_read_only_job_has_planned_another_job_applies() {
    let mut bed = Bed::new();
    bed.terraform.set_provider_config(read_only());
    let plan = bed.plan(&order()).await.expect_success();
    bed.terraform.set_provider_config(json!({}));
    let applied = bed.terraform.apply(&plan).await.unwrap();
    let _applied = applied.expect_valid().expect_success();
    assert_eq!(bed.posts().len(), 1);
    bed.terraform.set_provider_config(read_only());
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

#[tokio::test]
async fn every_change_of_an_order_is_announced_as_refused_and_refused() {
    for (arguments, doing) in [
        (json!({ "csr": new_csr() }), "reissuing order"),
        (
            json!({ "additional_emails": ["noc@example.com"] }),
            "changing `additional_emails` of order",
        ),
        (
            json!({ "disable_renewal_notifications": true }),
            "changing `disable_renewal_notifications` of order",
        ),
        (
            json!({ "custom_fields": [{ "metadata_id": 11, "value": "x" }] }),
            "changing `custom_fields` of order",
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let state = bed.order().clone();
        bed.terraform.set_provider_config(read_only());
        let seen = bed.seen();
        let plan = bed.plan(&order_with(arguments)).await.expect_success();
        assert!(warnings(&plan.report).contains(&WARNS), "{doing}");
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        assert_eq!(errors(&applied.report), [READS], "{doing}");
        let detail = only_error(&applied.report);
        assert!(detail.contains(doing), "{detail}");
        assert_eq!(changing_calls(&bed, seen), [] as [&str; 0], "{doing}");
        assert_eq!(*bed.order(), state, "{doing}");
    }
}

#[tokio::test]
async fn what_is_only_recorded_needs_no_permission() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.terraform.set_provider_config(read_only());
    let commented = order_with(json!({ "comments": "for the records" }));
    let applied = bed.apply(&commented).await.expect_success();
    assert!(!warnings(&applied.report).contains(&WARNS));
    assert_eq!(bed.order()["comments"], "for the records");
}

#[tokio::test]
async fn a_destroy_ends_nothing_and_may_still_forget() {
    for (on_destroy, waits) in [("cancel", true), ("revoke", false), ("revoke", true)] {
        let mut bed = Bed::with(|account| {
            if waits {
                account.approval = Approval::OneStep;
            }
        });
        let config = order_with(json!({ "on_destroy": on_destroy }));
        let _applied = bed.apply(&config).await.expect_success();
        bed.terraform
            .set_provider_config(json!({ "read_only": true, "allow_revocation": true }));
        let seen = bed.seen();
        let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
        assert!(warnings(&plan.report).contains(&WARNS), "{on_destroy}");
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        assert_eq!(errors(&applied.report), [READS], "{on_destroy}");
        assert_eq!(changing_calls(&bed, seen), [] as [&str; 0], "{on_destroy}");
        assert!(bed.terraform.attributes(SHOP).is_some(), "{on_destroy}");
    }
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.terraform.set_provider_config(read_only());
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    assert!(!warnings(&plan.report).contains(&WARNS));
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn an_order_that_was_placed_already_is_adopted_by_reading() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let config = order_with(json!({ "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id();
    bed.forget_state();
    bed.terraform.set_provider_config(read_only());
    let seen = bed.seen();
    let applied = bed.apply(&config).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(bed.order_id(), id);
    assert_eq!(changing_calls(&bed, seen), [] as [&str; 0]);
}
