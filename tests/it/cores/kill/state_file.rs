//! A local state that a kill left empty or in half: Terraform empties the file before it writes,
//! for every resource that is done.

use std::collections::BTreeSet;
use std::fs;

use certcentral_sandbox::{At, Sandbox, Settings};
use nix::sys::signal::Signal;

use super::scene::LONG;
use crate::cores::configuration::{Configuration, ORDER, new_csr};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, installed_cores, order_post, order_posts};

const APPLY: [&str; 2] = ["apply", "-auto-approve"];
const ORDERS: usize = 20;

/// Leaves the first `bytes` of the state file, as a kill does.
fn cut_state(workdir: &Workdir, bytes: u64) {
    let path = workdir.path().join("terraform.tfstate");
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(bytes).unwrap();
}

#[test]
fn twenty_orders_of_a_killed_run_with_an_empty_state_are_adopted_without_a_post() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("count", ORDERS)
            .set("common_name", "host${count.index}.example.com")
            .workdir(&core);
        let hold = sandbox.hold(order_post(), ORDERS as u64, At::After);

        let (run, lifeline) = workdir.spawn_watched(&APPLY);
        assert!(hold.wait_held(LONG), "{}", core.name);
        run.signal(Signal::SIGKILL);
        run.wait();
        assert!(lifeline.ends_within(LONG));
        hold.release();
        cut_state(&workdir, 0);
        workdir.apply();

        assert_eq!(order_posts(&sandbox).len(), ORDERS, "{}", core.name);
        let bought: BTreeSet<_> = sandbox.orders().iter().map(|order| order.id).collect();
        let in_state = (0..ORDERS).map(|index| {
            let address = format!("digicert_ssl_order.example[{index}]");
            let attributes = workdir.attributes(&address).unwrap();
            attributes["order_id"].as_u64().unwrap()
        });
        assert_eq!(in_state.collect::<BTreeSet<_>>(), bought, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn a_state_that_was_cut_in_half_orders_nothing_and_without_it_the_order_is_adopted() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.apply();
        let path = workdir.path().join("terraform.tfstate");
        cut_state(&workdir, fs::metadata(&path).unwrap().len() / 2);

        let output = workdir.run(&APPLY).exits_with(1);
        assert_says(&output, &["Unsupported state file format"]);
        fs::remove_file(&path).unwrap();
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

/// The key was made by a resource whose state is lost too, so the next apply makes another one.
#[test]
fn an_empty_state_and_another_key_stop_at_the_order_and_its_import_reissues_it() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        let workdir = configuration.workdir(&core);
        workdir.apply();
        cut_state(&workdir, 0);
        configuration.set("csr", new_csr()).replace_in(&workdir);

        let output = workdir.run(&APPLY).exits_with(1);
        let id = sandbox.orders()[0].id.to_string();
        assert_says(
            &output,
            &[
                "Error: Similar order exists",
                &format!("import {{ to = digicert_ssl_order.<name> id = \"{id}\" }}"),
            ],
        );
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);

        workdir.import(ORDER, &id);
        workdir.apply();
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
        assert_eq!(sandbox.summary().reissued, 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn a_saved_plan_is_applied_again_after_a_kill_and_adopts_the_order() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.run(&["plan", "-out=saved.plan"]).success();
        let hold = sandbox.hold(order_post(), 1, At::After);

        let run = workdir.spawn(&["apply", "saved.plan"]);
        assert!(hold.wait_held(LONG), "{}", core.name);
        run.signal(Signal::SIGKILL);
        run.wait();
        hold.release();
        let output = workdir.run(&["apply", "saved.plan"]).success();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}
