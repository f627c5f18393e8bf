//! What the tables share: a bed with faults, an order that does not wait long, and rows that run
//! side by side.

use std::time::Duration;

use certcentral_sandbox::Sandbox;
use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};
use terraform_host::{Applied, Report};

use crate::host::bed::{Bed, launch, order_with};

/// How many rows run at once: each starts a process per step.
const AT_ONCE: usize = 6;

/// Checks every row of a table.
pub(super) async fn each<T>(rows: impl IntoIterator<Item = T>, check: impl AsyncFn(T)) {
    stream::iter(rows)
        .for_each_concurrent(AT_ONCE, |row| check(row))
        .await;
}

/// Adds a rule such as `POST /order/certificate/* 1 after drop`.
pub(super) fn add(sandbox: &Sandbox, rule: &str) {
    sandbox.add_fault(rule.parse().unwrap());
}

/// A bed whose provider repeats no call, so that one fault is the end of it.
pub(super) fn bed_without_repeats() -> Bed {
    let mut bed = Bed::new();
    let launch = launch(&bed.sandbox).env("DIGICERT_MAX_RETRIES", "0");
    bed.terraform.relaunch(launch);
    bed
}

/// The smallest order, with little patience for answers that got lost.
pub(super) fn hasty() -> Json {
    order_with(json!({ "timeouts": { "create": "2s", "update": "2s", "delete": "2s" } }))
}

/// Plans, and applies the plan if it is a good one.
pub(super) async fn try_apply(bed: &mut Bed, config: &Json, row: &str) -> Applied {
    let plan = bed.plan(config).await;
    assert!(!plan.report.failed(), "{row}: {:?}", plan.report);
    bed.terraform.apply(&plan).await.unwrap().expect_valid()
}

/// One order is bought and charged, it is the one in state, and there is nothing to do.
pub(super) async fn assert_one_order_and_an_empty_plan(bed: &mut Bed, config: &Json, row: &str) {
    let summary = bed.sandbox.summary();
    assert_eq!(
        (summary.orders_created, summary.orders_charged),
        (1, 1),
        "{row}"
    );
    assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id, "{row}");
    let plan = bed.plan(config).await;
    assert!(
        !plan.report.failed() && plan.is_empty(),
        "{row}: {:?}",
        plan.report
    );
    assert_eq!(bed.sandbox.summary().orders_created, 1, "{row}");
    assert_eq!(bed.order()["status"], "issued", "{row}");
    assert!(bed.order()["certificate_pem"].is_string(), "{row}");
}

/// Nothing that a person reads, and no other host, has seen the API key.
pub(super) fn assert_no_key(bed: &Bed, report: &Report, row: &str) {
    let said = format!("{report:?}");
    assert!(!said.contains("sandbox-test"), "{row}: {said}");
    assert_eq!(bed.sandbox.seen_elsewhere(), [""; 0], "{row}");
}

/// A day, for clocks that go wrong.
pub(super) const DAY: Duration = Duration::from_secs(86_400);
