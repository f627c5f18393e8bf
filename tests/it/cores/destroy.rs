//! Destroying an order through real cores: what the plan announces, and what is called then.

use certcentral_sandbox::{Approval, Issuance, Sandbox};

use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, changing_calls, few_cores, sandbox};
use crate::cores::driver::{Core, Workdir};

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
fn cancel_cancels_a_pending_order() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core, Approval::Auto, Issuance::Manual, "cancel");
        let id = sandbox.orders()[0].id;

        let output = workdir.destroy();

        assert_says(&output, &["Warning: Destroy cancels the order"]);
        assert_eq!(sandbox.orders()[0].status, "canceled", "{}", core.name);
        assert_eq!(
            ending_calls(&sandbox),
            [format!("PUT /order/certificate/{id}/status")],
            "{}",
            core.name
        );
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
fn a_taint_or_a_forced_replacement_ends_no_order_and_adopts_it() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) =
            ordered(&core, Approval::None, Issuance::Immediate, "revoke");
        let id = sandbox.orders()[0].id;
        configuration
            .provider("allow_revocation", true)
            .replace_in(&workdir);
        workdir.apply();
        let stored = private(&workdir);

        let replace = format!("-replace={ORDER}");
        let replaced = workdir.run(&["apply", "-auto-approve", &replace]).success();
        workdir.run(&["taint", ORDER]).success();
        let tainted = workdir.apply();

        for output in [replaced, tainted] {
            let stays = format!("Order {id} (issued) is forgotten by Terraform and stays open");
            assert_says(
                &output,
                &[
                    "Warning: Order stays open",
                    &stays,
                    "Warning: Existing order adopted",
                ],
            );
        }
        assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], id);
        assert_eq!(private(&workdir), stored, "{}", core.name);
        workdir.assert_empty_plan();
        assert_eq!(ending_calls(&sandbox), [] as [&str; 0], "{}", core.name);
    }
}

#[test]
fn an_announced_replacement_ends_the_old_order() {
    for core in few_cores() {
        for (issuance, on_destroy, ended) in [
            (Issuance::Immediate, "revoke", "revoked"),
            (Issuance::Manual, "cancel", "canceled"),
        ] {
            let (sandbox, configuration, workdir) =
                ordered(&core, Approval::None, issuance, on_destroy);
            configuration
                .provider("allow_revocation", true)
                .set("order_key", "another")
                .replace_in(&workdir);
            let output = workdir.apply();
            assert_says(&output, &["Warning: Order is replaced by a new one"]);
            assert_eq!(sandbox.orders()[0].status, ended, "{}", core.name);
            assert_eq!(sandbox.summary().orders_created, 2, "{}", core.name);
        }
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
