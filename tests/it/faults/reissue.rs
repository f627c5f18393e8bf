//! A reissue under the same faults as an order: sent once, and found again or said to be unknown.

use certcentral_sandbox::At;
use serde_json::{Value as Json, json};

use super::rows::{add, assert_no_key, bed_without_repeats, each, try_apply};
use crate::host::bed::{Bed, errors, http, new_csr, order, order_with, route};

const REISSUE: &str = "POST /order/certificate/*/reissue";

const PROVES_NOTHING: &[&str] = &[
    "drop",
    "reset",
    "raw text=garbage",
    "html status=200",
    "html status=403",
    "html status=500",
    "html status=504",
    "answer status=500 body={\"errors\":[{\"code\":\"internal_error\",\"message\":\"Later\"}]}",
    "answer {\"status\": 201, \"body\": \"{}\"}",
    "answer {\"status\": 204, \"body\": \"\"}",
    "echo status=500",
    "redirect status=303",
    "redirect status=307",
    "huge bytes=200000000 gzip=true",
];

const SPOILS_THE_ANSWER: &[&str] = &[
    "truncate bytes=9",
    "truncate bytes=9 framing=chunked",
    "truncate bytes=9 framing=close",
    "garble every=7",
    "set pointer=/id value=0",
    "set pointer=/id value=2147500999",
    "remove pointer=/id",
];

fn sent(bed: &Bed) -> usize {
    let journal = bed.sandbox.journal();
    journal
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path.ends_with("/reissue"))
        .count()
}

fn another_key() -> Json {
    order_with(json!({ "csr": new_csr(), "timeouts": { "update": "2s" } }))
}

