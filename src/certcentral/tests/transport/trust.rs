//! Which servers are trusted: those that a given bundle vouches for, and no others.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

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
    config.proxy = Some(ProxyUrl::new(&format!("http://{address}")).unwrap());
    let error = Client::new(config)
        .unwrap()
        .order(order_id(1))
        .await
        .unwrap_err();

    assert_eq!(error.certainty(), Certainty::NothingHappened, "{error}");
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with("CONNECT certcentral.example.com:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(!asked.contains(KEY), "{asked}");
}
