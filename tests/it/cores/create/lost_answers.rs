//! An order whose answer is lost, on real cores. Every fault in detail is in `tests/it/faults`.

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::json;

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, few_cores, order_posts};

#[track_caller]
fn assert_one_order(sandbox: &Sandbox, workdir: &Workdir, posts: usize) {
    let orders = sandbox.orders();
    assert_eq!(orders.len(), 1);
    assert_eq!(sandbox.summary().orders_charged, 1);
    assert_eq!(order_posts(sandbox).len(), posts);
    let attributes = workdir.attributes(ORDER).unwrap();
    assert_eq!(attributes["id"], orders[0].id.to_string());
    assert_eq!(attributes["status"], "issued");
    workdir.assert_empty_plan();
}

#[test]
fn a_lost_answer_is_settled_and_the_order_is_not_tainted() {
    for core in few_cores() {
        for fault in [
            "reset",
            "html status=504",
            "truncate bytes=30 framing=close",
        ] {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
            let rule = format!("POST /order/certificate/* 1 after {fault}");
            sandbox.add_fault(rule.parse().unwrap());

            let output = workdir.apply();

            assert_says(&output, &["Warning: Order found after a lost answer"]);
            assert_one_order(&sandbox, &workdir, 1);
        }
    }
}

#[test]
fn an_order_of_unknown_outcome_is_placed_or_adopted_by_the_next_apply() {
    for core in few_cores() {
        for (fault, says, posts) in [
            ("reset", "This apply places a paid order", 2),
            ("late calls=3", "Existing order adopted", 1),
        ] {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let workdir = Configuration::small(&sandbox.base_url())
                .set("timeouts", json!({ "create": "2s" }))
                .workdir(&core);
            let rule = format!("POST /order/certificate/* 1 before {fault}");
            sandbox.add_fault(rule.parse().unwrap());

            let failed = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

            assert_says(&failed, &["Error: Unknown outcome of the order", ORDER]);
            assert_eq!(workdir.attributes(ORDER), None);
            assert_says(&workdir.apply(), &[says]);
            assert_one_order(&sandbox, &workdir, posts);
        }
    }
}
