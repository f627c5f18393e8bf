//! Several provider processes at once: Terraform starts one for every provider block and for every
//! parallel test, and two people may run it on one machine. The first order is held on its way
//! until the other process is where it would look, too.

use std::fs;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use certcentral_sandbox::{At, Entry, Hold, Sandbox, Settings};
use nix::sys::signal::Signal;
use serde_json::json;

use super::configuration::{Configuration, ORDER, csr, new_csr};
use super::driver::{Core, Feature, Output, Workdir, having};
use super::evidence::{assert_says, few_cores, installed_cores, order_post, order_posts, printed};

const LONG: Duration = Duration::from_secs(60);
const APPLY: [&str; 2] = ["apply", "-auto-approve"];

/// An account whose first order is held on its way.
struct Scene {
    sandbox: Sandbox,
    hold: Hold,
    answered: Receiver<Entry>,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let hold = sandbox.hold(order_post(), 1, At::Before);
        let answered = sandbox.watch();
        Self {
            sandbox,
            hold,
            answered,
        }
    }

    /// Waits until the first order is on its way, and so many plans have asked for the list of
    /// orders: the last thing that is asked before a create begins.
    #[track_caller]
    fn wait_for_plans(&self, plans: usize) {
        assert!(self.hold.wait_held(LONG));
        let mut asked = 0;
        while asked < plans {
            let entry = self.answered.recv_timeout(LONG).unwrap();
            asked += usize::from(entry.method == "GET" && entry.path == "/order/certificate");
        }
    }

    /// One order was sent, and it is the only one.
    #[track_caller]
    fn assert_one_order(&self, core: &Core) {
        assert_eq!(order_posts(&self.sandbox).len(), 1, "{}", core.name);
        assert_eq!(self.sandbox.summary().orders_created, 1, "{}", core.name);
    }
}

/// The order under another label, with another provider block.
fn block(label: &str, head: &str, csr: &str) -> String {
    let csr = json!(csr);
    format!(
        "\nresource \"digicert_ssl_order\" \"{label}\" {{\n{head}  product_name_id = \
         \"ssl_plus\"\n  common_name = \"example.com\"\n  csr = {csr}\n  validity_years = 2\n  \
         organization = {{ id = 123456 }}\n}}\n"
    )
}

/// Two orders, each with a provider block: an alias of the first.
fn aliases(core: &Core, base_url: &str, other: &str) -> Workdir {
    let alias =
        format!("\nprovider \"digicert\" {{\n  alias = \"other\"\n  base_url = {base_url:?}\n}}\n");
    let order = block("other", "  provider = digicert.other\n", other);
    let configuration = Configuration::small(base_url).with(&alias).with(&order);
    configuration.workdir(core)
}

/// The same with a module that has a block of its own.
fn module(core: &Core, base_url: &str, other: &str) -> Workdir {
    let call = "\nmodule \"other\" {\n  source = \"./other\"\n}\n";
    let workdir = Configuration::small(base_url).with(call).workdir(core);
    fs::create_dir(workdir.path().join("other")).unwrap();
    let head = format!(
        "terraform {{\n  required_providers {{\n    digicert = {{ source = \
         \"certcentral/digicert\" }}\n  }}\n}}\n\n\
         provider \"digicert\" {{\n  base_url = {base_url:?}\n}}\n"
    );
    let text = format!("{head}{}", block("example", "", other));
    workdir.write("other/main.tf", &text);
    workdir.run(&["get"]).success();
    workdir
}

/// Applies a configuration with two orders, which only one of them survives.
fn applied(core: &Core, make: fn(&Core, &str, &str) -> Workdir, other: &str) -> (Scene, Output) {
    let scene = Scene::new();
    let workdir = make(core, &scene.sandbox.base_url(), other);
    let run = workdir.spawn(&APPLY);
    scene.wait_for_plans(4);
    scene.hold.release();
    let output = run.wait().exits_with(1);
    scene.assert_one_order(core);
    (scene, output)
}

