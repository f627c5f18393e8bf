//! What makes core destroy and create again: by accident it buys nothing, on purpose it says so
//! first.

use std::fs;

use certcentral_sandbox::{Sandbox, Settings};

use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, few_cores, order_posts, printed};
use crate::cores::driver::{Core, Workdir};

/// A sandbox with one order in the state of a directory.
fn ordered(core: &Core) -> (Sandbox, Configuration, Workdir) {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let configuration = Configuration::small(&sandbox.base_url());
    let workdir = configuration.workdir(core);
    workdir.apply();
    (sandbox, configuration, workdir)
}

/// Fails unless `address` holds the one order that was ever placed, and a plan is empty.
#[track_caller]
fn assert_still_the_first(sandbox: &Sandbox, workdir: &Workdir, address: &str) {
    assert_eq!(order_posts(sandbox).len(), 1);
    assert_eq!(
        workdir.attributes(address).unwrap()["id"],
        sandbox.orders()[0].id.to_string()
    );
    workdir.assert_empty_plan();
}

#[test]
fn a_forced_replacement_adopts_the_order_instead_of_buying_another() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core);

        let replace = format!("-replace={ORDER}");
        let output = workdir.run(&["apply", "-auto-approve", &replace]).success();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_still_the_first(&sandbox, &workdir, ORDER);
    }
}

#[test]
fn a_taint_adopts_the_order_instead_of_buying_another() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core);

        workdir.run(&["taint", ORDER]).success();
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_still_the_first(&sandbox, &workdir, ORDER);
    }
}

#[test]
fn a_moved_block_calls_nothing() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = ordered(&core);

        configuration
            .named("renamed")
            .with("moved {\n  from = digicert_ssl_order.example\n  to = digicert_ssl_order.renamed\n}\n")
            .replace_in(&workdir);
        let output = workdir.apply();

        assert_says(&output, &["0 added, 0 changed, 0 destroyed"]);
        assert_still_the_first(&sandbox, &workdir, "digicert_ssl_order.renamed");
    }
}

#[test]
fn a_resource_renamed_without_a_moved_block_adopts_the_order() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = ordered(&core);

        configuration.named("renamed").replace_in(&workdir);
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_still_the_first(&sandbox, &workdir, "digicert_ssl_order.renamed");
    }
}

/// `text` with a block at the beginning of the order.
fn with_block(text: &str, block: &str) -> String {
    let start = "resource \"digicert_ssl_order\" \"example\" {\n";
    assert!(text.contains(start));
    text.replace(start, &format!("{start}{block}\n"))
}

#[test]
fn a_failed_provisioner_taints_the_order_and_the_next_apply_adopts_it() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        let workdir = configuration.workdir(&core);
        let failing = "  provisioner \"local-exec\" {\n    command = \"exit 7\"\n  }";
        workdir.write("main.tf", &with_block(&configuration.text(), failing));

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);
        assert_says(&output, &["Error: local-exec provisioner error"]);
        let plan = workdir.plan();
        // OpenTofu writes "so it must be replaced".
        assert_says(&plan, &["is tainted, so", "must be replaced"]);
        configuration.replace_in(&workdir);
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_still_the_first(&sandbox, &workdir, ORDER);
    }
}

#[test]
fn a_replacement_that_is_created_first_adopts_the_order_and_leaves_it_as_it_is() {
    for core in few_cores() {
        for on_destroy in ["retain", "cancel", "revoke"] {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let configuration = Configuration::small(&sandbox.base_url())
                .provider("allow_revocation", true)
                .set("on_destroy", on_destroy);
            let workdir = configuration.workdir(&core);
            let created_first = "  lifecycle {\n    create_before_destroy = true\n  }";
            workdir.write("main.tf", &with_block(&configuration.text(), created_first));
            workdir.apply();

            let replace = format!("-replace={ORDER}");
            let output = workdir.run(&["apply", "-auto-approve", &replace]).success();

            assert_says(&output, &["Warning: Existing order adopted"]);
            if on_destroy != "retain" {
                assert_says(&output, &["Warning: Order was taken over and stays"]);
            }
            assert_eq!(sandbox.orders()[0].status, "issued", "{on_destroy}");
            assert_still_the_first(&sandbox, &workdir, ORDER);
        }
    }
}

