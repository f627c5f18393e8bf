//! A server that echoes the key it was sent, in every place and form in which an answer can hold
//! it.

use std::net::TcpListener;

use serde_json::json;

use super::{KEY, assert_absent, assert_not_printed, contents, equip, traces};
use crate::cores::canary::network::Server;
use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::{Core, Output, Workdir};
use crate::cores::evidence::{assert_says, installed_cores};

/// The key in every form, as one text that is safe inside a header or a JSON string.
fn echo() -> String {
    let safe: Vec<_> = traces(KEY)
        .into_iter()
        .map(|trace| trace.replace(['"', '\\'], ""))
        .chain(
            traces(KEY)
                .into_iter()
                .filter(|trace| !trace.contains(['"', '\\'])),
        )
        .collect();
    safe.join(" ")
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} {KEY}\r\nX-Echo: {KEY} {}\r\nContent-Length: {length}\r\nConnection: \
         close\r\n{headers}\r\n\r\n{body}",
        echo()
    )
    .into_bytes()
}

fn json_type() -> String {
    "Content-Type: application/json".to_owned()
}

/// Applies against a server that answers every call alike, and looks everywhere.
fn applied(core: &Core, bytes: Vec<u8>) -> (Output, Workdir) {
    let server = Server::start(move |_| bytes.clone());
    let mut workdir = Configuration::small(&server.base_url())
        .set("wait_for", "none")
        .set("timeouts", json!({ "create": "1s" }))
        .workdir_without_key(core);
    equip(&mut workdir);
    let output = workdir.run(&["apply", "-auto-approve", "-no-color"]);
    assert_not_printed(KEY, &output);
    for (name, content) in contents(workdir.path().parent().unwrap()) {
        assert_absent(KEY, &name, &content);
    }
    assert!(!server.requests().is_empty());
    (output, workdir)
}

#[test]
fn a_refusal_that_echoes_the_key_is_told_without_it() {
    for core in installed_cores() {
        let error = json!({ "errors": [{ "code": format!("invalid_value|{KEY}"), "message": format!("Key {KEY} {} may not", echo()) }] });
        let refusals = [
            (answer("403", &json_type(), &error.to_string()), "may not"),
            (answer("500", &json_type(), &error.to_string()), "may not"),
            (
                answer(
                    "503",
                    &format!("Content-Type: text/html; key={KEY}"),
                    &format!("<html>{KEY} {} maintenance</html>", echo()),
                ),
                "answered 503",
            ),
            (
                answer("200", &json_type(), &format!("{KEY} {}", echo())),
                "instead of JSON",
            ),
            (
                answer("200", &json_type(), &format!("[\"{}\"]", echo())),
                "Answer of CertCentral not usable",
            ),
        ];
        for (bytes, said) in refusals {
            let (output, _) = applied(&core, bytes);
            assert_says(&output.exits_with(1), &[said]);
        }
    }
}

#[test]
fn a_redirect_carries_neither_the_key_nor_any_call_to_the_other_host() {
    for core in installed_cores() {
        for status in ["301", "302", "303", "307", "308"] {
            let other = TcpListener::bind("127.0.0.1:0").unwrap();
            other.set_nonblocking(true).unwrap();
            let location = format!(
                "Location: http://127.0.0.1:{}/services/v2/{}",
                other.local_addr().unwrap().port(),
                url::form_urlencoded::byte_serialize(KEY.as_bytes()).collect::<String>(),
            );
            let (output, _) = applied(&core, answer(status, &location, &echo()));
            assert_says(&output.exits_with(1), &["Error: Redirect refused"]);
            let arrived = other.accept();
            assert!(arrived.is_err(), "{status}: the other host was called");
        }
    }
}

/// An order is placed, and the key comes back in members that go into state.
#[test]
fn a_success_that_echoes_the_key_leaves_state_without_it() {
    for core in installed_cores() {
        let server = Server::start(|request| {
            let line = request.lines().next().unwrap_or_default();
            let nothing = r#"{"errors":[{"code":"not_found|order","message":"Not found"}]}"#;
            if line.starts_with("POST /services/v2/order/certificate/ssl_plus ") {
                let placed = json!({
                    "id": 77, "requests": [{ "id": 4, "status": KEY }], "dcv_random_value": KEY,
                    "domains": [{ "name": "example.com", "dcv_token": { "token": KEY, "status": echo() } }],
                });
                answer("201", &json_type(), &placed.to_string())
            } else if line.starts_with("GET /services/v2/order/certificate/77 ") {
                let order = json!({
                    "id": 77, "status": "pending", "dcv_method": "dns-txt-token",
                    "alternative_order_id": KEY, "additional_emails": [KEY, echo()],
                    "certificate": { "common_name": "example.com", "dns_names": ["example.com", KEY] },
                    "requests": [{ "id": 4, "status": echo(), "comments": KEY }],
                    "product": { "name_id": "ssl_plus", "name": KEY },
                });
                answer("200", &json_type(), &order.to_string())
            } else if line.starts_with("GET /services/v2/order/certificate/77/validation ") {
                let validation = json!({ "dns_name_validations": [
                    { "name_scope": "example.com", "dns_names": ["example.com"], "status": KEY, "method": KEY },
                ] });
                answer("200", &json_type(), &validation.to_string())
            } else if line.starts_with("GET /services/v2/order/certificate?") {
                answer("200", &json_type(), r#"{"orders":[],"page":{"total":0}}"#)
            } else if line.starts_with("GET /services/v2/request?") {
                answer("200", &json_type(), r#"{"requests":[],"page":{"total":0}}"#)
            } else {
                answer("404", &json_type(), nothing)
            }
        });
        let mut workdir = Configuration::small(&server.base_url())
            .set("wait_for", "none")
            .workdir_without_key(&core);
        equip(&mut workdir);
        let output = workdir
            .run(&["apply", "-auto-approve", "-no-color"])
            .success();
        assert_not_printed(KEY, &output);
        let state = workdir.run(&["show", "-json"]).success();
        assert_not_printed(KEY, &state);
        for (name, content) in contents(workdir.path().parent().unwrap()) {
            assert_absent(KEY, &name, &content);
        }
        let attributes = workdir.attributes(ORDER).unwrap();
        assert_eq!(attributes["order_id"], 77, "{}", core.name);
        assert!(attributes.to_string().contains("[API key]"), "{attributes}");
    }
}
