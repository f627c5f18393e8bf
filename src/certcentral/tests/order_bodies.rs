//! Request bodies against the seed's example and the fixtures; the answers of the seed.

use serde::Serialize;
use serde_json::{Value, json};

use crate::certcentral::*;

const SEED: &str = include_str!("../../../tests/fixtures/seed/order_example.json");
const OV: &str = include_str!("../../../tests/fixtures/certcentral/order_create_request.json");
const EV: &str = include_str!("../../../tests/fixtures/certcentral/order_create_request_ev.json");

fn certificate(common_name: &str, dns_names: &[&str], csr: &str) -> NewCertificate {
    NewCertificate {
        common_name: common_name.to_owned(),
        dns_names: dns_names.iter().map(|name| (*name).to_owned()).collect(),
        csr: csr.to_owned(),
        signature_hash: "sha256".to_owned(),
        ..NewCertificate::default()
    }
}

fn existing(id: i64, contacts: Vec<Contact>) -> Option<OrderOrganization> {
    Some(OrderOrganization::Existing(ExistingOrganization {
        id: id.try_into().unwrap(),
        contacts,
    }))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The CSR that the fixtures carry.
fn fixture_csr() -> String {
    let body: Value = serde_json::from_str(OV).unwrap();
    body["certificate"]["csr"].as_str().unwrap().to_owned()
}

#[test]
fn the_seeds_example_is_written_as_the_seed_writes_it() {
    let mut order = NewOrder::new(certificate(
        "example.com",
        &["sub.example.com", "app.example.com"],
        "<csr>",
    ));
    order.certificate.server_platform = Some(ServerPlatformId { id: 45 });
    order.certificate.organization_units = vec!["Accounting department".to_owned()];
    order.validity_years = Some(2);
    order.comments = some("Message for the approver");
    order.disable_renewal_notifications = Some(true);
    order.locale = some("en");
    order.payment_method = some("balance");
    order.skip_approval = Some(true);
    order.organization = existing(123_456, Vec::new());
    order.custom_fields = vec![CustomFieldValue {
        metadata_id: 11,
        value: "Invoice #00001".to_owned(),
    }];

    // Byte for byte: same members, same order, four spaces.
    let mut written = Vec::new();
    let style = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    order
        .serialize(&mut serde_json::Serializer::with_formatter(
            &mut written,
            style,
        ))
        .unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), SEED.trim_end());
}

#[test]
fn todays_ov_order_is_written_as_the_fixture() {
    let mut order = NewOrder::new(certificate(
        "shop.example.com",
        &["www.shop.example.com", "api.example.com"],
        &fixture_csr(),
    ));
    order.certificate.server_platform = Some(ServerPlatformId { id: -1 });
    order.certificate.cert_validity = Some(Validity::Days(199));
    order.order_validity = Some(Validity::Years(1));
    order.organization = existing(778_812, Vec::new());
    order.container = Some(OrderContainer {
        id: 60_412.try_into().unwrap(),
    });
    order.dcv_method = some("dns-txt-token");
    order.payment_method = some("balance");
    order.skip_approval = Some(true);
    order.auto_renew = Some(false);
    order.auto_reissue = Some(false);
    order.disable_renewal_notifications = Some(true);
    order.additional_emails = vec!["tls-alerts@example.com".to_owned()];
    order.comments = some("ordered by terraform");
    order.locale = some("en");
    order.alternative_order_id = some("tf-3f0a4c1e-7f1d-4c57-9c0e-2d9b6a51c0aa");
    order.custom_fields = vec![CustomFieldValue {
        metadata_id: 112,
        value: "CC-4711".to_owned(),
    }];
    let expected: Value = serde_json::from_str(OV).unwrap();
    assert_eq!(serde_json::to_value(&order).unwrap(), expected);
}

#[test]
fn todays_ev_order_is_written_as_the_fixture() {
    let mut order = NewOrder::new(certificate(
        "shop.example.com",
        &["www.shop.example.com", "api.example.com"],
        &fixture_csr(),
    ));
    order.order_validity = Some(Validity::Years(1));
    order.organization = existing(
        778_812,
        vec![Contact {
            contact_type: "verified_contact".to_owned(),
            user_id: None,
            first_name: some("Ines"),
            last_name: some("Brandt"),
            job_title: some("Head of Legal"),
            telephone: some("801-555-0199"),
            email: some("ines.brandt@example.com"),
        }],
    );
    order.skip_approval = Some(true);
    order.alternative_order_id = some("tf-3f0a4c1e-7f1d-4c57-9c0e-2d9b6a51c0aa");
    let expected: Value = serde_json::from_str(EV).unwrap();
    assert_eq!(serde_json::to_value(&order).unwrap(), expected);
}

