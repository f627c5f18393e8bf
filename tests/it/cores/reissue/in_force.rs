//! Plan and apply agree, because both look at the certificate in force.

use std::time::Duration;

use certcentral_sandbox::{Approval, Move, Sandbox, Settings};
use serde_json::{Value, json};

use super::{CONSUMER, actions, reissue_by_hand, reissues, requests};
use crate::cores::configuration::{Configuration, ORDER, csr, new_csr};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, few_cores, printed};

const REISSUE: &str = "Warning: This apply reissues the certificate";
const REVOKED: &str = "Warning: DigiCert will revoke the present certificate within 72 hours";

fn small(sandbox: &Sandbox) -> Configuration {
    Configuration::small(&sandbox.base_url()).with(CONSUMER)
}

/// The order is updated, what hangs on its certificate is not touched, and nothing is left to do.
#[track_caller]
fn assert_recorded(workdir: &Workdir, sandbox: &Sandbox, sent: usize) {
    let before = workdir.attributes(ORDER).unwrap();
    assert_eq!(
        actions(workdir),
        json!({ ORDER: ["update"], "terraform_data.consumer": ["no-op"] })
    );
    let output = workdir.apply_saved();
    assert_says(&output, &["0 added, 1 changed, 0 destroyed"]);
    let after = workdir.attributes(ORDER).unwrap();
    for name in [
        "certificate_id",
        "serial_number",
        "certificate_pem",
        "status",
    ] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(reissues(sandbox), sent);
    workdir.assert_empty_plan();
}

#[test]
fn another_csr_for_the_same_key_replaces_no_consumer() {
    let [first, second] = requests();
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = small(&sandbox).set("csr", first.as_str());
        let workdir = configuration.workdir(&core);
        workdir.apply();
        let changed = configuration.set("csr", second.as_str());
        changed.replace_in(&workdir);
        assert_recorded(&workdir, &sandbox, 0);
        assert_eq!(workdir.attributes(ORDER).unwrap()["csr"], second);
    }
}

#[test]
fn a_configuration_in_line_with_a_certificate_reissued_elsewhere_calls_nothing() {
    let theirs = new_csr();
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = small(&sandbox);
        let workdir = configuration.workdir(&core);
        workdir.apply();
        reissue_by_hand(&sandbox, &theirs, &["example.com", "api.example.com"]);
        let output = workdir.apply();
        assert_says(
            &output,
            &["Warning: Certificate reissued outside Terraform"],
        );
        let in_line = configuration
            .set("csr", theirs.as_str())
            .set("dns_names", json!(["api.example.com"]));
        in_line.replace_in(&workdir);
        assert_recorded(&workdir, &sandbox, 1);
        let quiet = workdir.plan();
        assert!(
            !printed(&quiet).contains("outside Terraform"),
            "{}",
            core.name
        );
    }
}

#[test]
fn a_saved_plan_is_not_carried_out_on_another_certificate() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.apply();
        sandbox.advance(Duration::from_secs(180 * 86_400));
        let reviewed = workdir.plan();
        assert_says(&reviewed, &[REISSUE, "for the same names and key"]);
        reissue_by_hand(&sandbox, csr(), &["example.com", "api.example.com"]);
        let stopped = workdir.run(&["apply", "saved.plan"]).exits_with(1);
        assert_says(&stopped, &["Error: Certificate is not the one of the plan"]);
        assert_eq!(reissues(&sandbox), 1, "{}: theirs", core.name);

        sandbox.advance(Duration::from_secs(180 * 86_400));
        let plan = workdir.plan();
        assert_says(&plan, &[REISSUE, REVOKED, "drops api.example.com"]);
        workdir.apply_saved();
        assert_eq!(reissues(&sandbox), 2, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn a_trigger_reissues_and_is_announced_again_after_a_rejection() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = small(&sandbox);
        let workdir = configuration.workdir(&core);
        workdir.apply();
        let first = workdir.attributes(ORDER).unwrap()["serial_number"].clone();
        let with = |trigger: &str| configuration.clone().set("reissue_trigger", trigger);

        with("1").replace_in(&workdir);
        let plan = workdir.plan();
        assert_says(&plan, &[REISSUE, "`reissue_trigger` changed"]);
        workdir.apply_saved();
        assert_ne!(workdir.attributes(ORDER).unwrap()["serial_number"], first);
        assert_eq!(reissues(&sandbox), 1, "{}", core.name);
        workdir.assert_empty_plan();

        sandbox.change(|account| account.approval = Approval::OneStep);
        with("2").replace_in(&workdir);
        workdir.apply();
        sandbox.apply(sandbox.orders()[0].id, Move::Reject).unwrap();
        let plan = workdir.plan();
        assert_says(&plan, &[REISSUE]);
        sandbox.change(|account| account.approval = Approval::Auto);
        workdir.apply_saved();
        assert_eq!(reissues(&sandbox), 3, "{}", core.name);
        workdir.assert_empty_plan();

        configuration.replace_in(&workdir);
        workdir.apply();
        assert_eq!(
            workdir.attributes(ORDER).unwrap()["reissue_trigger"],
            Value::Null
        );
        assert_eq!(reissues(&sandbox), 3, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
    }
}

/// What was said of a certificate that a reissue cannot prolong is kept once an apply has run.
#[test]
fn a_pinned_certificate_is_not_reissued_at_every_apply() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let end = (sandbox.clock().date() + time::Duration::days(100)).to_string();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("cert_validity", json!({ "custom_expiration_date": end }))
            .workdir(&core);
        workdir.apply();
        sandbox.advance(Duration::from_secs(80 * 86_400));
        let output = workdir.apply();
        assert_says(&output, &["would gain no time", "0 added, 0 changed"]);
        let again = workdir.run(&["plan", "-detailed-exitcode"]).success();
        assert!(!printed(&again).contains("gain no time"), "{}", core.name);
        assert_eq!(reissues(&sandbox), 0, "{}", core.name);
    }
}
