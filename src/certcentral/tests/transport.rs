//! Raw bytes against the transport: what is sent, what is refused, and what each failure proves.

use std::sync::Arc;
use std::time::Duration;

use ::time::macros::{date, datetime};
use reqwest::header::HeaderValue;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::server::{KEY, Server, Turn, answer, certificate, failed_at, json};
use crate::certcentral::http::answer::moment;
use crate::certcentral::http::transport::chain;
use crate::certcentral::*;

pub(super) const PLACED: &str = r#"{"id":112233,"certificate_id":113}"#;

pub(super) fn order() -> NewOrder {
    NewOrder::new(certificate())
}

pub(super) fn order_id(number: i64) -> OrderId {
    OrderId::try_from(number).unwrap()
}

/// Places an order at a server that plays one turn; checks that it was sent once.
pub(super) async fn place(turn: Turn) -> Result<PlacedOrder, Error> {
    let server = Server::start(vec![turn]).await;
    let result = server.client().place_order("ssl_plus", &order()).await;
    assert_eq!(server.requests().len(), 1, "sent exactly once");
    result
}

/// The error of an order POST; checks that it never shows the key.
pub(super) async fn refused(turn: Turn) -> Error {
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
        r#"{"certificate":{"common_name":"shop.example.com","csr":"<csr>","signature_hash":"sha256"}}"#
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
async fn an_answer_that_never_ends_meets_the_deadline() {
    let half = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":1".to_vec();
    for bytes in [Vec::new(), half] {
        let server = Server::start(vec![Turn::Stall(bytes)]).await;
        let mut config = server.config();
        config.timeouts.order = Duration::from_millis(150);
        let client = Client::new(config).unwrap();
        let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
        assert_eq!(failed_at(&error), TransportKind::Timeout);
        assert_eq!(error.certainty(), Certainty::Unknown);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_fails_before_sending_proves_that_nothing_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let key = || ApiKey::new(KEY).unwrap();
    let closed = BaseUrl::new(&format!("http://127.0.0.1:{port}/services/v2")).unwrap();
    let once = |base_url| {
        let mut config = Config::new(base_url, key());
        config.max_retries = 0;
        config
    };
    let client = Client::new(once(closed)).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert_eq!(failed_at(&error), TransportKind::Connect);
    assert_eq!(error.certainty(), Certainty::NothingHappened);

    // RFC 6761 reserves `invalid`, so that it has no address anywhere.
    let nowhere = BaseUrl::new("https://certcentral.invalid/services/v2").unwrap();
    let mut config = once(nowhere);
    let bundle = include_str!("../../../tests/fixtures/certcentral/download_pem_all.pem");
    config.ca_bundle = Some(CaBundle::from_pem(bundle).unwrap());
    let client = Client::new(config).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert_eq!(failed_at(&error), TransportKind::Dns);
    assert_eq!(error.certainty(), Certainty::NothingHappened);
}

#[tokio::test]
async fn a_host_that_takes_no_connection_proves_that_nothing_happened() {
    let moment = Duration::from_millis(200);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody accepts, and a full queue answers no further connection.
    let mut queue = Vec::new();
    while let Ok(stream) = timeout(moment, TcpStream::connect(address)).await {
        queue.push(stream.unwrap());
    }
    let base_url = BaseUrl::new(&format!("http://{address}/services/v2")).unwrap();
    let mut config = Config::new(base_url, ApiKey::new(KEY).unwrap());
    config.max_retries = 0;
    config.timeouts.connect = moment;
    let client = Client::new(config).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert_eq!(failed_at(&error), TransportKind::Connect);
    assert_eq!(error.certainty(), Certainty::NothingHappened);
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_is_a_tls_failure() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/services/v2", plain.local_addr().unwrap());
    let mut config = Config::new(BaseUrl::new(&address).unwrap(), ApiKey::new(KEY).unwrap());
    let bundle = include_str!("../../../tests/fixtures/certcentral/download_pem_all.pem");
    config.ca_bundle = Some(CaBundle::from_pem(bundle).unwrap());
    let peer = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let client = Client::new(config).unwrap();
    let error = client.place_order("ssl_plus", &order()).await.unwrap_err();
    assert_eq!(failed_at(&error), TransportKind::Tls);
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
async fn a_put_without_a_body_says_that_its_length_is_zero() {
    let value = include_str!("../../../tests/fixtures/certcentral/dcv_random_value.json");
    let server = Server::start(vec![json("200 OK", value)]).await;
    let value = server.client().dcv_random_value(order_id(112_233)).await;
    assert_eq!(value.unwrap().dcv_random_value, "9kq2vxn4tj");
    let request = &server.requests()[0];
    assert!(
        request
            .starts_with("PUT /services/v2/order/certificate/112233/dcv-random-value HTTP/1.1\r\n")
    );
    assert_eq!(request.matches("content-length: 0\r\n").count(), 1);
    assert!(request.ends_with("\r\n\r\n"));
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

/// An answer with a `Date`.
fn dated(status: &str, media_type: &str, date: &str) -> Turn {
    let body = match status {
        "404 Not Found" => r#"{"errors":[{"code":"not_found|order","message":"No."}]}"#,
        _ => "{}",
    };
    let bytes = answer(status, media_type, body.as_bytes());
    let text = String::from_utf8(bytes).unwrap();
    Turn::Answer(
        text.replacen("\r\n", &format!("\r\nDate: {date}\r\n"), 1)
            .into_bytes(),
    )
}

#[tokio::test]
async fn the_newest_answer_of_the_api_tells_the_day() {
    const JSON: &str = "application/json";
    let day = |day: u8| format!("Sun, {day:02} Nov 1994 08:49:37 GMT").replace("Sun", weekday(day));
    let server = Server::start(vec![
        dated("403 Forbidden", JSON, &day(3)),
        dated("200 OK", "text/html", &day(4)),
        json("200 OK", "{}"),
        dated("200 OK", JSON, "soon"),
        dated("200 OK", JSON, &day(6)),
        json("200 OK", "{}"),
        dated("200 OK", JSON, "Sun, 32 Nov 1994 08:49:37 GMT"),
        dated("503 Service Unavailable", JSON, &day(9)),
        dated("200 OK", JSON, &day(8)),
        dated("200 OK", JSON, &day(7)),
        dated("404 Not Found", JSON, &day(9)),
    ])
    .await;
    let client = server.client();
    let mut days = Vec::new();
    for _ in 0..11 {
        // What the body says does not matter here.
        drop(client.current_user().await);
        days.push(client.today().map(|today| today.date.day()));
    }
    let sixth = Some(6);
    assert_eq!(
        days,
        [
            None,
            None,
            None,
            None,
            sixth,
            sixth,
            sixth,
            sixth,
            Some(8),
            Some(7),
            Some(9)
        ]
    );
    let ninth = ServerDay {
        date: date!(1994 - 11 - 09),
        is_virtual: false,
    };
    assert_eq!(client.today(), Some(ninth));
}

/// Days of November 1994.
fn weekday(day: u8) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][usize::from(day % 7)]
}

#[test]
fn a_date_is_read_in_the_forms_of_the_rfc_and_in_no_other() {
    let read = |text: &str| moment(&HeaderValue::from_str(text).unwrap());
    let example = Some(datetime!(1994-11-06 08:49:37 UTC));
    assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    assert_eq!(read("Sunday, 06-Nov-94 08:49:37 GMT"), example, "RFC 850");
    assert_eq!(read("Sun Nov  6 08:49:37 1994"), example, "asctime");
    for text in [
        "",
        "now",
        "1994-11-06T08:49:37+00:00",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "784111777",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let not_text = HeaderValue::from_bytes(b"Sun, 06 Nov 1994 08:49:37 GM\xff").unwrap();
    assert_eq!(moment(&not_text), None);
}

/// A TLS server with a certificate of its own: its address and the certificate in PEM.
async fn tls_server() -> (String, String) {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us breaks the handshake off.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let _ = stream.read(&mut [0; 4096]).await;
            let bytes = answer("201 Created", "application/json", PLACED.as_bytes());
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
    });
    (
        format!("https://localhost:{port}/services/v2"),
        own.cert.pem(),
    )
}

#[tokio::test]
async fn localhost_is_this_machine_at_the_port_of_the_url() {
    let server = Server::start(vec![json("201 Created", PLACED)]).await;
    let mut config = server.config();
    let address = format!("http://localhost:{}/services/v2", server.port());
    config.base_url = BaseUrl::new(&address).unwrap();
    let client = Client::new(config).unwrap();
    let placed = client.place_order("ssl_plus", &order()).await;
    assert_eq!(placed.unwrap().id, order_id(112_233));
}

#[tokio::test]
async fn a_bundle_makes_its_server_trusted_and_no_other() {
    let (address, certificate) = tls_server().await;
    let (other_address, _) = tls_server().await;
    let client = |address: &str| {
        let mut config = Config::new(BaseUrl::new(address).unwrap(), ApiKey::new(KEY).unwrap());
        config.ca_bundle = Some(CaBundle::from_pem(&certificate).unwrap());
        Client::new(config).unwrap()
    };

    let placed = client(&address).place_order("ssl_plus", &order()).await;
    assert_eq!(placed.unwrap().id, order_id(112_233));

    let error = client(&other_address)
        .place_order("ssl_plus", &order())
        .await
        .unwrap_err();
    assert_eq!(failed_at(&error), TransportKind::Tls);
    assert_eq!(error.certainty(), Certainty::NothingHappened);
}

#[tokio::test]
async fn a_configured_proxy_gets_the_tunnel_and_never_the_key() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = proxy.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(refusal).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let base_url = BaseUrl::new("https://certcentral.example.com/services/v2").unwrap();
    let mut config = Config::new(base_url, ApiKey::new(KEY).unwrap());
    config.proxy = Some(ProxyUrl::new(&format!("http://{address}")));
    let error = Client::new(config)
        .unwrap()
        .order(order_id(1))
        .await
        .unwrap_err();

    assert_eq!(error.certainty(), Certainty::NothingHappened, "{error}");
    let said = format!(
        "the proxy {address} (from the proxy setting): it refused the connection with status 403"
    );
    assert!(error.to_string().ends_with(&said), "{error}");
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with("CONNECT certcentral.example.com:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(!asked.contains(KEY), "{asked}");
}
