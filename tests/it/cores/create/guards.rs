//! The guards of the provider block with real cores.

use std::fs;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::Value;

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::evidence::{
    assert_says, changing_calls, few_cores, installed_cores, order_posts,
};

#[test]
fn a_read_only_job_plans_what_another_one_applies() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.env("DIGICERT_READ_ONLY", "true");

        let shown = workdir.run(&["plan"]).success();
        assert_says(
            &shown,
            &[
                "Warning: This apply places a paid order",
                "Warning: This plan cannot be applied here",
                "An apply would place the order for example.com",
            ],
        );
        let refused = workdir.run(&["apply", "-auto-approve"]).exits_with(1);
        assert_says(
            &refused,
            &[
                "Error: Provider is read-only",
                &format!("with {ORDER}"),
                "The call for placing the order for example.com was not sent",
            ],
        );
        assert_eq!(changing_calls(&sandbox), [] as [&str; 0], "{}", core.name);

        workdir.plan();
        workdir.env("DIGICERT_READ_ONLY", "");
        workdir.apply_saved();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.env("DIGICERT_READ_ONLY", "1");
        workdir.assert_empty_plan();
    }
}

#[test]
fn sixty_orders_at_the_same_time_are_fifty_posts() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url())
            .set("count", 60)
            .set("common_name", "host${count.index}.example.com")
            .workdir(&core);
        let log = workdir.path().join("audit.jsonl");
        workdir.env("DIGICERT_AUDIT_LOG", &log);

        let output = workdir
            .run(&["apply", "-auto-approve", "-parallelism=60"])
            .exits_with(1);

        assert_says(
            &output,
            &[
                "Error: Order limit of this apply is reached",
                "one apply places at most 50 paid orders (`max_orders_per_apply`)",
            ],
        );
        assert_eq!(order_posts(&sandbox).len(), 50, "{}", core.name);
        let state = workdir.state();
        let in_state = state.pointer("/values/root_module/resources").unwrap();
        assert_eq!(in_state.as_array().unwrap().len(), 50, "{}", core.name);
        let lines: Vec<Value> = fs::read_to_string(&log)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
        assert_eq!([of("intent"), of("outcome")], [50, 50], "{}", core.name);

        // The next apply counts for itself, and finds what is missing.
        workdir.apply();
        assert_eq!(order_posts(&sandbox).len(), 60, "{}", core.name);
    }
}

#[test]
fn an_order_above_the_limit_stops_in_the_plan_and_one_just_at_it_is_placed() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let small = Configuration::small(&sandbox.base_url());
        let too_dear = small.clone().provider("max_order_price", "535.99");
        let workdir = too_dear.workdir(&core);

        let output = workdir.run(&["plan"]).exits_with(1);
        assert_says(
            &output,
            &[
                "Error: Order exceeds the price limit",
                &too_dear.line_of("product_name_id"),
                "CertCentral estimates the price of this order at 536.00 USD before tax, and \
                 `max_order_price` allows 535.99 USD.",
            ],
        );
        assert_eq!(order_posts(&sandbox), [], "{}", core.name);

        // A number in the configuration reaches the provider as its digits.
        small.provider("max_order_price", 536).replace_in(&workdir);
        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Warning: This apply places a paid order",
                "CertCentral estimates its price at 536.00 USD before tax. That is within \
                 `max_order_price`, 536.00 USD.",
            ],
        );
        workdir.apply_saved();
        workdir.assert_empty_plan();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert!(workdir.attributes(ORDER).is_some(), "{}", core.name);
    }
}
