//! What the calls have of the provider block, tried out against servers that wait, refuse or
//! listen.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use certcentral_sandbox::{At, Route, Sandbox, Settings};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::super::Session;
use super::session;
use crate::certcentral::{Client, ConfigError, Error, Revocation};
use crate::framework::Attr;
use crate::provider::block::ProviderConfig;
use crate::provider::settings;
use crate::provider::ssl_order::samples::place;

fn sandbox() -> Sandbox {
    Sandbox::start_on_this_runtime(Settings::default()).unwrap()
}

fn block(sandbox: &Sandbox) -> ProviderConfig {
    ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_retries: Attr::Known(0),
        ..ProviderConfig::default()
    }
}

fn client(config: &ProviderConfig) -> Client {
    session(config).client().unwrap()
}

/// A session with a rate limit of its own: what it leaves behind keeps no other test waiting.
fn isolated_session(config: &ProviderConfig) -> Session {
    let settings = settings::resolve(config, "1.11.4", &|_| None).unwrap();
    let session = Session::default();
    session.configure(settings::Settings {
        isolated: Some(1),
        ..settings
    });
    session
}

fn isolated_client(config: &ProviderConfig) -> Client {
    isolated_session(config).client().unwrap()
}

fn rule(sandbox: &Sandbox, rule: &str) {
    sandbox.add_fault(rule.parse().unwrap());
}

