//! Reissues and renewals after the proof of control over the domains has lapsed.

use std::time::Duration;

use certcentral_sandbox::{Behavior, Dcv, DnsRecord, Move, Settings};
use serde_json::{Value as Json, json};
use terraform_host::Resource;
use time::macros::datetime;

use crate::host::bed::{Bed, SHOP, new_csr, order_with, warnings};

const DAY: Duration = Duration::from_secs(86_400);
const WAIT: &str = "digicert_order_issuance.shop";
const NAME: &str = "shop.example.com";

/// An account in which proofs lapse, on the day on which the certificates of today begin.
fn account(dcv: Dcv) -> Bed {
    Bed::of(Settings {
        start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
        behavior: Behavior {
            dcv,
            ..Behavior::default()
        },
        ..Settings::default()
    })
}

fn proof(bed: &Bed) -> Json {
    bed.order()["domain_validations"][NAME].clone()
}

/// Creates the record that state asks for.
fn publish(bed: &Bed) {
    let proof = proof(bed);
    let text = |name: &str| proof[name].as_str().unwrap();
    bed.sandbox.publish(DnsRecord::new(
        text("record_type"),
        text("record_name"),
        text("record_value"),
    ));
}

/// Waits for the certificate of the order that is in state.
async fn wait(bed: &mut Bed, config: &Json, keeper: u32) {
    let keepers = json!({ "wait": keeper.to_string() });
    let wait =
        json!({ "order_id": bed.order_id(), "keepers": keepers, "timeouts": { "create": "30s" } });
    let resources = [
        Resource::new(SHOP, config.clone()),
        Resource::new(WAIT, wait),
    ];
    let plan = bed.terraform.plan(&resources).await.unwrap().expect_valid();
    let plan = plan.expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    let _applied = applied.expect_success();
    bed.terraform.refresh().await.unwrap().expect_success();
    let again = bed.terraform.plan(&resources).await.unwrap().expect_valid();
    assert!(again.expect_success().is_empty());
}

#[tokio::test]
async fn a_reissue_by_the_clock_proves_lapsed_domains_anew() {
    let mut bed = account(Dcv::Dns);
    let config = order_with(json!({ "dcv_method": "dns-cname-token" }));
    let _applied = bed.apply(&config).await.expect_success();
    publish(&bed);
    wait(&mut bed, &config, 1).await;
    let (first, certificate) = (proof(&bed), bed.order()["certificate_pem"].clone());
    bed.sandbox.apply(bed.order_id(), Move::Lapse).unwrap();
    bed.sandbox.advance(170 * DAY);
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_eq!(bed.order()["ready_for_reissue"], true);

    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["This apply reissues the certificate"]
    );
    let planned = &plan.change(SHOP).unwrap().after_json()["domain_validations"][NAME];
    assert_ne!(
        planned["record_value"], first["record_value"],
        "known after apply"
    );
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    let applied = applied.expect_success();
    let said = applied
        .report
        .warnings()
        .find(|it| it.summary == "Reissue not finished yet");
    let words = "Control over example.com is not proven: create the DNS records that \
        `domain_validations` names.";
    assert!(said.unwrap().detail.contains(words), "{said:?}");
    assert_eq!(bed.order()["status"], "reissue_pending");
    assert!(
        bed.order()["status_detail"]
            .as_str()
            .unwrap()
            .ends_with(words)
    );
    assert_eq!(
        bed.order()["certificate_pem"],
        certificate,
        "the one in force"
    );
    let second = proof(&bed);
    assert_eq!(second["record_name"], "_dnsauth.example.com");
    assert_ne!(second["record_value"], first["record_value"]);
    assert_eq!(second["status"], "unapproved");

    for _ in 0..2 {
        bed.terraform.refresh().await.unwrap().expect_success();
        assert!(bed.plan(&config).await.expect_success().is_empty());
        assert_eq!(proof(&bed)["record_value"], second["record_value"]);
    }
    publish(&bed);
    wait(&mut bed, &config, 2).await;
    assert_eq!(bed.order()["status"], "issued");
    assert_ne!(bed.order()["certificate_pem"], certificate);
    assert_eq!(proof(&bed)["status"], "approved");
    let summary = bed.sandbox.summary();
    assert_eq!((summary.orders_created, summary.reissued), (1, 1));
}