#[test]
fn an_order_that_moves_into_for_each_without_a_moved_block_is_adopted() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = ordered(&core);

        let text = with_block(&configuration.text(), "  for_each = toset([\"shop\"])");
        workdir.write("main.tf", &text);
        let output = workdir.apply();

        assert_says(
            &output,
            &[
                "Warning: Existing order adopted",
                "1 added, 0 changed, 1 destroyed",
            ],
        );
        let address = "digicert_ssl_order.example[\"shop\"]";
        assert_still_the_first(&sandbox, &workdir, address);
    }
}

#[test]
fn an_order_in_a_module_that_was_renamed_is_adopted() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        let workdir = configuration.workdir(&core);
        let text = configuration.text();
        let (settings, order) = text.split_at(text.find("resource ").unwrap());
        let requirements = &settings[..settings.find("provider ").unwrap()];
        fs::create_dir(workdir.path().join("order")).unwrap();
        workdir.write("order/main.tf", &format!("{requirements}{order}"));

        for name in ["former", "present"] {
            let module = format!("module \"{name}\" {{\n  source = \"./order\"\n}}\n");
            workdir.write("main.tf", &format!("{settings}{module}"));
            workdir.run(&["get"]).success();
            workdir.apply();
        }

        let listed = workdir.run(&["state", "list"]).success();
        assert_eq!(
            listed.stdout.trim(),
            "module.present.digicert_ssl_order.example"
        );
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn an_order_that_was_removed_from_state_is_adopted() {
    for core in few_cores() {
        let (sandbox, _, workdir) = ordered(&core);

        workdir.run(&["state", "rm", ORDER]).success();
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_still_the_first(&sandbox, &workdir, ORDER);
    }
}

#[test]
fn another_order_key_buys_a_second_order_on_purpose() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = ordered(&core);
        let first = sandbox.orders()[0].id;

        configuration
            .set("order_key", "second")
            .replace_in(&workdir);
        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Warning: Order is replaced by a new one",
                &format!(
                    "CertCentral cannot change `order_key` of an order, so order {first} for \
                     example.com is replaced: a new order is placed and paid"
                ),
            ],
        );
        workdir.apply_saved();

        assert_eq!(order_posts(&sandbox).len(), 2, "{}", core.name);
        let second = sandbox.orders()[1].id;
        assert_eq!(
            workdir.attributes(ORDER).unwrap()["id"],
            second.to_string(),
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
    }
}

#[test]
fn another_product_is_announced_as_a_new_order() {
    for core in few_cores() {
        let (sandbox, configuration, workdir) = ordered(&core);
        let first = sandbox.orders()[0].id;

        let changed = configuration.set("product_name_id", "ssl_multi_domain");
        changed.replace_in(&workdir);
        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Warning: Order is replaced by a new one",
                &changed.line_of("product_name_id"),
                &format!(
                    "CertCentral cannot change `product_name_id` of an order, so order {first} for \
                     example.com is replaced: a new order is placed and paid, and the old one \
                     stays open"
                ),
                "CertCentral estimates its price at",
                "1 to add, 0 to change, 1 to destroy",
            ],
        );
        // Core keeps the warnings of the new order's own plan to itself, so the one above says
        // everything.
        assert!(
            !printed(&output).contains("This apply places a paid order"),
            "{}",
            core.name
        );
        assert_eq!(
            order_posts(&sandbox).len(),
            1,
            "{}: only planned",
            core.name
        );
        workdir.apply_saved();

        assert_eq!(
            order_posts(&sandbox)[1].path,
            "/order/certificate/ssl_multi_domain",
            "{}",
            core.name
        );
        assert_eq!(sandbox.summary().issued, 2, "{}", core.name);
    }
}
