//! A plan is made against the certificate in force, also where it is not the one that state asked
//! for, and the apply holds it.

use std::time::Duration;

use certcentral_sandbox::{Approval, Move};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value as Json, json};
use terraform_host::{Plan, Report};

use crate::host::bed::{
    Bed, CSR, SHOP, body_by_hand, errors, new_csr, only_error, order, order_with, warnings,
};

const DAY: Duration = Duration::from_secs(86_400);
const OUTSIDE: &str = "Certificate reissued outside Terraform";
const REISSUE: &str = "This apply reissues the certificate";
const REVOKED: &str = "DigiCert will revoke the present certificate within 72 hours";
const RECORDED: &str = "Change is recorded only";

/// How many reissues the order has had, whoever sent them.
fn reissues(bed: &Bed) -> usize {
    let journal = bed.sandbox.journal();
    let is_reissue = |path: &str| path.ends_with("/reissue");
    let sent = journal.iter();
    sent.filter(|it| it.method == "POST" && is_reissue(&it.path))
        .count()
}

fn detail<'a>(report: &'a Report, summary: &str) -> &'a str {
    let mut all = report.warnings();
    &all.find(|it| it.summary == summary).unwrap().detail
}

/// Two signing requests for one key.
fn two_requests() -> [String; 2] {
    let key = KeyPair::generate().unwrap();
    ["DE", "FR"].map(|country| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, country);
        params.serialize_request(&key).unwrap().pem().unwrap()
    })
}

/// Nothing becomes unknown but what is configured: the plan is a record.
fn assert_records(bed: &Bed, plan: &Plan, arguments: &[&str]) {
    let (before, mut after) = (bed.order().clone(), plan.change(SHOP).unwrap().after_json());
    for argument in arguments {
        assert_ne!(after[*argument], before[*argument], "{argument}");
        after[*argument] = before[*argument].clone();
    }
    assert_eq!(after, before);
}

/// Applies a plan that only records, and sees that nothing is left to do. A note for other content
/// is a trace and no change.
async fn recorded(bed: &mut Bed, config: &Json, arguments: &[&str]) {
    let plan = bed.plan(config).await.expect_success();
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_records(bed, &plan, arguments);
    assert!(
        warnings(&plan.report).contains(&RECORDED),
        "{:?}",
        plan.report
    );
    let before = bed.order().clone();
    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let mut calls = bed.calls_after(seen);
    calls.retain(|call| !call.ends_with("/note"));
    assert_eq!(calls, Vec::<String>::new());
    for attribute in [
        "certificate_id",
        "serial_number",
        "certificate_pem",
        "status",
    ] {
        assert_eq!(bed.order()[attribute], before[attribute]);
    }
    let plan = bed.plan(config).await.expect_success();
    assert!(plan.is_empty());
    assert_eq!(warnings(&plan.report), [""; 0]);
}

#[tokio::test]
async fn a_name_that_a_colleague_added_is_named_when_the_clock_drops_it() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.reissue_by_hand(&CSR, &["shop.example.com", "pay.example.com"])
        .await;
    let quiet = bed.plan(&order()).await.expect_success();
    assert!(quiet.is_empty());
    bed.sandbox.advance(DAY * 180);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(warnings(&plan.report), [OUTSIDE, REISSUE, REVOKED]);
    assert!(detail(&plan.report, REVOKED).contains("drops pay.example.com."));
    assert!(!detail(&plan.report, REISSUE).contains("stays valid"));
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(reissues(&bed), 2, "theirs and ours");
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

/// The plan is saved, and somebody reissues before it is applied.
#[tokio::test]
async fn a_saved_plan_stops_where_another_certificate_is_in_force() {
    let other_key = new_csr();
    for (arguments, due) in [
        (json!({}), true),
        (json!({ "csr": new_csr() }), false),
        (json!({ "dns_names": ["api.example.com"] }), false),
        (json!({ "reissue_trigger": "1" }), false),
    ] {
        for (csr, names) in [
            (CSR.as_str(), &["shop.example.com", "pay.example.com"][..]),
            (other_key.as_str(), &["shop.example.com"]),
        ] {
            let mut bed = Bed::new();
            let _applied = bed.apply(&order()).await.expect_success();
            if due {
                bed.sandbox.advance(DAY * 180);
            }
            let config = order_with(arguments.clone());
            let plan = bed.plan(&config).await.expect_success();
            assert_eq!(warnings(&plan.report), [REISSUE], "{arguments}");
            let before = bed.order().clone();
            bed.reissue_by_hand(csr, names).await;
            let stopped = bed.terraform.apply(&plan).await.unwrap();
            assert_eq!(
                errors(&stopped.report),
                ["Certificate is not the one of the plan"],
                "{arguments}"
            );
            assert!(only_error(&stopped.report).contains("Nothing was sent"));
            assert_eq!(reissues(&bed), 1, "{arguments}: theirs");
            assert_eq!(bed.order()["reissue_trigger"], before["reissue_trigger"]);
            assert_eq!(bed.order()["csr"], before["csr"]);
            if names.len() > 1 && !due {
                let again = bed.plan(&config).await.expect_success();
                assert!(detail(&again.report, REVOKED).contains("pay.example.com"));
            }
        }
    }
}

