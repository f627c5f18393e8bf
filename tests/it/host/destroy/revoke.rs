//! Revoking on destroy: only where it is allowed, only the certificate in state, and never without
//! words in the plan.

use certcentral_sandbox::{Approval, Issuance};
use serde_json::json;

use super::matrix::{acts, destroy, in_status, in_status_with, reissue_by_hand};
use crate::host::bed::{Bed, PRICE, SHOP, errors, launch, only_error, order_with, warnings};

const NOT_ALLOWED: &str = "Revocation is not allowed";

#[tokio::test]
async fn the_revocation_says_its_reason_and_asks_for_no_approval() {
    let arguments = json!({ "on_destroy": "revoke", "revocation_reason": "cessationOfOperation" });
    let mut bed = in_status_with("issued", arguments).await;
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["Destroy revokes the certificate for good"]
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        bed.sandbox.journal().last().unwrap().request,
        json!({
            "comments": "Destroyed by Terraform",
            "skip_approval": true,
            "revocation_reason": "cessationOfOperation",
        })
    );
    assert_eq!(bed.sandbox.summary().revoked, 1);
}

#[tokio::test]
async fn without_permission_the_plan_is_refused_and_nothing_is_called() {
    for status in ["needs_approval", "pending", "issued", "reissue_pending"] {
        let mut bed = in_status(status, "revoke").await;
        bed.terraform.set_provider_config(json!({}));
        let seen = bed.seen();
        let plan = bed.terraform.plan_destroy().await.unwrap();
        assert_eq!(errors(&plan.report), [NOT_ALLOWED], "{status}");
        assert_eq!(warnings(&plan.report), [] as [&str; 0], "{status}");
        let detail = only_error(&plan.report);
        assert!(detail.contains("`allow_revocation = true`"), "{detail}");
        let mut calls = bed.calls_after(seen);
        calls.retain(|call| !call.starts_with("GET "));
        assert_eq!(calls, [] as [&str; 0], "{status}");
    }
}

#[tokio::test]
async fn a_permission_that_was_taken_back_after_the_plan_counts() {
    let mut bed = in_status("issued", "revoke").await;
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    bed.terraform
        .set_provider_config(json!({ "allow_revocation": false }));
    let seen = bed.seen();
    let applied = bed.terraform.apply(&plan).await.unwrap();
    assert_eq!(errors(&applied.report), [NOT_ALLOWED]);
    assert_eq!(acts(&bed, seen), [] as [&str; 0]);
    assert_eq!(bed.order()["status"], "issued");
}

