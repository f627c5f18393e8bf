//! Control over domains as DigiCert proves it today, how long that lasts, and how long certificates
//! do.

use std::time::Duration;

use certcentral_sandbox::{Approval, Behavior, Dcv, DnsRecord, Issuance, Move, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::changes::{certificate, info, post};
use crate::client::{Client, new_csr, seed_body};

const DAY: u64 = 86_400;
const NAMES: [&str; 2] = ["shop.example.com", "www.shop.example.com"];

fn account(dcv: Dcv, start: OffsetDateTime) -> Client {
    Client::of(Settings {
        start_at: Some(start),
        behavior: Behavior {
            dcv,
            ..Behavior::default()
        },
        ..Settings::default()
    })
}

fn today(dcv: Dcv) -> Client {
    account(dcv, datetime!(2026-04-14 09:12:38 UTC))
}

fn days(client: &Client, days: u64) {
    client.sandbox.advance(Duration::from_secs(days * DAY));
}

fn body(method: &str) -> Value {
    let mut body = seed_body(&new_csr().1);
    body["certificate"]["common_name"] = NAMES[0].into();
    body["certificate"]["dns_names"] = json!([NAMES[1]]);
    body["validity_years"] = 1.into();
    body["dcv_method"] = method.into();
    body
}

async fn placed(client: &Client, method: &str) -> (u64, Value) {
    let (status, answer) = client.order("ssl_plus", &body(method)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    (answer["id"].as_u64().unwrap(), answer)
}

async fn check(client: &Client, order: u64) -> Value {
    let path = format!("/order/certificate/{order}/check-dcv");
    client.call(Method::PUT, &path, None).await.1
}

#[tokio::test]
async fn a_value_has_32_characters_and_an_underscore_in_a_cname_record() {
    for (method, length) in [("dns-txt-token", 32), ("dns-cname-token", 33)] {
        let client = today(Dcv::Dns);
        let (order, answer) = placed(&client, method).await;
        let value = answer["dcv_random_value"].as_str().unwrap();
        assert_eq!(value.len(), length, "{value}");
        assert_eq!(
            value.starts_with('_'),
            method == "dns-cname-token",
            "{value}"
        );
        let letters = value.trim_start_matches('_');
        assert!(
            letters
                .bytes()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        );
        let path = format!("/order/certificate/{order}/dcv-random-value");
        let (_, again) = client.call(Method::PUT, &path, None).await;
        assert_eq!(again["dcv_random_value"], value);
    }
}

#[tokio::test]
async fn a_record_counts_at_dnsauth_or_at_the_domain_if_it_contains_the_value() {
    for (method, kind, name, value, counts) in [
        (
            "dns-cname-token",
            "CNAME",
            "_dnsauth.example.com",
            "VALUE.dcv.digicert.com",
            true,
        ),
        (
            "dns-cname-token",
            "CNAME",
            "example.com",
            "VALUE.dcv.digicert.com",
            true,
        ),
        (
            "dns-cname-token",
            "CNAME",
            "VALUE.example.com",
            "dcv.digicert.com",
            false,
        ),
        (
            "dns-cname-token",
            "TXT",
            "_dnsauth.example.com",
            "VALUE",
            false,
        ),
        (
            "dns-cname-token",
            "CNAME",
            "_dnsauth.shop.example.com",
            "VALUE.dcv.digicert.com",
            false,
        ),
        (
            "dns-txt-token",
            "TXT",
            "_dnsauth.example.com",
            "VALUE",
            true,
        ),
        (
            "dns-txt-token",
            "TXT",
            "example.com",
            "v=spf1 -all VALUE",
            true,
        ),
        ("dns-txt-token", "TXT", "example.com", "another", false),
        ("email", "TXT", "_dnsauth.example.com", "VALUE", false),
    ] {
        let client = today(Dcv::Dns);
        let (order, answer) = placed(&client, method).await;
        let token = answer["dcv_random_value"].as_str().unwrap_or("none");
        let [name, value] = [name, value].map(|text| text.replace("VALUE", token));
        client
            .sandbox
            .publish(DnsRecord::new(kind, "_dnsauth.example.com", "older"));
        client.sandbox.publish(DnsRecord::new(kind, &name, &value));
        let expected = if counts { "issued" } else { "pending" };
        assert_eq!(
            check(&client, order).await["order_status"],
            expected,
            "{method} {name}"
        );
    }
}

#[tokio::test]
async fn a_file_is_for_exact_names_and_its_name_is_fixed_or_generated() {
    for method in ["http-token", "http-token-dynamic"] {
        let client = today(Dcv::Required);
        let (order, answer) = placed(&client, method).await;
        let domains = answer["domains"].as_array().unwrap();
        let mut files = Vec::new();
        for (domain, name) in domains.iter().zip(NAMES) {
            assert_eq!(domain["dns_name"], name);
            let url = domain["dcv_token"]["http_token_url"].as_str().unwrap();
            let begin = format!("http://{name}/.well-known/pki-validation/");
            files.push(url.strip_prefix(&begin).unwrap().to_owned());
            let value = answer["dcv_random_value"].as_str().unwrap();
            assert!(!url.contains(value), "{url}");
        }
        assert_eq!(
            files.iter().all(|file| file == "fileauth.txt"),
            method == "http-token"
        );
        let path = format!("/order/certificate/{order}/dcv-random-value");
        let (status, value) = client.call(Method::PUT, &path, None).await;
        match method {
            "http-token" => assert_eq!(value["dcv_random_value"], answer["dcv_random_value"]),
            _ => assert_eq!(
                (status.as_u16(), &value["errors"][0]["code"]),
                (400, &json!("invalid_dcv_method"))
            ),
        }
    }
}

#[tokio::test]
async fn a_wildcard_and_a_file_do_not_go_together() {
    let client = today(Dcv::Required);
    let mut wildcard = body("http-token");
    wildcard["certificate"]["common_name"] = "*.example.com".into();
    wildcard["certificate"]["dns_names"] = json!([]);
    let (status, refused) = client.order("ssl_wildcard", &wildcard).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["errors"][0]["code"], "invalid_wildcard_dcv_method");
    let (order, _) = placed(&client, "email").await;
    let path = format!("/order/certificate/{order}/dcv-random-value");
    let (_, refused) = client.call(Method::PUT, &path, None).await;
    assert_eq!(refused["errors"][0]["code"], "invalid_dcv_method");
}

#[tokio::test]
async fn a_proof_counts_for_later_orders_until_it_lapses() {
    let client = today(Dcv::Required);
    let (first, _) = placed(&client, "dns-txt-token").await;
    assert_eq!(info(&client, first).await["status"], "pending");
    client.sandbox.apply(first, Move::Validate).unwrap();
    assert_eq!(info(&client, first).await["status"], "issued");
    days(&client, 198);
    let (second, answer) = placed(&client, "dns-txt-token").await;
    assert_eq!(info(&client, second).await["status"], "issued", "{answer}");
    days(&client, 1);
    let (third, answer) = placed(&client, "dns-txt-token").await;
    assert_eq!(info(&client, third).await["status"], "pending");
    assert_eq!(answer["domains"][0]["name"], "example.com");
}

#[tokio::test]
async fn a_reissue_after_199_days_has_to_prove_its_domains_again() {
    let client = today(Dcv::Dns);
    let (order, answer) = placed(&client, "dns-cname-token").await;
    let publish = |answer: &Value| {
        let value = answer["dcv_random_value"].as_str().unwrap();
        let target = format!("{value}.dcv.digicert.com");
        client
            .sandbox
            .publish(DnsRecord::new("CNAME", "_dnsauth.example.com", &target));
    };
    publish(&answer);
    assert_eq!(check(&client, order).await["order_status"], "issued");
    days(&client, 170);
    let (_, early) = post(&client, order, "reissue", &certificate(&NAMES)).await;
    assert!(early["certificate_chain"].is_array(), "{early}");

    days(&client, 170);
    let (_, late) = post(&client, order, "reissue", &certificate(&NAMES)).await;
    assert_eq!(info(&client, order).await["status"], "reissue_pending");
    assert_ne!(
        late["dcv_random_value"], answer["dcv_random_value"],
        "the former one has expired"
    );
    assert_eq!(
        late["domains"][0]["dcv_token"]["token"],
        late["dcv_random_value"]
    );
    assert_eq!(
        check(&client, order).await["dcv_status"],
        "pending",
        "the former record"
    );
    publish(&late);
    assert_eq!(check(&client, order).await["order_status"], "issued");
    assert_eq!(client.sandbox.summary().reissued, 2);
}

#[tokio::test]
async fn a_reissue_waits_for_an_organization_whose_validation_has_lapsed() {
    let client = today(Dcv::ExampleDomains);
    let mut two_years = body("email");
    two_years["validity_years"] = 2.into();
    let (_, answer) = client.order("ssl_plus", &two_years).await;
    let order = answer["id"].as_u64().unwrap();
    days(&client, 397);
    post(&client, order, "reissue", &certificate(&NAMES)).await;
    let path = format!("/order/certificate/{order}/validation");
    let statuses = async || {
        let (_, validation) = client.get(&path).await;
        let organization = validation["organization_validations"][0]["status"].clone();
        [
            organization,
            validation["dns_name_validations"][0]["status"].clone(),
        ]
    };
    assert_eq!(statuses().await, ["pending", "unapproved"]);
    client.sandbox.apply(order, Move::Validate).unwrap();
    assert_eq!(statuses().await, ["complete", "approved"]);
    assert_eq!(info(&client, order).await["status"], "issued");
    client
        .sandbox
        .apply(order, Move::LapseOrganization)
        .unwrap();
    assert_eq!(statuses().await, ["pending", "approved"]);
}

#[tokio::test]
async fn nothing_lapses_in_an_account_whose_people_see_to_it() {
    let client = today(Dcv::Prevalidated);
    let (order, _) = placed(&client, "dns-txt-token").await;
    for _ in 0..2 {
        days(&client, 170);
        let (_, answer) = post(&client, order, "reissue", &certificate(&NAMES)).await;
        assert!(answer["certificate_chain"].is_array(), "{answer}");
    }
}

#[tokio::test]
async fn a_domain_that_only_the_former_certificate_named_blocks_no_reissue() {
    let client = today(Dcv::Required);
    let mut two = body("dns-txt-token");
    two["certificate"]["dns_names"] = json!(["old.example.org"]);
    let (_, answer) = client.order("ssl_plus", &two).await;
    let order = answer["id"].as_u64().unwrap();
    client.sandbox.apply(order, Move::Validate).unwrap();
    client.sandbox.apply(order, Move::Lapse).unwrap();
    let (_, answer) = post(&client, order, "reissue", &certificate(&NAMES)).await;
    let open: Vec<_> = answer["domains"].as_array().unwrap().iter().collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["name"], "example.com");
}

