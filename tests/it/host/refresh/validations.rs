//! `domain_validations`: what the owner of a domain has to publish.

use certcentral_sandbox::{Dcv, Move};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, order_with};

async fn ordered(method: &str) -> Bed {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let config = order_with(json!({ "dns_names": ["www.example.org"], "dcv_method": method }));
    let _applied = bed.apply(&config).await.expect_success();
    bed
}

fn token(bed: &Bed) -> String {
    bed.posts()[0].response["dcv_random_value"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The entry of a name without the attributes that are null and the end of the token.
fn published(bed: &Bed, name: &str) -> Json {
    let mut entry = bed.order()["domain_validations"][name].clone();
    assert!(entry["expires_at"].is_string(), "{entry}");
    entry
        .as_object_mut()
        .unwrap()
        .retain(|name, value| !value.is_null() && name != "expires_at");
    entry
}

#[tokio::test]
async fn a_txt_token_comes_with_its_record() {
    let bed = ordered("dns-txt-token").await;
    for (name, scope) in [
        ("shop.example.com", "example.com"),
        ("www.example.org", "example.org"),
    ] {
        assert_eq!(
            published(&bed, name),
            json!({
                "method": "dns-txt-token", "status": "unapproved", "record_name": scope, "record_type": "TXT",
                "record_value": token(&bed),
            })
        );
    }
}

#[tokio::test]
async fn a_cname_token_comes_with_its_record() {
    let bed = ordered("dns-cname-token").await;
    assert_eq!(
        published(&bed, "www.example.org"),
        json!({
            "method": "dns-cname-token", "status": "unapproved", "record_name": "_dnsauth.example.org",
            "record_type": "CNAME", "record_value": format!("{}.dcv.digicert.com", token(&bed)),
        })
    );
}

#[tokio::test]
async fn an_http_token_comes_with_its_file() {
    let bed = ordered("http-token").await;
    assert_eq!(
        published(&bed, "shop.example.com"),
        json!({
            "method": "http-token", "status": "unapproved", "http_content": token(&bed),
            "http_url": "http://shop.example.com/.well-known/pki-validation/fileauth.txt",
        })
    );
}

#[tokio::test]
async fn a_generated_file_has_the_address_that_certcentral_gives_or_none_with_a_sentence() {
    let bed = ordered("http-token-dynamic").await;
    let domains = &bed.posts()[0].response["domains"];
    assert_eq!(domains[0]["name"], "shop.example.com");
    let url = &domains[0]["dcv_token"]["http_token_url"];
    assert!(!url.as_str().unwrap().ends_with("fileauth.txt"), "{url}");
    assert_eq!(
        published(&bed, "shop.example.com"),
        json!({
            "method": "http-token-dynamic", "status": "unapproved", "http_content": token(&bed), "http_url": url,
        })
    );

    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    for domain in 0..2 {
        let rule = format!(
            "POST /order/certificate/* remove pointer=/domains/{domain}/dcv_token/http_token_url"
        );
        bed.sandbox.add_fault(rule.parse().unwrap());
    }
    let config =
        order_with(json!({ "dns_names": ["www.example.org"], "dcv_method": "http-token-dynamic" }));
    let _applied = bed.apply(&config).await.expect_success();
    let entry = &bed.order()["domain_validations"]["shop.example.com"];
    assert_eq!(
        (&entry["http_url"], &entry["http_content"]),
        (&Json::Null, &json!(token(&bed)))
    );
    let said = bed.order()["status_detail"].as_str().unwrap();
    assert!(
        said.ends_with(
            "where it names no address, CertCentral shows the generated file name at the order."
        ),
        "{said}"
    );
    bed.terraform.refresh().await.unwrap().expect_success();
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_record_in_the_form_that_the_answer_names_is_passed_on() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let rule = "POST /order/certificate/* set pointer=/domains/0/dcv_token/verification_value \
        value=dcv.digicert.com";
    bed.sandbox.add_fault(rule.parse().unwrap());
    let config = order_with(json!({ "dcv_method": "dns-cname-token" }));
    let _applied = bed.apply(&config).await.expect_success();
    let entry = published(&bed, "shop.example.com");
    assert_eq!(entry["record_name"], format!("{}.example.com", token(&bed)));
    assert_eq!(entry["record_value"], "dcv.digicert.com");
}

#[tokio::test]
async fn the_step_that_is_open_is_said_and_another_refresh_says_it_again() {
    for (organization, dcv, words) in [
        (
            778_851,
            Dcv::Prevalidated,
            &["DigiCert's staff have yet to validate the organization"][..],
        ),
        (
            123_456,
            Dcv::Required,
            &["Control over example.com is not proven: create the DNS records"],
        ),
        (
            778_851,
            Dcv::Required,
            &[
                "Control over example.com is not proven",
                "validate the organization",
            ],
        ),
    ] {
        let mut bed = Bed::with(|account| account.dcv = dcv);
        let config = order_with(
            json!({ "organization": { "id": organization }, "dcv_method": "dns-cname-token" }),
        );
        let applied = bed.apply(&config).await.expect_success();
        let warning = applied
            .report
            .warnings()
            .find(|it| it.summary == "Certificate not issued yet");
        let look = format!("GET /order/certificate/{}", bed.order_id());
        let looks = bed.calls_after(0);
        let looks = looks.iter().filter(|call| **call == look).count();
        assert_eq!(looks, 1, "auto waits for nobody");
        for refresh in 0..2 {
            let said = bed.order()["status_detail"].as_str().unwrap().to_owned();
            for words in words {
                assert!(said.contains(words), "{refresh}: {said}");
                assert!(warning.unwrap().detail.contains(words), "{warning:?}");
            }
            bed.terraform.refresh().await.unwrap().expect_success();
        }
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn a_wildcard_is_listed_without_its_star() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let config =
        order_with(json!({ "dns_names": ["*.shop.example.com"], "dcv_method": "dns-txt-token" }));
    let _applied = bed.apply(&config).await.expect_success();
    let names: Vec<_> = bed.order()["domain_validations"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["shop.example.com"]);
}

#[tokio::test]
async fn the_token_stays_in_state_after_the_validation() {
    let mut bed = ordered("dns-txt-token").await;
    let record = bed.order()["domain_validations"]["www.example.org"]["record_value"].clone();
    bed.sandbox.apply(bed.order_id(), Move::Validate).unwrap();
    for _ in 0..2 {
        bed.terraform.refresh().await.unwrap().expect_success();
        let entry = &bed.order()["domain_validations"]["www.example.org"];
        assert_eq!(entry["record_value"], record);
    }
    assert_eq!(bed.order()["status"], "issued");
}

#[tokio::test]
async fn a_method_by_mail_has_nothing_to_publish() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let _applied = bed
        .apply(&order_with(json!({ "dcv_method": "email" })))
        .await
        .expect_success();
    let entry = &bed.order()["domain_validations"]["shop.example.com"];
    assert_eq!(
        json!([
            entry["method"],
            entry["record_value"],
            entry["http_content"]
        ]),
        json!(["email", null, null])
    );
}
