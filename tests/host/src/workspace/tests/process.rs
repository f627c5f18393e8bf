//! A provider behind a real process, a unix socket and TLS: a shell prints the handshake line of a
//! server in here.

use std::sync::Arc;

use data_encoding::BASE64_NOPAD;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{net::UnixListener, sync::mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;

use super::{fake::Fake, shop};
use crate::{
    client::Provider, process::Launch, proto::tfplugin6::provider_server::ProviderServer,
    workspace::Workspace,
};

/// Serves a fake on a unix socket with TLS. The answer is how to start the process that announces
/// it.
fn announced(socket: &std::path::Path, ending: &str) -> Launch {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let line = format!(
        "1|6|unix|{}|grpc|{}",
        socket.display(),
        BASE64_NOPAD.encode(&certificate)
    );
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = UnixListener::bind(socket).unwrap();
    let (sender, accepted) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let stream = acceptor.accept(stream).await;
            if sender.send(stream).await.is_err() {
                break;
            }
        }
    });
    let server = Server::builder().add_service(ProviderServer::new(Fake::default()));
    tokio::spawn(server.serve_with_incoming(ReceiverStream::new(accepted)));
    Launch::new("sh")
        .argument("-c")
        .argument(&format!("echo \"$LINE\"; {ending}"))
        .env("LINE", &line)
}

#[tokio::test]
async fn every_phase_has_a_process_of_its_own_that_ends_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let launch = announced(&dir.path().join("s"), "exit 0");
    let mut workspace = Workspace::new(launch);
    let plan = workspace.plan(&shop("a")).await.unwrap().expect_success();
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    assert_eq!(workspace.state().len(), 1);
    let ends: Vec<_> = workspace
        .closed()
        .iter()
        .map(|closed| closed.killed)
        .collect();
    assert_eq!(ends, [false, false, false], "validate, plan, apply");
}

#[tokio::test]
async fn a_process_that_does_not_end_is_killed_after_two_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let launch = announced(&dir.path().join("s"), "exec tail -f /dev/null");
    let provider = Provider::start(&launch).await.unwrap();
    assert!(provider.schema_violations().is_empty());
    let closed = provider.close().await.unwrap().unwrap();
    assert!(closed.killed);
    assert_eq!(closed.took.as_secs(), 2);
}
