//! What people do to an order in CertCentral while Terraform does not look: the state shows it, the
//! plan says it once and changes nothing, and nothing is bought.

use certcentral_sandbox::{Approval, At, Fault, Issuance, Move};
use serde_json::{Value as Json, json};
use terraform_host::Plan;

use crate::host::bed::{Bed, CSR, http, new_csr, order, order_with, route, warnings};

const REISSUED: &str = "Certificate reissued outside Terraform";
const MOVED: &str = "Order moved to another container";

/// A call that somebody makes without Terraform.
async fn by_hand(bed: &Bed, method: reqwest::Method, step: &str, body: &Json) {
    let url = format!(
        "{}/order/certificate/{}/{step}",
        bed.sandbox.base_url(),
        bed.order_id()
    );
    let call = http()
        .request(method, url)
        .header("X-DC-DEVKEY", "sandbox-by-hand")
        .json(body);
    let answer = call.send().await.unwrap();
    assert!(answer.status().is_success(), "{step}: {}", answer.status());
}

async fn reissue_by_hand(bed: &Bed, csr: &str, names: &[&str], skip_approval: bool) {
    let body = json!({
        "certificate": { "common_name": names[0], "dns_names": names[1..], "csr": csr, "signature_hash": "sha256" },
        "skip_approval": skip_approval,
    });
    by_hand(bed, reqwest::Method::POST, "reissue", &body).await;
}

/// The only warning of a plan that changes nothing, or none.
fn only_warning(plan: &Plan) -> Option<String> {
    assert!(plan.is_empty());
    let all: Vec<_> = plan.report.warnings().collect();
    assert!(all.len() <= 1, "{all:?}");
    all.first().map(ToString::to_string)
}

/// Plans twice with a refresh between, as two runs on two days do; both must say the same.
async fn said_twice(bed: &mut Bed, config: &Json) -> Option<String> {
    let first = only_warning(&bed.plan(config).await.expect_success());
    bed.terraform.refresh().await.unwrap().expect_success();
    let second = only_warning(&bed.plan(config).await.expect_success());
    assert_eq!(first, second, "the second plan");
    assert_eq!(bed.sandbox.summary().orders_created, 1, "orders");
    first
}

fn certificate(bed: &Bed) -> Vec<Json> {
    let names = [
        "certificate_id",
        "serial_number",
        "thumbprint",
        "certificate_pem",
        "fullchain_pem",
    ];
    names.iter().map(|name| bed.order()[name].clone()).collect()
}

#[tokio::test]
async fn a_reissue_with_the_configured_content_is_taken_over_in_silence() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let before = certificate(&bed);
    reissue_by_hand(&bed, &CSR, &["shop.example.com"], true).await;
    assert_eq!(said_twice(&mut bed, &order()).await, None);
    let after = certificate(&bed);
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before, after);
        assert!(!after.is_null());
    }
}

/// A cache may answer the download of the new certificate with the former one, which has the same
/// key.
#[tokio::test]
async fn a_chain_of_another_serial_number_is_not_stored_and_asked_for_again() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let before = certificate(&bed);
    let chain = bed.order()["certificate_chain"].as_array().unwrap();
    let former: Vec<_> = chain
        .iter()
        .map(|item| json!({ "subject_common_name": item["subject_common_name"], "pem": item["pem"] }))
        .collect();
    reissue_by_hand(&bed, &CSR, &["shop.example.com"], true).await;
    let stale = Fault::Answer {
        status: 200,
        body: json!({ "intermediates": former }).to_string(),
        content_type: "application/json".to_owned(),
    };
    let download = route("GET /certificate/*/chain");
    bed.sandbox.fault_times(download, 1, 100, At::Before, stale);
    let said = said_twice(&mut bed, &order()).await.unwrap();
    let number = |of: &[Json]| of[1].as_str().unwrap().to_owned();
    let former = number(&before);
    assert!(
        said.contains("Certificate chain not usable")
            && said.contains(&format!(
                "it is of the certificate with serial number {former}, and order info tells "
            )),
        "{said}"
    );
    assert_eq!(certificate(&bed), before);
    bed.sandbox.clear_rules();
    assert_eq!(said_twice(&mut bed, &order()).await, None);
    assert_ne!(number(&certificate(&bed)), former);
}

