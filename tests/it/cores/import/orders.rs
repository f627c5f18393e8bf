//! Imports through real cores: by the command, by a block, and with a configuration that core
//! writes.

use std::fs;

use certcentral_sandbox::{Approval, Issuance, Move, Sandbox, Settings};
use serde_json::{Value, json};

use crate::cores::configuration::{Configuration, KEY, ORDER, csr};
use crate::cores::driver::{Core, Feature, Workdir, cores, having};
use crate::cores::evidence::{assert_says, changing_calls, few_cores, sandbox};

/// Orders by hand, with the body that a person sends.
pub(super) fn order_by_hand(sandbox: &Sandbox, product: &str, members: Value) -> u64 {
    let mut body = json!({
        "certificate": { "common_name": "example.com", "csr": csr(), "signature_hash": "sha256" },
        "order_validity": { "years": 1 },
        "organization": { "id": 123_456 },
    });
    let Value::Object(members) = members else {
        panic!("members are an object, not {members}");
    };
    for (name, value) in members {
        body[name] = value;
    }
    let url = format!("{}/order/certificate/{product}", sandbox.base_url());
    let answer = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(url).header("X-DC-DEVKEY", "sandbox-by-hand");
        let answer = request.json(&body).send().await.unwrap();
        answer.text().await.unwrap()
    });
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["id"]
        .as_u64()
        .unwrap_or_else(|| panic!("not ordered: {answer}"))
}

/// The configuration of [`order_by_hand`].
fn configuration(sandbox: &Sandbox) -> Configuration {
    Configuration::small(&sandbox.base_url())
        .set("product_name_id", "ssl_basic")
        .set("validity_years", 1)
}

fn block(id: &str) -> String {
    format!("import {{\n  to = {ORDER}\n  id = \"{id}\"\n}}\n")
}

#[test]
fn the_command_imports_by_every_key_and_the_plan_is_empty() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let id = order_by_hand(&sandbox, "ssl_basic", json!({})).to_string();
        let configuration = configuration(&sandbox);
        let first = configuration.workdir(&core);
        first.import(ORDER, &id);
        first.assert_empty_plan();
        let attributes = first.attributes(ORDER).unwrap();
        for name in ["serial_number", "thumbprint"] {
            let key = attributes[name].as_str().unwrap().to_lowercase();
            let workdir = configuration.workdir(&core);
            workdir.import(ORDER, &key);
            workdir.assert_empty_plan();
            assert_eq!(
                workdir.attributes(ORDER).unwrap()["id"],
                id,
                "{}",
                core.name
            );
        }
        assert_eq!(
            changing_calls(&sandbox),
            ["POST /order/certificate/ssl_basic"],
            "{}: the order by hand",
            core.name
        );
    }
}

#[test]
fn a_refused_import_leaves_the_state_empty() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = configuration(&sandbox).workdir(&core);
        for (key, summary) in [
            ("shop.example.com", "Invalid import id"),
            ("4711", "Order not visible"),
            (
                "0595011F5BEDE541680EFB3F5E79C45E",
                "No order found to import",
            ),
        ] {
            let output = workdir.run(&["import", ORDER, key]).exits_with(1);
            assert_says(&output, &[&format!("Error: {summary}")]);
            assert_eq!(workdir.attributes(ORDER), None, "{}: {key}", core.name);
        }
    }
}

#[test]
fn a_block_imports_and_changes_nothing() {
    for core in cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let id = order_by_hand(&sandbox, "ssl_basic", json!({}));
        let workdir = configuration(&sandbox)
            .with(&block(&id.to_string()))
            .workdir(&core);
        let output = workdir.plan();
        assert_says(
            &output,
            &["Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."],
        );
        workdir.apply_saved();
        workdir.assert_empty_plan();
        assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], id);
        assert_eq!(
            changing_calls(&sandbox),
            ["POST /order/certificate/ssl_basic"],
            "{}: the order by hand",
            core.name
        );
    }
}

