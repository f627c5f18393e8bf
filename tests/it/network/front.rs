//! A TLS front of the sandbox: certificates of every kind, connections that are cut, and a gateway
//! that repeats a POST.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::http_message::length_of;

/// An authority that signs for the hosts of these tests.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Root of a test");
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(super) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// A TLS configuration with a certificate for `host`, valid in these years.
    pub(super) fn server(&self, host: &str, from: i32, until: i32) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let leaf = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key);
        Arc::new(config.unwrap())
    }
}

/// What the front does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Passes everything on.
    Pass,
    /// Closes the connection before the handshake.
    CutBeforeTls,
    /// Closes it after the request, which nobody sees.
    CutAfterRequest,
    /// Sends each POST twice and answers with the second answer.
    RepeatPosts,
}

/// A server on a port of its own; it stops when dropped.
pub(super) struct Front {
    pub(super) port: u16,
    task: JoinHandle<()>,
}

impl Front {
    /// Stands before the sandbox at `base_url`.
    pub(super) async fn start(base_url: &str, tls: Arc<ServerConfig>, manner: Manner) -> Self {
        let sandbox = base_url.split('/').nth(2).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if manner == Manner::CutBeforeTls {
                    continue;
                }
                let served = serve(stream, Arc::clone(&tls), sandbox.clone(), manner);
                tokio::spawn(served);
            }
        });
        Self { port, task }
    }

    pub(super) fn base_url(&self) -> String {
        format!("https://localhost:{}/services/v2", self.port)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection. Whatever fails ends it.
async fn serve(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    sandbox: String,
    manner: Manner,
) -> Option<()> {
    let mut stream = TlsAcceptor::from(tls).accept(stream).await.ok()?;
    if manner == Manner::Pass {
        let mut behind = TcpStream::connect(sandbox).await.ok()?;
        copy_bidirectional(&mut stream, &mut behind).await.ok()?;
        return Some(());
    }
    let request = request(&mut stream).await?;
    if manner == Manner::CutAfterRequest {
        return None;
    }
    let times = if request.starts_with(b"POST ") { 2 } else { 1 };
    let mut answer = Vec::new();
    for _ in 0..times {
        answer.clear();
        let mut behind = TcpStream::connect(&sandbox).await.ok()?;
        behind.write_all(&request).await.ok()?;
        behind.read_to_end(&mut answer).await.ok()?;
    }
    stream.write_all(&answer).await.ok()?;
    stream.shutdown().await.ok()
}

/// A request that asks for the end of its connection.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if length_of(&bytes).is_some_and(|length| bytes.len() >= length) {
            let text = String::from_utf8(bytes).ok()?;
            let (head, body) = text.split_once("\r\n\r\n")?;
            return Some(format!("{head}\r\nConnection: close\r\n\r\n{body}").into_bytes());
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await.ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
