//! The audit log of whole lives of orders.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use certcentral_sandbox::{Dcv, DnsRecord};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use terraform_host::Resource;

use super::changing_calls;
use crate::host::bed::{
    Bed, SHOP, errors, launch, new_csr, only_error, order, order_with, warnings,
};

fn with_log(bed: &mut Bed) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    set_log(bed, &path);
    (folder, path)
}

fn set_log(bed: &mut Bed, path: &Path) {
    bed.terraform
        .set_provider_config(json!({ "audit_log_path": path, "allow_revocation": true }));
}

fn lines(path: &Path) -> Vec<Json> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn an_order_and_its_end_are_told_call_by_call() {
    let mut bed = Bed::new();
    let (_folder, path) = with_log(&mut bed);
    let _applied = bed
        .apply(&order_with(json!({
            "on_destroy": "revoke",
            "comments": "canary-comment",
            "additional_emails": ["canary@example.com"],
        })))
        .await
        .expect_success();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let (id, token) = (bed.order_id(), bed.order()["alternative_order_id"].clone());
    let reissued = order_with(json!({
        "on_destroy": "revoke",
        "csr": new_csr(),
        "additional_emails": ["canary@example.com", "canary2@example.com"],
    }));
    let _applied = bed.apply(&reissued).await.expect_success();
    let _destroyed = bed.destroy().await.expect_success();

    let lines = lines(&path);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line["event"].as_str().unwrap(),
                line["action"].as_str().unwrap(),
                line["method"].as_str().unwrap(),
                line["path"].as_str().unwrap(),
            )
        })
        .collect();
    let expected: Vec<_> = [
        "order POST /order/certificate/ssl_basic".to_owned(),
        format!("update PUT /order/certificate/{id}/additional-emails"),
        format!("reissue POST /order/certificate/{id}/reissue"),
        format!("update POST /order/certificate/{id}/note"),
        format!("revoke PUT /order/certificate/{id}/revoke"),
    ]
    .into_iter()
    .flat_map(|call| [format!("intent {call}"), format!("outcome {call}")])
    .collect();
    assert_eq!(told, expected);
    assert_eq!(lines[0]["token"], token);
    assert_eq!(lines[0]["estimated_price"], "293.00 USD");
    assert_eq!(lines[0].get("order_id"), None);
    assert_eq!(lines[1]["order_id"], id);
    for outcome in lines.iter().filter(|line| line["event"] == "outcome") {
        assert_eq!(outcome["outcome"], "done", "{outcome}");
        assert_eq!(outcome["order_id"], id, "{outcome}");
    }
    // Every changing call of the journal has its two lines, and only those have.
    assert_eq!(changing_calls(&bed, 0).len() * 2, lines.len());
    let text = fs::read_to_string(&path).unwrap();
    for secret in ["canary", "sandbox-test", "BEGIN", "@"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_logged_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    fs::write(&target, "untouched").unwrap();
    let link = folder.path().join("link");
    symlink(&target, &link).unwrap();
    for (path, reason) in [
        (link.clone(), "it is a symbolic link, which is not followed"),
        (
            folder.path().join("missing/audit.jsonl"),
            "its directory does not exist",
        ),
    ] {
        let mut bed = Bed::new();
        set_log(&mut bed, &path);
        let applied = bed.apply(&order()).await;
        assert_eq!(errors(&applied.report), ["Audit log cannot be written"]);
        let detail = only_error(&applied.report);
        for text in [
            "placing the order for shop.example.com",
            path.to_str().unwrap(),
            reason,
        ] {
            assert!(detail.contains(text), "{detail}");
        }
        assert_eq!(changing_calls(&bed, 0), [] as [&str; 0]);
        assert!(bed.terraform.state().is_empty());
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "untouched");
}

#[tokio::test]
async fn a_log_that_breaks_off_after_the_order_is_a_warning_and_the_order_is_in_state() {
    let mut bed = Bed::new();
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    set_log(&mut bed, &logs.join("audit.jsonl"));
    let plan = bed.plan(&order()).await.expect_success();
    let hold = bed.sandbox.hold(
        crate::host::bed::route(crate::host::bed::ORDER),
        1,
        certcentral_sandbox::At::Before,
    );
    let held = tokio::task::spawn_blocking(move || {
        assert!(hold.wait_held(std::time::Duration::from_secs(60)));
        fs::remove_dir_all(&logs).unwrap();
        hold.release();
    });
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    held.await.unwrap();
    assert!(warnings(&applied.report).contains(&"Audit log is incomplete"));
    assert_eq!(bed.posts().len(), 1);
    assert_eq!(bed.order()["status"], "issued");
}

#[tokio::test]
async fn a_log_that_breaks_off_after_a_check_of_domains_is_told_by_the_wait() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Dns);
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    set_log(&mut bed, &logs.join("audit.jsonl"));
    let order = order_with(json!({ "dcv_method": "dns-txt-token", "wait_for": "none" }));
    let _applied = bed.apply(&order).await.expect_success();
    for validation in bed.order()["domain_validations"]
        .as_object()
        .unwrap()
        .values()
    {
        let text = |name: &str| validation[name].as_str().unwrap();
        bed.sandbox.publish(DnsRecord::new(
            text("record_type"),
            text("record_name"),
            text("record_value"),
        ));
    }
    let resources = [
        Resource::new(SHOP, order.clone()),
        Resource::new(
            "digicert_order_issuance.shop",
            json!({ "order_id": bed.order_id() }),
        ),
    ];
    let plan = bed.terraform.plan(&resources).await.unwrap();
    let hold = bed.sandbox.hold(
        crate::host::bed::route("PUT /order/certificate/*/check-dcv"),
        1,
        certcentral_sandbox::At::Before,
    );
    let held = tokio::task::spawn_blocking(move || {
        assert!(hold.wait_held(std::time::Duration::from_secs(60)));
        fs::remove_dir_all(&logs).unwrap();
        hold.release();
    });
    let plan = plan.expect_valid().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    held.await.unwrap();
    assert!(warnings(&applied.report).contains(&"Audit log is incomplete"));
    let wait = &bed
        .terraform
        .attributes("digicert_order_issuance.shop")
        .unwrap();
    assert_eq!(wait["status"], "issued");
}

#[tokio::test]
async fn the_environment_names_the_log_and_a_plan_makes_none() {
    let mut bed = Bed::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let launch = launch(&bed.sandbox).env("DIGICERT_AUDIT_LOG", path.to_str().unwrap());
    bed.terraform.relaunch(launch);
    let plan = bed.plan(&order()).await.expect_success();
    assert!(!path.exists());
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(lines(&path).len(), 2);
    assert!(bed.terraform.attributes(SHOP).is_some());
}
