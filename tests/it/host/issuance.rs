//! `digicert_order_issuance` after an order whose domains, approval or issuance take their time.

use certcentral_sandbox::{Approval, At, Dcv, DnsRecord, Fault, Issuance, LookupFailure, Move};
use serde_json::{Value as Json, json};
use terraform_host::{Applied, Plan, Resource};

use super::bed::{Bed, ORDER, SHOP, errors, only_error, order_with, route, warnings};
use crate::protocol::waiting::{answered, create_of, started};

const WAIT: &str = "digicert_order_issuance.shop";

/// An order that DNS records have to prove, placed.
async fn ordered(method: &str) -> (Bed, Json) {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Dns);
    let config = order_with(json!({ "dns_names": ["www.example.org"], "dcv_method": method }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.order()["status"], "pending");
    (bed, config)
}

/// The order with a wait for it.
fn both(bed: &Bed, order: &Json, arguments: Json) -> [Resource; 2] {
    let mut wait = json!({ "order_id": bed.order_id(), "timeouts": { "create": "30s" } });
    if let Json::Object(arguments) = arguments {
        for (name, value) in arguments {
            wait[name] = value;
        }
    }
    [
        Resource::new(SHOP, order.clone()),
        Resource::new(WAIT, wait),
    ]
}

async fn plan(bed: &mut Bed, resources: &[Resource]) -> Plan {
    let plan = bed.terraform.plan(resources).await.unwrap().expect_valid();
    plan.expect_success()
}

async fn apply(bed: &mut Bed, resources: &[Resource]) -> Applied {
    let plan = plan(bed, resources).await;
    bed.terraform.apply(&plan).await.unwrap().expect_valid()
}

/// Creates the records that state asks for.
fn publish(bed: &Bed) {
    for validation in bed.order()["domain_validations"]
        .as_object()
        .unwrap()
        .values()
    {
        let text = |name: &str| validation[name].as_str().unwrap();
        bed.sandbox.publish(DnsRecord::new(
            text("record_type"),
            text("record_name"),
            text("record_value"),
        ));
    }
}

fn checks(bed: &Bed) -> usize {
    let calls = bed.calls_after(0);
    calls
        .iter()
        .filter(|call| call.ends_with("/check-dcv"))
        .count()
}

#[tokio::test]
async fn records_in_dns_lead_to_the_certificate_within_one_check() {
    for method in ["dns-txt-token", "dns-cname-token"] {
        let (mut bed, order) = ordered(method).await;
        publish(&bed);
        let resources = both(&bed, &order, json!({}));
        let _applied = apply(&mut bed, &resources).await.expect_success();

        let wait = bed.terraform.attributes(WAIT).unwrap().clone();
        assert_eq!(wait["status"], "issued", "{method}");
        assert_eq!(wait["id"], bed.order_id().to_string());
        assert_eq!(checks(&bed), 1, "{method}");
        bed.terraform.refresh().await.unwrap().expect_success();
        for name in [
            "certificate_id",
            "certificate_pem",
            "chain_pem",
            "fullchain_pem",
            "root_pem",
            "serial_number",
            "thumbprint",
            "valid_from",
            "valid_till",
        ] {
            assert_eq!(wait[name], bed.order()[name], "{method}: {name}");
            assert!(!wait[name].is_null(), "{method}: {name}");
        }
        assert!(plan(&mut bed, &resources).await.is_empty(), "{method}");
        assert_eq!(bed.posts().len(), 1, "{method}");
    }
}

