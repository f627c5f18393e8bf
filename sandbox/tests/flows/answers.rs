//! The seed page's example order in all five answers, and the certificate that comes out.

use certcentral_sandbox::{Approval, Issuance};
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::macros::datetime;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::prelude::X509Certificate;

use crate::client::{Client, new_csr, seed_body};

const ORDER: u64 = 2_147_500_001;
const CERTIFICATE: u64 = 3_001_200_001;
const REQUEST: u64 = 4_400_001;

async fn answer_to_the_seed(approval: Approval, issuance: Issuance, skip: bool) -> Value {
    let client = Client::of_account(approval, issuance);
    let mut body = seed_body(&new_csr().1);
    body["skip_approval"] = skip.into();
    let (status, answer) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer
}

#[tokio::test]
async fn the_seed_order_gets_each_documented_answer() {
    use Approval::{Auto, OneStep, TwoStep};
    use Issuance::{Immediate, Manual};
    assert_eq!(
        answer_to_the_seed(OneStep, Immediate, false).await,
        json!({ "id": ORDER, "requests": [{ "id": REQUEST, "status": "pending" }] })
    );
    assert_eq!(
        answer_to_the_seed(TwoStep, Immediate, false).await,
        json!({ "id": ORDER, "requests": [{ "id": REQUEST, "status": "submitted" }] })
    );
    assert_eq!(
        answer_to_the_seed(Auto, Manual, false).await,
        json!({
            "id": ORDER,
            "requests": [{ "id": REQUEST, "status": "approved" }],
            "certificate_id": CERTIFICATE,
        })
    );
    assert_eq!(
        answer_to_the_seed(TwoStep, Manual, true).await,
        json!({ "id": ORDER, "certificate_id": CERTIFICATE })
    );
    let mut immediate = answer_to_the_seed(OneStep, Immediate, true).await;
    let chain = immediate["certificate_chain"].take();
    assert_eq!(
        immediate,
        json!({ "id": ORDER, "certificate_id": CERTIFICATE, "certificate_chain": null })
    );
    let names: Vec<&Value> = (0..3).map(|at| &chain[at]["subject_common_name"]).collect();
    assert_eq!(
        names,
        [
            "example.com",
            "CertCentral Sandbox TLS ECC CA 1",
            "CertCentral Sandbox Root CA"
        ]
    );
}

#[tokio::test]
async fn the_certificate_is_real_and_verifies_up_to_the_root() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let (key, csr) = new_csr();
    let (_, order) = client.order("ssl_plus", &seed_body(&csr)).await;
    let (status, chain) = client
        .get(&format!("/certificate/{CERTIFICATE}/chain"))
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(chain["intermediates"], order["certificate_chain"]);

    let blocks: Vec<Pem> = (0..3)
        .map(|at| {
            let text = chain["intermediates"][at]["pem"].as_str().unwrap();
            assert!(text.ends_with("-----END CERTIFICATE-----\r\n"));
            Pem::iter_from_buffer(text.as_bytes())
                .next()
                .unwrap()
                .unwrap()
        })
        .collect();
    let parsed: Vec<X509Certificate<'_>> = blocks
        .iter()
        .map(|block| block.parse_x509().unwrap())
        .collect();
    let [leaf, intermediate, root] = &parsed[..] else {
        panic!("three certificates")
    };
    leaf.verify_signature(Some(intermediate.public_key()))
        .unwrap();
    intermediate
        .verify_signature(Some(root.public_key()))
        .unwrap();
    root.verify_signature(None).unwrap();
    let root_pem = client.sandbox.root_pem();
    assert_eq!(chain["intermediates"][2]["pem"], root_pem.as_str());

    assert_eq!(
        leaf.public_key().raw,
        rcgen::PublicKeyData::subject_public_key_info(&key)
    );
    assert!(!leaf.is_ca());
    assert!(intermediate.is_ca());
    assert_eq!(
        leaf.subject().to_string(),
        "C=US, ST=Utah, L=Lehi, O=Example Company Inc., CN=example.com"
    );
    let names = leaf.subject_alternative_name().unwrap().unwrap();
    assert_eq!(
        names.value.general_names,
        ["example.com", "sub.example.com", "app.example.com"].map(GeneralName::DNSName)
    );
    // Two years were asked for; the industry's limit shortens the certificate, not the order.
    assert_eq!(
        leaf.validity().not_before.to_datetime(),
        datetime!(2026-04-14 00:00:00 UTC)
    );
    assert_eq!(
        leaf.validity().not_after.to_datetime(),
        datetime!(2026-10-29 23:59:59 UTC)
    );
    let (_, info) = client.get(&format!("/order/certificate/{ORDER}")).await;
    assert_eq!(info["certificate"]["valid_till"], "2026-10-29");
    assert_eq!(info["order_valid_till"], "2028-04-13");
    let serial = info["certificate"]["serial_number"].as_str().unwrap();
    assert_eq!(serial.len(), 32);
    assert_eq!(
        leaf.raw_serial_as_string().replace(':', "").to_uppercase(),
        serial
    );
    for key in [serial, info["certificate"]["thumbprint"].as_str().unwrap()] {
        let (_, found) = client.get(&format!("/order/certificate/{key}")).await;
        assert_eq!(found["id"], ORDER);
    }
}