#[test]
fn every_other_member_has_its_api_name_and_type() {
    let mut order = NewOrder::new(certificate("example.com", &[], "<csr>"));
    order.certificate.profile_option = some("server_client_auth_eku");
    order.certificate.ca_cert_id = some("3EE6E4F6856DF7FC");
    order.certificate.cert_validity = Some(Validity::CustomExpirationDate("2026-12-31".to_owned()));
    order.validity_days = Some(90);
    order.custom_expiration_date = some("2026-12-31");
    order.order_validity = Some(Validity::Days(90));
    order.auto_renew = Some(true);
    order.custom_renewal_message = some("Soon.");
    order.disable_ct = Some(false);
    order.renewal_of_order_id = Some(112_233.try_into().unwrap());
    order.renewed_thumbprint = some("F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3");
    order.organization = Some(OrderOrganization::New(Box::new(NewOrganization {
        name: "Example Widgets LLC".to_owned(),
        assumed_name: some("Widgets"),
        address: "12 Sample Road".to_owned(),
        address2: some("Suite 4"),
        city: "Lehi".to_owned(),
        state: "Utah".to_owned(),
        zip: "84043".to_owned(),
        country: "us".to_owned(),
        telephone: "801-555-0100".to_owned(),
        organization_contact: Some(Person {
            first_name: "Rui".to_owned(),
            last_name: "Salas".to_owned(),
            job_title: some("Operations Lead"),
            telephone: some("801-555-0117"),
            telephone_extension: some("7"),
            email: "rui.salas@example.com".to_owned(),
        }),
        contacts: vec![Contact {
            contact_type: "ev_approver".to_owned(),
            user_id: Some(565_611),
            first_name: None,
            last_name: None,
            job_title: None,
            telephone: None,
            email: None,
        }],
    })));
    assert_eq!(
        serde_json::to_value(&order).unwrap(),
        json!({
            "certificate": {
                "common_name": "example.com",
                "csr": "<csr>",
                "signature_hash": "sha256",
                "profile_option": "server_client_auth_eku",
                "ca_cert_id": "3EE6E4F6856DF7FC",
                "cert_validity": {"custom_expiration_date": "2026-12-31"}
            },
            "validity_days": 90,
            "custom_expiration_date": "2026-12-31",
            "order_validity": {"days": 90},
            "auto_renew": 1,
            "custom_renewal_message": "Soon.",
            "disable_ct": false,
            "renewal_of_order_id": 112_233,
            "renewed_thumbprint": "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3",
            "organization": {
                "name": "Example Widgets LLC", "assumed_name": "Widgets",
                "address": "12 Sample Road", "address2": "Suite 4", "city": "Lehi",
                "state": "Utah", "zip": "84043", "country": "us", "telephone": "801-555-0100",
                "organization_contact": {
                    "first_name": "Rui", "last_name": "Salas", "job_title": "Operations Lead",
                    "telephone": "801-555-0117", "telephone_extension": "7",
                    "email": "rui.salas@example.com"
                },
                "contacts": [{"contact_type": "ev_approver", "user_id": 565_611}]
            }
        })
    );
}

#[test]
fn the_five_answers_of_the_seed_are_told_apart() {
    let placed = |json: Value| serde_json::from_value::<PlacedOrder>(json).unwrap();
    let requests = |order: &PlacedOrder| {
        let pairs: Vec<_> = order
            .requests
            .iter()
            .map(|request| (request.id.get(), request.status.clone().unwrap()))
            .collect();
        pairs
    };

    let one_step = placed(json!({"id": 112_233, "requests": [{"id": 113, "status": "pending"}]}));
    assert_eq!(one_step.id.get(), 112_233);
    assert_eq!(requests(&one_step), [(113, RequestStatus::Pending)]);
    assert_eq!(one_step.certificate_id, None);

    let two_step = placed(json!({"id": 112_233, "requests": [{"id": 113, "status": "submitted"}]}));
    assert_eq!(requests(&two_step), [(113, RequestStatus::Submitted)]);

    let auto = placed(json!({
        "id": 112_233, "requests": [{"id": 113, "status": "approved"}], "certificate_id": 113
    }));
    assert_eq!(requests(&auto), [(113, RequestStatus::Approved)]);
    assert_eq!(auto.certificate_id, 113.try_into().ok());

    let skip = placed(json!({"id": 112_233, "certificate_id": 113}));
    assert_eq!(requests(&skip), []);
    assert_eq!(skip.certificate_id, 113.try_into().ok());
    assert_eq!(skip.certificate_chain, []);

    let immediate = placed(json!({
        "id": 112_233, "certificate_id": 113, "certificate_chain": [
            {"subject_common_name": "example.com", "pem": "<pem_certificate>"},
            {"subject_common_name": "DigiCert SHA2 Secure Server CA", "pem": "<pem_certificate>"},
            {"subject_common_name": "DigiCert Global Root CA", "pem": "<pem_certificate>"}
        ]
    }));
    let names: Vec<_> = immediate
        .certificate_chain
        .iter()
        .filter_map(|item| item.subject_common_name.as_deref())
        .collect();
    let expected = [
        "example.com",
        "DigiCert SHA2 Secure Server CA",
        "DigiCert Global Root CA",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        immediate.certificate_chain[0].pem.as_deref(),
        Some("<pem_certificate>\n")
    );
}
