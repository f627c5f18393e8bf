//! One order in the hands of several objects, as real cores bring it about: what may still be held
//! by another one is not ended.

use std::process::Command;
use std::time::Duration;

use certcentral_sandbox::{Approval, At, Issuance, Sandbox};

use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, changing_calls, few_cores, order_posts, printed, sandbox};
use crate::cores::driver::{Core, Output, Workdir};

const STAYS: &str = "Warning: Destroy leaves the order open";

/// An order of a production account that a destroy ends, and its directory.
fn production(core: &Core, on_destroy: &str) -> (Sandbox, Configuration, Workdir) {
    let issuance = match on_destroy {
        "cancel" => Issuance::Manual,
        _ => Issuance::Immediate,
    };
    let sandbox = sandbox(Approval::None, issuance);
    let configuration = Configuration::small(&sandbox.base_url())
        .provider("allow_revocation", true)
        .set("wait_for", "none")
        .set("on_destroy", on_destroy);
    let workdir = configuration.workdir(core);
    workdir.apply();
    (sandbox, configuration, workdir)
}

/// The text of a configuration with a block at the beginning of its order.
fn with_block(configuration: &Configuration, block: &str) -> String {
    let text = configuration.text();
    let start = "resource \"digicert_ssl_order\" \"example\" {\n";
    assert!(text.contains(start));
    text.replace(start, &format!("{start}{block}\n"))
}

/// Fails unless there is one order, which is open, and whose notes are the only changes after its
/// POST.
#[track_caller]
fn assert_untouched(sandbox: &Sandbox, notes: usize, core: &Core) {
    let name = &core.name;
    let [order] = &sandbox.orders()[..] else {
        panic!("{name}: {} orders", sandbox.orders().len());
    };
    assert!(
        matches!(order.status.as_str(), "issued" | "pending"),
        "{name}: {}",
        order.status
    );
    assert_eq!(order_posts(sandbox).len(), 1, "{name}");
    let note = format!("POST /order/certificate/{}/note", order.id);
    let changes = changing_calls(sandbox).split_off(1);
    assert_eq!(changes, vec![note; notes], "{name}");
}

/// The texts of the notes on the orders, oldest first.
fn notes(sandbox: &Sandbox) -> Vec<String> {
    let journal = sandbox.journal().into_iter();
    let added = journal.filter(|entry| entry.method == "POST" && entry.path.ends_with("/note"));
    added
        .map(|entry| entry.request["text"].as_str().unwrap().to_owned())
        .collect()
}

/// The object of a note that begins like this.
#[track_caller]
fn object<'a>(note: &'a str, start: &str) -> &'a str {
    let object = note.strip_prefix(start);
    object.unwrap_or_else(|| panic!("{note:?}"))
}

const ADOPTED: &str = "Adopted by Terraform, held from now on by object ";
const RELEASED: &str = "Released by Terraform, held no more by object ";

#[test]
fn a_deposed_object_whose_order_the_current_object_holds_ends_nothing() {
    for core in few_cores() {
        for on_destroy in ["revoke", "cancel"] {
            let (sandbox, configuration, workdir) = production(&core, on_destroy);
            let after = "resource \"terraform_data\" \"after\" \
                {\n  triggers_replace = [digicert_ssl_order.example.status]\n  provisioner \"local-exec\" {\n    command = \"test ! -e fail\"\n  }\n}\n";
            let created_first = "  lifecycle {\n    create_before_destroy = true\n  }";
            let configuration = configuration.with(after);
            workdir.write("main.tf", &with_block(&configuration, created_first));
            workdir.apply();
            workdir.run(&["taint", ORDER]).success();
            workdir.write("fail", "");
            let failed = workdir.run(&["apply", "-auto-approve"]).exits_with(1);
            assert_says(&failed, &["Error: local-exec provisioner error"]);
            assert_untouched(&sandbox, 1, &core);

            std::fs::remove_file(workdir.path().join("fail")).unwrap();
            let plan = workdir.plan();
            assert_says(
                &plan,
                &[
                    STAYS,
                    "another resource adopted it and has not released it",
                    "is held by two resources",
                ],
            );
            let applied = workdir.apply_saved();

            assert_says(&applied, &["Warning: Order stays open"]);
            assert_untouched(&sandbox, 1, &core);
            let attributes = workdir.attributes(ORDER).unwrap();
            assert_eq!(attributes["order_id"], sandbox.orders()[0].id);
            assert_eq!(attributes["order_origin"], "adopted", "{}", core.name);
            let plan = workdir.run(&["plan", "-detailed-exitcode"]).success();
            assert!(!printed(&plan).contains("is held by two"), "{}", core.name);
        }
    }
}

