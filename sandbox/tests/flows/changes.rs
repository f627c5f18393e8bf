//! Changing issued orders: reissues, duplicates, and what can be changed in place.

use std::time::Duration;

use certcentral_sandbox::{Approval, Dcv, Issuance, Move};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, new_csr, seed_body};

const DAY: u64 = 86_400;

/// An account with an issued order.
pub(crate) async fn issued(approval: Approval) -> (Client, u64) {
    let client = Client::of_account(approval, Issuance::Immediate);
    let mut body = seed_body(&new_csr().1);
    body["skip_approval"] = true.into();
    body["validity_years"] = 1.into();
    let (status, answer) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    (client, answer["id"].as_u64().unwrap())
}

pub(crate) fn certificate(names: &[&str]) -> Value {
    json!({
        "certificate": {
            "common_name": names[0],
            "dns_names": names[1..],
            "csr": new_csr().1,
            "signature_hash": "sha256",
        },
        "skip_approval": true,
        "comments": "key rotation",
    })
}

pub(crate) const SAME: [&str; 3] = ["example.com", "sub.example.com", "app.example.com"];

pub(crate) async fn info(client: &Client, order: u64) -> Value {
    client.get(&format!("/order/certificate/{order}")).await.1
}

pub(crate) async fn post(
    client: &Client,
    order: u64,
    word: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let path = format!("/order/certificate/{order}/{word}");
    client.call(Method::POST, &path, Some(body)).await
}

pub(crate) async fn put(
    client: &Client,
    order: u64,
    word: &str,
    body: &Value,
) -> (StatusCode, Value) {
    client
        .put(&format!("/order/certificate/{order}/{word}"), body)
        .await
}

#[tokio::test]
async fn a_reissue_gives_the_order_a_new_certificate_within_its_term() {
    let (client, order) = issued(Approval::OneStep).await;
    let before = info(&client, order).await;
    client.sandbox.advance(Duration::from_secs(190 * DAY));
    let (status, answer) = post(&client, order, "reissue", &certificate(&SAME)).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(answer["id"], order);
    assert_eq!(answer["certificate_chain"].as_array().unwrap().len(), 3);
    let after = info(&client, order).await;
    assert_eq!(after["status"], "issued");
    assert_eq!(after["certificate"]["id"], answer["certificate_id"]);
    assert_ne!(after["certificate"]["id"], before["certificate"]["id"]);
    assert_ne!(after["certificate"]["csr"], before["certificate"]["csr"]);
    // 174 days of the order are left, fewer than the 199 that a certificate may last.
    assert_eq!(after["certificate"]["valid_till"], "2027-04-13");
    assert_eq!(after["order_valid_till"], before["order_valid_till"]);

    let old = &before["certificate"]["id"];
    let (status, _) = client.get(&format!("/certificate/{old}/chain")).await;
    assert_eq!(status, StatusCode::OK, "the former one can still be read");
    client.sandbox.advance(Duration::from_secs(4 * DAY));
    let summary = client.sandbox.summary();
    assert_eq!((summary.orders_created, summary.reissued), (1, 1));
    assert_eq!((summary.issued, summary.certificates_revoked), (1, 0));
    assert_eq!(summary.charges_total, 3 * 268, "a reissue costs nothing");
}

#[tokio::test]
async fn dropping_a_name_revokes_the_former_certificates_after_72_hours() {
    let (client, order) = issued(Approval::None).await;
    post(&client, order, "reissue", &certificate(&SAME)).await;
    let (status, _) = post(&client, order, "reissue", &certificate(&SAME[..2])).await;
    assert_eq!(status, StatusCode::CREATED);
    client.sandbox.advance(Duration::from_secs(3 * DAY - 1));
    assert_eq!(client.sandbox.summary().certificates_revoked, 0);
    client.sandbox.advance(Duration::from_secs(1));
    let summary = client.sandbox.summary();
    assert_eq!(summary.certificates_revoked, 2, "the first and its reissue");
    assert_eq!(
        (summary.issued, summary.revoked, summary.reissued),
        (1, 0, 2)
    );
    let path = format!("/order/certificate/{order}/reissue");
    let (_, list) = client.get(&path).await;
    assert_eq!(list["certificates"][0]["status"], "issued");
    assert_eq!(list["certificates"][1]["status"], "revoked");
}

