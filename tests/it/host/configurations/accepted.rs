//! Odd but legal configurations: each plans, with exactly the warnings that it deserves.

use rcgen::PKCS_ECDSA_P384_SHA384;
use serde_json::{Value as Json, json};
use terraform_host::Resource;

use super::{csr_of, offline, said};
use crate::host::bed::{CSR, order_with};

/// A person with every member.
pub(super) fn person() -> Json {
    json!({
        "first_name": "Jill", "last_name": "Valentine", "job_title": "Operations Lead",
        "telephone": "801-555-0117", "email": "jill@example.com",
    })
}

/// A new organization with every member that it needs.
pub(super) fn new_organization() -> Json {
    json!({
        "name": "Example Widgets LLC", "address": "1 Main St", "city": "Lehi", "state": "Utah", "zip": "84043",
        "country": "us", "telephone": "801-555-0100", "organization_contact": person(),
    })
}

fn new_with(members: &Json) -> Json {
    let mut organization = new_organization();
    for (name, value) in members.as_object().unwrap() {
        organization[name] = value.clone();
    }
    json!({ "organization": organization })
}

fn contacts(contacts: &[(&str, Json)]) -> Json {
    let contacts: Vec<_> = contacts
        .iter()
        .map(|(kind, person)| {
            let mut contact = person.clone();
            contact["contact_type"] = json!(kind);
            contact
        })
        .collect();
    json!({ "organization": { "id": 1, "contacts": contacts } })
}

fn with(mut edit: Json, argument: &str, value: Json) -> Json {
    edit[argument] = value;
    edit
}

/// Names that look wrong and are not.
fn names() -> Vec<(Json, &'static [&'static str])> {
    vec![
        (json!({}), &[]),
        (json!({ "common_name": "SHOP.Example.COM." }), &[]),
        (json!({ "common_name": "b\u{fc}cher.example.com" }), &[]),
        (json!({ "common_name": "xn--bcher-kva.example.com" }), &[]),
        (json!({ "common_name": "*.example.com" }), &[]),
        (json!({ "common_name": "1.2.3.4.example.com" }), &[]),
        (json!({ "common_name": "a--b.example.com" }), &[]),
        (
            json!({ "common_name": format!("{}.example.com", "a".repeat(52)) }),
            &[],
        ),
        (json!({ "dns_names": [] }), &[]),
        (
            json!({ "dns_names": ["shop.example.com", "SHOP.example.com."] }),
            &[],
        ),
        (
            json!({ "dns_names": [format!("{}.example.com", "a".repeat(63))] }),
            &[],
        ),
        (
            json!({ "dns_names": ["*.example.com", "example.com", "*.a.example.co.uk"] }),
            &[],
        ),
        (
            json!({ "dns_names": ["duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"] }),
            &[],
        ),
        (
            json!({ "product_name_id": "ssl_plus", "dns_names": ["www.shop.example.com"] }),
            &[],
        ),
        (
            json!({ "product_name_id": "ssl_plus", "dns_names": ["a.example.com"] }),
            &[".dns_names: More names than the product covers"],
        ),
        (
            json!({ "product_name_id": "ssl_wildcard" }),
            &[".common_name: Wildcard product without a wildcard"],
        ),
        (
            json!({ "product_name_id": "ssl_multi_domain", "dns_names": ["*.example.com"] }),
            &[".dns_names: Wildcard in a product without wildcards"],
        ),
        (
            json!({ "product_name_id": "private_ssl_plus", "common_name": "mail.corp" }),
            &[
                ".product_name_id: Unknown product",
                ".common_name: Invalid common name",
            ],
        ),
        (
            json!({ "dns_names": ["*.example.com"], "dcv_method": "http-token" }),
            &[".dcv_method: DCV method without wildcards"],
        ),
    ]
}

