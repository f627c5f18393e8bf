//! Answers that the account did not give, and those that are shaped on their way.

use std::io::Write;
use std::net::TcpStream;

use certcentral_sandbox::{At, Fault, FaultRule, Framing, Sandbox, Settings};
use serde_json::json;

use super::{ME, ORDER, answer, created, get, me, order, read, sandbox, text, with};

#[test]
fn a_limit_tells_when_to_come_back_or_not() {
    for (members, header) in [
        ("", None),
        ("retry_after=7", Some("retry-after: 7\r\n")),
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