#[tokio::test]
async fn certificates_get_shorter_with_the_clock() {
    for (start, longest, till) in [
        (datetime!(2026-01-10 12:00 UTC), "2027-01-09", "2027-01-09"),
        (datetime!(2026-03-20 12:00 UTC), "2026-10-04", "2027-03-19"),
        (datetime!(2027-03-15 12:00 UTC), "2027-06-21", "2028-03-14"),
        (datetime!(2029-03-15 12:00 UTC), "2029-04-29", "2030-03-14"),
    ] {
        let client = account(Dcv::Prevalidated, start);
        let (order, _) = placed(&client, "email").await;
        let info = info(&client, order).await;
        assert_eq!(info["certificate"]["valid_till"], longest, "{start}");
        assert_eq!(info["order_valid_till"], till, "{start}");
    }
}

#[tokio::test]
async fn accounts_without_multi_year_plans_and_those_that_cut_nothing() {
    let client = today(Dcv::Prevalidated);
    client
        .sandbox
        .change(|account| account.orders_end_with_certificate = true);
    let (order, _) = placed(&client, "email").await;
    let before = info(&client, order).await;
    assert_eq!(before["order_valid_till"], "2026-10-29");
    days(&client, 170);
    post(&client, order, "reissue", &certificate(&NAMES)).await;
    let after = info(&client, order).await;
    assert_eq!(
        after["certificate"]["valid_till"], "2026-10-29",
        "it gains nothing"
    );
    assert_eq!(after["order_valid_till"], "2026-10-29");

    let mut long = body("email");
    long["certificate"]["cert_validity"] = json!({ "days": 300 });
    let (status, _) = client.order("ssl_plus", &long).await;
    assert_eq!(status, StatusCode::CREATED, "cut");
    client
        .sandbox
        .change(|account| account.refuses_long_certificates = true);
    let (status, refused) = client.order("ssl_plus", &long).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["errors"][0]["code"], "invalid_value:cert_validity");
}

#[tokio::test]
async fn a_renewal_is_held_up_by_lapsed_proofs_as_well() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    client.sandbox.change(|account| account.dcv = Dcv::Required);
    let (order, _) = placed(&client, "dns-txt-token").await;
    client.sandbox.apply(order, Move::Validate).unwrap();
    days(&client, 340);
    let mut renewal = body("dns-txt-token");
    renewal["renewal_of_order_id"] = order.into();
    let (_, answer) = client.order("ssl_plus", &renewal).await;
    let renewal = answer["id"].as_u64().unwrap();
    assert!(answer["dcv_random_value"].is_string());
    assert_eq!(info(&client, renewal).await["status"], "pending");
}