#[test]
fn a_test_of_a_module_with_the_values_of_production_ends_nothing_of_production() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = production(&core, "revoke");
        let copy = configuration.workdir(&core);
        copy.write("copy.tftest.hcl", "run \"copy\" {\n  command = apply\n}\n");

        copy.run(&["test", "-no-color"]).success();

        assert_untouched(&sandbox, 2, &core);
        let [adopted, released] = &notes(&sandbox)[..] else {
            panic!("{:?}", notes(&sandbox));
        };
        assert_eq!(object(adopted, ADOPTED), object(released, RELEASED));
        workdir.assert_empty_plan();
        let destroyed = workdir.destroy();
        assert_says(&destroyed, &["Destroy revokes the certificate for good"]);
        assert_eq!(sandbox.orders()[0].status, "revoked", "{}", core.name);
    }
}

#[test]
fn a_workspace_that_adopted_the_order_of_another_one_ends_nothing_until_a_plan_names_the_order() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = production(&core, "revoke");
        workdir.run(&["workspace", "new", "test"]).success();
        let output = workdir.apply();
        let id = sandbox.orders()[0].id;
        let claim = format!("`claimed_order_id = {id}`");
        assert_says(&output, &["Warning: Existing order adopted", &claim]);
        workdir.assert_empty_plan();

        // The object that placed the order knows of the copy now.
        workdir.run(&["workspace", "select", "default"]).success();
        let plan = workdir.run(&["plan", "-destroy"]).success();
        assert_says(&plan, &[STAYS, "has not released it", &claim]);
        workdir.run(&["workspace", "select", "test"]).success();
        let output = workdir.destroy();
        assert_says(&output, &[STAYS, "this resource adopted it", &claim]);
        assert_untouched(&sandbox, 2, &core);

        workdir.apply();
        configuration
            .set("claimed_order_id", id)
            .replace_in(&workdir);
        let before = changing_calls(&sandbox).len();
        workdir.apply();
        assert_eq!(
            changing_calls(&sandbox).len(),
            before,
            "a claim calls nothing"
        );
        let output = workdir.destroy();
        assert_says(&output, &["Destroy revokes the certificate for good"]);
        assert_eq!(sandbox.orders()[0].status, "revoked", "{}", core.name);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
    }
}

/// A production order, renamed without a `moved` block. Its destroy waits until somebody writes to
/// the pipe `gate`, because it comes after that of a resource which waits.
fn renamed_behind_a_gate(core: &Core) -> (Sandbox, Workdir) {
    let (sandbox, configuration, mut workdir) = production(core, "revoke");
    let after = |count: usize, depends_on: &str| {
        format!(
            "resource \"terraform_data\" \"after\" {{\n  count = {count}\n{depends_on}  \
             provisioner \"local-exec\" {{\n    when = destroy\n    command = \"cat gate\"\n  \
             }}\n}}\n"
        )
    };
    let depends_on = format!("  depends_on = [{ORDER}]\n");
    configuration
        .clone()
        .with(&after(1, &depends_on))
        .replace_in(&workdir);
    workdir.apply();
    let renamed = configuration.named("renamed").with(&after(0, ""));
    renamed.replace_in(&workdir);
    let gate = workdir.path().join("gate");
    let made = Command::new("mkfifo").arg(gate).status().unwrap();
    assert!(made.success());
    workdir.env("TF_LOG", "INFO");
    (sandbox, workdir)
}

const RENAMED: &str = "digicert_ssl_order.renamed";