#[tokio::test]
async fn what_a_saved_plan_asks_for_is_taken_over_if_somebody_has_made_it() {
    let csr = new_csr();
    for arguments in [
        json!({ "csr": csr }),
        json!({ "csr": csr, "dns_names": ["api.example.com"] }),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let config = order_with(arguments.clone());
        let plan = bed.plan(&config).await.expect_success();
        let further = arguments["dns_names"][0].as_str();
        let names: Vec<_> = ["shop.example.com"].into_iter().chain(further).collect();
        bed.reissue_by_hand(&csr, &names).await;
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(reissues(&bed), 1, "theirs");
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn names_of_a_rejected_reissue_are_named_when_the_clock_drops_them() {
    let mut bed = Bed::new();
    let both = order_with(json!({ "dns_names": ["pay.example.com"] }));
    let _applied = bed.apply(&both).await.expect_success();
    bed.sandbox
        .change(|account| account.approval = Approval::OneStep);
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox.apply(bed.order_id(), Move::Reject).unwrap();
    bed.sandbox
        .change(|account| account.approval = Approval::Auto);
    bed.sandbox.advance(DAY * 180);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["Certificate is not the configured one", REISSUE, REVOKED]
    );
    assert!(detail(&plan.report, REVOKED).contains("drops pay.example.com."));
}

#[tokio::test]
async fn another_csr_for_the_same_key_is_recorded() {
    let [first, second] = two_requests();
    let mut bed = Bed::new();
    let _applied = bed
        .apply(&order_with(json!({ "csr": first })))
        .await
        .expect_success();
    let config = order_with(json!({ "csr": second }));
    let changing = |bed: &Bed| {
        let journal = bed.sandbox.journal();
        let sent = journal.iter();
        sent.filter(|it| it.method != "GET" && it.path != "/finance/order-pricing")
            .count()
    };
    let before = changing(&bed);
    recorded(&mut bed, &config, &["csr"]).await;
    assert_eq!(changing(&bed), before);
    assert_eq!(reissues(&bed), 0);
}

#[tokio::test]
async fn a_configuration_in_line_with_a_colleague_s_certificate_is_recorded() {
    let csr = new_csr();
    for (theirs, names, arguments, changed) in [
        (
            csr.as_str(),
            &["shop.example.com"][..],
            json!({ "csr": csr }),
            &["csr"][..],
        ),
        (
            CSR.as_str(),
            &["shop.example.com", "pay.example.com"],
            json!({ "dns_names": ["pay.example.com"] }),
            &["dns_names"],
        ),
        (
            csr.as_str(),
            &["pay.example.com", "shop.example.com"],
            json!({ "csr": csr, "common_name": "pay.example.com", "dns_names": ["shop.example.com"] }),
            &["csr", "common_name", "dns_names"],
        ),
        (
            CSR.as_str(),
            &["store.example.com"],
            json!({ "common_name": "store.example.com" }),
            &["common_name"],
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        bed.reissue_by_hand(theirs, names).await;
        bed.terraform.refresh().await.unwrap().expect_success();
        recorded(&mut bed, &order_with(arguments), changed).await;
        assert_eq!(reissues(&bed), 1, "theirs");
    }
}

#[tokio::test]
async fn another_common_name_of_the_same_names_is_reissued_as_announced() {
    let mut bed = Bed::new();
    let first = order_with(json!({ "dns_names": ["pay.example.com"] }));
    let _applied = bed.apply(&first).await.expect_success();
    let config = order_with(json!({
        "common_name": "pay.example.com", "dns_names": ["shop.example.com"],
    }));
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(warnings(&applied.report), [REISSUE]);
    assert_eq!(reissues(&bed), 1);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_import_plans_nothing_with_or_without_the_names_that_certcentral_added() {
    let mut body = body_by_hand(&CSR);
    body["certificate"]["dns_names"] = json!(["shop.example.com", "www.shop.example.com"]);
    let with = order_with(json!({ "dns_names": ["www.shop.example.com"] }));
    for config in [order(), with] {
        let mut bed = Bed::new();
        let id = bed.order_by_hand("ssl_basic", &body).await.to_string();
        let imported = bed.terraform.import(SHOP, &id).await;
        imported.unwrap().expect_success();
        assert_eq!(bed.order()["dns_names"], json!([]));
        for _ in 0..2 {
            let plan = bed.plan(&config).await.expect_success();
            assert!(plan.is_empty(), "{:?}", plan.report);
            assert_eq!(warnings(&plan.report), [""; 0]);
            bed.terraform.refresh().await.unwrap().expect_success();
        }
        bed.sandbox.advance(DAY * 180);
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(warnings(&plan.report), [REISSUE]);
        let is_named = detail(&plan.report, REISSUE)
            .contains("also covers www.shop.example.com, which is not configured");
        assert_eq!(is_named, config == order());
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(reissues(&bed), 1);
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn a_reissue_that_cannot_move_the_end_is_said_and_never_made() {
    let mut bed = Bed::new();
    let end = (bed.sandbox.clock().date() + time::Duration::days(100)).to_string();
    let config = order_with(json!({ "cert_validity": { "custom_expiration_date": end } }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.order()["valid_till"], end);
    bed.sandbox.advance(DAY * 69);
    let early = bed.plan(&config).await.expect_success();
    assert_eq!(warnings(&early.report), [""; 0]);
    bed.sandbox.advance(DAY);
    let plan = bed.plan(&config).await.expect_success();
    assert!(plan.is_empty());
    let said = format!("Reissue of order {} would gain no time", bed.order_id());
    assert_eq!(warnings(&plan.report), [said]);
    bed.terraform.refresh().await.unwrap().expect_success();
    bed.sandbox.advance(DAY * 10);
    let again = bed.plan(&config).await.expect_success();
    assert!(again.is_empty());
    assert_eq!(warnings(&again.report), [""; 0], "said once");
    assert_eq!(reissues(&bed), 0);
}
