//! Destroying an order through real cores: what the plan announces, and what is called then.

use certcentral_sandbox::{Approval, Issuance, Sandbox};

use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, changing_calls, few_cores, sandbox};
use crate::terraform::{Core, Workdir};

/// An order in the state of a directory whose provider block may revoke.
fn ordered(
    core: &Core,
    approval: Approval,
    issuance: Issuance,
    on_destroy: &str,
) -> (Sandbox, Configuration, Workdir) {
    let sandbox = sandbox(approval, issuance);
    let configuration = Configuration::small(&sandbox.base_url())
        .provider("allow_revocation", true)
        .set("wait_for", "none")
        .set("on_destroy", on_destroy);
    let workdir = configuration.workdir(core);
    workdir.apply();
    (sandbox, configuration, workdir)
}

/// The changing calls after the order POST.
fn ending_calls(sandbox: &Sandbox) -> Vec<String> {
    changing_calls(sandbox).split_off(1)
}

#[test]
fn retain_calls_nothing() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core, Approval::None, Issuance::Immediate, "retain");

        let output = workdir.destroy();

        assert_says(
            &output,
            &[
                "Destroy leaves the order open",
                "Its certificate stays valid.",
            ],
        );
        assert_eq!(ending_calls(&sandbox), [] as [&str; 0], "{}", core.name);
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
    }
}

#[test]
fn revoke_revokes_the_order_as_the_plan_announced() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core, Approval::None, Issuance::Immediate, "revoke");
        let id = sandbox.orders()[0].id;

        let plan = workdir.run(&["plan", "-destroy"]).success();
        assert_says(
            &plan,
            &[
                "Warning: Destroy revokes the certificate for good",
                &format!("Order {id} for example.com (ssl_plus, issued) is revoked in CertCentral"),
                "This cannot be undone.",
            ],
        );
        assert_eq!(ending_calls(&sandbox), [] as [&str; 0], "{}", core.name);
        workdir.destroy();

        assert_eq!(
            ending_calls(&sandbox),
            [format!("PUT /order/certificate/{id}/revoke")],
            "{}",
            core.name
        );
        assert_eq!(sandbox.orders()[0].status, "revoked", "{}", core.name);
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
    }
}

#[test]
fn revoke_without_permission_fails_at_the_plan_and_calls_nothing() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) =
            ordered(&core, Approval::None, Issuance::Immediate, "revoke");
        let forbidden = configuration.provider("allow_revocation", false);
        let replaced = forbidden.clone().set("order_key", "second");

        for (planned, arguments) in [
            (&forbidden, ["plan", "-destroy"].as_slice()),
            (&forbidden, ["destroy", "-auto-approve"].as_slice()),
            (&replaced, ["plan"].as_slice()),
        ] {
            planned.replace_in(&workdir);
            let output = workdir.run(arguments).exits_with(1);
            assert_says(
                &output,
                &[
                    "Error: Revocation is not allowed",
                    "`on_destroy` is \"revoke\"",
                    "`allow_revocation = true`",
                    "terraform state rm",
                ],
            );
        }

        assert_eq!(ending_calls(&sandbox), [] as [&str; 0], "{}", core.name);
        assert!(workdir.attributes(ORDER).is_some(), "{}", core.name);
    }
}

#[test]
fn a_forced_replacement_is_refused_in_the_plan_and_what_it_was_told_by_is_never_stored() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) =
            ordered(&core, Approval::None, Issuance::Immediate, "revoke");
        let id = sandbox.orders()[0].id;
        let forbidden = configuration.provider("allow_revocation", false);
        forbidden.replace_in(&workdir);
        let stored = private(&workdir);

        let replace = format!("-replace={ORDER}");
        let output = workdir.run(&["plan", &replace]).exits_with(1);
        assert_says(
            &output,
            &[
                "Error: Revocation is not allowed",
                &format!("Order {id} for example.com (ssl_plus, issued) would be revoked"),
            ],
        );

        // An update and an apply that changes nothing carry the same note through the plan.
        for configuration in [
            forbidden.clone(),
            forbidden.clone().set("comments", "recorded"),
        ] {
            configuration.replace_in(&workdir);
            workdir.apply();
            assert_eq!(private(&workdir), stored, "{}", core.name);
        }
        workdir.assert_empty_plan();
        assert_eq!(ending_calls(&sandbox), [] as [&str; 0], "{}", core.name);
    }
}

/// What state keeps beside the attributes of the order.
fn private(workdir: &Workdir) -> serde_json::Value {
    let state = workdir.run(&["state", "pull"]).success();
    let state: serde_json::Value = serde_json::from_str(&state.stdout).unwrap();
    state["resources"][0]["instances"][0]["private"].clone()
}

#[test]
fn revoke_of_an_order_that_waits_for_approval_rejects_its_request() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core, Approval::OneStep, Issuance::Manual, "revoke");
        let request = workdir.attributes(ORDER).unwrap()["requests"][0]["id"].clone();

        let output = workdir.destroy();

        assert_says(
            &output,
            &[
                "Warning: Destroy cancels the order",
                "by rejecting its request",
            ],
        );
        assert_eq!(
            ending_calls(&sandbox),
            [format!("PUT /request/{request}/status")],
            "{}",
            core.name
        );
        assert_eq!(sandbox.orders()[0].status, "rejected", "{}", core.name);
        assert_eq!(sandbox.summary().orders_charged, 0, "{}", core.name);
    }
}
