//! Canceling and revoking under faults: asked for once, believed only after a look.

use super::rows::{add, assert_no_key, each};
use crate::host::bed::{errors, launch, only_error};
use crate::host::destroy::matrix::{destroy, in_status};

/// How an order in some status ends.
#[derive(Clone, Copy)]
struct End {
    status: &'static str,
    /// The call that ends it, or comes first on the way there.
    route: &'static str,
    act: &'static str,
    /// The calls after a look that shows that the call had its effect.
    rest: &'static [&'static str],
    ended: &'static str,
}

const ENDS: [End; 4] = [
    End {
        status: "pending",
        route: "PUT /order/certificate/*/status",
        act: "cancel",
        rest: &[],
        ended: "canceled",
    },
    End {
        status: "issued",
        route: "PUT /order/certificate/*/revoke",
        act: "revoke",
        rest: &[],
        ended: "revoked",
    },
    End {
        status: "needs_approval",
        route: "PUT /request/*/status",
        act: "reject",
        rest: &[],
        ended: "rejected",
    },
    End {
        status: "reissue_pending",
        route: "PUT /order/certificate/*/status",
        act: "cancel",
        rest: &["revoke"],
        ended: "revoked",
    },
];

const PROVES_NOTHING: &[&str] = &[
    "drop",
    "reset",
    "raw text=garbage",
    "html status=200",
    "html status=403",
    "html status=500",
    "html status=502",
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
    each(rows, async |(end, fault)| {
        let row = format!("{} {fault}", end.status);
        let mut bed = in_status(end.status, "revoke").await;
        add(&bed.sandbox, &format!("{} 1 after {fault}", end.route));
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{row}");
        assert_no_key(&bed, &applied.report, &row);
        let expected = [&["look", "notes", end.act, "look"], end.rest].concat();
        assert_eq!(made, expected, "{row}");
        assert!(bed.terraform.state().is_empty(), "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, end.ended, "{row}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_never_came_keeps_the_order_in_state_and_is_left_to_the_next_destroy() {
    let faults = [
        ("drop", "CertCentral not reachable"),
        ("reset", "CertCentral not reachable"),
        ("redirect status=307", "Redirect refused"),
        ("html status=503", "Answer is not from CertCentral's API"),
    ];
    let rows = ENDS
        .into_iter()
        .flat_map(|end| faults.map(|fault| (end, fault)));
    each(rows, async |(end, (fault, summary))| {
        let row = format!("{} {fault}", end.status);
        let mut bed = in_status(end.status, "revoke").await;
        let before = bed.order().clone();
        add(&bed.sandbox, &format!("{} 1 before {fault}", end.route));
        let (failed, made) = destroy(&mut bed).await;
        assert_eq!(errors(&failed.report), [summary], "{row}");
        let looked = format!(
            "Looked at afterwards, order {} is {}",
            bed.order_id(),
            end.status
        );
        let detail = only_error(&failed.report);
        assert!(detail.contains(&looked), "{row}: {detail}");
        assert_no_key(&bed, &failed.report, &row);
        assert_eq!(
            made,
            ["look", "notes", end.act, "look", "look", "look"],
            "{row}"
        );
        assert_eq!(bed.order(), &before, "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, end.status, "{row}");

        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{row}");
        assert_eq!(made[..3], ["look", "notes", end.act], "{row}");
        assert_eq!(bed.sandbox.orders()[0].status, end.ended, "{row}");
        assert!(bed.terraform.state().is_empty(), "{row}");
    })
    .await;
}

#[tokio::test]
async fn a_look_that_fails_ends_nothing() {
    let faults = ["html status=403", "reset", "garble every=9"];
    let rows = ENDS
        .into_iter()
        .flat_map(|end| faults.map(|fault| (end.status, fault)));
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