async fn assert_reissued_once(bed: &mut Bed, config: &Json, row: &str) {
    let summary = bed.sandbox.summary();
    assert_eq!(
        (summary.orders_created, summary.reissued, summary.revoked),
        (1, 1, 0),
        "{row}"
    );
    let plan = bed.plan(config).await;
    assert!(
        !plan.report.failed() && plan.is_empty(),
        "{row}: {:?}",
        plan.report
    );
    assert_eq!(bed.order()["csr"], config["csr"], "{row}");
    assert_eq!(bed.sandbox.summary().reissued, 1, "{row}");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_settled_without_another_reissue() {
    let rules = PROVES_NOTHING
        .iter()
        .chain(SPOILS_THE_ANSWER)
        .map(|fault| format!("{REISSUE} 1 after {fault}"));
    each(rules, async |rule: String| {
        let mut bed = Bed::new();
        let _applied = try_apply(&mut bed, &order(), &rule).await;
        let former = bed.order()["serial_number"].clone();
        add(&bed.sandbox, &rule);
        let config = another_key();
        let applied = try_apply(&mut bed, &config, &rule).await;
        assert_eq!(
            errors(&applied.report),
            [""; 0],
            "{rule}: {:?}",
            applied.report
        );
        assert_no_key(&bed, &applied.report, &rule);
        assert_ne!(bed.order()["serial_number"], former, "{rule}");
        assert_eq!(sent(&bed), 1, "{rule}");
        assert_reissued_once(&mut bed, &config, &rule).await;
    })
    .await;
}

#[tokio::test]
async fn a_reissue_that_never_came_is_unknown_and_sent_by_the_next_apply() {
    let rules = PROVES_NOTHING
        .iter()
        .chain(&["reset_early"])
        .map(|fault| format!("{REISSUE} 1 before {fault}"));
    each(rules, async |rule: String| {
        let mut bed = Bed::new();
        let _applied = try_apply(&mut bed, &order(), &rule).await;
        let former = bed.order().clone();
        add(&bed.sandbox, &rule);
        let config = another_key();
        let failed = try_apply(&mut bed, &config, &rule).await;
        assert_eq!(
            errors(&failed.report),
            ["Unknown outcome of the reissue"],
            "{rule}"
        );
        assert_no_key(&bed, &failed.report, &rule);
        assert_eq!(bed.order()["csr"], former["csr"], "{rule}");
        assert_eq!(
            bed.order()["serial_number"],
            former["serial_number"],
            "{rule}"
        );
        assert_eq!(sent(&bed), 1, "{rule}");
        let _applied = try_apply(&mut bed, &config, &rule).await;
        assert_eq!(sent(&bed), 2, "{rule}");
        assert_reissued_once(&mut bed, &config, &rule).await;
    })
    .await;
}

#[tokio::test]
async fn a_reissue_that_takes_effect_late_is_found_and_not_sent_again() {
    for calls in [0, 1, 3] {
        let row = format!("{calls} calls late");
        let mut bed = Bed::new();
        let _applied = try_apply(&mut bed, &order(), &row).await;
        add(&bed.sandbox, &format!("{REISSUE} 1 late calls={calls}"));
        let config = another_key();
        let applied = try_apply(&mut bed, &config, &row).await;
        if applied.report.failed() {
            assert_eq!(
                errors(&applied.report),
                ["Unknown outcome of the reissue"],
                "{row}"
            );
            let applied = try_apply(&mut bed, &config, &row).await;
            assert_eq!(errors(&applied.report), [""; 0], "{row}");
        }
        assert_eq!(sent(&bed), 1, "{row}");
        assert_reissued_once(&mut bed, &config, &row).await;
    }
}

#[tokio::test]
async fn a_reissue_of_somebody_else_is_not_taken_for_ours() {
    let row = "theirs";
    let mut bed = Bed::new();
    let _applied = try_apply(&mut bed, &order(), row).await;
    let former = bed.order().clone();
    // Ours is lost, and somebody reissues the certificate at the same time.
    let hold = bed.sandbox.hold(route(REISSUE), 1, At::Before);
    add(&bed.sandbox, &format!("{REISSUE} 1 before drop"));
    let url = format!(
        "{}/order/certificate/{}/reissue",
        bed.sandbox.base_url(),
        bed.order_id()
    );
    let theirs = async {
        hold.held().await;
        let certificate = json!({ "common_name": "shop.example.com", "csr": new_csr(), "signature_hash": "sha256" });
        let call = http().post(url).header("X-DC-DEVKEY", "sandbox-by-hand");
        let answer = call
            .json(&json!({ "certificate": certificate }))
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 201);
        hold.release();
    };
    let config = another_key();
    let (failed, ()) = tokio::join!(try_apply(&mut bed, &config, row), theirs);
    assert_eq!(errors(&failed.report), ["Unknown outcome of the reissue"]);
    assert_eq!(bed.order()["csr"], former["csr"]);
    assert_eq!((sent(&bed), bed.sandbox.summary().reissued), (2, 1));

    let _applied = try_apply(&mut bed, &config, row).await;
    assert_eq!((sent(&bed), bed.sandbox.summary().reissued), (3, 2));
    assert_eq!(bed.order()["csr"], config["csr"]);
    let certificate = bed.sandbox.orders()[0].certificate_id;
    assert_eq!(bed.order()["certificate_id"].as_u64(), certificate);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_order_that_tells_no_certificate_is_no_proof_of_a_reissue() {
    let row = "no certificate id";
    let mut bed = Bed::new();
    let _applied = try_apply(&mut bed, &order(), row).await;
    let former = bed.order().clone();
    add(&bed.sandbox, &format!("{REISSUE} 1 before drop"));
    // The refresh and the look before the reissue see it.
    add(
        &bed.sandbox,
        "GET /order/certificate/* 3x* after remove pointer=/certificate/id",
    );
    let config = another_key();
    let failed = try_apply(&mut bed, &config, row).await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the reissue"]);
    assert_eq!(bed.order()["csr"], former["csr"]);
    bed.sandbox.clear_rules();
    let _applied = try_apply(&mut bed, &config, row).await;
    assert_eq!(sent(&bed), 2);
    assert_reissued_once(&mut bed, &config, row).await;
}

#[tokio::test]
async fn a_look_that_fails_before_a_reissue_sends_none() {
    for fault in ["html status=403", "reset", "echo status=400"] {
        let mut bed = bed_without_repeats();
        let _applied = try_apply(&mut bed, &order(), fault).await;
        let config = another_key();
        let plan = bed.plan(&config).await.expect_success();
        let rule = format!("GET /order/certificate/* 1x* before {fault}");
        add(&bed.sandbox, &rule);
        let failed = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        assert_eq!(errors(&failed.report).len(), 1, "{fault}");
        assert_no_key(&bed, &failed.report, fault);
        assert_eq!(sent(&bed), 0, "{fault}");
        bed.sandbox.clear_rules();
        let _applied = try_apply(&mut bed, &config, fault).await;
        assert_reissued_once(&mut bed, &config, fault).await;
    }
}
