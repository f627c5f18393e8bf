//! Ctrl-C and sudden death while an order is on its way.

use std::time::Duration;

use certcentral_sandbox::{At, Sandbox, Settings};
use nix::sys::signal::Signal;

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, few_cores, order_post, order_posts};

/// A bound for a machine under load, never waited for.
const LONG: Duration = Duration::from_secs(120);

#[test]
fn an_interrupt_during_the_order_leaves_it_in_state() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        let hold = sandbox.hold(order_post(), 1, At::After);

        let mut apply = workdir.spawn(&["apply", "-auto-approve"]);
        assert!(hold.wait_held(LONG), "{}: no order came", core.name);
        apply.signal(Signal::SIGINT);
        apply.wait_for_line("Interrupt received");
        hold.release();
        apply.wait();

        let order = sandbox.orders().remove(0);
        let attributes = workdir.attributes(ORDER).unwrap();
        assert_eq!(attributes["id"], order.id.to_string(), "{}", core.name);
        assert_eq!(attributes["status"], "issued", "{}", core.name);

        workdir.assert_empty_plan();
        workdir.apply();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
    }
}

#[test]
fn an_order_of_a_killed_run_is_adopted_by_the_next() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        let hold = sandbox.hold(order_post(), 1, At::After);

        let apply = workdir.spawn(&["apply", "-auto-approve"]);
        assert!(hold.wait_held(LONG), "{}: no order came", core.name);
        apply.signal(Signal::SIGKILL);
        apply.wait();
        hold.release();

        assert_adopted_by_the_next_apply(&sandbox, &workdir);
    }
}

/// Linux tells which process is the provider of which command.
#[cfg(target_os = "linux")]
#[test]
fn an_order_of_a_killed_provider_is_adopted_by_the_next_run() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        let hold = sandbox.hold(order_post(), 1, At::After);

        let apply = workdir.spawn(&["apply", "-auto-approve"]);
        assert!(hold.wait_held(LONG), "{}: no order came", core.name);
        apply.kill_provider();
        let output = apply.wait().exits_with(1);
        assert_says(&output, &["Error: "]);
        hold.release();

        assert_adopted_by_the_next_apply(&sandbox, &workdir);
    }
}

/// State has nothing, the sandbox has the order, and the next apply brings them together without
/// another POST.
#[track_caller]
fn assert_adopted_by_the_next_apply(sandbox: &Sandbox, workdir: &Workdir) {
    assert_eq!(workdir.attributes(ORDER), None);

    let output = workdir.apply();

    let order = sandbox.orders().remove(0);
    assert_says(
        &output,
        &[
            "Warning: Existing order adopted",
            &format!("Order {} (issued) was placed earlier", order.id),
        ],
    );
    let attributes = workdir.attributes(ORDER).unwrap();
    assert_eq!(attributes["id"], order.id.to_string());
    assert_eq!(order_posts(sandbox).len(), 1);
    assert_eq!(sandbox.summary().orders_created, 1);
    workdir.assert_empty_plan();
}
