//! How long a create waits for the certificate.

use certcentral_sandbox::{Approval, Dcv, Issuance};
use serde_json::json;

use super::bed::{Bed, order, order_with, warnings};

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
