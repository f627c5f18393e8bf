//! SIGTERM to every process while CertCentral takes longer to answer than a CI system waits: the
//! last sentence says what is known.

use certcentral_sandbox::{At, Sandbox, Settings};
use nix::sys::signal::Signal;

use super::scene::LONG;
use crate::cores::configuration::{Configuration, ORDER, new_csr};
use crate::cores::evidence::{
    assert_says, few_cores, installed_cores, order_post, order_posts, printed,
};

const APPLY: [&str; 2] = ["apply", "-auto-approve"];

#[test]
fn an_order_that_takes_longer_than_a_terminated_run_is_told_and_adopted() {
    for core in installed_cores() {
        for at in [At::Before, At::After] {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
            let hold = sandbox.hold(order_post(), 1, at);
            let answered = sandbox.watch();
            let (run, lifeline) = workdir.spawn_watched(&APPLY);
            assert!(hold.wait_held(LONG), "{}", core.name);
            run.signal(Signal::SIGTERM);
            let output = run.wait().exits_with(1);
            assert!(lifeline.ends_within(LONG), "{}", core.name);
            assert_says(
                &output,
                &["Error: Unknown outcome of the order", "apply again"],
            );
            let said = printed(&output);
            assert!(!said.contains("did not respond"), "{}: {said}", core.name);
            assert!(workdir.attributes(ORDER).is_none(), "{}", core.name);

            hold.release();
            while answered.recv_timeout(LONG).unwrap().method != "POST" {}
            let output = workdir.apply();
            assert_says(&output, &["Warning: Existing order adopted"]);
            assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
            assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
            workdir.assert_empty_plan();
        }
    }
}

#[test]
fn a_reissue_that_takes_longer_than_a_terminated_run_keeps_the_state_as_it_was() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        let workdir = configuration.workdir(&core);
        workdir.apply();
        let before = workdir.attributes(ORDER).unwrap();
        configuration.set("csr", new_csr()).replace_in(&workdir);
        let route = "POST /order/certificate/*/reissue".parse().unwrap();
        let hold = sandbox.hold(route, 1, At::After);
        let run = workdir.spawn(&APPLY);
        assert!(hold.wait_held(LONG), "{}", core.name);
        run.signal(Signal::SIGTERM);
        let output = run.wait().exits_with(1);
        assert_says(&output, &["Error: Unknown outcome of the reissue"]);
        assert_eq!(workdir.attributes(ORDER).unwrap(), before, "{}", core.name);

        hold.release();
        workdir.apply();
        let reissues = sandbox.journal().into_iter();
        let reissues = reissues.filter(|entry| entry.path.ends_with("/reissue"));
        assert_eq!(reissues.count(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}

/// A look that hangs keeps nobody.
#[test]
fn a_terminated_run_does_not_wait_for_a_look() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        let route = "GET /order/alternate/*".parse().unwrap();
        let hold = sandbox.hold(route, 1, At::Before);
        let run = workdir.spawn(&APPLY);
        assert!(hold.wait_held(LONG), "{}", core.name);
        run.signal(Signal::SIGTERM);
        let output = run.wait().exits_with(1);
        assert_says(&output, &["Error: Interrupted before ordering"]);
        hold.release();
        assert_eq!(order_posts(&sandbox).len(), 0, "{}", core.name);
    }
}