#[tokio::test]
async fn a_missing_record_is_named_and_the_next_apply_waits_again() {
    let (mut bed, order) = ordered("dns-txt-token").await;
    let id = bed.order_id();
    let short = both(&bed, &order, json!({ "timeouts": { "create": "1s" } }));
    let token = bed.order()["domain_validations"]["www.example.org"]["record_value"]
        .as_str()
        .unwrap()
        .to_owned();
    bed.sandbox
        .publish(DnsRecord::new("TXT", "example.com", &token));
    bed.sandbox
        .publish(DnsRecord::new("TXT", "example.org", "something else"));

    let applied = apply(&mut bed, &short).await;
    assert_eq!(errors(&applied.report), ["Certificate not issued in time"]);
    assert_eq!(
        only_error(&applied.report),
        format!(
            "Order {id} has no certificate after 1s. Its status is pending: Control over \
             example.org is not proven: create the DNS records that `domain_validations` \
             names.\n\nThese names are not validated and wait for:\n- www.example.org: TXT record \
             example.org with the value \"{token}\"\n\nThe last check of the domains: \
             shop.example.com is approved, www.example.org is unapproved.\n\nIf what \
             DigiCert asks for is there, look at it as DigiCert does: from several networks, each \
             of which must see it, and through a resolver that verifies DNSSEC. A record that only \
             your network sees, or a signed zone that does not verify, fails every check until the \
             zone is mended.\n\nThe order is untouched and nothing is ordered again: the next apply waits again. `timeouts.create` \
             sets how long that is."
        )
    );
    assert!(bed.terraform.attributes(WAIT).is_none());

    bed.sandbox
        .publish(DnsRecord::new("TXT", "example.org", &token));
    let _applied = apply(&mut bed, &short).await.expect_success();
    assert_eq!(bed.terraform.attributes(WAIT).unwrap()["status"], "issued");
    assert_eq!(bed.order_id(), id);
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn a_record_that_appears_during_the_wait_is_found() {
    let (mut bed, order) = ordered("dns-txt-token").await;
    let resources = both(&bed, &order, json!({}));
    let plan = plan(&mut bed, &resources).await;
    let first_check = bed
        .sandbox
        .hold(route("PUT /order/certificate/*/check-dcv"), 1, At::After);
    let Bed { sandbox, terraform } = &mut bed;
    let validations = terraform.attributes(SHOP).unwrap()["domain_validations"].clone();
    let owner = async {
        first_check.held().await;
        for validation in validations.as_object().unwrap().values() {
            let value = validation["record_value"].as_str().unwrap();
            let name = validation["record_name"].as_str().unwrap();
            sandbox.publish(DnsRecord::new("TXT", name, value));
        }
        first_check.release();
    };
    let (applied, ()) = tokio::join!(terraform.apply(&plan), owner);
    let _applied = applied.unwrap().expect_valid().expect_success();
    assert_eq!(checks(&bed), 2, "in vain, then after five seconds");
}

#[tokio::test]
async fn a_record_that_was_not_created_is_refused_before_the_wait() {
    let (mut bed, order) = ordered("dns-txt-token").await;
    let given = json!({ "validation_records": ["Example.COM."] });
    let resources = both(&bed, &order, given);
    let applied = apply(&mut bed, &resources).await;
    assert_eq!(errors(&applied.report), ["Validation records are missing"]);
    let text = only_error(&applied.report);
    assert!(
        text.contains("- example.org for www.example.org: TXT record with the value"),
        "{text}"
    );
    assert!(!text.contains("for shop.example.com"), "{text}");
    assert!(text.contains("It names Example.COM."), "{text}");
    assert_eq!(checks(&bed), 0);

    publish(&bed);
    let given = json!({ "validation_records": ["example.com", "example.org"] });
    let resources = both(&bed, &order, given);
    let _applied = apply(&mut bed, &resources).await.expect_success();
    assert!(plan(&mut bed, &resources).await.is_empty());
}

#[tokio::test]
async fn a_record_stands_at_dnsauth_or_at_the_domain() {
    for (method, kind) in [("dns-txt-token", "TXT"), ("dns-cname-token", "CNAME")] {
        for place in ["", "_dnsauth."] {
            let (mut bed, order) = ordered(method).await;
            let validations = bed.order()["domain_validations"].clone();
            let names = ["example.com", "example.org"].map(|domain| format!("{place}{domain}"));
            for (name, validation) in names.iter().zip(validations.as_object().unwrap().values()) {
                let value = validation["record_value"].as_str().unwrap();
                bed.sandbox.publish(DnsRecord::new(kind, name, value));
            }
            let resources = both(&bed, &order, json!({ "validation_records": names }));
            let _applied = apply(&mut bed, &resources).await.expect_success();
            assert_eq!(bed.terraform.attributes(WAIT).unwrap()["status"], "issued");
            assert_eq!(checks(&bed), 1, "{method} {place}");
            assert!(
                plan(&mut bed, &resources).await.is_empty(),
                "{method} {place}"
            );
        }
    }
}

#[tokio::test]
async fn a_wait_for_the_organization_says_so() {
    let mut bed = Bed::new();
    let config = order_with(json!({ "organization": { "id": 778_851 } }));
    let _applied = bed.apply(&config).await.expect_success();
    let resources = both(&bed, &config, json!({ "timeouts": { "create": "1s" } }));
    let applied = apply(&mut bed, &resources).await;
    let text = only_error(&applied.report);
    let words = "Its status is pending: DigiCert's staff have yet to validate the organization";
    assert!(text.contains(words), "{text}");
    assert_eq!(checks(&bed), 0, "nothing to check");
}

#[tokio::test]
async fn an_order_that_waits_for_approval_is_named_as_that() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let config = order_with(json!({}));
    let _applied = bed.apply(&config).await.expect_success();
    let resources = both(&bed, &config, json!({ "timeouts": { "create": "1s" } }));
    let applied = apply(&mut bed, &resources).await;
    let text = only_error(&applied.report);
    assert!(
        text.contains(
            "Its status is needs_approval: The request waits for an approver of the \
            account: approve it in CertCentral."
        ),
        "{text}"
    );
    bed.sandbox.approve(bed.order_id()).unwrap();
    let _applied = apply(&mut bed, &resources).await.expect_success();
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn a_closed_order_ends_the_wait_at_once() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let config = order_with(json!({ "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.sandbox.apply(bed.order_id(), Move::Cancel).unwrap();
    let resources = both(&bed, &config, json!({}));
    let applied = apply(&mut bed, &resources).await;
    assert_eq!(
        errors(&applied.report),
        ["Order closed without a certificate"]
    );
}

#[tokio::test]
async fn an_order_of_another_account_is_refused() {
    let mut bed = Bed::new();
    let wait = [Resource::new(WAIT, json!({ "order_id": 4_711 }))];
    let applied = apply(&mut bed, &wait).await;
    assert_eq!(errors(&applied.report), ["Order not visible"]);
}

#[tokio::test]
async fn a_check_that_fails_is_repeated_and_quoted() {
    let (mut bed, order) = ordered("dns-txt-token").await;
    publish(&bed);
    bed.sandbox.fault(
        route("PUT /order/certificate/*/check-dcv"),
        1,
        At::Before,
        Fault::Drop,
    );
    let short = both(&bed, &order, json!({ "timeouts": { "create": "1s" } }));
    let applied = apply(&mut bed, &short).await;
    let text = only_error(&applied.report);
    assert!(
        text.contains("The last check of the domains: connection broken while calling"),
        "{text}"
    );
    let _applied = apply(&mut bed, &short).await.expect_success();
}

#[tokio::test]
async fn a_record_that_not_everybody_sees_is_explained_and_asking_again_cures_nothing() {
    for failure in [LookupFailure::Perspective, LookupFailure::Dnssec] {
        let (mut bed, order) = ordered("dns-txt-token").await;
        publish(&bed);
        bed.sandbox.fail_lookups("example.org", Some(failure));
        let short = both(&bed, &order, json!({ "timeouts": { "create": "1s" } }));
        let applied = apply(&mut bed, &short).await;
        let text = only_error(&applied.report);
        for words in [
            "example.org is unapproved",
            "from several networks, each of which must see it",
            "verifies DNSSEC",
        ] {
            assert!(text.contains(words), "{failure:?}: {text}");
        }
        assert!(!text.contains("example.com is unapproved"), "{text}");

        bed.sandbox.fail_lookups("example.org", None);
        let _applied = apply(&mut bed, &short).await.expect_success();
        assert_eq!(bed.posts().len(), 1, "{failure:?}");
    }
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_names_its_records_too() {
    for method in ["dns-txt-token", "dns-cname-token"] {
        let mut bed = Bed::with(|account| account.dcv = Dcv::Dns);
        bed.sandbox.fault(route(ORDER), 1, At::After, Fault::Drop);
        let order = order_with(json!({ "dns_names": ["www.example.org"], "dcv_method": method }));
        let _applied = bed.apply(&order).await.expect_success();
        let ends: Vec<_> = bed.order()["domain_validations"]
            .as_object()
            .unwrap()
            .values()
            .map(|validation| validation["expires_at"].is_string())
            .collect();
        assert_eq!(ends, [true, true], "{method}");
        publish(&bed);
        let resources = both(&bed, &order, json!({}));
        let _applied = apply(&mut bed, &resources).await.expect_success();
        assert!(plan(&mut bed, &resources).await.is_empty(), "{method}");
        assert_eq!(bed.posts().len(), 1, "{method}");
    }
}

#[tokio::test]
async fn destroying_and_importing_a_wait_change_nothing_in_the_account() {
    let mut bed = Bed::new();
    let config = order_with(json!({}));
    let _applied = bed.apply(&config).await.expect_success();
    let resources = both(&bed, &config, json!({}));
    let _applied = apply(&mut bed, &resources).await.expect_success();
    let wait = bed.terraform.attributes(WAIT).unwrap().clone();
    let before = bed.sandbox.summary();
    let only_the_order = [Resource::new(SHOP, config.clone())];
    let _applied = apply(&mut bed, &only_the_order).await.expect_success();
    assert!(bed.terraform.attributes(WAIT).is_none());

    let id = bed.order_id().to_string();
    bed.terraform
        .import(WAIT, &id)
        .await
        .unwrap()
        .expect_success();
    let mut imported = bed.terraform.attributes(WAIT).unwrap().clone();
    imported["timeouts"] = wait["timeouts"].clone();
    assert_eq!(imported, wait);
    assert_eq!(bed.sandbox.summary(), before);
}

#[tokio::test]
async fn an_order_without_a_certificate_is_not_imported_as_waited_for() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let config = order_with(json!({ "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id().to_string();
    let report = bed.terraform.import(WAIT, &id).await.unwrap();
    assert_eq!(errors(&report), ["Order has no certificate yet"]);
}

#[tokio::test]
async fn a_keeper_that_changes_waits_again_and_orders_nothing() {
    let mut bed = Bed::new();
    let config = order_with(json!({}));
    let _applied = bed.apply(&config).await.expect_success();
    let first = both(&bed, &config, json!({ "keepers": { "names": "shop" } }));
    let _applied = apply(&mut bed, &first).await.expect_success();
    let second = both(&bed, &config, json!({ "keepers": { "names": "shop,www" } }));
    let seen = bed.seen();
    let applied = apply(&mut bed, &second).await.expect_success();
    assert_eq!(warnings(&applied.report), [] as [&str; 0]);
    let calls = bed.calls_after(seen);
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
    assert!(plan(&mut bed, &second).await.is_empty());
}

#[tokio::test]
async fn a_stop_ends_the_wait_at_once_and_leaves_nothing_in_state() {
    let (bed, _) = ordered("dns-txt-token").await;
    let provider = started(&bed.sandbox).await;
    let checked = answered(
        &bed.sandbox,
        "PUT",
        "/order/certificate/2147500001/check-dcv",
    )
    .await;
    let wait = json!({ "order_id": bed.order_id() });
    let created = create_of(&provider, "digicert_order_issuance", &wait).await;
    checked.await.unwrap();
    provider.stop().await.unwrap();
    let answer = created.await.unwrap();
    let summaries: Vec<_> = answer
        .diagnostics
        .iter()
        .map(|it| it.summary.as_str())
        .collect();
    assert_eq!(summaries, ["Wait for the certificate interrupted"]);
    assert!(answer.object().is_null());
    assert_eq!(checks(&bed), 1);
}

#[tokio::test]
async fn an_order_that_is_not_shown_yet_is_waited_for() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order_with(json!({}))).await.expect_success();
    let provider = started(&bed.sandbox).await;
    let missing =
        "answer status=404 body={\"errors\":[{\"code\":\"not_found|order\",\"message\":\"No.\"}]}";
    let rule = format!("GET /order/certificate/* 1x2 before {missing}");
    bed.sandbox.add_fault(rule.parse().unwrap());
    let arguments = json!({ "order_id": bed.order_id() });
    let created = create_of(&provider, "digicert_order_issuance", &arguments).await;
    let answer = created.await.unwrap();
    assert!(!answer.failed(), "{:?}", answer.diagnostics);
    assert!(!answer.object().is_null());
}