#[tokio::test]
async fn every_call_names_the_provider_and_its_core() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    client(&block(&sandbox)).current_user().await.unwrap();
    let entry = sandbox.journal().pop().unwrap();
    let agent = entry.headers.iter().find(|(name, _)| name == "user-agent");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        agent.unwrap().1,
        format!("terraform-provider-digicert/{version} (Terraform 1.11.4)")
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_with_its_timeout_and_an_order_not_before_two_minutes() {
    for (timeout, look, order) in [("45s", 45, 120), ("5m", 300, 300)] {
        let sandbox = sandbox();
        rule(&sandbox, "GET * 1x* hang");
        rule(&sandbox, "POST /order/certificate/* 1x* hang");
        let client = client(&ProviderConfig {
            request_timeout: timeout.into(),
            ..block(&sandbox)
        });
        let begin = Instant::now();
        client.current_user().await.unwrap_err();
        assert_eq!(begin.elapsed().as_secs(), look);
        let begin = Instant::now();
        place(&client).await.unwrap_err();
        assert_eq!(begin.elapsed().as_secs(), order);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_repeated_as_often_as_the_block_says() {
    for (max_retries, calls) in [(0, 1), (2, 3)] {
        let sandbox = sandbox();
        rule(&sandbox, "GET * 1x* html status=503");
        let client = client(&ProviderConfig {
            max_retries: Attr::Known(max_retries),
            ..block(&sandbox)
        });
        client.current_user().await.unwrap_err();
        assert_eq!(sandbox.journal().len(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_sent_in_a_second_than_the_block_says() {
    for (requests_per_second, seconds) in [(Attr::Known(1), 2), (Attr::Null, 0)] {
        let sandbox = sandbox();
        let client = isolated_client(&ProviderConfig {
            requests_per_second,
            ..block(&sandbox)
        });
        let begin = Instant::now();
        for _ in 0..3 {
            client.current_user().await.unwrap();
        }
        assert_eq!(begin.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn the_guards_of_the_block_keep_calls_from_being_sent() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let refused = async |config: ProviderConfig| match place(&client(&config)).await {
        Err(Error::Config(guard)) => guard,
        placed => panic!("{placed:?}"),
    };
    let read_only = ProviderConfig {
        read_only: Attr::Known(true),
        ..block(&sandbox)
    };
    assert_eq!(refused(read_only).await, ConfigError::ReadOnly);
    let no_order = ProviderConfig {
        max_orders_per_apply: Attr::Known(0),
        ..block(&sandbox)
    };
    let limit = ConfigError::OrderLimit { limit: 0 };
    assert_eq!(refused(no_order).await, limit);
    let nowhere = ProviderConfig {
        audit_log_path: "/nowhere/audit.log".into(),
        ..block(&sandbox)
    };
    let guard = refused(nowhere).await;
    assert!(
        matches!(&guard, ConfigError::AuditLog { path, .. } if path.ends_with("audit.log")),
        "{guard:?}"
    );
    assert_eq!(sandbox.journal().len(), 0);
}

#[tokio::test]
async fn only_a_block_that_allows_it_lets_the_client_revoke() {
    for allow_revocation in [Attr::Null, Attr::Known(false), Attr::Known(true)] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let is_allowed = allow_revocation == Attr::Known(true);
        let client = client(&ProviderConfig {
            allow_revocation,
            ..block(&sandbox)
        });
        let id = place(&client).await.unwrap();
        let revoked = client.revoke_order(id, &Revocation::default()).await;
        assert_eq!(revoked.is_ok(), is_allowed, "{revoked:?}");
        let sent = sandbox.journal().pop().unwrap().method == "PUT";
        assert_eq!(sent, is_allowed);
    }
}

#[tokio::test]
async fn an_outcome_that_is_missing_in_the_audit_log_is_told_once() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let session = session(&ProviderConfig {
        audit_log_path: path.to_str().unwrap().into(),
        ..block(&sandbox)
    });
    let route: Route = "POST /order/certificate/*".parse().unwrap();
    let hold = sandbox.hold(route, 1, At::After);
    let client = session.client().unwrap();
    let (placed, ()) = tokio::join!(place(&client), async {
        hold.held().await;
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        hold.release();
    });
    placed.unwrap();
    let trouble = session.audit_trouble().expect("trouble");
    let told = format!("{} cannot be written: ", path.display());
    assert!(trouble.starts_with(&told), "{trouble}");
    assert_eq!(session.audit_trouble(), None);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_only_looks_has_ten_minutes() {
    for (retry_after, is_seen, seconds) in [(299, true, 2 * 299), (300, false, 300)] {
        let sandbox = sandbox();
        rule(
            &sandbox,
            &format!("GET * 1x2 limited retry_after={retry_after}"),
        );
        let session = isolated_session(&ProviderConfig {
            max_retries: Attr::Known(2),
            ..block(&sandbox)
        });
        let client = session.client_to_look(&CancellationToken::new()).unwrap();
        let begin = Instant::now();
        let looked = client.current_user().await;
        assert_eq!(looked.is_ok(), is_seen, "{looked:?}");
        assert_eq!(begin.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn isolated_clients_of_one_account_do_not_wait_for_each_other() {
    let sandbox = sandbox();
    rule(&sandbox, "GET * limited retry_after=9");
    let begin = Instant::now();
    for is_limited in [true, false] {
        let looked = isolated_client(&block(&sandbox)).current_user().await;
        assert_eq!(looked.is_err(), is_limited, "{looked:?}");
    }
    assert_eq!(begin.elapsed().as_secs(), 0);
}

#[tokio::test]
async fn the_proxy_of_the_block_is_asked_for_the_way() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let client = client(&ProviderConfig {
        api_key: "canary".into(),
        // RFC 6761 reserves `invalid`, so that it has no address anywhere.
        base_url: "https://certcentral.invalid/services/v2".into(),
        max_retries: Attr::Known(0),
        request_timeout: "5s".into(),
        proxy_url: Attr::Known(format!("http://{address}")),
        ..ProviderConfig::default()
    });
    let asked = async {
        let (mut stream, _) = proxy.accept().await.unwrap();
        let mut bytes = vec![0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        let refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(refusal).await.unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    };
    let asked = tokio::time::timeout(Duration::from_secs(20), asked);
    let (looked, asked) = tokio::join!(client.current_user(), asked);
    looked.unwrap_err();
    let asked = asked.expect("the proxy was not asked");
    assert!(
        asked.starts_with("CONNECT certcentral.invalid:443 "),
        "{asked}"
    );
}

#[tokio::test]
async fn the_roots_of_the_block_are_trusted() {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, own.cert.pem()).unwrap();
    let client = client(&ProviderConfig {
        api_key: "canary".into(),
        base_url: Attr::Known(format!("https://localhost:{port}/services/v2")),
        max_retries: Attr::Known(0),
        ca_bundle_file: roots.to_str().unwrap().into(),
        ..ProviderConfig::default()
    });
    let answered = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.expect("trusted");
        let count = stream.read(&mut [0; 4096]).await.unwrap();
        let answer =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(answer).await.unwrap();
        stream.shutdown().await.unwrap();
        count
    };
    let (looked, count) = tokio::join!(client.orders_by_alternative_id("a"), answered);
    assert_eq!(looked.unwrap(), []);
    assert!(count > 0);
}
