//! Orders over the years: certificates that end before their order does, reissues within its
//! coverage, renewals.

use std::time::Duration;

use certcentral_sandbox::{Approval, Issuance, Move};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::changes::{SAME, certificate, info, post};
use crate::client::{Client, new_csr, seed_body};

const DAY: u64 = 86_400;

fn client() -> Client {
    Client::of_account(Approval::None, Issuance::Immediate)
}

fn days(client: &Client, days: u64) {
    client.sandbox.advance(Duration::from_secs(days * DAY));
}

fn body(years: u64) -> Value {
    let mut body = seed_body(&new_csr().1);
    body["validity_years"] = years.into();
    body
}

fn renewal_of(order: u64) -> Value {
    let mut body = body(1);
    body["renewal_of_order_id"] = order.into();
    body
}

async fn placed(client: &Client, body: &Value) -> u64 {
    let (status, answer) = client.order("ssl_plus", body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["id"].as_u64().unwrap()
}

async fn refusal(client: &Client, body: &Value) -> (StatusCode, Value) {
    let (status, answer) = client.order("ssl_plus", body).await;
    (status, answer["errors"][0]["code"].clone())
}

#[tokio::test]
async fn every_answer_tells_the_virtual_time() {
    let client = client();
    let date = async |path: &str| {
        let answer = client.send(reqwest::Method::GET, path, None).await.unwrap();
        answer.headers()["date"].to_str().unwrap().to_owned()
    };
    assert_eq!(date("/user/me").await, "Tue, 14 Apr 2026 09:12:38 GMT");
    days(&client, 1000);
    assert_eq!(date("/user/me").await, "Mon, 08 Jan 2029 09:12:38 GMT");
    assert_eq!(date("/nowhere").await, "Mon, 08 Jan 2029 09:12:38 GMT");
}

#[tokio::test]
async fn an_order_outlives_its_certificate_and_is_reissued_until_it_ends() {
    let client = client();
    let order = placed(&client, &body(2)).await;
    let ends = |info: &Value| {
        (
            info["status"].as_str().unwrap().to_owned(),
            info["certificate"]["valid_till"]
                .as_str()
                .unwrap()
                .to_owned(),
            info["order_valid_till"].as_str().unwrap().to_owned(),
        )
    };
    let seen = |status: &str, certificate: &str| {
        (
            status.to_owned(),
            certificate.to_owned(),
            "2028-04-13".to_owned(),
        )
    };
    assert_eq!(
        ends(&info(&client, order).await),
        seen("issued", "2026-10-29")
    );
    days(&client, 210);
    let late = info(&client, order).await;
    assert_eq!(ends(&late), seen("issued", "2026-10-29"), "2026-11-10");
    assert_eq!(late["certificate"]["days_remaining"], -12);

    // 199 days from 2026-11-10, and 99 from 2027-05-29, 2027-09-16 and 2028-01-04, since
    // certificates are shorter from 2027-03-15 on; then what is left of the order.
    for (later, end) in [
        (0, "2027-05-27"),
        (200, "2027-09-04"),
        (110, "2027-12-23"),
        (110, "2028-04-11"),
        (95, "2028-04-13"),
    ] {
        days(&client, later);
        let (status, answer) = post(&client, order, "reissue", &certificate(&SAME)).await;
        assert_eq!(status, StatusCode::CREATED, "{end}: {answer}");
        assert_eq!(ends(&info(&client, order).await), seen("issued", end));
    }
    days(&client, 6);
    assert_eq!(
        ends(&info(&client, order).await),
        seen("expired", "2028-04-13"),
        "2028-04-14"
    );
    let (status, answer) = post(&client, order, "reissue", &certificate(&SAME)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["errors"][0]["code"], "order_not_issued");
    let summary = client.sandbox.summary();
    assert_eq!(
        (summary.orders_created, summary.reissued, summary.expired),
        (1, 5, 1)
    );
}

#[tokio::test]
async fn a_reissue_can_be_pending_beyond_the_end_of_the_certificate() {
    let client = client();
    let order = placed(&client, &body(1)).await;
    days(&client, 190);
    client
        .sandbox
        .change(|account| account.issuance = Issuance::Manual);
    post(&client, order, "reissue", &certificate(&SAME)).await;
    days(&client, 20);
    assert_eq!(info(&client, order).await["status"], "reissue_pending");
    client.sandbox.issue(order).unwrap();
    let after = info(&client, order).await;
    assert_eq!(after["status"], "issued");
    assert_eq!(after["certificate"]["valid_till"], "2027-04-13");
}

#[tokio::test]
async fn an_order_is_renewed_from_90_days_before_its_end_to_30_days_after() {
    for (day, is_time) in [
        (273, false),
        (274, true),
        (364, true),
        (394, true),
        (395, false),
    ] {
        let client = client();
        let old = placed(&client, &body(1)).await;
        days(&client, day);
        let (status, code) = refusal(&client, &renewal_of(old)).await;
        let expected = if is_time {
            (StatusCode::CREATED, Value::Null)
        } else {
            (
                StatusCode::BAD_REQUEST,
                json!("order_not_eligible_for_renewal"),
            )
        };
        assert_eq!((status, code), expected, "day {day} of 365");
    }
    let client = client();
    client
        .sandbox
        .change(|account| account.early_renewal = true);
    let old = placed(&client, &body(1)).await;
    placed(&client, &renewal_of(old)).await;
}

#[tokio::test]
async fn a_renewal_is_linked_in_both_orders_and_gets_the_days_that_were_left() {
    let client = client();
    let old = placed(&client, &body(1)).await;
    days(&client, 334);
    let new = placed(&client, &renewal_of(old)).await;

    let (former, renewal) = (info(&client, old).await, info(&client, new).await);
    assert_eq!(former["is_renewed"], true);
    assert_eq!(former["renewed_order_id"], new);
    assert_eq!(former["is_renewal"], false);
    assert_eq!(renewal["is_renewal"], true);
    assert_eq!(renewal["renewal_of_order_id"], old);
    assert_eq!(renewal["is_renewed"], false);
    assert_eq!(renewal["renewed_order_id"], Value::Null);
    // One year from 2027-03-14, and 30 days from there to the former end on 2027-04-13.
    assert_eq!(renewal["order_valid_till"], "2028-04-12");
    assert_eq!(renewal["certificate"]["valid_till"], "2027-09-28");
    assert_eq!(former["order_valid_till"], "2027-04-13", "untouched");

    let (_, list) = client.get("/order/certificate?filters[is_renewed]=1").await;
    assert_eq!(list["page"]["total"], 1);
    assert_eq!(list["orders"][0]["id"], old);
    assert_eq!(list["orders"][0]["is_renewed"], true);
    assert_eq!(
        refusal(&client, &renewal_of(old)).await,
        (StatusCode::BAD_REQUEST, json!("order_renewed_already"))
    );
}

#[tokio::test]
async fn days_are_handed_on_only_where_there_are_some_and_no_end_was_asked_for() {
    let client = client();
    let first = placed(&client, &body(1)).await;
    days(&client, 375);
    let late = placed(&client, &renewal_of(first)).await;
    assert_eq!(info(&client, late).await["order_valid_till"], "2028-04-23");

    let second = placed(&client, &body(1)).await;
    days(&client, 334);
    let mut body = renewal_of(second);
    body["validity_years"] = Value::Null;
    body["custom_expiration_date"] = "2028-12-31".into();
    let exact = placed(&client, &body).await;
    assert_eq!(info(&client, exact).await["order_valid_till"], "2028-12-31");
}

#[tokio::test]
async fn a_renewal_that_came_to_nothing_leaves_the_order_to_be_renewed() {
    let client = client();
    let old = placed(&client, &body(1)).await;
    days(&client, 350);
    client
        .sandbox
        .change(|account| account.approval = Approval::OneStep);
    let rejected = placed(&client, &renewal_of(old)).await;
    assert_eq!(info(&client, old).await["is_renewed"], true);
    client.sandbox.apply(rejected, Move::Reject).unwrap();
    let former = info(&client, old).await;
    assert_eq!(former["is_renewed"], false);
    assert_eq!(former["renewed_order_id"], Value::Null);
    let second = placed(&client, &renewal_of(old)).await;
    assert_eq!(info(&client, old).await["renewed_order_id"], second);
}

#[tokio::test]
async fn an_order_that_never_was_issued_cannot_be_renewed() {
    let client = client();
    client
        .sandbox
        .change(|account| account.issuance = Issuance::Manual);
    let pending = placed(&client, &body(1)).await;
    for order in [pending, 7] {
        assert_eq!(
            refusal(&client, &renewal_of(order)).await,
            (
                StatusCode::BAD_REQUEST,
                json!("order_not_eligible_for_renewal")
            )
        );
    }
}

#[tokio::test]
async fn an_order_moves_to_another_division_by_hand() {
    let client = client();
    let order = placed(&client, &body(1)).await;
    assert_eq!(info(&client, order).await["container"]["id"], 60_412);
    let step = |container: u64| format!("/orders/{order}/container/{container}");
    let (status, _) = client
        .control(reqwest::Method::POST, &step(60_400), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(info(&client, order).await["container"]["id"], 60_400);
    let (status, _) = client.control(reqwest::Method::POST, &step(7), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
