//! Every kind of fault on the wire, seen by a client that reads bytes and nothing more.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use certcentral_sandbox::{At, Fault, FaultRule, Framing, Sandbox, Settings};
use serde_json::{Value, json};
use time::macros::datetime;

use crate::client::{new_csr, seed_body};

const ME: &str = "GET /user/me";
const ORDER: &str = "POST /order/certificate/*";

fn sandbox() -> Sandbox {
    Sandbox::start(Settings {
        start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
        ..Settings::default()
    })
    .unwrap()
}

fn with(rule: &str) -> Sandbox {
    let sandbox = sandbox();
    sandbox.add_fault(rule.parse().unwrap());
    sandbox
}

fn connect(sandbox: &Sandbox) -> io::Result<TcpStream> {
    let url = sandbox.base_url();
    let address = url
        .trim_start_matches("http://")
        .trim_end_matches("/services/v2");
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

fn request(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} /services/v2{path} HTTP/1.1\r\nHost: sandbox\r\nX-DC-DEVKEY: sandbox-raw\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Sends a request on a connection of its own; everything that came, and how it ended.
fn call(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (Vec<u8>, io::Result<()>) {
    let mut stream = connect(sandbox).unwrap();
    stream
        .write_all(request(method, path, body).as_bytes())
        .unwrap();
    read(&mut stream)
}

fn read(stream: &mut TcpStream) -> (Vec<u8>, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (bytes, end)
}

fn text(answer: (Vec<u8>, io::Result<()>)) -> String {
    answer.1.unwrap();
    String::from_utf8(answer.0).unwrap()
}

fn me(sandbox: &Sandbox) -> String {
    text(call(sandbox, "GET", "/user/me", ""))
}

fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    answer(&text(call(sandbox, "GET", path, "")))
}

fn answer(text: &str) -> (u16, Value) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// Orders with a reference and returns what came.
fn order(sandbox: &Sandbox) -> (Vec<u8>, io::Result<()>) {
    let mut body = seed_body(&new_csr().1);
    body["alternative_order_id"] = json!("mine");
    call(
        sandbox,
        "POST",
        "/order/certificate/ssl_plus",
        &body.to_string(),
    )
}

fn order_body() -> String {
    seed_body(&new_csr().1).to_string()
}

fn created(sandbox: &Sandbox) -> u64 {
    sandbox.summary().orders_created
}

#[test]
fn a_drop_ends_the_connection_without_a_byte() {
    for (at, orders) in [("before", 0), ("after", 1)] {
        let sandbox = with(&format!("{ORDER} {at} drop"));
        let (bytes, end) = order(&sandbox);
        assert!(bytes.is_empty() && end.is_ok(), "{end:?}");
        assert_eq!(created(&sandbox), orders, "{at}");
    }
}

#[test]
fn a_reset_is_a_reset_on_both_sides_of_the_processing() {
    for (at, orders) in [("before", 0), ("after", 1)] {
        let sandbox = with(&format!("{ORDER} {at} reset"));
        let (bytes, end) = order(&sandbox);
        assert!(bytes.is_empty());
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset, "{at}");
        assert_eq!(created(&sandbox), orders, "{at}");
    }
}

