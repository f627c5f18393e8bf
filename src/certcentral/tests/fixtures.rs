//! Every example body of the API, decoded and checked by value. A file that no entry names fails
//! the test.

mod changes;
mod lookups;
mod orders;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;

use crate::certcentral::flexible;
use crate::certcentral::http::error::ErrorBody;
use crate::certcentral::orders::end::StatusUpdate;
use crate::certcentral::request::{Decision, RequestUpdate};

type Check = fn(&str);

/// File and what its content must mean.
const CHECKS: &[(&str, Check)] = &[
    ("README.md", |text| {
        assert!(text.starts_with("# CertCentral example bodies"));
    }),
    ("cancel_request.json", |text| {
        same(text, &StatusUpdate::canceled("terraform destroy"));
    }),
    ("request_status_update.json", |text| {
        let update = RequestUpdate {
            status: Decision::Approved,
            processor_comment: "ok",
        };
        same(text, &update);
    }),
    ("download_pem_all.pem", |text| blocks(text, 3)),
    ("download_pem_noroot.pem", |text| blocks(text, 2)),
    ("download_pem_nointermediate.pem", |text| blocks(text, 1)),
    ("error_400_bad_request_format.json", |t| {
        error(t, "bad_request_format", None);
    }),
    ("error_400_caa.json", |t| {
        error(t, "caa_check_failed", Some("shop.example.com"));
    }),
    ("error_400_cert_validity_exceeds.json", |t| {
        error(t, "cert_validity_exceeds_order_validity", None);
    }),
    ("error_400_contact_type_duplicate.json", |t| {
        error(t, "contact_type_duplicate", None);
    }),
    ("error_400_csr.json", |t| {
        error(t, "csr_invalid_cannot_parse", None);
    }),
    ("error_400_custom_field.json", |t| {
        error(t, "invalid_custom_field_value", None);
    }),
    ("error_400_invalid_status_PROPOSED.json", |t| {
        error(t, "invalid_status", None);
    }),
    ("error_400_invalid_value_validity_years.json", |t| {
        error(t, "invalid_value", Some("validity_years"));
    }),
    ("error_400_multiple.json", |text| {
        let codes: Vec<_> = read::<ErrorBody>(text)
            .errors
            .into_iter()
            .map(|e| e.code)
            .collect();
        assert_eq!(
            codes,
            ["invalid_value:common_name", "invalid_value:signature_hash"]
        );
    }),
    ("error_400_renewal.json", |t| {
        error(t, "order_not_eligible_for_renewal", None);
    }),
    ("error_400_time_frame_too_long.json", |t| {
        error(t, "time_frame_too_long", None);
    }),
    ("error_403_invalid_approver.json", |t| {
        error(t, "access_denied", Some("invalid_approver"));
    }),
    ("error_403_invalid_key.json", |t| {
        error(t, "access_denied", Some("access_denied_invalid_key"));
    }),
    ("error_403_missing_permission.json", |t| {
        error(t, "access_denied", Some("missing_permission"));
    }),
    ("error_404_generic.json", |t| error(t, "not_found", None)),
    ("error_404_order.json", |t| {
        error(t, "not_found", Some("order"));
    }),
    ("error_404_product.json", |t| {
        error(t, "not_found", Some("product"));
    }),
    ("error_404_route.json", |t| {
        error(t, "not_found", Some("route"));
    }),
    ("error_429_rate_limit.json", |t| {
        error(t, "request_limit_exceeded", None);
    }),
    ("error_object_shape_quirk.json", |t| {
        error(t, "not_found", Some("order"));
    }),
    ("error_503_waf.html", |text| {
        assert!(serde_json::from_str::<ErrorBody>(text).is_err());
    }),
];

#[test]
fn every_fixture_means_what_its_check_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certcentral");
    let mut files: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let checks = [CHECKS, orders::CHECKS, changes::CHECKS, lookups::CHECKS];
    for (file, check) in checks.into_iter().flatten() {
        assert!(files.remove(*file), "{file} is missing or named twice");
        check(&fs::read_to_string(folder.join(file)).unwrap());
    }
    assert_eq!(files, BTreeSet::new(), "files that no check names");
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Checks that a body is written as the file has it.
fn same(text: &str, body: &impl serde::Serialize) {
    assert_eq!(
        serde_json::to_value(body).unwrap(),
        read::<serde_json::Value>(text)
    );
}

/// Checks a refusal with one code and a message.
fn error(text: &str, kind: &str, detail: Option<&str>) {
    let [item] = &read::<ErrorBody>(text).errors[..] else {
        panic!("not one error: {text}");
    };
    assert_eq!((item.kind(), item.detail()), (kind, detail));
    assert!(text.contains(&format!("\"{}\"", item.message)) && !item.message.is_empty());
}

/// Checks that PEM with CRLF comes out with LF and all its blocks.
fn blocks(text: &str, count: usize) {
    assert!(text.contains("\r\n"));
    let pem = flexible::normalize_pem(text);
    assert!(!pem.contains('\r') && pem.ends_with("-----END CERTIFICATE-----\n"));
    assert_eq!(pem.matches("-----BEGIN CERTIFICATE-----\n").count(), count);
}
