//! Steering and observing: faults, holds, journal, limits, the control interface.

use std::sync::Arc;
use std::time::Duration;

use certcentral_sandbox::{
    Approval, At, Fault, HoldStage, Issuance, RateLimit, Sandbox, Settings, StartError,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, new_csr, seed_body};

const ORDER: &str = "POST /order/certificate/*";

fn client() -> Client {
    Client::of_account(Approval::None, Issuance::Immediate)
}

#[test]
fn only_this_machine_can_reach_a_sandbox() {
    let settings = Settings {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Settings::default()
    };
    assert!(matches!(
        Sandbox::start(settings),
        Err(StartError::NotLoopback(_))
    ));
}

#[test]
fn the_port_is_free_once_the_sandbox_is_dropped() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let address = sandbox
        .base_url()
        .replace("http://", "")
        .replace("/services/v2", "");
    drop(sandbox);
    let listen = address.parse().unwrap();
    let again = Sandbox::start(Settings {
        listen,
        ..Settings::default()
    })
    .unwrap();
    assert!(again.base_url().contains(&address));
}

#[tokio::test]
async fn a_dropped_request_orders_nothing_and_a_dropped_answer_orders_once() {
    let client = client();
    let body = seed_body(&new_csr().1);
    client
        .sandbox
        .fault(ORDER.parse().unwrap(), 1, At::Before, Fault::Drop);
    client
        .sandbox
        .fault(ORDER.parse().unwrap(), 2, At::After, Fault::Drop);
    let path = "/order/certificate/ssl_plus";
    for created in [0, 1] {
        client
            .send(Method::POST, path, Some(&body))
            .await
            .unwrap_err();
        assert_eq!(client.sandbox.summary().orders_created, created);
    }
    let (status, _) = client.order("ssl_plus", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let journal = client.sandbox.journal();
    let seen: Vec<_> = journal
        .iter()
        .map(|entry| (entry.processed, entry.status))
        .collect();
    assert_eq!(seen, [(false, None), (true, None), (true, Some(201))]);
    assert_eq!(
        journal[1].line(),
        "POST order ssl_plus example.com -> processed, answer dropped"
    );
}

#[tokio::test]
async fn a_fault_can_replace_the_answer_of_a_processed_order() {
    let client = client();
    let rule = json!({
        "route": ORDER, "at": "after", "times": 2,
        "fault": { "kind": "html", "status": 502 },
    });
    let (status, _) = client.control(Method::POST, "/faults", Some(&rule)).await;
    assert_eq!(status, StatusCode::CREATED);
    let body = seed_body(&new_csr().1);
    let path = "/order/certificate/ssl_plus";
    for _ in 0..2 {
        let response = client.send(Method::POST, path, Some(&body)).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(response.headers()["content-type"], "text/html");
    }
    assert_eq!(client.sandbox.summary().orders_created, 2);
    let answer = Fault::Answer {
        status: 500,
        body: "{\"errors\":[".to_owned(),
        content_type: "application/json".to_owned(),
    };
    client
        .sandbox
        .fault(ORDER.parse().unwrap(), 1, At::Before, answer);
    let response = client.send(Method::POST, path, Some(&body)).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "{\"errors\":[");
    assert_eq!(client.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_held_call_waits_on_the_chosen_side_of_its_processing() {
    for (at, created) in [(At::Before, 0), (At::After, 1)] {
        let client = Arc::new(client());
        let hold = client.sandbox.hold(ORDER.parse().unwrap(), 1, at);
        assert_eq!(hold.stage(), HoldStage::Armed);
        let ordering = tokio::spawn({
            let client = Arc::clone(&client);
            async move { client.order("ssl_plus", &seed_body(&new_csr().1)).await }
        });
        hold.held().await;
        assert_eq!(client.sandbox.summary().orders_created, created);
        assert_eq!(client.sandbox.journal()[0].status, None);
        hold.release();
        assert_eq!(ordering.await.unwrap().0, StatusCode::CREATED);
        assert_eq!(client.sandbox.summary().orders_created, 1);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_undo_its_order() {
    let client = Arc::new(client());
    let hold = client.sandbox.hold(ORDER.parse().unwrap(), 1, At::Before);
    let ordering = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.order("ssl_plus", &seed_body(&new_csr().1)).await }
    });
    hold.held().await;
    ordering.abort();
    assert!(ordering.await.unwrap_err().is_cancelled());
    let entries = client.sandbox.watch();
    hold.release();
    let entry = entries.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(entry.processed);
    assert_eq!(client.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn holds_work_over_the_control_interface() {
    let client = Arc::new(client());
    let rule = json!({ "route": "GET /user/me", "at": "after" });
    let (_, hold) = client.control(Method::POST, "/holds", Some(&rule)).await;
    let path = format!("/holds/{}", hold["id"]);
    let (_, seen) = client.control(Method::GET, &path, None).await;
    assert_eq!(seen["stage"], "armed");
    let asking = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.get("/user/me").await }
    });
    let (_, seen) = client
        .control(Method::GET, &format!("{path}?wait=20"), None)
        .await;
    assert_eq!(seen["stage"], "held");
    client
        .control(Method::POST, &format!("{path}/release"), None)
        .await;
    assert_eq!(asking.await.unwrap().0, StatusCode::OK);
}

