//! How long a create waits for the certificate.

use std::time::Duration;

use certcentral_sandbox::{Approval, Dcv, Issuance};
use futures_util::future::join_all;
use serde_json::json;

use crate::host::bed::{Bed, order, order_with, warnings};
use crate::protocol::waiting::{create, started};

#[tokio::test]
async fn by_default_a_create_waits_while_only_digicert_has_something_to_do() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::AfterPolls(1));
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["This apply places a paid order"]
    );
    assert_eq!(bed.order()["status"], "issued");
    assert!(bed.order()["certificate_pem"].is_string());
}

#[tokio::test]
async fn by_default_a_create_does_not_wait_for_people() {
    for people in [
        (Approval::OneStep, Dcv::Prevalidated, "needs_approval"),
        (Approval::None, Dcv::Required, "pending"),
    ] {
        let (approval, dcv, status) = people;
        let mut bed = Bed::with(|account| {
            account.approval = approval;
            account.dcv = dcv;
        });
        let applied = bed.apply(&order()).await.expect_success();
        assert_eq!(
            warnings(&applied.report),
            [
                "This apply places a paid order",
                "Certificate not issued yet"
            ]
        );
        assert_eq!(bed.order()["status"], status);
        let looks = bed
            .calls_after(0)
            .iter()
            .filter(|call| call.as_str() == format!("GET /order/certificate/{}", bed.order_id()))
            .count();
        assert_eq!(looks, 1, "{people:?}");
    }
}

#[tokio::test]
async fn wait_for_issued_waits_for_people_until_the_time_is_up() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let config = order_with(json!({ "wait_for": "issued", "timeouts": { "create": "3s" } }));
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Certificate not issued yet"
        ]
    );
    assert_eq!(bed.order()["status"], "needs_approval");
    let looks = bed
        .calls_after(0)
        .iter()
        .filter(|call| call.as_str() == format!("GET /order/certificate/{}", bed.order_id()))
        .count();
    assert_eq!(looks, 2, "at once and after two seconds");
}

#[tokio::test]
async fn wait_for_issued_ends_when_the_certificate_is_there() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::AfterPolls(1));
    let _applied = bed
        .apply(&order_with(json!({ "wait_for": "issued" })))
        .await
        .expect_success();
    assert_eq!(bed.order()["status"], "issued");
}

#[tokio::test]
async fn wait_for_none_leaves_the_certificate_to_a_later_refresh() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::AfterPolls(1));
    let config = order_with(json!({ "wait_for": "none" }));
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Certificate not issued yet"
        ]
    );
    assert_eq!(bed.order()["status"], "processing");
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["status"], "issued");
    assert!(bed.order()["certificate_pem"].is_string());
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn approval_for_days_survives_any_number_of_applies() {
    let mut bed = Bed::with(|account| account.approval = Approval::TwoStep);
    let config = order();
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id();
    for day in 1..=10 {
        bed.sandbox.advance(Duration::from_secs(86_400));
        bed.terraform.refresh().await.unwrap().expect_success();
        let plan = bed.plan(&config).await.expect_success();
        assert!(plan.is_empty(), "day {day}");
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        let _applied = applied.expect_success();
        assert_eq!(bed.order()["status"], "needs_approval", "day {day}");
        assert_eq!(bed.order_id(), id, "day {day}");
    }
    bed.sandbox.approve(id).unwrap();
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["status"], "issued");
    assert!(bed.order()["certificate_pem"].is_string());
    assert!(bed.plan(&config).await.expect_success().is_empty());
    assert_eq!(bed.posts().len(), 1);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn orders_that_wait_together_share_their_looks() {
    const ORDERS: usize = 20;
    let bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let provider = started(&bed.sandbox).await;
    let journal = bed.sandbox.watch();
    let rounds = tokio::task::spawn_blocking(move || {
        let (mut posts, mut lists) = (0, 0);
        while posts < ORDERS || lists < 2 {
            let entry = journal.recv_timeout(Duration::from_secs(60)).unwrap();
            posts += usize::from(entry.method == "POST" && entry.path.starts_with("/order/"));
            lists += usize::from(posts == ORDERS && entry.path.ends_with("/status-changes"));
        }
    });
    let answers = join_all((0..ORDERS).map(|number| {
        let provider = &provider;
        async move {
            let config = order_with(json!({ "common_name": format!("shop{number}.example.com") }));
            create(provider, &config).await.await.unwrap()
        }
    }));
    let stopper = async {
        rounds.await.unwrap();
        provider.stop().await.unwrap();
    };
    let (answers, ()) = tokio::join!(answers, stopper);
    for answer in answers {
        assert!(!answer.failed(), "{:?}", answer.diagnostics);
    }
    let calls = bed.calls_after(0);
    let lists = calls
        .iter()
        .filter(|call| *call == "GET /order/certificate/status-changes")
        .count();
    let ids: Vec<_> = bed.sandbox.orders().iter().map(|order| order.id).collect();
    let looks = calls
        .iter()
        .filter(|call| {
            ids.iter()
                .any(|id| **call == format!("GET /order/certificate/{id}"))
        })
        .count();
    assert_eq!(ids.len(), ORDERS);
    assert!(
        looks <= 2 * ORDERS,
        "{looks} looks: one after the order and one in the first round"
    );
    assert!((2..ORDERS).contains(&lists), "{lists} lists");
}
