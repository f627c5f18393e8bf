//! Another spelling of the same order is no change.

use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, CSR, order, order_with, warnings};

fn config(changes: &Json) -> Json {
    let mut config = order_with(json!({
        "dns_names": ["www.example.com", "b\u{fc}cher.example.com"],
        "additional_emails": ["ops@example.com", "it@example.com"],
        "custom_fields": [{ "metadata_id": 11, "value": "a" }, { "metadata_id": 112, "value": "b" }],
        "renewed_thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
    }));
    config
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    config
}

/// The request in lines of another length.
fn wrapped(width: usize, end: &str) -> String {
    let body: String = CSR
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN NEW CERTIFICATE REQUEST-----{end}{}{end}-----END NEW CERTIFICATE \
         REQUEST-----{end}",
        lines.join(end)
    )
}

#[tokio::test]
async fn equal_spellings_make_an_empty_plan() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&config(&json!({}))).await.expect_success();
    let before = bed.order().clone();
    for spelling in [
        json!({ "common_name": "Shop.Example.COM" }),
        json!({ "common_name": "shop.example.com." }),
        json!({ "dns_names": ["b\u{fc}cher.example.com", "www.example.com"] }),
        json!({ "dns_names": ["WWW.example.com.", "xn--bcher-kva.example.com"] }),
        json!({ "dns_names": ["www.example.com", "b\u{fc}cher.example.com", "shop.example.com"] }),
        json!({ "csr": CSR.replace("\r\n", "\n").replace('\n', "\r\n") }),
        json!({ "csr": wrapped(48, "\n") }),
        json!({ "csr": wrapped(76, "\r\n") }),
        json!({ "csr": format!("\n{}\n\n", *CSR) }),
        json!({ "additional_emails": ["IT@example.com", "ops@example.com"] }),
        json!({ "custom_fields": [{ "metadata_id": 112, "value": "b" }, { "metadata_id": 11, "value": "a" }] }),
        json!({ "renewed_thumbprint": "0123456789abcdef0123456789abcdef01234567" }),
        json!({ "signature_hash": "sha256", "server_platform_id": -1, "disable_renewal_notifications": false }),
    ] {
        let plan = bed.plan(&config(&spelling)).await.expect_success();
        assert!(plan.is_empty(), "{spelling}");
    }
    assert_eq!(bed.order(), &before);
}

#[tokio::test]
async fn another_spelling_finds_the_order_of_an_earlier_run() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&config(&json!({}))).await.expect_success();
    for spelling in [
        json!({ "common_name": "Shop.Example.COM" }),
        json!({ "dns_names": ["xn--bcher-kva.example.com", "WWW.example.com."] }),
        json!({ "csr": wrapped(48, "\r\n") }),
        json!({ "order_validity": null, "validity_years": 1 }),
        json!({ "renewed_thumbprint": "0123456789abcdef0123456789abcdef01234567" }),
    ] {
        bed.forget_state();
        let _applied = bed.apply(&config(&spelling)).await.expect_success();
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{spelling}");
    }
}

/// Every optional text that a module may pass on as empty.
fn with_empty_texts() -> Json {
    order_with(json!({
        "order_key": "", "profile_option": "", "ca_cert_id": "", "locale": "", "comments": "", "custom_renewal_message": "",
        "renewed_thumbprint": "", "custom_expiration_date": "", "timeouts": { "create": "", "update": "", "delete": "" },
        "order_validity": { "years": 1, "custom_expiration_date": "" },
        "cert_validity": { "custom_expiration_date": "" },
        "organization": { "id": 123_456, "name": "", "assumed_name": "", "address": "", "country": "", "organization_contact": null },
    }))
}

#[tokio::test]
async fn an_empty_text_buys_changes_and_sends_nothing() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let body = bed.posted();
    for config in [with_empty_texts(), order(), with_empty_texts()] {
        let seen = bed.seen();
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(warnings(&plan.report), [""; 0]);
        let _applied = bed.apply(&config).await.expect_success();
        let calls = bed.calls_after(seen);
        assert!(
            calls.iter().all(|call| call.starts_with("GET ")),
            "{calls:?}"
        );
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
    assert_eq!(bed.order()["order_key"], json!(""), "as configured");
    bed.forget_state();
    let _adopted = bed.apply(&with_empty_texts()).await.expect_success();
    assert_eq!(bed.posts().len(), 1, "the same token");
    let mut other = Bed::new();
    let _applied = other.apply(&with_empty_texts()).await.expect_success();
    // The host of the API is a part of the token, and the two sandboxes are two hosts.
    let mut sent = other.posted();
    sent["alternative_order_id"] = body["alternative_order_id"].clone();
    assert_eq!(sent, body, "no empty text");
}

#[tokio::test]
async fn each_name_is_ordered_and_reissued_once() {
    let mut bed = Bed::new();
    let mut config = order_with(json!({
        "dns_names": ["shop.example.com", "WWW.shop.example.com", "www.shop.example.com.", "Shop.Example.Com."],
    }));
    let _applied = bed.apply(&config).await.expect_success();
    let posted = bed.posted();
    assert_eq!(
        posted["certificate"]["dns_names"],
        json!(["www.shop.example.com"])
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
    let names = config["dns_names"].as_array_mut().unwrap();
    names.extend([json!("API.example.com"), json!("api.example.com")]);
    let _applied = bed.apply(&config).await.expect_success();
    let journal = bed.sandbox.journal();
    let reissue = journal
        .iter()
        .find(|entry| entry.path.ends_with("/reissue"));
    let mut sent = reissue.unwrap().request["certificate"]["dns_names"].clone();
    sent.as_array_mut()
        .unwrap()
        .sort_by_key(ToString::to_string);
    assert_eq!(sent, json!(["api.example.com", "www.shop.example.com"]));
}