#[test]
fn a_plain_test_can_wait_for_a_held_call() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let hold = sandbox.hold("GET /account".parse().unwrap(), 1, At::Before);
    assert!(!hold.wait_held(Duration::from_millis(1)));
    let url = format!("{}/account", sandbox.base_url());
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async { reqwest::get(url).await.unwrap().status() })
    });
    assert!(hold.wait_held(Duration::from_secs(20)));
    hold.release();
    assert_eq!(asking.join().unwrap(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_journal_shows_everything_but_the_key() {
    let mut client = client();
    client.key = "sandbox-very-secret";
    let body = seed_body(&new_csr().1);
    client.order("ssl_plus", &body).await;
    client
        .get("/order/certificate?filters[status]=issued")
        .await;
    let (_, journal) = client.control(Method::GET, "/journal", None).await;
    assert_eq!(journal.as_array().unwrap().len(), 2);
    assert_eq!(journal[0]["sequence"], 1);
    assert_eq!(journal[0]["time"], "2026-04-14T09:12:38+00:00");
    assert_eq!(journal[0]["path"], "/order/certificate/ssl_plus");
    assert_eq!(journal[0]["request"], body);
    assert_eq!(journal[0]["status"], 201);
    assert_eq!(journal[0]["response"]["id"], 2_147_500_001_u64);
    assert_eq!(journal[1]["query"], "filters[status]=issued");
    let text = journal.to_string();
    assert!(text.contains("[\"x-dc-devkey\",\"***\"]"));
    assert!(!text.contains("very-secret"));
    assert_eq!(
        client.sandbox.journal()[0].line(),
        "POST order ssl_plus example.com -> 201 order 2147500001"
    );
    client.control(Method::DELETE, "/journal", None).await;
    assert_eq!(client.sandbox.journal(), []);
}

#[tokio::test]
async fn the_rate_limit_rolls_with_the_virtual_clock() {
    let client = client();
    client.sandbox.change(|behavior| {
        behavior.rate_limit = Some(RateLimit {
            per_180_seconds: 3,
            per_5_seconds: 2,
        });
    });
    let mut statuses = Vec::new();
    for advance in [0, 0, 0, 5, 0, 176] {
        client.sandbox.advance(Duration::from_secs(advance));
        statuses.push(client.get("/account").await.0.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 200, 429, 200]);
}

#[tokio::test]
async fn settings_clock_and_orders_are_steered_over_http() {
    let client = client();
    let change = json!({ "approval": "one_step", "issuance": "after_polls(3)" });
    let (_, settings) = client
        .control(Method::PUT, "/settings", Some(&change))
        .await;
    assert_eq!(
        settings,
        json!({
            "approval": "one_step", "issuance": "after_polls(3)", "dcv": "prevalidated", "hide_former_certificate": false,
            "early_renewal": false, "orders_end_with_certificate": false, "refuses_long_certificates": false,
            "longest_certificate_days": null, "refuses_g1_roots": false, "next_intermediate": false,
            "adds_companions": false, "hides_needs_approval": false, "viewers_may_not_price": false,
            "irregular": false, "rate_limit": null,
        })
    );
    let wrong = json!({ "approval": "maybe" });
    assert_eq!(
        client
            .control(Method::PUT, "/settings", Some(&wrong))
            .await
            .0,
        StatusCode::BAD_REQUEST
    );
    let by = json!({ "seconds": 60 });
    let (_, clock) = client
        .control(Method::POST, "/clock/advance", Some(&by))
        .await;
    assert_eq!(clock, json!({ "now": "2026-04-14T09:13:38+00:00" }));

    client.order("ssl_plus", &seed_body(&new_csr().1)).await;
    let step = |word: &str| format!("/orders/2147500001/{word}");
    for (word, status) in [
        ("issue", 204),
        ("issue", 409),
        ("revoke", 204),
        ("dance", 404),
    ] {
        let (got, _) = client.control(Method::POST, &step(word), None).await;
        assert_eq!(got.as_u16(), status, "{word}");
    }
    let (_, summary) = client.control(Method::GET, "/summary", None).await;
    assert_eq!(summary["orders_created"], 1);
    assert_eq!(summary["revoked"], 1);
    assert_eq!(summary["charges_total"], 3 * 2 * 268);
    let (status, missing) = client.get("/order/certificate/1").await;
    assert_eq!(
        (status, &missing["errors"][0]["code"]),
        (StatusCode::NOT_FOUND, &Value::from("not_found|order"))
    );
}