#[tokio::test]
async fn a_proof_that_still_counts_leaves_its_record_as_it_is() {
    let mut bed = account(Dcv::Dns);
    let config = order_with(json!({ "dcv_method": "dns-txt-token" }));
    let _applied = bed.apply(&config).await.expect_success();
    publish(&bed);
    wait(&mut bed, &config, 1).await;
    let former = proof(&bed);
    bed.sandbox.advance(170 * DAY);
    bed.terraform.refresh().await.unwrap().expect_success();
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["This apply reissues the certificate"]
    );
    assert_eq!(bed.order()["status"], "issued");
    assert_eq!(proof(&bed), former);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn domains_that_were_validated_before_the_order_bring_their_first_record_with_a_reissue() {
    // The answer to the reissue may leave the value out; then it is asked for.
    for is_told in [true, false] {
        let mut bed = account(Dcv::ExampleDomains);
        let config = order_with(json!({ "dcv_method": "dns-cname-token" }));
        let _applied = bed.apply(&config).await.expect_success();
        assert_eq!(proof(&bed)["record_value"], Json::Null);
        bed.sandbox.apply(bed.order_id(), Move::Lapse).unwrap();
        if !is_told {
            for member in ["dcv_random_value", "domains"] {
                let rule = format!("POST /order/certificate/*/reissue remove pointer=/{member}");
                bed.sandbox.add_fault(rule.parse().unwrap());
            }
        }
        let config = order_with(json!({ "dcv_method": "dns-cname-token", "csr": new_csr() }));
        let _applied = bed.apply(&config).await.expect_success();
        let proof = proof(&bed);
        assert_eq!(proof["record_name"], "_dnsauth.example.com", "{is_told}");
        assert!(
            proof["record_value"]
                .as_str()
                .unwrap()
                .ends_with(".dcv.digicert.com")
        );
        assert_eq!(bed.order()["status"], "reissue_pending");
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn a_renewal_proves_lapsed_domains_anew() {
    let mut bed = account(Dcv::Required);
    let config = order_with(json!({
        "dcv_method": "dns-cname-token", "renew_days_before_expiry": 20, "reissue_days_before_expiry": 0,
    }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.sandbox.apply(bed.order_id(), Move::Validate).unwrap();
    bed.terraform.refresh().await.unwrap().expect_success();
    let (first, former) = (proof(&bed), bed.order_id());
    bed.sandbox.advance(350 * DAY);
    bed.terraform.refresh().await.unwrap().expect_success();
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid renewal order",
            "Certificate not issued yet"
        ]
    );
    assert_ne!(bed.order_id(), former);
    assert_eq!(bed.order()["status"], "pending");
    let said = bed.order()["status_detail"].as_str().unwrap();
    assert!(
        said.starts_with("Control over example.com is not proven"),
        "{said}"
    );
    assert_ne!(proof(&bed)["record_value"], first["record_value"]);
    assert!(bed.plan(&config).await.expect_success().is_empty());
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_dropped_name_whose_record_others_need_is_spoken_of() {
    let mut bed = account(Dcv::Required);
    let config =
        order_with(json!({ "dcv_method": "dns-cname-token", "dns_names": ["www.example.com"] }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.sandbox.apply(bed.order_id(), Move::Validate).unwrap();
    bed.terraform.refresh().await.unwrap().expect_success();
    let plan = bed
        .plan(&order_with(json!({ "dcv_method": "dns-cname-token" })))
        .await;
    let plan = plan.expect_success();
    assert_eq!(
        warnings(&plan.report),
        [
            "This apply reissues the certificate",
            "DigiCert will revoke the present certificate within 72 hours",
            "Order for shop.example.com: a dropped name shares its DNS record",
        ]
    );
    let words = &plan.report.warnings().nth(2).unwrap().detail;
    let line = "- _dnsauth.example.com, the record of www.example.com, is that of shop.example.com \
        as well";
    assert!(words.contains(line), "{words}");
}
