//! What is repeated, seen from outside: a limit for every call, failures that pass for those that
//! do no harm twice.

use certcentral_sandbox::Approval;
use serde_json::json;

use super::rows::{add, assert_no_key, assert_one_order_and_an_empty_plan, each, hasty, try_apply};
use crate::host::bed::{Bed, ORDER, errors, launch, new_csr, order, order_with, warnings};
use crate::host::destroy::matrix::{destroy, in_status};

/// Limits that ask for a second, the shortest pause there is.
const LIMITS: [&str; 4] = [
    "limited retry_after=1",
    "limited retry_after=0",
    "limited retry_after=now-86400",
    "limited retry_after=1 html=true",
];

#[tokio::test]
async fn an_order_over_the_limit_waits_as_long_as_it_is_told_and_is_placed_once() {
    each(LIMITS, async |fault| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1x2 before {fault}"));
        let applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{fault}"
        );
        let statuses: Vec<_> = bed.posts().iter().map(|post| post.status).collect();
        assert_eq!(statuses, [Some(429), Some(429), Some(201)], "{fault}");
        let posts = bed.posts();
        assert!(
            posts.iter().all(|post| post.request == posts[0].request),
            "{fault}: the same order with the same token"
        );
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
        assert_eq!(bed.posts().len(), 3, "{fault}");
    })
    .await;
}