#[tokio::test]
async fn a_closed_order_needs_no_permission() {
    let mut bed = in_status("revoked", "revoke").await;
    bed.terraform.set_provider_config(json!({}));
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(made, ["look"]);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn the_environment_gives_the_permission_and_takes_plain_words_only() {
    let mut bed = in_status("issued", "revoke").await;
    bed.terraform.set_provider_config(json!({}));
    let with = |bed: &Bed, value| launch(&bed.sandbox).env("DIGICERT_ALLOW_REVOCATION", value);
    let unclear = with(&bed, "yes");
    bed.terraform.relaunch(unclear);
    let plan = bed.terraform.plan_destroy().await.unwrap();
    assert_eq!(errors(&plan.report), ["Invalid environment variable"]);
    assert!(only_error(&plan.report).contains("DIGICERT_ALLOW_REVOCATION"));

    let clear = with(&bed, "1");
    bed.terraform.relaunch(clear);
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(made, ["look", "notes", "revoke"]);
}

#[tokio::test]
async fn a_certificate_that_is_not_the_one_in_state_is_not_revoked() {
    let mut bed = in_status("issued", "revoke").await;
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    let before = bed.order().clone();
    reissue_by_hand(&bed, Issuance::Immediate).await;
    let seen = bed.seen();
    let applied = bed.terraform.apply(&plan).await.unwrap();
    assert_eq!(
        errors(&applied.report),
        ["Certificate is not the one in state"]
    );
    let detail = only_error(&applied.report);
    let now = bed.sandbox.orders()[0].certificate_id.unwrap();
    for text in [
        before["certificate_id"].to_string(),
        before["serial_number"].as_str().unwrap().to_owned(),
        now.to_string(),
        "terraform apply -refresh-only".to_owned(),
        "terraform state rm".to_owned(),
    ] {
        assert!(detail.contains(&text), "{text}: {detail}");
    }
    assert_ne!(before["certificate_id"], now);
    assert_eq!(acts(&bed, seen), ["look"]);
    assert_eq!(bed.order(), &before);

    bed.terraform.refresh().await.unwrap().expect_success();
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(made, ["look", "notes", "revoke"]);
    assert_eq!(bed.sandbox.summary().certificates_revoked, 2);
}

#[tokio::test]
async fn a_certificate_that_no_plan_knew_is_not_revoked() {
    let mut bed = in_status("needs_approval", "revoke").await;
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    bed.sandbox.issue(bed.order_id()).unwrap();
    let seen = bed.seen();
    let applied = bed.terraform.apply(&plan).await.unwrap();
    assert_eq!(
        errors(&applied.report),
        ["Certificate is not the one in state"]
    );
    assert_eq!(acts(&bed, seen), ["look"]);
    assert_eq!(bed.sandbox.summary().revoked, 0);
}

#[tokio::test]
async fn a_known_certificate_that_was_issued_after_the_plan_is_revoked_as_announced() {
    let mut bed = in_status("pending", "revoke").await;
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    let announced = &plan.report.warnings().next().unwrap().detail;
    assert!(
        announced.contains("revoked for good instead"),
        "{announced}"
    );
    bed.sandbox.issue(bed.order_id()).unwrap();
    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(acts(&bed, seen), ["look", "notes", "revoke"]);
    assert_eq!(bed.sandbox.summary().revoked, 1);
}

#[tokio::test]
async fn a_key_that_may_not_approve_asks_for_the_revocation_and_says_that_the_certificate_stays_valid()
 {
    for approval in [Approval::OneStep, Approval::TwoStep] {
        let mut bed = in_status("issued", "revoke").await;
        bed.sandbox.change(|account| account.approval = approval);
        let standard = launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-standard-1");
        bed.terraform.relaunch(standard);
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(warnings(&applied.report), ["Revocation waits for approval"]);
        let answer = bed.sandbox.journal().last().unwrap().response.clone();
        let detail = &applied.report.warnings().next().unwrap().detail;
        assert!(
            detail.contains(&format!("Request {}", answer["id"])),
            "{detail}"
        );
        assert!(
            detail.contains("stays valid until somebody approves"),
            "{detail}"
        );
        assert_eq!(made, ["look", "notes", "revoke"]);
        assert_eq!(bed.sandbox.summary().revoked, 0);
        assert!(bed.terraform.state().is_empty());
    }
}

#[tokio::test]
async fn a_replacement_is_refused_without_permission_and_says_with_it_what_it_revokes() {
    let mut bed = in_status("issued", "revoke").await;
    let again = order_with(json!({ "on_destroy": "revoke", "wait_for": "none", "order_key": "2" }));
    bed.terraform.set_provider_config(json!({}));
    let shop = [terraform_host::Resource::new(SHOP, again.clone())];
    let seen = bed.seen();
    let refused = bed.terraform.plan(&shop).await.unwrap();
    assert_eq!(errors(&refused.report), [NOT_ALLOWED]);
    let mut calls = bed.calls_after(seen);
    calls.retain(|call| !call.starts_with("GET ") && call != PRICE);
    assert_eq!(calls, [] as [&str; 0]);

    bed.terraform
        .set_provider_config(json!({ "allow_revocation": true }));
    let plan = bed.plan(&again).await.expect_success();
    let replaced = plan
        .report
        .warnings()
        .find(|warning| warning.summary == "Order is replaced by a new one")
        .unwrap();
    assert!(
        replaced.detail.contains("revoked for good"),
        "{}",
        replaced.detail
    );
    assert!(
        replaced.detail.contains("`create_before_destroy`"),
        "{}",
        replaced.detail
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let statuses: Vec<_> = bed
        .sandbox
        .orders()
        .iter()
        .map(|order| order.status.clone())
        .collect();
    assert_eq!(statuses, ["revoked", "issued"]);
}

#[tokio::test]
async fn what_no_plan_could_announce_is_neither_canceled_nor_revoked() {
    for (status, on_destroy) in [
        ("issued", "revoke"),
        ("pending", "revoke"),
        ("pending", "cancel"),
        ("needs_approval", "cancel"),
    ] {
        for tainted in [true, false] {
            let row = format!("{status} {on_destroy} tainted: {tainted}");
            let mut bed = in_status(status, on_destroy).await;
            let id = bed.order_id();
            let before = bed.terraform.state()[SHOP].private.clone();
            let config = order_with(json!({ "on_destroy": on_destroy, "wait_for": "none" }));
            let shop = [terraform_host::Resource::new(SHOP, config)];
            let seen = bed.seen();
            // Core tells the provider nothing of a tainted order in the plan, and nothing of
            // `-replace`.
            let plan = if tainted {
                bed.terraform.taint(SHOP).unwrap();
                bed.terraform.plan(&shop).await.unwrap()
            } else {
                bed.terraform.plan_replacing(&shop, &[SHOP]).await.unwrap()
            };
            let plan = plan.expect_success();
            let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
            let told = warnings(&applied.report);
            assert!(told.contains(&"Order stays open"), "{row}: {told:?}");
            assert!(told.contains(&"Existing order adopted"), "{row}: {told:?}");
            let mut calls = bed.calls_after(seen);
            calls.retain(|call| !call.starts_with("GET ") && call != PRICE);
            assert_eq!(calls, [""; 0], "{row}");
            assert_eq!(bed.order_id(), id, "{row}");
            assert_eq!(bed.order()["status"], status, "{row}");
            assert_eq!(bed.terraform.state()[SHOP].private, before, "{row}");
        }
    }
}