#[tokio::test]
async fn a_reissue_waits_for_approval_and_polls_while_the_former_certificate_shows() {
    let (client, order) = issued(Approval::OneStep).await;
    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::AfterPolls(1));
    let before = info(&client, order).await;
    let mut body = certificate(&SAME);
    body["skip_approval"] = false.into();
    let (_, answer) = post(&client, order, "reissue", &body).await;
    let request = answer["requests"][0]["id"].as_u64().unwrap();
    assert_eq!(
        answer,
        json!({ "id": order, "requests": [{ "id": request }] })
    );

    let pending = info(&client, order).await;
    assert_eq!(pending["status"], "reissue_pending");
    assert_eq!(pending["certificate"], before["certificate"]);
    assert_eq!(pending["has_pending_request"], true);
    assert_eq!(pending["requests"][1]["type"], "reissue");
    client
        .sandbox
        .change(|behavior| behavior.hide_former_certificate = true);
    let hidden = info(&client, order).await;
    assert_eq!(hidden["certificate"]["serial_number"], Value::Null);
    assert_ne!(hidden["certificate"]["csr"], before["certificate"]["csr"]);
    let (status, second) = post(&client, order, "reissue", &body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{second}");

    let path = format!("/request/{request}/status");
    let (status, _) = client.put(&path, &json!({ "status": "approved" })).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(info(&client, order).await["status"], "reissue_pending");
    let after = info(&client, order).await;
    assert_eq!(after["status"], "issued");
    assert_ne!(after["certificate"]["id"], before["certificate"]["id"]);
}

#[tokio::test]
async fn a_cancelled_or_rejected_reissue_leaves_the_order_as_it_was() {
    let (client, order) = issued(Approval::None).await;
    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    let before = info(&client, order).await;
    let (_, answer) = post(&client, order, "reissue", &certificate(&SAME)).await;
    assert_eq!(info(&client, order).await["status"], "reissue_pending");
    let note = json!({ "status": "canceled", "note": "not this key" });
    assert_eq!(put(&client, order, "status", &note).await.0, 204);
    let after = info(&client, order).await;
    assert_eq!(after["status"], "issued");
    assert_eq!(after["certificate"], before["certificate"]);
    let (_, request) = client
        .get(&format!("/request/{}", after["requests"][1]["id"]))
        .await;
    assert_eq!(request["status"], "rejected");
    assert_eq!(request["processor_comment"], "not this key");
    let (_, list) = client
        .get(&format!("/order/certificate/{order}/reissue"))
        .await;
    assert_eq!(list["certificates"].as_array().unwrap().len(), 1);
    assert_eq!(list["certificates"][0]["id"], answer["certificate_id"]);
    assert_eq!(list["certificates"][0]["status"], "rejected");

    client
        .sandbox
        .change(|behavior| behavior.approval = Approval::TwoStep);
    let mut body = certificate(&SAME);
    body["skip_approval"] = false.into();
    post(&client, order, "reissue", &body).await;
    client.sandbox.apply(order, Move::Reject).unwrap();
    assert_eq!(info(&client, order).await["status"], "issued");
    post(&client, order, "reissue", &body).await;
    client.sandbox.issue(order).unwrap();
    let reissued = info(&client, order).await;
    assert_ne!(reissued["certificate"]["id"], before["certificate"]["id"]);
    assert_eq!(client.sandbox.summary().reissued, 1);
}

#[tokio::test]
async fn a_reissue_with_a_new_domain_waits_until_it_is_validated() {
    let (client, order) = issued(Approval::None).await;
    client
        .sandbox
        .change(|behavior| behavior.dcv = Dcv::Required);
    let names = [&SAME[..], &["new.example.net"]].concat();
    let mut body = certificate(&names);
    body["dcv_method"] = "dns-txt-token".into();
    let (_, answer) = post(&client, order, "reissue", &body).await;
    assert_eq!(answer["domains"].as_array().unwrap().len(), 1);
    assert_eq!(answer["domains"][0]["name"], "example.net");
    assert_eq!(info(&client, order).await["status"], "reissue_pending");
    client.sandbox.apply(order, Move::Validate).unwrap();
    let after = info(&client, order).await;
    assert_eq!(after["status"], "issued");
    assert_eq!(after["certificate"]["dns_names"], json!(names));
    client.sandbox.advance(Duration::from_secs(4 * DAY));
    assert_eq!(client.sandbox.summary().certificates_revoked, 0);
}

