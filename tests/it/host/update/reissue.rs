//! A certificate that changes: one reissue on the same order, announced, sent once, and found again
//! after whatever went wrong.

use certcentral_sandbox::{Approval, At, Dcv, Fault, Issuance, Move};
use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{
    Bed, SHOP, errors, new_csr, only_error, order, order_with, route, warnings,
};

const REISSUE: &str = "POST /order/certificate/*/reissue";

/// The bodies of all reissues that were sent.
fn sent(bed: &Bed) -> Vec<Json> {
    let journal = bed.sandbox.journal();
    journal
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path.ends_with("/reissue"))
        .map(|entry| entry.request.clone())
        .collect()
}

/// One order is bought, `times` reissues are sent, the state belongs to the order, and a plan is
/// empty.
async fn assert_settled(bed: &mut Bed, config: &Json, times: usize) {
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert_eq!(sent(bed).len(), times, "reissues");
    assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id);
    let plan = bed.plan(config).await.expect_success();
    assert!(plan.is_empty(), "{:?}", plan.report);
    let said = warnings(&plan.report);
    let of_the_configuration = ["Organization units are ignored"];
    assert!(
        said.iter()
            .all(|summary| of_the_configuration.contains(summary)),
        "{said:?}"
    );
}

#[tokio::test]
async fn every_argument_of_the_certificate_reissues_once() {
    for (argument, value, path) in [
        (
            "common_name",
            json!("store.example.com"),
            "/certificate/common_name",
        ),
        (
            "dns_names",
            json!(["www.example.com"]),
            "/certificate/dns_names",
        ),
        ("csr", json!(new_csr()), "/certificate/csr"),
        (
            "organization_units",
            json!(["Sales"]),
            "/certificate/organization_units",
        ),
        (
            "server_platform_id",
            json!(45),
            "/certificate/server_platform/id",
        ),
        (
            "cert_validity",
            json!({ "days": 90 }),
            "/certificate/cert_validity/days",
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let former = bed.order().clone();
        let config = order_with(json!({ argument: value }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Update), "{argument}");
        let said = warnings(&plan.report);
        assert!(
            said.contains(&"This apply reissues the certificate"),
            "{argument}: {said:?}"
        );
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let body = sent(&bed)[0].clone();
        let sent_value = body.pointer(path).unwrap_or(&Json::Null);
        let wanted = value.get("days").unwrap_or(&value);
        assert_eq!(sent_value, wanted, "{argument}");
        assert_eq!(bed.order()["id"], former["id"], "{argument}");
        assert_ne!(
            bed.order()["serial_number"],
            former["serial_number"],
            "{argument}"
        );
        assert_ne!(
            bed.order()["certificate_pem"],
            former["certificate_pem"],
            "{argument}"
        );
        assert_eq!(bed.order()["status"], "issued", "{argument}");
        assert_settled(&mut bed, &config, 1).await;
    }
}

#[tokio::test]
async fn a_dropped_name_is_announced_as_a_revocation() {
    let mut bed = Bed::new();
    let names = json!({ "dns_names": ["www.example.com", "api.example.com"] });
    let _applied = bed.apply(&order_with(names)).await.expect_success();
    let config = order_with(json!({ "dns_names": ["api.example.com", "new.example.com"] }));
    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        [
            "This apply reissues the certificate",
            "DigiCert will revoke the present certificate within 72 hours"
        ]
    );
    let words = &plan.report.warnings().nth(1).unwrap().detail;
    assert!(words.contains("drops www.example.com."), "{words}");
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_settled(&mut bed, &config, 1).await;
}

#[tokio::test]
async fn names_that_are_added_keep_the_records_of_the_others() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let method = json!({ "dcv_method": "dns-txt-token", "wait_for": "none" });
    let config = order_with(method);
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id();
    bed.sandbox.apply(id, Move::Validate).unwrap();
    bed.terraform.refresh().await.unwrap().expect_success();
    let former = bed.order()["domain_validations"]["shop.example.com"].clone();

    let config = order_with(json!({
        "dcv_method": "dns-txt-token", "wait_for": "none", "dns_names": ["pay.example.org"],
    }));
    let plan = bed.plan(&config).await.expect_success();
    let planned = &plan.change(SHOP).unwrap().after_json()["domain_validations"];
    assert_eq!(planned["shop.example.com"], former);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let validations = bed.order()["domain_validations"].clone();
    assert_eq!(validations["shop.example.com"], former);
    let record = &validations["pay.example.org"];
    assert_eq!(
        (&record["record_name"], &record["record_type"]),
        (&json!("example.org"), &json!("TXT")),
        "{record}"
    );
    assert!(record["record_value"].is_string(), "{record}");
}

#[tokio::test]
async fn a_reissue_that_waits_for_approval_keeps_the_present_certificate_until_it_is_there() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let former = bed.order().clone();
    bed.sandbox
        .change(|account| account.approval = Approval::OneStep);
    let config = order_with(json!({ "csr": new_csr() }));
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply reissues the certificate",
            "Reissue not finished yet"
        ]
    );
    assert_eq!(bed.order()["status"], "reissue_pending");
    assert_eq!(bed.order()["csr"], config["csr"]);
    assert_eq!(bed.order()["certificate_pem"], former["certificate_pem"]);
    for _ in 0..3 {
        assert_settled(&mut bed, &config, 1).await;
    }
    bed.sandbox.approve(bed.order_id()).unwrap();
    assert_settled(&mut bed, &config, 1).await;
    let _report = bed.terraform.refresh().await.unwrap();
    assert_eq!(bed.order()["status"], "issued");
    assert_ne!(bed.order()["certificate_pem"], former["certificate_pem"]);
}

