//! An order over half a year of CertCentral's time, and moved by a colleague, on real cores.

use std::time::Duration;

use certcentral_sandbox::{Move, Sandbox, Settings};

use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, few_cores};

#[test]
fn a_refresh_follows_certcentral_s_clock_and_a_plan_says_what_was_moved() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("container_id", 60_412)
            .workdir(&core);
        workdir.apply();
        let ready = || workdir.attributes(ORDER).unwrap()["ready_for_reissue"].clone();
        for (days, expected) in [(167, false), (1, true)] {
            sandbox.advance(Duration::from_secs(days * 86_400));
            workdir.run(&["refresh"]).success();
            assert_eq!(ready(), expected, "{}: {days} days later", core.name);
        }

        let order = sandbox.orders()[0].id;
        sandbox.apply(order, Move::Container(60_400)).unwrap();
        let output = workdir.plan();
        assert_says(
            &output,
            &["Order moved to another container", "is in container 60400"],
        );
        let attributes = workdir.attributes(ORDER).unwrap();
        assert_eq!(attributes["container_id"], 60_412, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
    }
}
