//! What other people and CertCentral itself do to an order, and accounts with habits of their own.

use std::time::Duration;

use certcentral_sandbox::{Approval, ColleagueReissue, Issuance, Move};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::changes::{certificate, info, issued, post, put};
use crate::client::{Client, new_csr, seed_body};

const DAY: u64 = 86_400;

async fn control(client: &Client, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
    client.control(Method::POST, path, body).await
}

#[tokio::test]
async fn a_colleague_reissues_with_other_names_and_another_key() {
    let (client, order) = issued(Approval::OneStep).await;
    let before = info(&client, order).await;
    let path = format!("/orders/{order}/reissue");
    let names = json!({ "dns_names": ["api.example.com", "example.com"] });
    assert_eq!(control(&client, &path, Some(&names)).await.0, 204);
    let named = info(&client, order).await;
    assert_eq!(named["status"], "issued");
    assert_eq!(
        named["certificate"]["dns_names"],
        json!(["example.com", "api.example.com"])
    );
    assert_eq!(named["certificate"]["csr"], before["certificate"]["csr"]);
    assert_eq!(named["requests"][1]["type"], "reissue");

    let keyed = ColleagueReissue {
        new_key: true,
        ..ColleagueReissue::default()
    };
    client.sandbox.reissue_elsewhere(order, keyed).unwrap();
    let rekeyed = info(&client, order).await;
    assert_ne!(rekeyed["certificate"]["csr"], named["certificate"]["csr"]);
    assert_ne!(rekeyed["certificate"]["id"], named["certificate"]["id"]);
    let wrong = json!({ "csr": "none" });
    assert_eq!(control(&client, &path, Some(&wrong)).await.0, 422);
    assert_eq!(control(&client, "/orders/7/reissue", None).await.0, 404);
    client.sandbox.apply(order, Move::Revoke).unwrap();
    assert_eq!(control(&client, &path, None).await.0, 409);
}

#[tokio::test]
async fn a_colleague_renews_an_order_once() {
    let (client, order) = issued(Approval::None).await;
    let path = format!("/orders/{order}/renew");
    let (status, answer) = control(&client, &path, None).await;
    assert_eq!(status, StatusCode::CREATED);
    let renewal = answer["id"].as_u64().unwrap();
    let [former, new] = [info(&client, order).await, info(&client, renewal).await];
    assert_eq!(
        (&former["is_renewed"], &former["renewed_order_id"]),
        (&json!(true), &json!(renewal))
    );
    assert_eq!(new["renewal_of_order_id"], order);
    assert_eq!(new["alternative_order_id"], Value::Null);
    let (_, list) = client.get("/order/certificate?sort=%2Border_id").await;
    assert_eq!(list["orders"][0]["renewed_order_id"], renewal);
    assert_eq!(control(&client, &path, None).await.0, 409);
    assert_eq!(client.sandbox.summary().orders_charged, 2);
}

#[tokio::test]
async fn an_order_renews_itself_30_days_before_its_end_where_it_was_asked_to() {
    for (auto_renew, day, orders) in [(1, 334, 1), (1, 335, 2), (0, 360, 1)] {
        let client = Client::of_account(Approval::None, Issuance::Immediate);
        let mut body = seed_body(&new_csr().1);
        body["validity_years"] = 1.into();
        body["auto_renew"] = auto_renew.into();
        client.order("ssl_plus", &body).await;
        client.sandbox.advance(Duration::from_secs((day - 1) * DAY));
        assert_eq!(client.sandbox.summary().orders_created, orders, "day {day}");
        client.sandbox.advance(Duration::from_secs(DAY));
        assert!(client.sandbox.summary().orders_created <= 2, "once");
    }
}

#[tokio::test]
async fn one_certificate_is_revoked_and_its_order_stays_issued() {
    let (client, order) = issued(Approval::None).await;
    assert_eq!(
        control(
            &client,
            &format!("/orders/{order}/revoke_certificate"),
            None
        )
        .await
        .0,
        204
    );
    assert_eq!(info(&client, order).await["status"], "issued");
    let summary = client.sandbox.summary();
    assert_eq!((summary.certificates_revoked, summary.revoked), (1, 0));
}

