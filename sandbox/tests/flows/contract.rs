//! Every answer has the keys and JSON types of the recorded shapes in `tests/fixtures/certcentral`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use certcentral_sandbox::{Approval, Dcv, Issuance, Move};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;

pub(crate) fn fixture(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/certcentral");
    let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every difference in keys and types. Of an array the first element stands for all.
fn differences(wanted: &Value, given: &Value, at: &str, found: &mut Vec<String>) {
    match (wanted, given) {
        (Value::Object(wanted), Value::Object(given)) => {
            for key in wanted.keys().filter(|key| !given.contains_key(*key)) {
                found.push(format!("{at}.{key} is missing"));
            }
            for (key, value) in given {
                match wanted.get(key) {
                    Some(wanted) => differences(wanted, value, &format!("{at}.{key}"), found),
                    None => found.push(format!("{at}.{key} is not in the fixture")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(given)) => match (wanted.first(), given.first()) {
            (Some(wanted), Some(given)) => differences(wanted, given, &format!("{at}[0]"), found),
            (Some(_), None) => found.push(format!("{at} is empty")),
            _ => {}
        },
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => {}
        _ => found.push(format!("{at} has another type: {given}")),
    }
}

#[track_caller]
pub(crate) fn assert_shape(name: &str, given: &Value) {
    let mut found = Vec::new();
    differences(&fixture(name), given, "", &mut found);
    assert_eq!(found, Vec::<String>::new(), "{name}: {given:#}");
}

/// The order of the fixtures, with or without `skip_approval`.
fn body(skip: bool) -> Value {
    let mut body = fixture("order_create_request");
    body["skip_approval"] = skip.into();
    body
}

pub(crate) async fn placed(client: &Client, skip: bool) -> u64 {
    let (status, answer) = client.order("ssl_basic", &body(skip)).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["id"].as_u64().unwrap()
}

pub(crate) async fn info(client: &Client, order: u64) -> Value {
    let (status, info) = client.get(&format!("/order/certificate/{order}")).await;
    assert_eq!(status, StatusCode::OK);
    info
}

#[tokio::test]
async fn order_answers_have_the_recorded_shapes() {
    for (name, approval, issuance, skip) in [
        (
            "order_created_pending",
            Approval::OneStep,
            Issuance::Manual,
            false,
        ),
        (
            "order_created_submitted",
            Approval::TwoStep,
            Issuance::Manual,
            false,
        ),
        (
            "order_created_autoapproved",
            Approval::Auto,
            Issuance::Manual,
            false,
        ),
        (
            "order_created_skip",
            Approval::OneStep,
            Issuance::Manual,
            true,
        ),
        (
            "order_created_immediate",
            Approval::OneStep,
            Issuance::Immediate,
            true,
        ),
    ] {
        let client = Client::of_account(approval, issuance);
        let (_, answer) = client.order("ssl_basic", &body(skip)).await;
        assert_shape(name, &answer);
    }
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    client
        .sandbox
        .change(|behavior| behavior.dcv = Dcv::Required);
    let (_, answer) = client.order("ssl_basic", &body(true)).await;
    assert_shape("order_created_with_dcv", &answer);
    assert_eq!(answer["domains"][0]["name"], "example.com");
    let ev = fixture("order_create_request_ev");
    let (status, _) = client.order("ssl_ev_basic", &ev).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn order_info_has_the_recorded_shape_in_every_status() {
    let client = Client::of_account(Approval::OneStep, Issuance::Manual);
    let sandbox = &client.sandbox;

    let order = placed(&client, false).await;
    assert_shape("order_info_needs_approval", &info(&client, order).await);
    sandbox.apply(order, Move::Reject).unwrap();
    assert_shape("order_info_rejected", &info(&client, order).await);

    let order = placed(&client, true).await;
    assert_shape("order_info_pending", &info(&client, order).await);
    sandbox.apply(order, Move::Cancel).unwrap();
    assert_shape("order_info_canceled", &info(&client, order).await);

    let order = placed(&client, true).await;
    sandbox.change(|behavior| behavior.issuance = Issuance::AfterPolls(1));
    assert_shape("order_info_processing", &info(&client, order).await);
    assert_shape("order_info_issued", &info(&client, order).await);
    sandbox.apply(order, Move::Revoke).unwrap();
    assert_shape("order_info_revoked", &info(&client, order).await);

    sandbox.change(|behavior| behavior.issuance = Issuance::Immediate);
    let mut years = body(true);
    years["order_validity"]["years"] = 2.into();
    let (_, answer) = client.order("ssl_basic", &years).await;
    let order = answer["id"].as_u64().unwrap();
    assert_shape("order_info_multi_year", &info(&client, order).await);
    sandbox.advance(Duration::from_secs(731 * 86_400));
    let mut expired = info(&client, order).await;
    assert_eq!(expired["status"], "expired");
    expired
        .as_object_mut()
        .unwrap()
        .remove("is_multi_year_plan");
    assert_shape("order_info_expired", &expired);
}

#[tokio::test]
async fn lists_have_the_recorded_shapes() {
    let mut client = Client::of_account(Approval::OneStep, Issuance::Immediate);
    let order = placed(&client, true).await;
    let token = fixture("order_create_request")["alternative_order_id"].clone();
    let alternate = format!("/order/alternate/{}", token.as_str().unwrap());
    assert_shape("list_orders", &client.get("/order/certificate").await.1);
    assert_shape("alternate_orders_one", &client.get(&alternate).await.1);
    placed(&client, true).await;
    let (_, two) = client.get(&alternate).await;
    assert_shape("alternate_orders_two", &two);
    assert_eq!(two["page"]["total"], 2);
    let (_, changes) = client
        .get("/order/certificate/status-changes?minutes=5")
        .await;
    assert_shape("status_changes", &changes);
    let (_, none) = client
        .get("/order/certificate?filters[status]=revoked")
        .await;
    assert_eq!(none, fixture("list_orders_empty"));
    client.sandbox.advance(Duration::from_secs(600));
    let (_, none) = client
        .get("/order/certificate/status-changes?minutes=5")
        .await;
    assert_eq!(none, fixture("status_changes_empty"));
    let (_, chain) = client.get("/certificate/3001200001/chain").await;
    assert_shape("chain", &chain);

    client
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    let waiting = placed(&client, false).await;
    assert!(waiting > order);
    let (_, requests) = client.get("/request?status=pending").await;
    assert_shape("requests", &requests);
    let id = &requests["requests"][0]["id"];
    let decision = fixture("request_status_update");
    let (status, _) = client
        .put(&format!("/request/{id}/status"), &decision)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_shape("request", &client.get(&format!("/request/{id}")).await.1);
    let path = format!("/order/certificate/{waiting}/validation");
    let (_, validation) = client.get(&path).await;
    assert_shape("validation_status", &validation);
    let path = format!("/order/certificate/{waiting}/status");
    let (status, _) = client.put(&path, &fixture("cancel_request")).await;
    assert_eq!(status, StatusCode::NO_CONTENT);

    for (name, path) in [
        ("organization", "/organization/778812"),
        ("organization_validation", "/organization/778812/validation"),
        ("products", "/product"),
        ("product", "/product/ssl_basic"),
        ("user_me", "/user/me"),
        ("account", "/account"),
        ("containers", "/container"),
        ("metadata", "/account/metadata"),
        ("balance", "/finance/balance"),
    ] {
        let (status, answer) = client.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_shape(name, &answer);
    }
    let (_, organizations) = client.get("/organization").await;
    let known = organizations["organizations"].as_array().unwrap();
    let widgets = known.iter().find(|item| item["id"] == 778_812).unwrap();
    let page = &organizations["page"];
    assert_shape(
        "organizations",
        &json!({ "organizations": [widgets], "page": page }),
    );
    client.key = "sandbox-standard-1";
    assert_shape("user_me_standard", &client.get("/user/me").await.1);
}

#[tokio::test]
async fn validation_answers_have_the_recorded_shapes() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    client
        .sandbox
        .change(|behavior| behavior.dcv = Dcv::Required);
    let (_, answer) = client.order("ssl_basic", &body(true)).await;
    let order = answer["id"].as_u64().unwrap();
    let path = |word: &str| format!("/order/certificate/{order}/{word}");
    let (_, value) = client
        .call(Method::PUT, &path("dcv-random-value"), None)
        .await;
    assert_shape("dcv_random_value", &value);
    assert_eq!(value["dcv_random_value"], answer["dcv_random_value"]);
    let (_, open) = client.call(Method::PUT, &path("check-dcv"), None).await;
    assert_shape("check_dcv_pending", &open);

    let by_mail = json!({ "dcv_method": "email" });
    let (status, _) = client.put(&path("dcv-method"), &by_mail).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let by_file = json!({ "dcv_method": "http-token" });
    let (_, again) = client.put(&path("dcv-method"), &by_file).await;
    assert_eq!(again, value);
    let (status, _) = client.call(Method::PUT, &path("check-dcv"), None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    client.sandbox.advance(Duration::from_secs(30 * 86_400));
    let (_, renewed) = client
        .call(Method::PUT, &path("dcv-random-value"), None)
        .await;
    assert_ne!(renewed["dcv_random_value"], value["dcv_random_value"]);
    client.sandbox.apply(order, Move::Validate).unwrap();
    let (_, done) = client.call(Method::PUT, &path("check-dcv"), None).await;
    assert_shape("check_dcv_issued", &done);
}

#[tokio::test]
async fn a_price_estimate_is_what_the_order_is_charged() {
    let client = Client::of_account(Approval::None, Issuance::Immediate);
    let request = json!({
        "product_name_id": "ssl_basic",
        "certificate": { "dns_names": ["shop.example.com", "www.shop.example.com", "api.example.com"] },
        "order_validity": { "years": 1 },
    });
    let path = "/finance/order-pricing";
    let (_, price) = client.call(Method::POST, path, Some(&request)).await;
    assert_shape("price_estimate", &price);
    assert_eq!(price["total_price"], 3 * 293);
    placed(&client, true).await;
    assert_eq!(client.sandbox.summary().charges_total, 3 * 293);
}

#[tokio::test]
async fn errors_are_the_recorded_ones() {
    let mut client = Client::of_account(Approval::None, Issuance::Immediate);
    let expect = |name: &str, got: (StatusCode, Value), status: u16| {
        assert_eq!(
            got,
            (StatusCode::from_u16(status).unwrap(), fixture(name)),
            "{name}"
        );
    };
    expect(
        "error_404_order",
        client.get("/order/certificate/7").await,
        404,
    );
    expect(
        "error_404_product",
        client.order("ssl_nothing", &body(true)).await,
        404,
    );
    expect("error_404_route", client.get("/no/such/route").await, 404);
    let delete = client
        .call(Method::DELETE, "/order/certificate/7", None)
        .await;
    expect("error_404_route", delete, 404);
    let week = "/order/certificate/status-changes?minutes=10081";
    expect("error_400_time_frame_too_long", client.get(week).await, 400);
    expect(
        "error_400_bad_request_format",
        client.order("ssl_basic", &json!([])).await,
        400,
    );

    let changed = |path: &str, value: Value| {
        let mut body = body(true);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (name, path, value) in [
        ("error_400_csr", "/certificate/csr", json!("<csr>")),
        (
            "error_400_custom_field",
            "/custom_fields/0/metadata_id",
            json!(9),
        ),
        (
            "error_400_invalid_value_validity_years",
            "/order_validity/years",
            json!(4),
        ),
        (
            "error_400_cert_validity_exceeds",
            "/certificate/cert_validity/days",
            json!(366),
        ),
    ] {
        expect(
            name,
            client.order("ssl_basic", &changed(path, value)).await,
            400,
        );
    }
    let mut two = changed("/certificate/common_name", json!("shop_1.example.com"));
    two["certificate"]["signature_hash"] = "md5".into();
    expect(
        "error_400_multiple",
        client.order("ssl_basic", &two).await,
        400,
    );
    let mut renewal = body(true);
    renewal["renewal_of_order_id"] = 7.into();
    expect(
        "error_400_renewal",
        client.order("ssl_basic", &renewal).await,
        400,
    );

    client.key = "sandbox-readonly-1";
    expect(
        "error_403_missing_permission",
        client.order("ssl_basic", &body(true)).await,
        403,
    );
    client.key = "live-key";
    expect("error_403_invalid_key", client.get("/user/me").await, 403);
    assert_eq!(client.sandbox.summary().orders_created, 0);
}
