//! Raw bytes against the transport: what is sent, what is refused, and what each failure proves.

use std::time::Duration;

use super::super::client::Client;
use super::super::config::{ApiKey, BaseUrl, CaBundle};
use super::super::id::{CertificateId, OrderId};
use super::super::order::{NewCertificate, NewOrder, PlacedOrder};
use super::super::outcome::Certainty;
use super::super::server::{KEY, Server, Turn, answer, json};
use super::*;

const PLACED: &str = r#"{"id":112233,"certificate_id":113}"#;
/// `{"id":112233}` in gzip.
const GZIP: [u8; 33] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 50, 52, 52, 50, 50, 54, 174, 5, 0,
    191, 187, 223, 81, 13, 0, 0, 0,
];

fn order() -> NewOrder {
    NewOrder::new(NewCertificate {
        common_name: "example.com".to_owned(),
        dns_names: Vec::new(),
        csr: "<csr>".to_owned(),
        server_platform: None,
        signature_hash: "sha256".to_owned(),
        organization_units: Vec::new(),
        profile_option: None,
        ca_cert_id: None,
        cert_validity: None,
    })
}

fn order_id(number: i64) -> OrderId {
    OrderId::try_from(number).unwrap()
}

/// Places an order at a server that plays one turn; checks that it was sent once.
async fn place(turn: Turn) -> Result<PlacedOrder, Error> {
    let server = Server::start(vec![turn]).await;
    let result = server.client().place_order("ssl_plus", &order()).await;
    assert_eq!(server.requests().len(), 1, "sent exactly once");
    result
}

/// The error of an order POST; checks that it never shows the key.
async fn refused(turn: Turn) -> Error {
    let error = place(turn).await.unwrap_err();
    let shown = format!("{error} {error:?} {error:#?} {}", chain(&error));
    assert!(!shown.contains(KEY), "{shown}");
    error
}

#[tokio::test]
async fn an_order_post_has_all_headers_and_its_body_once() {
    let server = Server::start(vec![json("201 Created", PLACED)]).await;
    let placed = server.client().place_order("ssl_plus", &order()).await;
    assert_eq!(placed.unwrap().id, order_id(112_233));

    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(
        lines.next(),
        Some("POST /services/v2/order/certificate/ssl_plus HTTP/1.1")
    );
    let mut headers: Vec<String> = lines
        .filter(|line| !line.starts_with("host:"))
        .map(str::to_owned)
        .collect();
    headers.sort();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        headers,
        [
            "accept-encoding: gzip".to_owned(),
            "accept: application/json".to_owned(),
            format!("content-length: {}", body.len()),
            "content-type: application/json".to_owned(),
            format!("user-agent: terraform-provider-digicert/{version}"),
            format!("x-dc-devkey: {KEY}"),
        ]
    );
    assert_eq!(
        body,
        r#"{"certificate":{"common_name":"example.com","csr":"<csr>","signature_hash":"sha256"}}"#
    );
}

#[tokio::test]
async fn order_posts_never_share_a_connection_and_other_calls_do() {
    let keep = |body: &str| Turn::Keep(answer("200 OK", "application/json", body.as_bytes()));
    let server = Server::start(vec![keep("{}"), keep("{}")]).await;
    let client = server.client();
    client.orders_by_alternative_id("a").await.unwrap();
    client.orders_by_alternative_id("b").await.unwrap();
    assert_eq!(server.connections(), 1);

    let server = Server::start(vec![
        json("201 Created", PLACED),
        json("201 Created", PLACED),
    ])
    .await;
    let client = server.client();
    client.place_order("ssl_plus", &order()).await.unwrap();
    client.place_order("ssl_plus", &order()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_other_host_sees_nothing() {
    let other = Server::start(vec![json("201 Created", PLACED)]).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("http://127.0.0.1:{}/login?key={KEY}", other.port());
        let bytes =
            format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let error = refused(Turn::Answer(bytes.into_bytes())).await;
        assert_eq!(error.status(), status[..3].parse().ok());
        assert_eq!(error.certainty(), Certainty::Unknown);
        let message = error.to_string();
        assert!(
            message.ends_with("with a redirect to 127.0.0.1, which is not followed"),
            "{message}"
        );
    }
    assert_eq!(other.connections(), 0);
}

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
        assert!(matches!(
            error,
            Error::Transport {
                kind: TransportKind::Interrupted,
                ..
            }
        ));

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
async fn an_answer_that_never_ends_meets_the_deadline() {
    let half = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":1".to_vec();
    for bytes in [Vec::new(), half] {
        let server = Server::start(vec![Turn::Stall(bytes)]).await;
        let mut config = server.config();
        config.timeouts.order = Duration::from_millis(150);
        let client = Client::new(config).unwrap();
        let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Transport {
                    kind: TransportKind::Timeout,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_eq!(error.certainty(), Certainty::Unknown);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_unknown_and_not_repeated() {
    let error = refused(Turn::Answer(Vec::new())).await;
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportKind::Interrupted,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.certainty(), Certainty::Unknown);
}

#[tokio::test]
async fn what_fails_before_sending_proves_that_nothing_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let key = || ApiKey::new(KEY).unwrap();
    let closed = BaseUrl::new(&format!("http://127.0.0.1:{port}/services/v2")).unwrap();
    let client = Client::new(Config::new(closed, key())).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportKind::Connect,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.certainty(), Certainty::NothingHappened);

    let nowhere = BaseUrl::new("http://nowhere.localhost./services/v2");
    assert!(nowhere.is_err(), "a trailing dot is no loopback name");
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_is_a_tls_failure() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/services/v2", plain.local_addr().unwrap());
    let mut config = Config::new(BaseUrl::new(&address).unwrap(), ApiKey::new(KEY).unwrap());
    let bundle = include_str!("../../../tests/fixtures/certcentral/download_pem_all.pem");
    config.ca_bundle = Some(CaBundle::from_pem(bundle).unwrap());
    let peer = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let client = Client::new(config).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportKind::Tls,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.certainty(), Certainty::NothingHappened);
    drop(peer.await.unwrap());
}

#[tokio::test]
async fn over_the_limit_nothing_happened_in_json_or_html() {
    let limit = include_str!("../../../tests/fixtures/certcentral/error_429_rate_limit.json");
    let error = refused(json("429 Too Many Requests", limit)).await;
    assert!(error.api().unwrap().has("request_limit_exceeded"));
    assert_eq!(error.certainty(), Certainty::NothingHappened);

    let page = answer(
        "429 Too Many Requests",
        "text/html",
        b"<html>slow down</html>",
    );
    let error = refused(Turn::Answer(page)).await;
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.certainty(), Certainty::NothingHappened);
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

#[test]
fn settings_that_cannot_work_are_found_before_any_call() {
    let mut config = Config::new(BaseUrl::us().unwrap(), ApiKey::new(KEY).unwrap());
    config.user_agent = "a\nb".to_owned();
    assert_eq!(
        Client::new(config).err(),
        Some(ConfigError::UserAgent("a\nb".to_owned()))
    );
}

/// A gzip stream of more than 8 MiB of zeros, written with the fixed codes of RFC 1951: one literal, then copies of
/// 258 bytes from one byte before.
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
