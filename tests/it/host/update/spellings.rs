//! Another spelling of the same order is no change.

use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, CSR, order_with};

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
        "-----BEGIN NEW CERTIFICATE REQUEST-----{end}{}{end}-----END NEW CERTIFICATE REQUEST-----{end}",
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
