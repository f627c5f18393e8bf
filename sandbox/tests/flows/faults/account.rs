//! An account out of step with its calls: late, stale, slow, closed.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use certcentral_sandbox::Move;
use serde_json::json;

use super::{
    ME, ORDER, answer, connect, created, get, me, order, order_body, read, request, sandbox, text,
    with,
};

#[test]
fn a_maintenance_window_closes_every_route_until_the_clock_is_past_it() {
    let sandbox = with(&format!("{ME} maintenance seconds=600"));
    assert!(me(&sandbox).starts_with("HTTP/1.1 503 "));
    assert!(text(order(&sandbox)).contains("scheduled maintenance"));
    assert_eq!(created(&sandbox), 0);
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(get(&sandbox, "/user/me").0, 200);
}

#[test]
fn a_late_request_takes_effect_after_some_more_calls() {
    let sandbox = with(&format!("{ORDER} late calls=2"));
    let (bytes, end) = order(&sandbox);
    assert!(bytes.is_empty() && end.is_ok());
    assert_eq!(get(&sandbox, "/order/alternate/mine").0, 404);
    assert_eq!(get(&sandbox, "/order/certificate"), (200, json!({})));
    assert_eq!(created(&sandbox), 0);
    let (status, found) = get(&sandbox, "/order/alternate/mine");
    assert_eq!((status, created(&sandbox)), (200, 1));
    assert_eq!(found["orders"][0]["order_id"], sandbox.orders()[0].id);
    assert!(sandbox.journal()[0].processed);
}

#[test]
fn stale_look_ups_lag_some_calls_behind() {
    for path in ["/order/alternate/mine", "/order/certificate"] {
        let sandbox = with(&format!("GET {path} 1x* stale calls=2"));
        let id = answer(&text(order(&sandbox))).1["id"].as_u64().unwrap();
        let seen = || get(&sandbox, path).1["orders"][0].is_object();
        assert_eq!([seen(), seen(), seen()], [false, false, true], "{path}");
        sandbox.clear_rules();
        assert!(seen(), "{path} {id}");
    }
    let sandbox = with("GET /order/certificate/* 1x* stale calls=2");
    let id = answer(&text(order(&sandbox))).1["id"].as_u64().unwrap();
    let status = || get(&sandbox, &format!("/order/certificate/{id}")).0;
    assert_eq!([status(), status(), status()], [404, 404, 200]);
    assert_eq!(created(&sandbox), 1);
}

#[test]
fn a_stale_look_up_shows_an_order_as_it_was() {
    let sandbox = sandbox();
    let id = answer(&text(order(&sandbox))).1["id"].as_u64().unwrap();
    let path = format!("/order/certificate/{id}");
    sandbox.add_fault(format!("GET {path} 1x2 stale calls=5").parse().unwrap());
    sandbox.apply(id, Move::Revoke).unwrap();
    let status = || get(&sandbox, &path).1["status"].clone();
    assert_eq!(
        [status(), status(), status()],
        ["issued", "issued", "revoked"]
    );
}

#[test]
fn a_delay_ends_when_the_clock_has_moved() {
    for (at, orders) in [("before", 0), ("after", 1)] {
        let sandbox = with(&format!("{ORDER} {at} delay seconds=30"));
        let mut stream = connect(&sandbox).unwrap();
        let order = request("POST", "/order/certificate/ssl_plus", &order_body());
        stream.write_all(order.as_bytes()).unwrap();
        // Another call is answered meanwhile. The delayed one stands in the journal once it has
        // arrived, and the call after that finds it waiting.
        while sandbox.journal().iter().all(|entry| entry.method != "POST") {
            assert_eq!(get(&sandbox, "/user/me").0, 200);
        }
        assert_eq!(get(&sandbox, "/user/me").0, 200);
        sandbox.advance(Duration::from_secs(29));
        while created(&sandbox) != orders {
            assert_eq!(get(&sandbox, "/user/me").0, 200);
        }
        assert_eq!(
            sandbox
                .journal()
                .iter()
                .find(|entry| entry.method == "POST")
                .unwrap()
                .status,
            None
        );
        sandbox.advance(Duration::from_secs(1));
        assert_eq!(answer(&text(read(&mut stream))).0, 201, "{at}");
    }
}

#[tokio::test]
async fn refused_connections_are_refused_and_taken_again() {
    let sandbox = sandbox();
    for _ in 0..2 {
        sandbox.refuse_connections().await;
        let refused = connect(&sandbox).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        sandbox.take_connections().await;
        assert_eq!(get(&sandbox, "/user/me").0, 200);
    }
}

#[test]
fn a_call_can_be_the_last_one_before_connections_are_refused() {
    let sandbox = with(&format!("{ME} refuse seconds=60"));
    assert_eq!(get(&sandbox, "/user/me").0, 200);
    let refused = connect(&sandbox).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    sandbox.advance(Duration::from_secs(60));
    while connect(&sandbox).is_err() {}
    assert_eq!(get(&sandbox, "/user/me").0, 200);
}