/// Requests in odd clothes.
fn requests() -> Vec<(Json, &'static [&'static str])> {
    vec![
        (json!({ "csr": CSR.replace('\n', "\r\n") }), &[]),
        (
            json!({ "csr": CSR.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST") }),
            &[],
        ),
        (
            json!({ "csr": format!("Certificate Request:\n    Data:\n{}\n\n", *CSR) }),
            &[],
        ),
        (
            json!({ "csr": csr_of(&PKCS_ECDSA_P384_SHA384, "SHOP.example.com", &["shop.EXAMPLE.com"]) }),
            &[],
        ),
        (
            json!({ "csr": csr_of(&PKCS_ECDSA_P384_SHA384, "Example Shop", &[]) }),
            &[".csr: CSR made for another name"],
        ),
        (
            json!({ "csr": csr_of(&PKCS_ECDSA_P384_SHA384, "shop.example.com", &["shop.example.com", "10.0.0.1"]) }),
            &[".csr: CSR names that no order has"],
        ),
        (json!({ "signature_hash": "sha512" }), &[]),
        (
            json!({ "signature_hash": "sha3-256" }),
            &[".signature_hash: Unknown value"],
        ),
        (json!({ "organization_units": [] }), &[]),
        (
            json!({ "organization_units": ["IT"] }),
            &[".organization_units: Organization units are ignored"],
        ),
    ]
}

/// Validities in every form.
fn validities() -> Vec<(Json, &'static [&'static str])> {
    let older = |edit: Json| with(edit, "order_validity", Json::Null);
    vec![
        (
            json!({ "validity_years": 1 }),
            &[".order_validity: Validity given twice"],
        ),
        (older(json!({ "validity_years": 2 })), &[]),
        (older(json!({ "validity_days": 824 })), &[]),
        (
            older(json!({ "validity_years": 1, "validity_days": 90 })),
            &[".validity_days: Several validity arguments"],
        ),
        (json!({ "order_validity": { "years": 3 } }), &[]),
        (json!({ "order_validity": { "days": 1096 } }), &[]),
        (json!({ "cert_validity": {} }), &[]),
        (json!({ "cert_validity": { "days": 40 } }), &[]),
        (
            json!({ "order_validity": { "days": 20 }, "cert_validity": { "days": 30 } }),
            &[".cert_validity: Certificate longer than its order"],
        ),
    ]
}

/// Organizations and people that exist.
fn organizations() -> Vec<(Json, &'static [&'static str])> {
    let user = |id: i64| json!({ "user_id": id });
    vec![
        (new_with(&json!({})), &[]),
        (
            new_with(&json!({ "country": "NA", "city": "Windhoek" })),
            &[],
        ),
        (
            new_with(&json!({ "address2": "", "assumed_name": "" })),
            &[],
        ),
        (
            new_with(&json!({ "country": "XK" })),
            &[".organization.country: Unknown country"],
        ),
        (
            new_with(&json!({ "name": "Widgets (UK) Ltd" })),
            &[".organization.name: Unusual organization name"],
        ),
        (
            contacts(&[("verified_contact", person()), ("ev_approver", user(7))]),
            &[],
        ),
        (
            contacts(&[(
                "technical_contact",
                with(person(), "last_name", json!("Na")),
            )]),
            &[],
        ),
        (
            contacts(&[("technical_contact", with(person(), "last_name", json!("-")))]),
            &[".organization.contacts[0].last_name: Meaningless contact argument"],
        ),
        (
            contacts(&[
                ("technical_contact", user(7)),
                ("technical_contact", user(8)),
            ]),
            &[".organization.contacts[1]: Duplicate contact"],
        ),
        (
            contacts(&[("billing_contact", user(7))]),
            &[".organization.contacts[0].contact_type: Unknown contact type"],
        ),
        (
            with(
                contacts(&[("ev_approver", user(7))]),
                "product_name_id",
                json!("ssl_ev_plus"),
            ),
            &[],
        ),
        (
            json!({ "product_name_id": "ssl_ev_basic" }),
            &[".organization.contacts: No EV approver"],
        ),
    ]
}

/// Values that CertCentral may know and this provider does not.
fn values() -> Vec<(Json, &'static [&'static str])> {
    vec![
        (
            json!({ "product_name_id": "ssl_new_2030" }),
            &[".product_name_id: Unknown product"],
        ),
        (
            json!({ "payment_method": "wire_transfer" }),
            &[".payment_method: Unknown value"],
        ),
        (
            json!({ "dcv_method": "carrier-pigeon" }),
            &[".dcv_method: Unknown value"],
        ),
        (json!({ "locale": "zh_CN" }), &[]),
        (
            json!({ "server_platform_id": 0 }),
            &[".server_platform_id: Unknown server platform"],
        ),
        (
            json!({ "additional_emails": ["tls+alerts@sub.example.com", "\u{fc}@b\u{fc}cher.example"] }),
            &[],
        ),
        (
            json!({ "ca_cert_id": "\t", "profile_option": " " }),
            &[
                ".profile_option: Blank argument",
                ".ca_cert_id: Blank argument",
            ],
        ),
        (json!({ "custom_fields": [] }), &[]),
        (
            json!({ "comments": "", "profile_option": "server_client_auth_eku" }),
            &[],
        ),
        (
            json!({ "ca_cert_id": "", "profile_option": "", "locale": "", "custom_expiration_date": "", "order_key": "" }),
            &[],
        ),
        (
            json!({ "alternative_order_id": "x".repeat(129) }),
            &[".alternative_order_id: Long alternative order id"],
        ),
        (
            json!({ "renewed_thumbprint": "0123456789abcdefABCDEF456789abcdef012345" }),
            &[],
        ),
        (
            json!({ "timeouts": { "create": "1h 30m" }, "renew_days_before_expiry": 0 }),
            &[],
        ),
    ]
}

/// Every row: what is changed of the smallest order, and the warnings that it deserves.
pub(super) fn all() -> Vec<(Json, &'static [&'static str])> {
    [names(), requests(), validities(), organizations(), values()].concat()
}

#[tokio::test]
async fn each_has_the_warnings_that_it_deserves() {
    let mut terraform = offline();
    let mut wrong = Vec::new();
    for (edit, expected) in all() {
        let said = said(&mut terraform, order_with(edit.clone())).await;
        let lines: Vec<_> = said
            .iter()
            .map(|it| {
                let error = if it.is_error() { "error " } else { "" };
                format!("{error}{}: {}", it.path, it.summary)
            })
            .collect();
        if lines != expected {
            wrong.push(format!("{edit}\n  expected {expected:?}\n  found {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn all_plan_without_an_error() {
    let resources: Vec<_> = all()
        .into_iter()
        .enumerate()
        .map(|(index, (edit, _))| {
            let address = format!("digicert_ssl_order.row{index}");
            Resource::new(&address, order_with(edit))
        })
        .collect();
    let plan = offline().plan(&resources).await.unwrap().expect_success();
    assert_eq!(plan.changes.len(), resources.len());
}
