//! Revoking orders and certificates: at once, by request, and when it is refused.

use certcentral_sandbox::{Approval, Issuance, Move};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::changes::{SAME, certificate, info, issued, post, put};

#[tokio::test]
async fn a_revocation_is_done_at_once_or_waits_for_an_approver() {
    let (mut client, order) = issued(Approval::None).await;
    post(&client, order, "reissue", &certificate(&SAME)).await;
    let wrong = json!({ "revocation_reason": "bored", "skip_approval": true });
    assert_eq!(put(&client, order, "revoke", &wrong).await.0, 400);

    client.key = "sandbox-standard-1";
    let body = json!({ "skip_approval": true, "comments": "retired" });
    let (status, asked) = put(&client, order, "revoke", &body).await;
    assert_eq!(
        (status, &asked["status"]),
        (StatusCode::CREATED, &json!("pending"))
    );
    let waiting = info(&client, order).await;
    assert_eq!(waiting["status"], "issued");
    assert_eq!(waiting["has_pending_request"], true);
    client.key = "sandbox-flows";
    let path = format!("/request/{}/status", asked["id"]);
    client.put(&path, &json!({ "status": "approved" })).await;
    assert_eq!(info(&client, order).await["status"], "revoked");
    let summary = client.sandbox.summary();
    assert_eq!((summary.revoked, summary.certificates_revoked), (1, 2));
    assert_eq!(put(&client, order, "revoke", &body).await.0, 400);

    let (client, order) = issued(Approval::TwoStep).await;
    let (_, asked) = put(&client, order, "revoke", &json!({})).await;
    assert_eq!(asked["status"], "submitted");
    assert_eq!(
        put(&client, order, "revoke", &body).await,
        (StatusCode::NO_CONTENT, Value::Null)
    );
    assert_eq!(client.sandbox.summary().revoked, 1);
    assert_eq!(
        client.sandbox.journal().last().unwrap().line(),
        format!("PUT order certificate {order} revoke -> 204")
    );
}

#[tokio::test]
async fn nothing_is_revoked_while_a_reissue_is_pending() {
    let (client, order) = issued(Approval::None).await;
    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    let primary = info(&client, order).await["certificate"]["serial_number"].clone();
    post(&client, order, "reissue", &certificate(&SAME)).await;
    let body = json!({ "skip_approval": true });
    let path = format!("/certificate/{}/revoke", primary.as_str().unwrap());
    assert_eq!(client.put(&path, &body).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(put(&client, order, "revoke", &body).await.0, 400);
    client.sandbox.apply(order, Move::Cancel).unwrap();
    assert_eq!(client.put(&path, &body).await.0, StatusCode::NO_CONTENT);
    assert_eq!(info(&client, order).await["status"], "issued");
}
