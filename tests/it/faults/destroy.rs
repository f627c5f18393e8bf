//! Cancelling and revoking under faults: asked for once, believed only after a look.

use super::rows::{add, assert_no_key, each};
use crate::host::bed::{errors, launch};
use crate::host::destroy::matrix::{destroy, in_status};

/// The status that an order is in, the call that ends it, the word for that, and the status it ends in.
const ENDS: [(&str, &str, &str, &str); 3] = [
    (
        "pending",
        "PUT /order/certificate/*/status",
        "cancel",
        "canceled",
    ),
    (
        "issued",
        "PUT /order/certificate/*/revoke",
        "revoke",
        "revoked",
    ),
    (
        "needs_approval",
        "PUT /request/*/status",
        "reject",
        "rejected",
    ),
];

const PROVES_NOTHING: &[&str] = &[
    "reset",
    "raw text=garbage",
    "html status=200",
    "html status=403",
    "html status=500",
    "html status=504",
    "echo status=500",
    "redirect status=303",
    "redirect status=307",
    "huge bytes=200000000 gzip=true",
];

#[tokio::test]
async fn an_answer_that_is_lost_is_settled_by_a_look_and_asked_for_once() {
    let rows = ENDS
        .into_iter()
        .flat_map(|end| PROVES_NOTHING.iter().map(move |fault| (end, *fault)));
    each(rows, async |((status, call, act, end), fault)| {
        let row = format!("{status} {fault}");
        let mut bed = in_status(status, "revoke").await;
        add(&bed.sandbox, &format!("{call} 1 after {fault}"));
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{row}");
        assert_no_key(&bed, &applied.report, &row);
        assert_eq!(made, ["look", act, "look"], "{row}");
        assert!(bed.terraform.state().is_empty(), "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, end, "{row}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_never_came_keeps_the_order_in_state_and_is_left_to_the_next_destroy() {
    let rows = ENDS
        .into_iter()
        .flat_map(|end| ["reset", "redirect status=307"].map(|fault| (end, fault)));
    each(rows, async |((status, call, act, end), fault)| {
        let row = format!("{status} {fault}");
        let mut bed = in_status(status, "revoke").await;
        let before = bed.order().clone();
        add(&bed.sandbox, &format!("{call} 1 before {fault}"));
        let (failed, made) = destroy(&mut bed).await;
        assert_eq!(
            errors(&failed.report).len(),
            1,
            "{row}: {:?}",
            failed.report
        );
        assert_no_key(&bed, &failed.report, &row);
        assert_eq!(made.iter().filter(|call| *call == act).count(), 1, "{row}");
        assert_eq!(bed.order(), &before, "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, status, "{row}");

        let (applied, _) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, end, "{row}");
        assert!(bed.terraform.state().is_empty(), "{row}");
    })
    .await;
}

#[tokio::test]
async fn a_look_that_fails_ends_nothing() {
    let faults = ["html status=403", "reset", "garble every=9"];
    let rows = ENDS
        .into_iter()
        .flat_map(|end| faults.map(|fault| (end.0, fault)));
    each(rows, async |(status, fault)| {
        let row = format!("{status} {fault}");
        let mut bed = in_status(status, "revoke").await;
        let launch = launch(&bed.sandbox).env("DIGICERT_MAX_RETRIES", "0");
        bed.terraform.relaunch(launch);
        let before = bed.order().clone();
        let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
        let rule = format!("GET /order/certificate/* 1x* after {fault}");
        add(&bed.sandbox, &rule);
        let failed = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        assert_eq!(
            errors(&failed.report).len(),
            1,
            "{row}: {:?}",
            failed.report
        );
        assert_no_key(&bed, &failed.report, &row);
        assert_eq!(bed.order(), &before, "{row}");
        let changed = bed
            .sandbox
            .journal()
            .iter()
            .filter(|entry| entry.method == "PUT")
            .count();
        assert_eq!(changed, 0, "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, status, "{row}");
    })
    .await;
}
