//! Orders on their way: approval, polling, cancelling, validation, finding, downloads.

use certcentral_sandbox::{Approval, Dcv, Issuance, Move, MoveError, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, new_csr, seed_body};

async fn placed(client: &Client) -> u64 {
    let (status, answer) = client.order("ssl_plus", &seed_body(&new_csr().1)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["id"].as_u64().unwrap()
}

async fn status(client: &Client, order: u64) -> Value {
    let (_, info) = client.get(&format!("/order/certificate/{order}")).await;
    info["status"].clone()
}

async fn decide(client: &Client, request: u64, word: &str) -> StatusCode {
    let path = format!("/request/{request}/status");
    client.put(&path, &json!({ "status": word })).await.0
}

#[tokio::test]
async fn two_steps_need_a_review_before_the_approval() {
    let client = Client::of_account(Approval::TwoStep, Issuance::Immediate);
    let order = placed(&client).await;
    let request = 4_400_001;
    assert_eq!(
        decide(&client, request, "approved").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        decide(&client, request, "pending").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        decide(&client, request, "submitted").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        decide(&client, request, "pending").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(status(&client, order).await, "needs_approval");
    assert_eq!(client.sandbox.summary().orders_charged, 0);
    assert_eq!(
        decide(&client, request, "approved").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(status(&client, order).await, "issued");
    assert_eq!(client.sandbox.summary().orders_charged, 1);
}

#[tokio::test]
async fn a_standard_user_can_neither_approve_nor_skip() {
    let mut client = Client::of_account(Approval::None, Issuance::Immediate);
    client.key = "sandbox-standard-1";
    let mut body = seed_body(&new_csr().1);
    body["skip_approval"] = true.into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    assert_eq!(answer["requests"][0]["status"], "pending");
    assert_eq!(answer["certificate_id"], Value::Null);
    assert_eq!(
        decide(&client, 4_400_001, "approved").await,
        StatusCode::FORBIDDEN
    );
    client.key = "sandbox-boss";
    assert_eq!(
        decide(&client, 4_400_001, "rejected").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(client.sandbox.orders()[0].status, "rejected");
    assert_eq!(client.sandbox.summary().orders_charged, 0);
}

#[tokio::test]
async fn an_order_is_issued_after_the_given_number_of_polls() {
    let client = Client::of_account(Approval::None, Issuance::AfterPolls(2));
    let order = placed(&client).await;
    let path = "/certificate/3001200001/download/format/pem_all";
    assert_eq!(client.get(path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(status(&client, order).await, "pending");
    assert_eq!(status(&client, order).await, "processing");
    assert_eq!(status(&client, order).await, "issued");
}

#[tokio::test]
async fn only_a_pending_order_is_cancelled_and_only_with_a_note() {
    let client = Client::of_account(Approval::None, Issuance::Manual);
    for word in ["canceled", "CANCELED"] {
        let order = placed(&client).await;
        let path = format!("/order/certificate/{order}/status");
        let bare = client.put(&path, &json!({ "status": word })).await;
        assert_eq!(bare.1["errors"][0]["code"], "invalid_value:note");
        let noted = json!({ "status": word, "note": "not needed" });
        assert_eq!(
            client.put(&path, &noted).await,
            (StatusCode::NO_CONTENT, Value::Null)
        );
        assert_eq!(status(&client, order).await, "canceled");
        assert_eq!(client.put(&path, &noted).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(client.sandbox.summary().canceled, 2);
}

#[tokio::test]
async fn a_204_has_neither_body_nor_content_type() {
    let client = Client::of_account(Approval::OneStep, Issuance::Manual);
    placed(&client).await;
    let body = json!({ "status": "approved" });
    let path = "/request/4400001/status";
    let response = client.send(Method::PUT, path, Some(&body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers().get("content-type"), None);
    assert!(response.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_order_waits_for_domains_that_must_be_validated() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    client
        .sandbox
        .change(|behavior| behavior.dcv = Dcv::ExampleDomains);
    let mut body = seed_body(&new_csr().1);
    body["certificate"]["dns_names"] = json!(["shop.test-widgets.io", "test-widgets.io"]);
    body["dcv_method"] = "dns-txt-token".into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    assert_eq!(answer["certificate_chain"], Value::Null);
    assert_eq!(answer["domains"].as_array().unwrap().len(), 1);
    assert_eq!(answer["domains"][0]["dns_name"], "test-widgets.io");
    assert_eq!(
        answer["domains"][0]["dcv_token"]["token"],
        answer["dcv_random_value"]
    );
    let order = answer["id"].as_u64().unwrap();
    let path = format!("/order/certificate/{order}/validation");
    let (_, validation) = client.get(&path).await;
    assert_eq!(validation["dns_name_validations"][0]["status"], "approved");
    assert_eq!(
        validation["dns_name_validations"][1]["status"],
        "unapproved"
    );
    client.sandbox.apply(order, Move::Validate).unwrap();
    assert_eq!(status(&client, order).await, "issued");
}

#[tokio::test]
async fn moves_that_a_status_forbids_are_refused() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let order = placed(&client).await;
    assert!(matches!(
        client.sandbox.approve(order),
        Err(MoveError::WrongStatus {
            status: "issued",
            ..
        })
    ));
    assert!(matches!(
        client.sandbox.issue(7),
        Err(MoveError::NoSuchOrder(7))
    ));
    client.sandbox.apply(order, Move::Expire).unwrap();
    assert_eq!(status(&client, order).await, "expired");
}

#[tokio::test]
async fn orders_are_found_by_their_facts() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let mut body = seed_body(&new_csr().1);
    body["alternative_order_id"] = "tf-a/b".into();
    let (_, first) = client.order("ssl_plus", &body).await;
    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    body["certificate"]["common_name"] = "other.example.com".into();
    body["certificate"]["dns_names"] = json!([]);
    let (_, second) = client.order("ssl_basic", &body).await;
    let serial =
        client.get("/order/certificate").await.1["orders"][0]["certificate"]["serial_number"]
            .clone();
    let serial_filter = format!("filters[serial_number]={}", serial.as_str().unwrap());
    for (query, wanted) in [
        ("", vec![&first, &second]),
        ("sort=-order_id", vec![&second, &first]),
        ("filters[status]=issued", vec![&first]),
        (
            "filters%5Bstatus%5D%5B0%5D=issued&filters%5Bstatus%5D%5B1%5D=pending",
            vec![&first, &second],
        ),
        ("filters[common_name]=other.example.com", vec![&second]),
        ("filters[domain_name]=app.example.com", vec![&first]),
        (
            "filters[product_name_id]=ssl_basic&filters[organization_id]=123456",
            vec![&second],
        ),
        (
            "filters[container_id]=60412&offset=1&limit=5",
            vec![&second],
        ),
        (
            "filters[date_created]=2026-04-14...2026-04-14",
            vec![&first, &second],
        ),
        ("filters[date_created]=2026-04-15...2026-04-16", vec![]),
        ("filters[certificate_id]=3001200002", vec![&second]),
        (serial_filter.as_str(), vec![&first]),
    ] {
        let (_, list) = client.get(&format!("/order/certificate?{query}")).await;
        let found: Vec<&Value> = list["orders"]
            .as_array()
            .map(|orders| orders.iter().map(|order| &order["id"]).collect())
            .unwrap_or_default();
        let wanted: Vec<&Value> = wanted.iter().map(|order| &order["id"]).collect();
        assert_eq!(found, wanted, "{query}");
    }
    let (status, _) = client.get("/order/certificate?filters[mood]=good").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, both) = client.get("/order/alternate/tf-a%2Fb").await;
    assert_eq!(both["page"]["total"], 2);
    assert_eq!(
        client.get("/order/alternate/tf-none").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn downloads_hold_the_certificates_of_their_format() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let order = placed(&client).await;
    for (path, blocks) in [
        (
            "/certificate/3001200001/download/format/pem_all".to_owned(),
            3,
        ),
        (
            "/certificate/3001200001/download/format/pem_noroot".to_owned(),
            2,
        ),
        (
            "/certificate/3001200001/download/format/pem_nointermediate".to_owned(),
            1,
        ),
        ("/certificate/3001200001/download/platform".to_owned(), 3),
        ("/certificate/3001200001/download/platform/29".to_owned(), 3),
        (format!("/certificate/download/order/{order}"), 3),
        (format!("/certificate/download/order/{order}/format/crt"), 1),
    ] {
        let response = client.send(Method::GET, &path, None).await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/x-pem-file");
        let text = response.text().await.unwrap();
        assert_eq!(
            text.matches("-----BEGIN CERTIFICATE-----\r\n").count(),
            blocks,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_check_finds_the_record_in_the_dns_of_the_sandbox_where_the_setting_says_so() {
    let client = Client::of(Settings::default());
    client.sandbox.change(|behavior| behavior.dcv = Dcv::Dns);
    let (_, csr) = new_csr();
    let mut body = seed_body(&csr);
    body["dcv_method"] = "dns-txt-token".into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    let token = answer["dcv_random_value"].as_str().unwrap();
    let path = format!("/order/certificate/{}/check-dcv", answer["id"]);

    let wrong = [
        "TXT/example.com/other",
        "TXT/example.net/TOKEN",
        "CNAME/example.com/TOKEN",
    ];
    for record in wrong {
        let path = format!("/dns/{}", record.replace("TOKEN", token));
        let (status, _) = client.control(Method::PUT, &path, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{record}");
    }
    let (status, check) = client.call(Method::PUT, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        [&check["order_status"], &check["dcv_status"]],
        ["pending", "pending"]
    );
    assert_eq!(check["dns_name_validations"][0]["status"], "unapproved");

    let right = format!("/dns/txt/Example.com./{token}");
    client.control(Method::PUT, &right, None).await;
    let (_, listed) = client.control(Method::GET, "/dns", None).await;
    assert_eq!(listed.as_array().unwrap().len(), 4);
    assert_eq!(client.sandbox.dns_records().len(), 4);

    // A zone that not everybody can look up proves nothing, however often it is asked.
    let zone = "/dns-failures/Example.com.";
    let (status, _) = client
        .control(Method::PUT, zone, Some(&"rain".into()))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = client
        .control(Method::PUT, zone, Some(&"dnssec".into()))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, listed) = client.control(Method::GET, "/dns-failures", None).await;
    assert_eq!(listed, serde_json::json!({ "example.com": "dnssec" }));
    for _ in 0..2 {
        let (_, check) = client.call(Method::PUT, &path, None).await;
        assert_eq!(check["dcv_status"], "pending");
    }
    let (status, _) = client.control(Method::DELETE, zone, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = client.control(Method::DELETE, zone, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let (_, check) = client.call(Method::PUT, &path, None).await;
    assert_eq!(
        [&check["order_status"], &check["dcv_status"]],
        ["issued", "valid"]
    );

    let (status, _) = client.control(Method::DELETE, &right, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = client.control(Method::DELETE, &right, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
