//! The calls that change an order take the recorded bodies and answer in the recorded shapes.

use certcentral_sandbox::{Approval, Issuance};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::contract::{assert_shape, fixture, info, placed};

async fn post(client: &Client, order: u64, word: &str, body: &Value) -> Value {
    let path = format!("/order/certificate/{order}/{word}");
    let (status, answer) = client.call(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer
}

async fn put(client: &Client, order: u64, word: &str, body: &Value) -> (StatusCode, Value) {
    let path = format!("/order/certificate/{order}/{word}");
    client.put(&path, body).await
}

#[tokio::test]
async fn reissues_and_duplicates_have_the_recorded_shapes() {
    let client = Client::of_account(Approval::OneStep, Issuance::Immediate);
    let order = placed(&client, true).await;
    let body = fixture("reissue_request");
    let answer = post(&client, order, "reissue", &body).await;
    assert_shape("reissue_created_immediate", &answer);
    // The recorded reissue asks for no validity of its own.
    let mut reissued = info(&client, order).await;
    reissued["certificate"]["cert_validity"] = json!({ "days": 199 });
    assert_shape("order_info_reissued", &reissued);

    let mut waiting = body.clone();
    waiting["skip_approval"] = false.into();
    let answer = post(&client, order, "duplicate", &waiting).await;
    assert_shape("duplicate_created", &answer);
    client.sandbox.approve(order).unwrap();
    let path = format!("/order/certificate/{order}/duplicate");
    assert_shape("list_duplicates", &client.get(&path).await.1);

    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    let other = placed(&client, true).await;
    client.sandbox.issue(other).unwrap();
    let answer = post(&client, other, "reissue", &body).await;
    assert_shape("reissue_created_skip", &answer);
    let answer = post(&client, order, "reissue", &waiting).await;
    assert_shape("reissue_created_pending", &answer);
    let path = format!("/order/certificate/{order}/reissue");
    let (_, list) = client.get(&path).await;
    let finished = json!({ "certificates": [list["certificates"][1]] });
    assert_shape("list_reissues", &finished);
    let pending = info(&client, other).await;
    assert_shape("order_info_reissue_pending", &pending);
}

#[tokio::test]
async fn revocations_have_the_recorded_shapes() {
    for (name, approval) in [
        ("revoke_created_pending", Approval::OneStep),
        ("revoke_created_submitted", Approval::TwoStep),
    ] {
        let client = Client::of_account(approval, Issuance::Immediate);
        let order = placed(&client, true).await;
        let mut body = fixture("revoke_request");
        body["skip_approval"] = false.into();
        let (status, answer) = put(&client, order, "revoke", &body).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_shape(name, &answer);
        assert_eq!(answer["comments"], "retired");
        let (status, answer) = put(&client, order, "revoke", &fixture("revoke_request")).await;
        assert_eq!((status, answer), (StatusCode::NO_CONTENT, Value::Null));
        assert_shape("order_info_revoked", &info(&client, order).await);
    }
}

#[tokio::test]
async fn changes_in_place_take_the_recorded_bodies() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let order = placed(&client, true).await;
    for (word, name) in [
        ("additional-emails", "additional_emails_update"),
        ("contact", "contacts_update"),
    ] {
        let (status, answer) = put(&client, order, word, &fixture(name)).await;
        assert_eq!((status, answer), (StatusCode::NO_CONTENT, Value::Null));
    }
    let changed = info(&client, order).await;
    let expected = &fixture("additional_emails_update")["additional_emails"];
    assert_eq!(&changed["additional_emails"], expected);
    assert_eq!(changed["technical_contact"]["first_name"], "Uma");
    let contact = fixture("contacts_update")["contacts"][0].clone();
    let twice = json!({ "contacts": [contact, contact] });
    let answer = put(&client, order, "contact", &twice).await;
    let refusal = fixture("error_400_contact_type_duplicate");
    assert_eq!(answer, (StatusCode::BAD_REQUEST, refusal));

    let note = json!({ "text": "managed by terraform" });
    let answer = post(&client, order, "note", &note).await;
    assert_shape("note_created", &answer);
    post(&client, order, "note", &json!({ "text": "second" })).await;
    let path = format!("/order/certificate/{order}/note");
    let (_, notes) = client.get(&path).await;
    assert_shape("notes", &notes);
    assert_eq!(notes["notes"][0]["text"], "second");
    assert_eq!(notes["notes"][1]["text"], "managed by terraform");
}