#[tokio::test]
async fn a_duplicate_has_the_same_names_and_leaves_the_primary_certificate_in_force() {
    let (client, order) = issued(Approval::None).await;
    let before = info(&client, order).await;
    let swapped = ["app.example.com", "example.com", "sub.example.com"];
    let (status, answer) = post(&client, order, "duplicate", &certificate(&swapped)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!(
        info(&client, order).await["certificate"],
        before["certificate"]
    );
    for names in [
        &SAME[..2],
        &["example.com", "sub.example.com", "x.example.com"],
    ] {
        let (status, _) = post(&client, order, "duplicate", &certificate(names)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let path = format!("/order/certificate/{order}/duplicate");
    let (_, list) = client.get(&path).await;
    assert_eq!(list["certificates"].as_array().unwrap().len(), 1);
    assert_eq!(list["certificates"][0]["id"], answer["certificate_id"]);
    assert_eq!(client.sandbox.summary().duplicated, 1);

    let revoke = format!("/certificate/{}/revoke", answer["certificate_id"]);
    let body = json!({ "skip_approval": true, "revocation_reason": "superseded" });
    assert_eq!(client.put(&revoke, &body).await.0, StatusCode::NO_CONTENT);
    assert_eq!(client.put(&revoke, &body).await.0, StatusCode::BAD_REQUEST);
    let summary = client.sandbox.summary();
    assert_eq!((summary.revoked, summary.certificates_revoked), (0, 1));
    assert_eq!(info(&client, order).await["status"], "issued");
}

#[tokio::test]
async fn changes_in_place_can_be_read_back() {
    let (client, order) = issued(Approval::None).await;
    let emails = json!({ "additional_emails": ["noc@example.com"] });
    assert_eq!(
        put(&client, order, "additional-emails", &emails).await.0,
        204
    );
    let field = json!({ "metadata_id": 11, "value": "Invoice #2" });
    assert_eq!(post(&client, order, "custom-field", &field).await.0, 204);
    let wrong = json!({ "metadata_id": 115, "value": "many" });
    assert_eq!(post(&client, order, "custom-field", &wrong).await.0, 400);
    let path = format!("/order/certificate/{order}/renewal-emails/enable");
    assert_eq!(client.call(Method::PUT, &path, None).await.0, 204);
    let path = format!("/order/certificate/{order}/renewal-emails/on");
    assert_eq!(client.call(Method::PUT, &path, None).await.0, 400);
    let auto = json!({ "auto_reissue": 1 });
    assert_eq!(put(&client, order, "auto-reissue", &auto).await.0, 204);
    let contact = json!({ "contact_type": "technical_contact", "first_name": "Uma", "email": "uma@example.com" });
    let one = json!({ "contacts": [contact] });
    assert_eq!(put(&client, order, "contact", &one).await.0, 204);
    let phone = json!({ "contacts": [{ "contact_type": "technical_contact", "telephone": "1" }] });
    assert_eq!(put(&client, order, "contact", &phone).await.0, 204);

    let info = info(&client, order).await;
    assert_eq!(info["additional_emails"], json!(["noc@example.com"]));
    assert_eq!(info["custom_fields"].as_array().unwrap().len(), 1);
    assert_eq!(info["custom_fields"][0]["value"], "Invoice #2");
    assert_eq!(info["disable_renewal_notifications"], false);
    assert_eq!(info["auto_reissue"], 1);
    assert_eq!(info["technical_contact"]["first_name"], "Uma");
    assert_eq!(info["technical_contact"]["telephone"], "1");
    assert_eq!(info["organization_contact"]["first_name"], "Rui");
}