#[tokio::test]
async fn companions_come_free_of_charge() {
    for (name, companion) in [
        ("example.com", "www.example.com"),
        ("www.example.com", "example.com"),
        ("*.shop.example.com", "shop.example.com"),
    ] {
        let client = Client::of_account(Approval::None, Issuance::Immediate);
        client
            .sandbox
            .change(|account| account.adds_companions = true);
        let mut body = seed_body(&new_csr().1);
        body["certificate"]["common_name"] = name.into();
        body["certificate"]["dns_names"] = json!([]);
        body["validity_years"] = 1.into();
        let (_, answer) = client.order("ssl_plus", &body).await;
        let order = answer["id"].as_u64().unwrap();
        let names = info(&client, order).await["certificate"]["dns_names"].clone();
        assert_eq!(names, json!([name, companion]));
        assert_eq!(client.sandbox.summary().charges_total, 268);
        post(&client, order, "reissue", &certificate(&[name])).await;
        assert_eq!(client.sandbox.orders()[0].dns_names, [name, companion]);
    }
    let (client, order) = issued(Approval::None).await;
    let names = info(&client, order).await["certificate"]["dns_names"].clone();
    assert_eq!(
        names.as_array().unwrap().len(),
        3,
        "not without the setting"
    );
}

#[tokio::test]
async fn lists_may_hide_what_waits_for_approval_and_the_order_itself_never_does() {
    let client = Client::of_account(Approval::OneStep, Issuance::Immediate);
    let mut body = seed_body(&new_csr().1);
    body["alternative_order_id"] = "mine".into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    let order = answer["id"].as_u64().unwrap();
    let (list, alternate) = ("/order/certificate", "/order/alternate/mine");
    assert_eq!(client.get(list).await.1["page"]["total"], 1);
    client
        .sandbox
        .change(|account| account.hides_needs_approval = true);
    assert_eq!(client.get(list).await.1, json!({}));
    assert_eq!(client.get(alternate).await.0, StatusCode::NOT_FOUND);
    assert_eq!(info(&client, order).await["status"], "needs_approval");
    assert_eq!(client.get("/request").await.1["page"]["total"], 1);
    client.sandbox.approve(order).unwrap();
    assert_eq!(client.get(list).await.1["page"]["total"], 1);
    assert_eq!(client.get(alternate).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_rejected_order_keeps_its_certificate_id() {
    let client = Client::of_account(Approval::OneStep, Issuance::Immediate);
    let (_, answer) = client.order("ssl_plus", &seed_body(&new_csr().1)).await;
    let order = answer["id"].as_u64().unwrap();
    assert_eq!(info(&client, order).await["certificate"]["id"], Value::Null);
    client.sandbox.apply(order, Move::Reject).unwrap();
    let rejected = info(&client, order).await;
    assert_eq!(rejected["status"], "rejected");
    assert!(rejected["certificate"]["id"].is_u64(), "{rejected}");
}

#[tokio::test]
async fn view_only_keys_may_be_refused_prices() {
    let mut client = Client::of_account(Approval::None, Issuance::Immediate);
    client.key = "sandbox-readonly-1";
    let question = json!({
        "product_name_id": "ssl_basic", "certificate": { "dns_names": ["a.example.com"] },
    });
    let path = "/finance/order-pricing";
    assert_eq!(
        client.call(Method::POST, path, Some(&question)).await.0,
        200
    );
    client
        .sandbox
        .change(|account| account.viewers_may_not_price = true);
    let (status, refused) = client.call(Method::POST, path, Some(&question)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(
        refused["errors"][0]["code"],
        "access_denied|missing_permission"
    );
}

#[tokio::test]
async fn the_text_of_the_renewal_e_mails_is_set_and_taken_away() {
    let (client, order) = issued(Approval::None).await;
    let text = json!({ "custom_renewal_message": "Ask the platform team." });
    assert_eq!(
        put(&client, order, "custom-renewal-message", &text).await.0,
        204
    );
    assert_eq!(
        put(&client, order, "custom-renewal-message", &json!({}))
            .await
            .0,
        400
    );
    let path = format!("/order/certificate/{order}/custom-renewal-message");
    assert_eq!(client.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(
        client
            .call(
                Method::DELETE,
                "/order/certificate/7/custom-renewal-message",
                None
            )
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn lists_match_patterns_sort_by_signs_and_have_the_recorded_members() {
    let (client, first) = issued(Approval::None).await;
    let mut body = seed_body(&new_csr().1);
    body["certificate"]["common_name"] = "shop.example.org".into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    let second = answer["id"].as_u64().unwrap();
    let ids = async |query: &str| {
        let (_, list) = client.get(&format!("/order/certificate?{query}")).await;
        let orders = list["orders"].as_array().cloned().unwrap_or_default();
        let ids = orders.iter().map(|order| order["id"].as_u64().unwrap());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids("filters[common_name]=%25.example.org").await, [second]);
    assert_eq!(ids("filters[common_name]=example.com").await, [first]);
    assert_eq!(ids("filters[domain_name]=app.%25").await, [first, second]);
    for sorted in ["sort=%2Border_id", "sort=+order_id"] {
        assert_eq!(ids(sorted).await, [first, second], "{sorted}");
    }
    assert_eq!(ids("sort=-order_id").await, [second, first]);
    let (status, _) = client.get("/order/certificate?sort=order_id").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    let (_, list) = client.get("/order/certificate").await;
    let item = &list["orders"][0];
    assert_eq!(item["order_validity"], json!({ "years": 1 }));
    assert_eq!(item["order_valid_till"], "2027-04-13");
    assert_eq!(item["certificate"]["valid_from"], "2026-04-14");
    assert_eq!(item["certificate"]["thumbprint"], Value::Null);
    assert_eq!(item["is_multi_year_plan"], "1");
    assert_eq!(item["number_of_sans"], 2);
}

#[tokio::test]
async fn id_routes_swallow_no_other_route() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let (status, approvers) = client.get("/organization/potential-approvers").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(approvers["users"][0]["user_id"], "565611");
    let (_, prices) = client.get("/product/pricing").await;
    assert_eq!(prices["errors"][0]["code"], "sandbox_not_imitated");
}

#[tokio::test]
async fn every_answer_says_that_the_clock_is_virtual_unless_its_date_is_off() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let heads = async || {
        let answer = client.send(Method::GET, "/user/me", None).await.unwrap();
        let text = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|it| it.to_str().unwrap().to_owned())
        };
        (text("date").unwrap(), text("x-sandbox-clock"))
    };
    let on_time = (
        "Tue, 14 Apr 2026 09:12:38 GMT".to_owned(),
        Some("virtual".to_owned()),
    );
    assert_eq!(heads().await, on_time);
    client
        .sandbox
        .add_fault("* * date seconds=25920000".parse().unwrap());
    assert_eq!(
        heads().await,
        ("Mon, 08 Feb 2027 09:12:38 GMT".to_owned(), None)
    );
    assert_eq!(heads().await, on_time);
}

#[tokio::test]
async fn an_answer_may_be_about_something_else_or_say_less() {
    let (client, first) = issued(Approval::None).await;
    let mut body = seed_body(&new_csr().1);
    body["certificate"]["common_name"] = "other.example.org".into();
    let (_, answer) = client.order("ssl_plus", &body).await;
    let other = answer["id"].as_u64().unwrap();
    let rule = format!("GET /order/certificate/{first} instead path=/order/certificate/{other}");
    client.sandbox.add_fault(rule.parse().unwrap());
    assert_eq!(info(&client, first).await["id"], other);
    assert_eq!(info(&client, first).await["id"], first);
    let rule = r#"GET /order/certificate/* only {"members": ["id", "status"]}"#;
    client.sandbox.add_fault(rule.parse().unwrap());
    assert_eq!(
        info(&client, first).await,
        json!({ "id": first, "status": "issued", "requests": [{ "id": 4_400_001, "status": "approved" }],
            "additional_emails": [], "custom_fields": [{}] })
    );
}
