//! `reissue_trigger`: another certificate for the same names and key, because somebody says so.

use certcentral_sandbox::{Approval, At, Fault, Move};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, errors, order, order_with, route, warnings};

const REISSUE: &str = "This apply reissues the certificate";

fn reissues(bed: &Bed) -> usize {
    let journal = bed.sandbox.journal();
    let sent = journal.iter();
    sent.filter(|it| it.method == "POST" && it.path.ends_with("/reissue"))
        .count()
}

fn with(trigger: &Json) -> Json {
    order_with(json!({ "reissue_trigger": trigger }))
}

#[tokio::test]
async fn a_trigger_that_is_set_or_changed_reissues_once_and_one_that_goes_away_is_recorded() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let mut serial_numbers = vec![bed.order()["serial_number"].clone()];
    for (trigger, sent) in [
        (json!("mass revocation"), 1),
        (json!("mass revocation"), 1),
        (json!("again"), 2),
        (Json::Null, 2),
        (json!(""), 2),
        (json!("again"), 3),
    ] {
        let config = with(&trigger);
        let plan = bed.plan(&config).await.expect_success();
        let is_reissue = sent > serial_numbers.len() - 1;
        let said: &[&str] = if is_reissue { &[REISSUE] } else { &[] };
        assert_eq!(warnings(&plan.report), said, "{trigger}");
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        if is_reissue {
            serial_numbers.push(bed.order()["serial_number"].clone());
        } else {
            assert_eq!(bed.calls_after(seen), Vec::<String>::new(), "{trigger}");
        }
        assert_eq!(reissues(&bed), sent, "{trigger}");
        assert_eq!(bed.order()["reissue_trigger"], trigger);
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
    serial_numbers.dedup();
    assert_eq!(serial_numbers.len(), 4);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    let posted = bed.posted();
    assert!(posted.get("reissue_trigger").is_none(), "{posted}");
}

#[tokio::test]
async fn a_reissue_that_is_refused_is_announced_again() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&with(&json!("1"))).await.expect_success();
    let fault = Fault::Answer {
        status: 400,
        body: r#"{"errors":[{"code":"no","message":"No."}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    };
    let reissue = route("POST /order/certificate/*/reissue");
    bed.sandbox.fault(reissue, 1, At::Before, fault);
    let config = with(&json!("2"));
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report).len(), 1);
    assert_eq!(bed.order()["reissue_trigger"], "1");
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(warnings(&applied.report), [REISSUE]);
    assert_eq!(bed.order()["reissue_trigger"], "2");
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_reissue_that_is_rejected_is_announced_again_and_one_that_waits_is_not() {
    for step in [Move::Reject, Move::Cancel, Move::Approve] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&with(&json!("1"))).await.expect_success();
        bed.sandbox
            .change(|account| account.approval = Approval::OneStep);
        let config = with(&json!("2"));
        let _applied = bed.apply(&config).await.expect_success();
        assert_eq!(bed.order()["status"], "reissue_pending", "{step:?}");
        assert!(bed.plan(&config).await.expect_success().is_empty());
        assert_eq!(bed.order()["reissue_trigger"], "2");

        bed.sandbox.apply(bed.order_id(), step).unwrap();
        let plan = bed.plan(&config).await.expect_success();
        let is_issued = step == Move::Approve;
        assert_eq!(plan.is_empty(), is_issued, "{step:?}");
        let said = warnings(&plan.report);
        assert_eq!(said.contains(&REISSUE), !is_issued, "{step:?}: {said:?}");
        assert_eq!(reissues(&bed), 1, "{step:?}");
    }
}

#[tokio::test]
async fn an_order_without_a_certificate_records_a_trigger() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let _applied = bed.apply(&order()).await.expect_success();
    let config = with(&json!("1"));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.order()["reissue_trigger"], "1");
    assert_eq!(reissues(&bed), 0);
    bed.sandbox.approve(bed.order_id()).unwrap();
    assert!(bed.plan(&config).await.expect_success().is_empty());
}