#[test]
fn an_early_reset_does_not_wait_for_the_body() {
    let sandbox = with(&format!("{ORDER} reset_early"));
    let mut stream = connect(&sandbox).unwrap();
    let whole = request("POST", "/order/certificate/ssl_plus", &order_body());
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let first = format!("{head}\r\n\r\n{}", &body[..100]);
    stream.write_all(first.as_bytes()).unwrap();
    let (bytes, end) = read(&mut stream);
    assert!(bytes.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(created(&sandbox), 0);
}

#[test]
fn a_call_that_hangs_is_never_answered_and_has_its_effect_all_the_same() {
    let sandbox = with(&format!("{ORDER} after hang"));
    let done = sandbox.watch();
    let mut stream = connect(&sandbox).unwrap();
    let order = request("POST", "/order/certificate/ssl_plus", &order_body());
    stream.write_all(order.as_bytes()).unwrap();
    let entry = done.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((entry.processed, entry.status), (true, None));
    stream.set_nonblocking(true).unwrap();
    let nothing = stream.read(&mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    assert_eq!(created(&sandbox), 1);
}

#[test]
fn a_body_can_be_cut_at_any_byte_in_every_framing() {
    let whole = answer(&me(&sandbox())).1.to_string().len();
    for (framing, head) in [
        ("length", format!("content-length: {whole}\r\n\r\n")),
        (
            "chunked",
            format!("transfer-encoding: chunked\r\n\r\n{whole:x}\r\n"),
        ),
        ("close", "connection: close\r\n\r\n".to_owned()),
    ] {
        for bytes in [0, 1, 20] {
            let sandbox = with(&format!(
                "{ME} after truncate bytes={bytes} framing={framing}"
            ));
            let cut = me(&sandbox);
            let (_, body) = cut
                .split_once(&head)
                .unwrap_or_else(|| panic!("{framing}: {cut}"));
            assert_eq!(body.len(), bytes, "{framing}");
            assert!(cut.starts_with("HTTP/1.1 200 OK\r\n"), "{cut}");
        }
    }
}

#[test]
fn a_garbled_body_has_its_length_and_is_no_text() {
    let sandbox = with(&format!("{ME} after garble every=10"));
    let (bytes, end) = call(&sandbox, "GET", "/user/me", "");
    end.unwrap();
    assert!(String::from_utf8(bytes.clone()).is_err());
    assert_eq!(bytes.len(), me(&sandbox).len());
}

#[test]
fn an_answer_can_drip() {
    let sandbox = with(&format!("{ME} after drip bytes=50 pause_ms=1"));
    let mut stream = connect(&sandbox).unwrap();
    stream
        .write_all(request("GET", "/user/me", "").as_bytes())
        .unwrap();
    let mut first = [0; 4096];
    let count = stream.read(&mut first).unwrap();
    let (rest, end) = read(&mut stream);
    end.unwrap();
    assert!(count < 500, "{count} bytes at once");
    let whole = [&first[..count], &rest].concat();
    let (status, user) = answer(std::str::from_utf8(&whole).unwrap());
    assert_eq!(
        (status, &user["account_id"]),
        (200, &answer(&me(&sandbox)).1["account_id"])
    );
}

#[test]
fn a_limit_tells_when_to_come_back_or_not() {
    for (members, header) in [
        ("", None),
        ("retry_after=\"7\"", Some("retry-after: 7\r\n")),
        (
            "retry_after=now+90",
            Some("retry-after: Tue, 14 Apr 2026 09:14:08 GMT\r\n"),
        ),
        (
            "retry_after=now-90",
            Some("retry-after: Tue, 14 Apr 2026 09:11:08 GMT\r\n"),
        ),
        ("retry_after=soon", Some("retry-after: soon\r\n")),
    ] {
        let said = me(&with(&format!("{ME} limited {members}")));
        assert!(said.starts_with("HTTP/1.1 429 "), "{said}");
        assert!(said.contains("request_limit_exceeded"));
        match header {
            Some(header) => assert!(said.contains(header), "{said}"),
            None => assert!(!said.contains("retry-after"), "{said}"),
        }
    }
    let page = me(&with(&format!("{ME} limited html=true")));
    assert!(page.contains("content-type: text/html\r\n"), "{page}");
}

#[test]
fn a_redirect_leads_to_a_listener_that_notes_what_comes() {
    for status in [301, 302, 303, 307, 308] {
        let sandbox = with(&format!("{ORDER} redirect status={status}"));
        let told = text(order(&sandbox));
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
        let location = told
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        let (host, path) = location
            .and_then(|url| url.strip_prefix("http://"))
            .and_then(|url| url.split_once('/'))
            .unwrap();
        assert_eq!(path, "services/v2/order/certificate/ssl_plus");
        assert_eq!(sandbox.seen_elsewhere(), [""; 0]);
        assert_eq!(created(&sandbox), 0);

        let mut stream = TcpStream::connect(host).unwrap();
        stream
            .write_all(b"POST /x HTTP/1.1\r\nX-DC-DEVKEY: sandbox-raw\r\n\r\n")
            .unwrap();
        let (status, body) = answer(&text(read(&mut stream)));
        assert_eq!((status, body), (201, json!({ "id": 666_666_666 })));
        assert_eq!(
            sandbox.seen_elsewhere(),
            ["POST /x HTTP/1.1\nX-DC-DEVKEY: ***"]
        );
    }
    let sandbox = with(&format!(
        "{ME} redirect status=302 location=https://a.example/login"
    ));
    assert!(me(&sandbox).contains("location: https://a.example/login\r\n"));
}

#[test]
fn an_echo_repeats_the_key_to_the_caller_and_not_to_the_journal() {
    let sandbox = with(&format!("{ME} echo status=400"));
    let said = me(&sandbox);
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert_eq!(
        said.matches("sandbox-raw").count(),
        3,
        "header, code and message: {said}"
    );
    let journal = json!(sandbox.journal()).to_string();
    assert!(!journal.contains("sandbox-raw"), "{journal}");
}

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
fn a_huge_body_is_as_long_as_it_says_and_a_bomb_is_small() {
    let sandbox = with(&format!("{ME} huge bytes=300000"));
    let (bytes, end) = call(&sandbox, "GET", "/user/me", "");
    end.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{head}"
    );
    assert!(body.len() >= 300_000);

    let sandbox = with(&format!("{ME} huge bytes=10000000 gzip=true"));
    let (bytes, end) = call(&sandbox, "GET", "/user/me", "");
    end.unwrap();
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let head = String::from_utf8_lossy(&bytes).into_owned();
    assert!(head.contains("Content-Encoding: gzip\r\n"));
}

#[tokio::test]
async fn a_bomb_unpacks_to_its_size() {
    let sandbox = with(&format!("{ME} huge bytes=1000000 gzip=true"));
    let http = reqwest::Client::builder().no_proxy().gzip(true).build();
    let url = format!("{}/user/me", sandbox.base_url());
    let answer = http.unwrap().get(url).header("X-DC-DEVKEY", "sandbox-raw");
    let body = answer.send().await.unwrap().text().await;
    // The checksum is wrong, which a client notices after the last byte if it ever comes so far.
    assert!(body.is_err() || body.unwrap().len() >= 1_000_000);
}

#[test]
fn raw_bytes_are_the_whole_answer() {
    let sandbox = sandbox();
    let raw = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nContent-Length: 8\r\n\r\n{\"id\":7}";
    let fault = Fault::Raw {
        text: raw.to_owned(),
    };
    sandbox.fault(ME.parse().unwrap(), 1, At::Before, fault);
    assert_eq!(me(&sandbox), raw);
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
    sandbox
        .apply(id, certcentral_sandbox::Move::Revoke)
        .unwrap();
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
        // Another call is answered meanwhile, and the delayed one has arrived when it stands in the journal.
        while sandbox.journal().iter().all(|entry| entry.method != "POST") {
            assert_eq!(get(&sandbox, "/user/me").0, 200);
        }
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

#[test]
fn members_and_the_status_of_an_answer_can_be_changed() {
    let sandbox = sandbox();
    for rule in [
        format!("{ORDER} after set pointer=/id value=\"7\""),
        format!("{ORDER} after remove pointer=/certificate_id"),
        format!("{ORDER} after status status=200"),
    ] {
        sandbox.add_fault(rule.parse().unwrap());
    }
    let (status, body) = answer(&text(order(&sandbox)));
    assert_eq!((status, &body["id"]), (200, &json!("7")));
    assert_eq!(body.get("certificate_id"), None);
    assert!(body["certificate_chain"].is_array(), "{body}");
    assert_eq!(created(&sandbox), 1);
}

#[test]
fn chains_and_forms_reach_the_answers() {
    let sandbox = with(&format!("{ORDER} after chain form=four"));
    let (_, body) = answer(&text(order(&sandbox)));
    assert_eq!(body["certificate_chain"].as_array().unwrap().len(), 4);

    let sandbox = sandbox_of_irregular_answers();
    let (_, body) = answer(&text(order(&sandbox)));
    let id = sandbox.orders()[0].id.to_string();
    assert_eq!(body["id"], id.as_str());
    assert!(body["x_object"].is_object());
    let (_, problem) = get(&sandbox, "/order/certificate/1");
    assert_eq!(problem["errors"]["code"], "not_found|order");
}

fn sandbox_of_irregular_answers() -> Sandbox {
    let sandbox = sandbox();
    sandbox.change(|account| account.irregular = true);
    sandbox
}

#[test]
fn two_faults_of_one_call_add_up() {
    let sandbox = with(&format!("{ME} before html status=502"));
    sandbox.add_fault(format!("{ME} truncate bytes=6").parse().unwrap());
    let (head, body) = me(&sandbox)
        .split_once("\r\n\r\n")
        .map(|(head, body)| (head.to_owned(), body.to_owned()))
        .unwrap();
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    assert_eq!(body, "<html>");
    assert!(!sandbox.journal()[0].processed);
}

#[test]
fn faults_can_stand_in_the_settings() {
    let rule = FaultRule {
        route: ME.parse().unwrap(),
        call: 1,
        times: 1,
        at: At::After,
        fault: Fault::Truncate {
            bytes: 3,
            framing: Framing::Close,
        },
    };
    let sandbox = Sandbox::start(Settings {
        faults: vec![rule],
        ..Settings::default()
    })
    .unwrap();
    let cut = me(&sandbox);
    assert_eq!(cut.split_once("\r\n\r\n").unwrap().1.len(), 3, "{cut}");
}