#[tokio::test]
async fn an_order_that_is_not_issued_is_not_reissued() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let _applied = bed.apply(&order()).await.expect_success();
    let plan = bed
        .plan(&order_with(json!({ "dns_names": ["www.example.com"] })))
        .await;
    assert_eq!(
        errors(&plan.report),
        ["Certificate cannot be changed before it is issued"]
    );
    assert!(only_error(&plan.report).contains("`dns_names` changed"));
}

#[tokio::test]
async fn a_refused_reissue_leaves_the_arguments_as_they_were() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let former = bed.order().clone();
    let body = r#"{"errors":[{"code":"caa_check_failed|www.example.com","message":"CAA"}]}"#;
    let fault = Fault::Answer {
        status: 400,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox.fault(route(REISSUE), 1, At::Before, fault);
    let config = order_with(json!({ "dns_names": ["www.example.com"], "comments": "later" }));
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report).len(), 1);
    assert!(only_error(&failed.report).contains("caa_check_failed|www.example.com"));
    assert_eq!(bed.order()["dns_names"], former["dns_names"]);
    assert_eq!(bed.order()["serial_number"], former["serial_number"]);
    assert_eq!(bed.order()["comments"], "later", "what was done is kept");

    let _applied = bed.apply(&config).await.expect_success();
    assert_settled(&mut bed, &config, 2).await;
}

#[tokio::test]
async fn a_lost_answer_is_settled_without_another_reissue() {
    for fault in [Fault::Drop, Fault::Html { status: 502 }] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let former = bed.order()["serial_number"].clone();
        bed.sandbox.fault(route(REISSUE), 1, At::After, fault);
        let config = order_with(json!({ "csr": new_csr() }));
        let _applied = bed.apply(&config).await.expect_success();
        assert_ne!(bed.order()["serial_number"], former);
        assert_settled(&mut bed, &config, 1).await;
    }
}

#[tokio::test]
async fn a_reissue_of_unknown_outcome_is_looked_for_by_the_next_apply() {
    // What the certificate in force shows is recorded by the next plan already.
    const RECORDED: &str = "Change is recorded only";
    const REISSUED: &str = "This apply reissues the certificate";
    for (argument, value, announced) in [
        ("csr", json!(new_csr()), RECORDED),
        ("dns_names", json!(["www.example.com"]), RECORDED),
        ("server_platform_id", json!(45), REISSUED),
        ("cert_validity", json!({ "days": 90 }), REISSUED),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        bed.sandbox.fault(route(REISSUE), 1, At::After, Fault::Drop);
        bed.sandbox.fault_times(
            route("GET /order/certificate/*"),
            3,
            100,
            At::Before,
            Fault::Html { status: 503 },
        );
        let hasty = order_with(json!({ argument: value, "timeouts": { "update": "2s" } }));
        let failed = bed.apply(&hasty).await;
        assert_eq!(
            errors(&failed.report),
            ["Unknown outcome of the reissue"],
            "{argument}"
        );
        bed.sandbox.clear_rules();

        let config = order_with(json!({ argument: value }));
        let applied = bed.apply(&config).await.expect_success();
        assert_eq!(warnings(&applied.report), [announced], "{argument}");
        assert_settled(&mut bed, &config, 1).await;
    }
}

#[tokio::test]
async fn another_pending_reissue_stops_the_apply() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox
        .change(|account| account.approval = Approval::OneStep);
    let theirs = json!({
        "certificate": { "common_name": "shop.example.com", "csr": new_csr(), "signature_hash": "sha256" },
    });
    let url = format!(
        "{}/order/certificate/{}/reissue",
        bed.sandbox.base_url(),
        bed.order_id()
    );
    let request = crate::host::bed::http()
        .post(url)
        .header("X-DC-DEVKEY", "sandbox-by-hand");
    assert!(
        request
            .json(&theirs)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );

    let config = order_with(json!({ "csr": new_csr() }));
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report), ["Another reissue is pending"]);
    assert_eq!(sent(&bed).len(), 1, "only theirs");
}

#[tokio::test]
async fn a_certificate_that_runs_out_is_reissued_with_the_same_key() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Immediate);
    let two_years = json!({ "order_validity": { "years": 2 } });
    let _applied = bed
        .apply(&order_with(two_years.clone()))
        .await
        .expect_success();
    let former = bed.order().clone();
    // No certificate is valid for so long, so half of its life counts, or each reissue would be due
    // for the next one.
    let config = order_with(json!({
        "order_validity": { "years": 2 }, "reissue_days_before_expiry": 398,
    }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(sent(&bed), Vec::<Json>::new(), "the days changed, no more");
    assert!(bed.plan(&config).await.expect_success().is_empty());
    bed.sandbox
        .advance(std::time::Duration::from_secs(150 * 86_400));
    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["This apply reissues the certificate"]
    );
    assert!(
        plan.report
            .warnings()
            .next()
            .unwrap()
            .detail
            .contains("costs nothing"),
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(sent(&bed).len(), 1);
    assert_ne!(bed.order()["serial_number"], former["serial_number"]);
    assert_eq!(bed.order()["csr"], former["csr"]);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn the_first_further_name_of_an_imported_order_is_reissued() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    bed.forget_state();
    let imported = bed.terraform.import(SHOP, &id.to_string()).await;
    imported.unwrap().expect_success();
    let config = order_with(json!({ "dns_names": ["www.shop.example.com"] }));
    let applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["This apply reissues the certificate"]
    );
    assert_eq!(bed.order_id(), id);
    let names = &bed.sandbox.orders()[0].dns_names;
    assert_eq!(names, &["shop.example.com", "www.shop.example.com"]);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}