/// A workspace with nothing but the provider and an import block.
fn without_resource(core: &Core, sandbox: &Sandbox, id: u64) -> Workdir {
    let text = format!(
        "terraform {{\n  required_providers {{\n    digicert = {{ source = \
         \"certcentral/digicert\" }}\n  }}\n}}\n\n\
         provider \"digicert\" {{\n  base_url = \"{}\"\n}}\n\n{}",
        sandbox.base_url(),
        block(&id.to_string()),
    );
    let mut workdir = Workdir::new(core, &[("main.tf", &text)]);
    workdir.env("DIGICERT_API_KEY", KEY);
    workdir
}

/// Core writes the configuration of the order, which must then change nothing.
fn assert_generated_configuration_is_empty(core: &Core, sandbox: &Sandbox, id: u64) {
    let workdir = without_resource(core, sandbox, id);
    let output = workdir
        .run(&["plan", "-generate-config-out=generated.tf"])
        .success();
    let generated = fs::read_to_string(workdir.path().join("generated.tf")).unwrap();
    assert!(
        printed_plan(&output.stdout).contains("1 to import, 0 to add, 0 to change, 0 to destroy"),
        "{}\n{}\n{generated}",
        core.name,
        output.stdout
    );
    workdir.apply();
    workdir.assert_empty_plan();
    assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], id);
}

fn printed_plan(stdout: &str) -> &str {
    stdout
        .lines()
        .find(|line| line.starts_with("Plan:"))
        .unwrap_or_default()
}

#[test]
fn the_configuration_that_core_generates_changes_nothing() {
    for core in having(Feature::GeneratedConfiguration, cores()) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        for (product, members) in [
            ("ssl_basic", json!({})),
            (
                "ssl_ev_basic",
                json!({ "organization": { "id": 778_812 }, "order_validity": { "years": 3 } }),
            ),
            (
                "ssl_basic",
                json!({
                    "order_validity": { "days": 200 },
                    "container": { "id": 60_412 },
                    "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
                    "additional_emails": ["ops@example.com"],
                    "comments": "Please \"approve\" ${this}",
                    "auto_renew": 1,
                    "alternative_order_id": "shop-2026",
                    "dcv_method": "dns-txt-token",
                }),
            ),
        ] {
            let id = order_by_hand(&sandbox, product, members);
            assert_generated_configuration_is_empty(&core, &sandbox, id);
        }
        let orders = changing_calls(&sandbox);
        assert_eq!(orders.len(), 3, "{}: {orders:?}", core.name);
    }
}

#[test]
fn the_configuration_that_core_generates_for_an_open_order_changes_nothing() {
    for core in having(Feature::GeneratedConfiguration, few_cores()) {
        let sandbox = sandbox(Approval::OneStep, Issuance::Manual);
        let id = order_by_hand(&sandbox, "ssl_basic", json!({}));
        assert_generated_configuration_is_empty(&core, &sandbox, id);
        assert_eq!(sandbox.orders()[0].status, "needs_approval");
    }
}

#[test]
fn the_configuration_that_core_generates_for_a_closed_order_changes_nothing() {
    for core in having(Feature::GeneratedConfiguration, few_cores()) {
        for (step, status) in [
            (Move::Reject, "rejected"),
            (Move::Cancel, "canceled"),
            (Move::Revoke, "revoked"),
            (Move::Expire, "expired"),
        ] {
            let sandbox = sandbox(Approval::OneStep, Issuance::Manual);
            let id = order_by_hand(&sandbox, "ssl_basic", json!({}));
            if matches!(step, Move::Revoke | Move::Expire) {
                sandbox.issue(id).unwrap();
            }
            sandbox.apply(id, step).unwrap();
            assert_generated_configuration_is_empty(&core, &sandbox, id);
            assert_eq!(sandbox.orders()[0].status, status, "{}", core.name);
            assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
        }
    }
}
