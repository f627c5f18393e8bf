//! Price estimates: what they count, and who may ask.

use certcentral_sandbox::Settings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::macros::datetime;

use crate::client::Client;

#[tokio::test]
async fn a_price_estimate_counts_started_years_and_needs_no_right_to_order() {
    let mut client = Client::of(Settings {
        start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
        ..Settings::default()
    });
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