#[test]
fn an_order_that_a_renamed_resource_finds_while_its_destroy_waits_is_not_ended() {
    for core in few_cores() {
        let (sandbox, workdir) = renamed_behind_a_gate(&core);
        let mut run = workdir.spawn(&["apply", "-auto-approve"]);
        run.wait_for_line("renamed: Creation complete");
        std::fs::write(workdir.path().join("gate"), "").unwrap();
        let output = run.wait().success();
        assert_says(
            &output,
            &[
                "Destroy revokes the certificate for good",
                "Warning: Existing order adopted",
                "Warning: Order was taken over and stays",
            ],
        );
        assert_untouched(&sandbox, 1, &core);
        let renamed = workdir.attributes(RENAMED).unwrap();
        assert_eq!(renamed["order_id"], sandbox.orders()[0].id);
        assert_eq!(renamed["order_origin"], "adopted", "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn an_order_that_a_renamed_resource_finds_while_it_is_being_ended_is_not_adopted_and_moved_is_named()
 {
    for core in few_cores() {
        let (sandbox, workdir) = renamed_behind_a_gate(&core);
        let look = "GET /order/alternate/*".parse().unwrap();
        let hold = sandbox.hold(look, 1, At::Before);
        let mut run = workdir.spawn(&["apply", "-auto-approve"]);
        // The create looks, and the destroy begins: it waits for what the create holds.
        assert!(hold.wait_held(Duration::from_secs(60)), "{}", core.name);
        std::fs::write(workdir.path().join("gate"), "").unwrap();
        run.wait_for_line("waiting for a lock that somebody holds");
        hold.release();
        let output = run.wait().exits_with(1);

        let id = sandbox.orders()[0].id;
        assert_says(
            &output,
            &[
                &format!("Error: Order {id} is just being ended by this apply"),
                "So it was not adopted, and nothing was ordered.",
                "add a `moved` block",
            ],
        );
        assert!(
            !printed(&output).contains("Same order twice"),
            "{}",
            core.name
        );
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(sandbox.orders()[0].status, "revoked", "as planned");
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
        assert_eq!(workdir.attributes(RENAMED), None, "{}", core.name);
        // What the message says of the next apply.
        let plan = workdir.plan();
        assert_says(&plan, &["Warning: This apply places a paid order"]);
        workdir.apply_saved();
        assert_eq!(order_posts(&sandbox).len(), 2, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

/// Applies the configuration with so many instances of its order.
fn scaled(workdir: &Workdir, configuration: &Configuration, count: usize) -> Output {
    let text = with_block(configuration, &format!("  count = {count}"));
    workdir.write("main.tf", &text);
    workdir.apply()
}

#[test]
fn two_instances_of_one_order_are_spoken_of_and_scaling_down_ends_nothing() {
    for core in few_cores() {
        for on_destroy in ["revoke", "cancel"] {
            let (sandbox, configuration, workdir) = production(&core, on_destroy);
            scaled(&workdir, &configuration, 1);
            scaled(&workdir, &configuration, 2);
            let id = sandbox.orders()[0].id;
            let plan = workdir.run(&["plan", "-detailed-exitcode"]).success();
            assert_says(
                &plan,
                &[&format!("Warning: Order {id} is held by two resources")],
            );

            let output = scaled(&workdir, &configuration, 1);
            assert_says(
                &output,
                &[STAYS, "this resource adopted it instead of placing it"],
            );
            assert_untouched(&sandbox, 2, &core);
            workdir.assert_empty_plan();

            // The one that is left placed the order, and the other one has released it.
            workdir.destroy();
            let end = if on_destroy == "cancel" {
                "canceled"
            } else {
                "revoked"
            };
            assert_eq!(sandbox.orders()[0].status, end, "{}", core.name);
        }
    }
}

#[test]
fn a_plan_that_imports_an_order_and_ends_it_elsewhere_is_refused() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = production(&core, "revoke");
        let id = sandbox.orders()[0].id;
        let import = format!("import {{\n  to = digicert_ssl_order.renamed\n  id = \"{id}\"\n}}\n");
        let renamed = configuration.named("renamed").with(&import);
        let removed = |destroy: bool| {
            format!(
                "removed {{\n  from = {ORDER}\n  lifecycle {{\n    destroy = {destroy}\n  }}\n}}\n"
            )
        };
        let knows_removed = core.version >= (1, 8, 0);
        let mut ended = vec![renamed.clone()];
        if knows_removed {
            ended.push(renamed.clone().with(&removed(true)));
        }
        for configuration in ended {
            configuration.replace_in(&workdir);
            let output = workdir.run(&["plan"]).exits_with(1);
            let error = format!("Error: Order {id} is imported and ended in one plan");
            assert_says(
                &output,
                &[&error, "use a `moved` block", "`destroy = false`"],
            );
            assert_eq!(printed(&output).matches(&error).count(), 1, "{}", core.name);
        }
        if knows_removed {
            renamed.with(&removed(false)).replace_in(&workdir);
            workdir.apply();
            let renamed = workdir.attributes("digicert_ssl_order.renamed").unwrap();
            assert_eq!(renamed["order_origin"], "imported", "{}", core.name);
            let output = workdir.run(&["plan", "-destroy"]).success();
            // An import writes what the provider does by itself, and the configuration says
            // otherwise.
            assert_says(&output, &[STAYS, "this resource imported it"]);
        }
        assert_untouched(&sandbox, 0, &core);
    }
}