#[tokio::test]
async fn a_reissue_with_other_content_is_shown_and_warned_about() {
    let other_key = new_csr();
    for (csr, names, difference) in [
        (
            other_key.as_str(),
            &["shop.example.com"][..],
            "it has another key than `csr`",
        ),
        (
            CSR.as_str(),
            &["shop.example.com", "pay.example.com"][..],
            "it also covers pay.example.com, which the order's arguments do not name",
        ),
        (
            CSR.as_str(),
            &["store.example.com"][..],
            "it does not cover shop.example.com; it also covers store.example.com",
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let before = certificate(&bed);
        reissue_by_hand(&bed, csr, names, true).await;
        let said = said_twice(&mut bed, &order()).await.unwrap();
        assert!(
            said.contains(REISSUED) && said.contains(difference),
            "{said}"
        );
        for (before, after) in before.iter().zip(&certificate(&bed)) {
            assert_ne!(before, after, "{difference}");
        }
        assert_eq!(bed.order()["csr"], *CSR, "the argument stays");
        assert_eq!(bed.order()["common_name"], "shop.example.com");
    }
}

#[tokio::test]
async fn a_reissue_that_waits_is_silent_and_the_certificate_stays() {
    for hide_former_certificate in [false, true] {
        for step in [Move::Approve, Move::Reject, Move::Cancel] {
            let mut bed = Bed::with(|account| {
                account.approval = Approval::Auto;
                account.hide_former_certificate = hide_former_certificate;
            });
            let _applied = bed.apply(&order()).await.expect_success();
            let before = certificate(&bed);
            bed.sandbox
                .change(|account| account.approval = Approval::OneStep);
            reissue_by_hand(&bed, &new_csr(), &["shop.example.com"], false).await;
            assert_eq!(said_twice(&mut bed, &order()).await, None, "{step:?}");
            assert_eq!(bed.order()["status"], "reissue_pending");
            assert_eq!(certificate(&bed), before, "{step:?}");

            bed.sandbox.apply(bed.order_id(), step).unwrap();
            let said = said_twice(&mut bed, &order()).await;
            assert_eq!(bed.order()["status"], "issued", "{step:?}");
            let is_new = step == Move::Approve;
            assert_eq!(
                said.is_some_and(|said| said.contains(REISSUED)),
                is_new,
                "{step:?}"
            );
            assert_eq!(certificate(&bed) != before, is_new, "{step:?}");
        }
    }
}

#[tokio::test]
async fn a_move_to_another_container_is_said_and_nothing_is_planned() {
    let mut bed = Bed::new();
    let config = order_with(json!({ "container_id": 60_412 }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.sandbox
        .apply(bed.order_id(), Move::Container(60_400))
        .unwrap();
    let said = said_twice(&mut bed, &config).await.unwrap();
    assert!(
        said.contains(MOVED)
            && said.contains("is in container 60400")
            && said.contains("`container_id` is 60412"),
        "{said}"
    );
    assert_eq!(bed.order()["container_id"], 60_412);
    bed.sandbox
        .apply(bed.order_id(), Move::Container(60_412))
        .unwrap();
    assert_eq!(said_twice(&mut bed, &config).await, None, "moved back");
}

#[tokio::test]
async fn a_move_of_an_order_that_names_no_container_is_nobody_s_concern() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox
        .apply(bed.order_id(), Move::Container(60_400))
        .unwrap();
    assert_eq!(said_twice(&mut bed, &order()).await, None);
}

fn with_changeable_arguments() -> Json {
    order_with(json!({
        "additional_emails": ["ops@example.com", "noc@example.com"],
        "disable_renewal_notifications": true,
        "custom_fields": [{ "metadata_id": 11, "value": "CC-1" }, { "metadata_id": 115, "value": "7" }],
    }))
}

#[tokio::test]
async fn what_an_update_can_set_back_is_taken_over_into_state() {
    let mut bed = Bed::new();
    let config = with_changeable_arguments();
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(said_twice(&mut bed, &config).await, None);
    let emails = json!({ "additional_emails": ["eve@example.net"] });
    by_hand(&bed, reqwest::Method::PUT, "additional-emails", &emails).await;
    by_hand(
        &bed,
        reqwest::Method::PUT,
        "renewal-emails/enable",
        &json!({}),
    )
    .await;
    let field = json!({ "metadata_id": 11, "value": "CC-2" });
    by_hand(&bed, reqwest::Method::POST, "custom-field", &field).await;

    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["additional_emails"], json!(["eve@example.net"]));
    assert_eq!(bed.order()["disable_renewal_notifications"], false);
    let mut fields = bed.order()["custom_fields"].as_array().unwrap().clone();
    fields.sort_by_key(|field| field["metadata_id"].as_u64());
    assert_eq!(
        fields,
        [
            json!({ "metadata_id": 11, "value": "CC-2" }),
            json!({ "metadata_id": 115, "value": "7" })
        ]
    );
}

#[tokio::test]
async fn the_same_meaning_and_what_nobody_configured_are_no_change() {
    let mut bed = Bed::new();
    let config = with_changeable_arguments();
    let _applied = bed.apply(&config).await.expect_success();
    let emails = json!({ "additional_emails": ["noc@EXAMPLE.com", "ops@example.com"] });
    by_hand(&bed, reqwest::Method::PUT, "additional-emails", &emails).await;
    let field = json!({ "metadata_id": 112, "value": "a colleague's" });
    by_hand(&bed, reqwest::Method::POST, "custom-field", &field).await;
    assert_eq!(said_twice(&mut bed, &config).await, None);

    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    by_hand(&bed, reqwest::Method::PUT, "additional-emails", &emails).await;
    by_hand(&bed, reqwest::Method::POST, "custom-field", &field).await;
    assert_eq!(said_twice(&mut bed, &order()).await, None);
    assert!(bed.order()["additional_emails"].is_null());
}

#[tokio::test]
async fn a_closed_order_is_said_once_whatever_else_was_changed() {
    for (step, status) in [(Move::Revoke, "revoked"), (Move::Cancel, "canceled")] {
        let mut bed = Bed::with(|account| {
            if step == Move::Cancel {
                account.issuance = Issuance::Manual;
            }
        });
        let mut config = with_changeable_arguments();
        config["wait_for"] = "none".into();
        config["container_id"] = 60_412.into();
        let _applied = bed.apply(&config).await.expect_success();
        let emails = json!({ "additional_emails": [] });
        by_hand(&bed, reqwest::Method::PUT, "additional-emails", &emails).await;
        bed.sandbox
            .apply(bed.order_id(), Move::Container(60_400))
            .unwrap();
        bed.sandbox.apply(bed.order_id(), step).unwrap();
        let said = said_twice(&mut bed, &config).await.unwrap();
        assert!(
            said.contains("Order is closed") && said.contains(status),
            "{said}"
        );
        assert_eq!(bed.order()["status"], status);
    }
}

#[tokio::test]
async fn a_certificate_that_ran_out_within_its_order_is_due_and_not_closed() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox
        .advance(std::time::Duration::from_secs(250 * 86_400));
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(
        (&bed.order()["status"], &bed.order()["ready_for_reissue"]),
        (&json!("issued"), &json!(true))
    );
    let before = certificate(&bed);
    reissue_by_hand(&bed, &CSR, &["shop.example.com"], true).await;
    let plan = bed.plan(&order()).await.expect_success();
    assert!(plan.is_empty());
    assert_eq!(warnings(&plan.report), Vec::<&str>::new());
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_ne!(certificate(&bed), before);
    assert_eq!(bed.order()["ready_for_reissue"], false);
}
