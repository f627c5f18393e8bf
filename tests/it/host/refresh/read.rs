//! Reading an order back: what happened at CertCentral is recorded, and what could not be seen
//! changes nothing.

use certcentral_sandbox::{Approval, At, Dcv, Fault, Issuance, Move};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, errors, only_error, order, order_with, route};

fn refused(status: u16, code: &str) -> Fault {
    Fault::Answer {
        status,
        body: json!({ "errors": [{ "code": code, "message": "No." }] }).to_string(),
        content_type: "application/json".to_owned(),
    }
}

#[tokio::test]
async fn every_step_of_an_order_is_recorded() {
    let mut bed = Bed::with(|account| {
        account.approval = Approval::OneStep;
        account.dcv = Dcv::Required;
    });
    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.order()["status"], "needs_approval");
    for (step, status, request) in [
        (Move::Approve, "pending", "approved"),
        (Move::Issue, "issued", "approved"),
        (Move::Revoke, "revoked", "approved"),
    ] {
        bed.sandbox.apply(bed.order_id(), step).unwrap();
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_eq!(
            (
                &bed.order()["status"],
                &bed.order()["requests"][0]["status"]
            ),
            (&json!(status), &json!(request))
        );
        assert_eq!(
            bed.order()["certificate_pem"].is_null(),
            status == "pending",
            "{status}"
        );
    }
}

#[tokio::test]
async fn an_unknown_status_counts_as_pending_and_is_recorded() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let config = order_with(json!({ "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id();
    let looks = bed.sandbox.journal();
    let look = looks
        .iter()
        .find(|entry| entry.path == format!("/order/certificate/{id}"))
        .unwrap();
    let mut info: Json = look.response.clone();
    info["status"] = "being_blessed".into();
    let answer = Fault::Answer {
        status: 200,
        body: info.to_string(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox
        .fault(route("GET /order/certificate/*"), 1, At::After, answer);
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["status"], "being_blessed");
    assert_eq!(
        bed.order()["status_detail"],
        "This status is not known to the provider; the order counts as pending."
    );
}

#[tokio::test]
async fn a_404_is_an_error_that_names_both_ways_out() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let before = bed.order().clone();
    bed.sandbox.fault(
        route("GET /order/certificate/*"),
        1,
        At::Before,
        refused(404, "not_found|order"),
    );
    let plan = bed.plan(&order()).await;
    assert_eq!(errors(&plan.report), ["Order not visible"]);
    let detail = only_error(&plan.report);
    assert!(
        detail.contains("Use a key that sees the container")
            && detail.contains("terraform state rm"),
        "{detail}"
    );
    assert_eq!(bed.order(), &before);
}

#[tokio::test]
async fn what_could_not_be_seen_leaves_state_as_it_was() {
    for (fault, summary) in [
        (
            refused(403, "access_denied|access_denied_invalid_key"),
            "API key rejected by CertCentral",
        ),
        (
            Fault::Html { status: 403 },
            "Answer is not from CertCentral's API",
        ),
        (
            Fault::Html { status: 404 },
            "Answer is not from CertCentral's API",
        ),
        (refused(400, "something_else"), "Refused by CertCentral"),
        (
            Fault::Answer {
                status: 200,
                body: r#"{"id": 12"#.to_owned(),
                content_type: "application/json".to_owned(),
            },
            "Answer is not from CertCentral's API",
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let before = bed.terraform.state().clone();
        bed.sandbox.fault(
            route("GET /order/certificate/*"),
            1,
            At::Before,
            fault.clone(),
        );
        let report = bed.terraform.refresh().await.unwrap();
        report.expect_valid();
        assert_eq!(errors(&report), [summary], "{fault:?}");
        assert_eq!(bed.terraform.state(), &before, "{fault:?}");
        assert!(
            bed.plan(&order()).await.expect_success().is_empty(),
            "{fault:?}"
        );
    }
}
