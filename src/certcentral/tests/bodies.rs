//! Answers whose body is cut, too large, compressed, of the wrong kind, or echoes the key.

use super::server::{KEY, Server, Turn, answer, failed_at, json};
use super::transport::{PLACED, order_id, place, refused};
use crate::certcentral::http::transport::MAX_BODY;
use crate::certcentral::*;

/// `{"id":112233}` in gzip.
const GZIP: [u8; 33] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 50, 52, 52, 50, 50, 54, 174, 5, 0,
    191, 187, 223, 81, 13, 0, 0, 0,
];

#[tokio::test]
async fn a_page_is_recognised_and_quoted() {
    let page = include_bytes!("../../../tests/fixtures/certcentral/error_503_waf.html");
    let answers = [
        ("503 Service Unavailable", "text/html; charset=utf-8"),
        ("403 Forbidden", "text/html"),
        ("200 OK", "text/html"),
        ("201 Created", "application/json"),
    ];
    for (status, media_type) in answers {
        let error = refused(Turn::Answer(answer(status, media_type, page))).await;
        assert_eq!(error.certainty(), Certainty::Unknown);
        let Error::NotJson {
            is_html,
            quoted,
            content_type,
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert!(is_html);
        assert_eq!(content_type.as_deref(), Some(media_type));
        assert_eq!(quoted.as_bytes(), page.trim_ascii());
    }
}

#[tokio::test]
async fn a_truncated_body_is_an_unknown_outcome_at_every_byte() {
    for length in 0..PLACED.len() {
        // Cut short of the announced length ...
        let mut bytes = answer("201 Created", "application/json", PLACED.as_bytes());
        bytes.truncate(bytes.len() - PLACED.len() + length);
        let error = refused(Turn::Answer(bytes)).await;
        assert_eq!(error.certainty(), Certainty::Unknown, "{length}: {error:?}");
        assert_eq!(failed_at(&error), TransportKind::Interrupted);

        // ... and cut where only the end of the connection ends the body.
        let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n";
        let error = refused(Turn::Answer(
            format!("{head}{}", &PLACED[..length]).into_bytes(),
        ))
        .await;
        assert_eq!(error.certainty(), Certainty::Unknown, "{length}: {error:?}");
        assert!(
            matches!(error, Error::NotJson { status: 201, .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_success_without_an_order_id_is_an_unknown_outcome() {
    let bodies = [
        "{}",
        r#"{"id":0}"#,
        r#"{"id":-1}"#,
        r#"{"id":null}"#,
        r#"{"id":1.5}"#,
        "[]",
        "null",
        r#"{"id":9223372036854775808}"#,
        r#"{"requests":[{"id":1}]}"#,
        r#"{"id":1}{"id":2}"#,
    ];
    for body in bodies {
        let error = refused(json("201 Created", body)).await;
        assert_eq!(error.certainty(), Certainty::Unknown, "{body}: {error:?}");
        assert_eq!(error.status(), Some(201));
    }
    let error = refused(Turn::Answer(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())).await;
    assert_eq!(
        (error.certainty(), error.status()),
        (Certainty::Unknown, Some(204))
    );
}

#[tokio::test]
async fn an_order_id_is_found_whatever_the_status_says() {
    for (status, body) in [
        ("200 OK", r#"{"id":112233}"#),
        ("201 Created", r#"{"id":"112233"}"#),
        (
            "202 Accepted",
            r#"{"news":{"a":[1]},"id":112233,"certificate_id":0}"#,
        ),
    ] {
        let placed = place(json(status, body)).await.unwrap();
        assert_eq!(placed.id, order_id(112_233));
        assert_eq!(placed.certificate_id, None);
    }
}

#[tokio::test]
async fn gzip_is_understood_and_a_bomb_stops_at_the_limit() {
    let zipped = |body: &[u8]| {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        Turn::Answer(bytes)
    };
    let placed = place(zipped(&GZIP)).await.unwrap();
    assert_eq!(placed.id, order_id(112_233));

    let bomb = zip_bomb();
    assert!(bomb.len() < 100_000, "small on the wire: {}", bomb.len());
    let error = refused(zipped(&bomb)).await;
    assert!(
        matches!(
            error,
            Error::BodyTooLarge {
                limit: MAX_BODY,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.certainty(), Certainty::Unknown);
}

#[tokio::test]
async fn eight_mebibytes_are_read_and_not_one_byte_more() {
    let fill = |length: usize| {
        let mut body = PLACED.as_bytes().to_vec();
        body.resize(length, b' ');
        Turn::Answer(answer("201 Created", "application/json", &body))
    };
    assert_eq!(place(fill(MAX_BODY)).await.unwrap().id, order_id(112_233));
    let error = refused(fill(MAX_BODY + 1)).await;
    assert!(
        matches!(error, Error::BodyTooLarge { status: 201, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_key_is_scrubbed_from_everything_that_a_server_echoes() {
    let bodies = [
        format!(r#"{{"errors":[{{"code":"{KEY}","message":"key {KEY} is bad"}}]}}"#),
        format!(r#"{{"id":"{KEY}"}}"#),
        format!("<html>{KEY}</html>"),
        format!("{}{KEY}", "x".repeat(480)),
        KEY.to_owned(),
    ];
    for body in bodies {
        for status in ["201 Created", "400 Bad Request", "500 Oops"] {
            for media_type in ["application/json", "text/html", KEY] {
                refused(Turn::Answer(answer(status, media_type, body.as_bytes()))).await;
            }
        }
    }
    let server = Server::start(vec![]).await;
    let (client, config) = (server.client(), server.config());
    assert!(!format!("{client:?} {config:?}").contains(KEY));
}

#[tokio::test]
async fn control_characters_of_a_message_are_escaped() {
    let body = r#"{"errors":[{"code":"a\u001b[2J","message":"b\r\nc"}]}"#;
    let error = refused(json("400 Bad Request", body)).await;
    assert_eq!(
        error.to_string(),
        "CertCentral answered 400: b\\u{d}\\u{a}c (a\\u{1b}[2J)"
    );
}

#[tokio::test]
async fn a_success_that_carries_errors_is_a_refusal_of_unknown_outcome() {
    let error = refused(json(
        "200 OK",
        r#"{"errors":[{"code":"x","message":"No."}]}"#,
    ))
    .await;
    assert!(error.api().unwrap().has("x"));
    assert_eq!(error.certainty(), Certainty::Unknown);
}

#[tokio::test]
async fn text_is_read_with_line_feeds_and_a_page_is_no_certificate() {
    let pem = include_str!("../../../tests/fixtures/certcentral/download_pem_all.pem");
    let certificate = CertificateId::try_from(113).unwrap();
    let script = vec![
        Turn::Answer(answer("200 OK", "application/x-pem-file", pem.as_bytes())),
        Turn::Answer(answer("200 OK", "text/html", b"<html></html>")),
    ];
    let server = Server::start(script).await;
    let client = server.client();
    let text = client.download_certificate(certificate).await.unwrap();
    assert_eq!(text, pem.replace("\r\n", "\n"));
    assert!(client.download_certificate(certificate).await.is_err());
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /services/v2/certificate/113/download/format/pem_all HTTP"));
    assert!(request.contains("accept: */*\r\n"));
    assert!(!request.contains("content-length"));
}

/// A gzip stream of more than 8 MiB of zeros, written with the fixed codes of RFC 1951: one
/// literal, then copies of 258 bytes from one byte before.
fn zip_bomb() -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    // Huffman codes go out from their highest bit.
    let mut push = |code: u32, length: u32| {
        bits.extend((0..length).rev().map(|bit| code >> bit & 1 == 1));
    };
    push(0b110, 3); // last block (1), fixed codes (01, lowest bit first)
    push(0b0011_0000, 8); // literal 0
    for _ in 0..=MAX_BODY / 258 {
        push(0b1100_0101, 8); // length 258
        push(0b00000, 5); // distance 1
    }
    push(0b000_0000, 7); // end of block
    let mut bytes = vec![31, 139, 8, 0, 0, 0, 0, 0, 2, 255];
    bytes.extend(bits.chunks(8).map(|chunk| {
        chunk
            .iter()
            .enumerate()
            .fold(0, |byte, (bit, set)| byte | u8::from(*set) << bit)
    }));
    bytes.extend([0; 8]);
    bytes
}

#[tokio::test]
async fn a_recorded_answer_is_read_like_one_from_the_network_and_nothing_is_sent() {
    let body = r#"{"errors":[{"code":"not_found|order","message":"No \u001border."}]}"#;
    let server = Server::start(vec![json("404 Not Found", body)]).await;
    let order: OrderId = 7.try_into().unwrap();
    let live = server.client().order(order).await.unwrap_err();

    let recorded = ::http::Response::builder().status(404);
    let recorded = recorded.header("Content-Type", "application/json");
    let recorded = recorded.body(body.into()).unwrap();
    let client = Client::replaying(server.config(), recorded).unwrap();
    let read = client.order(order).await.unwrap_err();

    assert_eq!(
        read.to_string(),
        "CertCentral answered 404: No \\u{1b}order. (not_found|order)"
    );
    assert_eq!(read.to_string(), live.to_string());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_byte_that_is_no_text_does_not_carry_the_key_into_data() {
    let body = [
        br#"{"unread":""#,
        &[0xff][..],
        br#"","notes":[{"id":1,"text":""#,
        KEY.as_bytes(),
        br#""}]}"#,
    ]
    .concat();
    let server = Server::start(vec![Turn::Answer(answer(
        "200 OK",
        "application/json",
        &body,
    ))])
    .await;
    let order: OrderId = 7.try_into().unwrap();
    let error = server.client().notes(order).await.unwrap_err();
    assert!(matches!(error, Error::NotJson { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(KEY));
}
