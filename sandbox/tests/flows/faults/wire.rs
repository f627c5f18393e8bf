//! What happens to connections and to the bytes of an answer.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use certcentral_sandbox::{At, Fault};

use super::{
    ME, ORDER, answer, call, connect, created, me, order, order_body, read, request, sandbox, with,
};

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
    let mut answer = answer.send().await.unwrap();
    let mut unpacked = 0;
    // The checksum at the end is wrong, which only a client notices that comes so far.
    while let Ok(Some(chunk)) = answer.chunk().await {
        unpacked += chunk.len();
    }
    assert!(unpacked >= 1_000_000, "{unpacked}");
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
