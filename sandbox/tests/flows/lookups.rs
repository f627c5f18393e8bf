//! Look-ups around an order: price estimates, and organizations over several pages.

use certcentral_sandbox::{Approval, Issuance, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn a_price_estimate_counts_started_years_and_needs_no_right_to_order() {
    let mut client = Client::of_account(Approval::None, Issuance::Immediate);
    client.key = "sandbox-readonly-1";
    let path = "/finance/order-pricing";
    for (validity, total) in [
        (json!({ "years": 3 }), 3 * 293),
        (json!({ "days": 365 }), 293),
        (json!({ "days": 400 }), 2 * 293),
        (Value::Null, 293),
    ] {
        let request = json!({
            "product_name_id": "ssl_basic",
            "certificate": { "dns_names": ["shop.example.com"] },
            "order_validity": validity,
        });
        let (status, price) = client.call(Method::POST, path, Some(&request)).await;
        assert_eq!(
            (status, &price["total_price"]),
            (StatusCode::OK, &json!(total))
        );
    }
    let request = json!({
        "product_name_id": "ssl_basic",
        "certificate": { "dns_names": ["shop.example.com"] },
        "order_validity": { "years": 4 },
    });
    let (status, _) = client.call(Method::POST, path, Some(&request)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_organization_is_found_on_the_page_that_it_stands_on() {
    let client = Client::of(Settings {
        subsidiaries: 1100,
        ..Settings::default()
    });
    let ids = async |query: &str| {
        let (_, list) = client.get(&format!("/organization?{query}")).await;
        let found = list["organizations"].as_array().cloned();
        let ids = found.iter().flatten().map(|item| item["id"].as_u64());
        ids.collect::<Option<Vec<_>>>().unwrap()
    };
    let (first, second) = (ids("").await, ids("offset=1000").await);
    assert_eq!((first.len(), second.len()), (1000, 104));
    assert_eq!(second.last(), Some(&781_100));
    let (_, last) = client.get("/organization/781100").await;
    assert_eq!(last["name"], "Example Subsidiary 1100 Inc.");

    for (query, expected) in [
        ("filters[search]=subsidiary%201100", vec![781_100]),
        ("filters[search]=781100", vec![781_100]),
        ("filters[search]=Legacy", vec![778_840]),
        ("filters[status]=inactive", vec![778_840]),
        (
            "filters[validation]=pending&filters[status]=active",
            vec![778_851],
        ),
        (
            "filters[search]=widgets&filters[container_id_for_organization]=60412",
            vec![778_840, 778_851, 778_812],
        ),
        ("filters[container_id_for_organization]=1", vec![]),
    ] {
        assert_eq!(ids(query).await, expected, "{query}");
    }
    let (status, _) = client.get("/organization?filters[name]=Widgets").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