#[test]
fn two_provider_blocks_buy_the_same_order_once() {
    for core in few_cores() {
        for make in [aliases, module] {
            let (scene, output) = applied(&core, make, csr());
            let id = scene.sandbox.orders()[0].id;
            assert_says(
                &output,
                &[
                    "Error: Same order twice in one apply",
                    "Another resource of this run",
                    &format!("order {id}"),
                    "It was not ordered twice.",
                ],
            );
        }
    }
}

#[test]
fn two_provider_blocks_buy_one_order_for_the_same_names() {
    for core in few_cores() {
        let (scene, output) = applied(&core, aliases, &new_csr());
        let id = scene.sandbox.orders()[0].id;
        assert_says(
            &output,
            &[
                "Error: Same names twice in one apply",
                &format!("Another resource of this apply has just placed or taken over order {id}"),
                "Nothing was ordered here.",
            ],
        );
    }
}

/// Two runs do not know of each other, so the second one takes the order of the first over.
#[test]
fn two_runs_at_once_on_one_machine_share_one_order() {
    for core in installed_cores() {
        let scene = Scene::new();
        let [first, second] = two_directories(&core, &scene.sandbox);
        let begun = first.spawn(&APPLY);
        scene.wait_for_plans(2);
        let other = second.spawn(&APPLY);
        scene.wait_for_plans(2);
        scene.hold.release();
        begun.wait().success();
        let output = other.wait().success();
        assert_says(&output, &["Warning: Existing order adopted"]);
        scene.assert_one_order(&core);
        for workdir in [&first, &second] {
            workdir.assert_empty_plan();
        }
    }
}

/// The lock of a process that is gone is nobody's.
#[test]
fn a_run_that_waits_for_one_that_is_killed_adopts_its_order() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let hold = sandbox.hold(order_post(), 1, At::After);
        let scene = Scene {
            answered: sandbox.watch(),
            sandbox,
            hold,
        };
        let [first, second] = two_directories(&core, &scene.sandbox);
        let begun = first.spawn(&APPLY);
        scene.wait_for_plans(2);
        let other = second.spawn(&APPLY);
        scene.wait_for_plans(2);
        begun.signal(Signal::SIGKILL);
        begun.wait();
        let output = other.wait().success();
        assert_says(&output, &["Warning: Existing order adopted"]);
        scene.assert_one_order(&core);
        scene.hold.release();
        second.assert_empty_plan();
    }
}

#[test]
fn a_run_that_waits_ends_with_its_time_and_with_an_interrupt_and_orders_nothing() {
    for core in installed_cores() {
        for interrupts in [false, true] {
            let scene = Scene::new();
            let [first, mut second] = two_directories(&core, &scene.sandbox);
            let begun = first.spawn(&APPLY);
            scene.wait_for_plans(2);
            if !interrupts {
                let hasty = Configuration::small(&scene.sandbox.base_url());
                hasty
                    .set("timeouts", json!({ "create": "2s" }))
                    .replace_in(&second);
            }
            second.env("TF_LOG_PROVIDER", "INFO");
            let mut other = second.spawn(&APPLY);
            other.wait_for_line("waiting for a lock that somebody holds");
            if interrupts {
                other.signal_terraform(Signal::SIGINT);
                other.wait_for_line("Interrupt received");
            }
            let output = other.wait().exits_with(1);
            assert_says(
                &output,
                &[
                    "Error: Order for example.com waited for another one",
                    "Nothing was ordered.",
                ],
            );
            scene.hold.release();
            begun.wait().success();
            scene.assert_one_order(&core);
        }
    }
}

