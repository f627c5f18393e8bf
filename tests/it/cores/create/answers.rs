//! The five answers of the API page to an order, and what state holds after each.

use certcentral_sandbox::{Approval, Issuance};
use serde_json::{Value, json};

use crate::cores::chain;
use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::Core;
use crate::cores::evidence::{assert_says, few_cores, order_posts, sandbox};

/// How the account treats the order, and what state holds then.
struct Answer {
    approval: Approval,
    issuance: Issuance,
    skip_approval: bool,
    status: &'static str,
    request: Option<&'static str>,
    has_certificate_id: bool,
}

const ONE_STEP: Answer = Answer {
    approval: Approval::OneStep,
    issuance: Issuance::Immediate,
    skip_approval: false,
    status: "needs_approval",
    request: Some("pending"),
    has_certificate_id: false,
};
const TWO_STEP: Answer = Answer {
    approval: Approval::TwoStep,
    request: Some("submitted"),
    ..ONE_STEP
};
const AUTO: Answer = Answer {
    approval: Approval::Auto,
    issuance: Issuance::Manual,
    status: "pending",
    request: Some("approved"),
    has_certificate_id: true,
    ..ONE_STEP
};
const SKIP: Answer = Answer {
    approval: Approval::TwoStep,
    skip_approval: true,
    ..AUTO
};
const IMMEDIATE: Answer = Answer {
    approval: Approval::OneStep,
    issuance: Issuance::Immediate,
    skip_approval: true,
    status: "issued",
    request: None,
    has_certificate_id: true,
};

#[test]
fn a_one_step_approval_leaves_a_pending_request() {
    few_cores().iter().for_each(|core| ends_in(core, &ONE_STEP));
}

#[test]
fn a_two_step_approval_leaves_a_submitted_request() {
    few_cores().iter().for_each(|core| ends_in(core, &TWO_STEP));
}

#[test]
fn an_automatic_approval_leaves_a_certificate_id_without_a_certificate() {
    few_cores().iter().for_each(|core| ends_in(core, &AUTO));
}

#[test]
fn a_skipped_approval_leaves_a_certificate_id_without_a_certificate() {
    few_cores().iter().for_each(|core| ends_in(core, &SKIP));
}

#[test]
fn an_immediate_answer_leaves_a_verified_chain() {
    few_cores()
        .iter()
        .for_each(|core| ends_in(core, &IMMEDIATE));
}

/// Applies, and then lets the certificate be issued: a refresh stores it, and no plan proposes
/// anything.
#[track_caller]
fn ends_in(core: &Core, answer: &Answer) {
    let sandbox = sandbox(answer.approval, answer.issuance);
    let workdir = Configuration::small(&sandbox.base_url())
        .set("skip_approval", answer.skip_approval)
        // The certificate of some answers comes only when the test issues it.
        .set("wait_for", "none")
        .workdir(core);

    let output = workdir.apply();

    let seen = workdir.attributes(ORDER).unwrap();
    let order = sandbox.orders().remove(0);
    assert_eq!(seen["status"], order.status, "{}", core.name);
    assert_eq!(seen["status"], answer.status, "{}", core.name);
    assert_eq!(seen["order_id"], order.id, "{}", core.name);
    assert_eq!(seen["certificate_id"], json!(order.certificate_id));
    assert_eq!(order.certificate_id.is_some(), answer.has_certificate_id);
    let requests: Vec<&Value> = seen["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|request| &request["status"])
        .collect();
    if let Some(status) = answer.request {
        assert_eq!(requests, [status], "{}", core.name);
    }
    if answer.status == "issued" {
        chain::assert_verified(&seen, &sandbox);
        return;
    }
    chain::assert_absent(&seen);
    assert_says(&output, &["Warning: Certificate not issued yet"]);
    workdir.assert_empty_plan();

    sandbox.issue(order.id).unwrap();
    workdir.assert_empty_plan();
    workdir
        .run(&["apply", "-refresh-only", "-auto-approve"])
        .success();

    let seen = workdir.attributes(ORDER).unwrap();
    assert_eq!(seen["status"], "issued", "{}", core.name);
    assert_eq!(
        seen["certificate_id"],
        sandbox.orders()[0].certificate_id.unwrap()
    );
    chain::assert_verified(&seen, &sandbox);
    workdir.assert_empty_plan();
    assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
}