/// A gateway answers 429 in the place of the answer to an order that is placed.
#[tokio::test]
async fn an_order_that_is_placed_although_its_answer_says_429_is_found_before_it_is_sent_again() {
    // With no repeat the look comes after the only attempt.
    let faults = [
        ("1x* after limited retry_after=1", "8"),
        ("1x* after limited retry_after=1 html=true", "8"),
        ("2x* after limited retry_after=1", "8"),
        ("1x* after limited retry_after=1", "0"),
    ];
    each(faults, async |(fault, repeats)| {
        let mut bed = Bed::new();
        let launch = launch(&bed.sandbox)
            .env("DIGICERT_MAX_RETRIES", repeats)
            .env("DIGICERT_MAX_ORDERS", "1");
        bed.terraform.relaunch(launch);
        let is_second = fault.starts_with('2');
        if is_second {
            add(
                &bed.sandbox,
                &format!("{ORDER} 1 before limited retry_after=1"),
            );
        }
        add(&bed.sandbox, &format!("{ORDER} {fault}"));
        let applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(errors(&applied.report), [""; 0], "{fault}");
        assert_eq!(
            warnings(&applied.report),
            [
                "This apply places a paid order",
                "Order found after a lost answer"
            ],
            "{fault}"
        );
        assert_eq!(bed.posts().len(), 1 + usize::from(is_second), "{fault}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}

/// Look-ups of orders show none that waits for an approver.
#[tokio::test]
async fn such_an_order_is_found_by_its_request_where_nothing_else_shows_it() {
    each(
        [
            "1 after limited retry_after=1",
            "1x* after limited retry_after=1",
        ],
        async |fault| {
            let mut bed = Bed::with(|account| {
                account.approval = Approval::OneStep;
                account.hides_needs_approval = true;
            });
            add(&bed.sandbox, &format!("{ORDER} {fault}"));
            let applied = try_apply(&mut bed, &order(), fault).await;
            assert_eq!(errors(&applied.report), [""; 0], "{fault}");
            let bought: Vec<_> = bed.sandbox.orders().iter().map(|it| it.id).collect();
            assert_eq!(bought, [bed.order_id()], "{fault}");
            assert_eq!(bed.posts().len(), 1, "{fault}");
            assert!(bed.plan(&order()).await.expect_success().is_empty());
        },
    )
    .await;
}

#[tokio::test]
async fn such_an_order_counts_and_each_attempt_is_in_the_audit_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("audit.log");
    let mut bed = Bed::new();
    let launch = launch(&bed.sandbox)
        .env("DIGICERT_MAX_ORDERS", "1")
        .env("DIGICERT_AUDIT_LOG", path.to_str().unwrap());
    bed.terraform.relaunch(launch);
    add(
        &bed.sandbox,
        &format!("{ORDER} 1x2 before limited retry_after=1"),
    );
    add(
        &bed.sandbox,
        &format!("{ORDER} 3 after limited retry_after=1"),
    );
    let orders = ["shop", "pay"].map(|label| {
        let config = order_with(json!({ "common_name": format!("{label}.example.com") }));
        terraform_host::Resource::new(&format!("digicert_ssl_order.{label}"), config)
    });
    let plan = bed.terraform.plan(&orders).await.unwrap().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(
        errors(&applied.report),
        ["Order limit of this apply is reached"]
    );
    assert_eq!((bed.posts().len(), bed.sandbox.orders().len()), (3, 1));
    let log = std::fs::read_to_string(&path).unwrap();
    let events: Vec<_> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].clone())
        .collect();
    assert_eq!(events, ["intent", "outcome"].repeat(3));
}

#[tokio::test]
async fn a_reissue_or_an_end_that_happened_although_its_answer_says_429_happens_once() {
    reissue_and_end("1x* after limited retry_after=1", |act| {
        vec!["look", "notes", act, "look"]
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_outlasts_the_operation_orders_nothing_and_the_next_apply_orders_once() {
    // Without a number, with one that is none, and with a year: each is longer than this apply
    // lasts.
    let faults = [
        "limited",
        "limited retry_after=soon",
        "limited retry_after=31536000",
        "limited retry_after=now+31536000",
        "limited html=true",
    ];
    each(faults, async |fault| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1x* before {fault}"));
        let failed = try_apply(&mut bed, &hasty(), fault).await;
        assert_eq!(errors(&failed.report).len(), 1, "{fault}");
        assert_ne!(
            errors(&failed.report),
            ["Unknown outcome of the order"],
            "{fault}"
        );
        assert_no_key(&bed, &failed.report, fault);
        assert!(bed.terraform.state().is_empty(), "{fault}");
        assert_eq!(bed.posts().len(), 1, "{fault}");
        bed.sandbox.clear_rules();
        let _applied = try_apply(&mut bed, &hasty(), fault).await;
        assert_eq!(bed.posts().len(), 2, "{fault}");
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), fault).await;
    })
    .await;
}

#[tokio::test]
async fn look_ups_and_refreshes_are_repeated_after_failures_that_pass() {
    let faults = [
        "limited retry_after=1",
        "html status=502",
        "html status=503",
        "answer {\"status\": 504, \"body\": \"\"}",
        "drop",
        "reset",
    ];
    let routes = [
        "GET /order/alternate/*",
        "GET /order/certificate",
        "GET /order/certificate/*",
    ];
    let rows = faults
        .into_iter()
        .flat_map(|fault| routes.map(|route| (route, fault)));
    each(rows, async |(route, fault)| {
        let row = format!("{route} 1 before {fault}");
        let mut bed = Bed::new();
        add(&bed.sandbox, &row);
        let applied = try_apply(&mut bed, &order(), &row).await;
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{row}"
        );
        assert_eq!(bed.posts().len(), 1, "{row}");
        add(&bed.sandbox, &format!("{} 1 before {fault}", routes[2]));
        let (before, seen) = (bed.terraform.state().clone(), bed.seen());
        let report = bed.terraform.refresh().await.unwrap();
        report.expect_success();
        let statuses: Vec<_> = bed.sandbox.journal()[seen..]
            .iter()
            .map(|entry| entry.status)
            .collect();
        assert_eq!(statuses.len(), 2, "{row}: {statuses:?}");
        assert_eq!(statuses[1], Some(200), "{row}: {statuses:?}");
        assert_eq!(bed.terraform.state(), &before, "{row}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), &row).await;
    })
    .await;
}

#[tokio::test]
async fn a_reissue_and_the_end_of_an_order_wait_for_the_limit_and_happen_once() {
    reissue_and_end("1 before limited retry_after=1", |act| {
        ["look", "notes", act].repeat(2)
    })
    .await;
}

/// Reissues an order, cancels one and revokes one, while the call that does it meets `fault`: each
/// happens once, and a destroy makes these calls around its act.
async fn reissue_and_end(fault: &str, calls: fn(&'static str) -> Vec<&'static str>) {
    let mut bed = Bed::new();
    let _applied = try_apply(&mut bed, &order(), fault).await;
    add(
        &bed.sandbox,
        &format!("POST /order/certificate/*/reissue {fault}"),
    );
    let config = order_with(json!({ "csr": new_csr() }));
    let applied = try_apply(&mut bed, &config, fault).await;
    assert_eq!(errors(&applied.report), [""; 0]);
    assert_eq!(bed.sandbox.summary().reissued, 1);
    assert_one_order_and_an_empty_plan(&mut bed, &config, fault).await;

    for (status, call, act, end) in [
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
    ] {
        let mut bed = in_status(status, "revoke").await;
        add(&bed.sandbox, &format!("{call} {fault}"));
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{status}");
        assert_eq!(made, calls(act), "{status}");
        assert_eq!(bed.sandbox.orders()[0].status, end, "{status}");
    }
}