/// What one run is just revoking, another one must not adopt.
#[test]
fn a_run_waits_for_the_end_of_the_order_that_it_would_adopt() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let revoke = "PUT /order/certificate/*/revoke".parse().unwrap();
        let hold = sandbox.hold(revoke, 1, At::Before);
        let configuration = Configuration::small(&sandbox.base_url())
            .provider("allow_revocation", true)
            .set("on_destroy", "revoke");
        let [first, mut second] = two_directories(&core, &sandbox);
        for workdir in [&first, &second] {
            configuration.replace_in(workdir);
        }
        first.apply();
        let ending = first.spawn(&["destroy", "-auto-approve"]);
        assert!(hold.wait_held(LONG));
        second.env("TF_LOG_PROVIDER", "INFO");
        let mut begun = second.spawn(&APPLY);
        begun.wait_for_line("waiting for a lock that somebody holds");
        hold.release();
        ending.wait().success();
        let output = begun.wait().success();
        assert!(
            !printed(&output).contains("Existing order adopted"),
            "{}",
            core.name
        );
        let statuses: Vec<_> = sandbox
            .orders()
            .into_iter()
            .map(|order| order.status)
            .collect();
        assert_eq!(statuses, ["revoked", "issued"], "{}", core.name);
        second.assert_empty_plan();
    }
}

/// Two directories with the same configuration that share the place of their locks, as runs of one
/// user do.
fn two_directories(core: &Core, sandbox: &Sandbox) -> [Workdir; 2] {
    let configuration = Configuration::small(&sandbox.base_url());
    let mut directories = [core, core].map(|core| configuration.workdir(core));
    let shared = directories[0].path().join("locks");
    fs::create_dir(&shared).unwrap();
    for workdir in &mut directories {
        workdir.env("TMPDIR", &shared);
    }
    directories
}

/// A directory whose configuration is tested by these runs.
fn tested(core: &Core, sandbox: &Sandbox, runs: &str) -> Workdir {
    let workdir = Configuration::small(&sandbox.base_url()).workdir(core);
    workdir.write("orders.tftest.hcl", runs);
    workdir
}

#[test]
fn parallel_tests_buy_one_order() {
    let runs = "test {\n  parallel = true\n}\n\nrun \"one\" {\n  state_key = \"one\"\n}\n\nrun \
        \"two\" {\n  state_key = \"two\"\n}\n";
    for core in having(Feature::ParallelTests, few_cores()) {
        let scene = Scene::new();
        let workdir = tested(&core, &scene.sandbox, runs);
        let run = workdir.spawn(&["test", "-no-color"]);
        scene.wait_for_plans(4);
        scene.hold.release();
        let output = run.wait().exits_with(1);
        assert_says(&output, &["Error: Same order twice in one apply"]);
        scene.assert_one_order(&core);
    }
}

#[test]
fn tests_that_run_one_after_the_other_share_their_order() {
    let runs =
        "run \"one\" {\n  state_key = \"one\"\n}\n\nrun \"two\" {\n  state_key = \"two\"\n}\n";
    for core in having(Feature::ParallelTests, few_cores()) {
        let scene = Scene::new();
        scene.hold.release();
        let workdir = tested(&core, &scene.sandbox, runs);
        let output = workdir.run(&["test", "-no-color"]).success();
        assert!(printed(&output).contains("2 passed"), "{output:?}");
        scene.assert_one_order(&core);
    }
}

/// Ten tries of what came out differently each time.
#[test]
fn two_resources_with_the_same_names_and_other_keys_always_buy_one_order() {
    for core in installed_cores() {
        for _ in 0..8 {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let other = block("other", "", &new_csr());
            let workdir = Configuration::small(&sandbox.base_url())
                .with(&other)
                .workdir(&core);
            let plan = workdir.plan();
            assert_says(&plan, &["Warning: Two orders for example.com in one plan"]);
            let output = workdir.run(&APPLY).exits_with(1);
            let id = sandbox.orders()[0].id;
            let sibling = format!("has just placed or taken over order {id}");
            assert_says(&output, &["Error: Same names twice in one apply", &sibling]);
            assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
            assert!(workdir.attributes(ORDER).is_some() || printed(&output).contains("other"));
        }
    }
}
