//! A tiny HTTP server for tests: it plays a script of raw bytes and keeps what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::certcentral::{ApiKey, BaseUrl, Client, Config, Error, NewCertificate, TransportKind};

/// The key that must show nowhere.
pub(crate) const KEY: &str = "canary-0123456789abcdef";

/// What orders of the tests ask for.
pub(crate) fn certificate() -> NewCertificate {
    NewCertificate {
        common_name: "shop.example.com".to_owned(),
        csr: "<csr>".to_owned(),
        signature_hash: "sha256".to_owned(),
        ..NewCertificate::default()
    }
}

/// Where the last attempt failed that had no answer.
pub(crate) fn failed_at(error: &Error) -> TransportKind {
    match error.last_attempt() {
        Error::Transport { kind, .. } => *kind,
        other => panic!("{other:?}"),
    }
}

/// What the server does with one request.
pub(crate) enum Turn {
    /// Writes these bytes and closes.
    Answer(Vec<u8>),
    /// Writes these bytes and waits for the next request on the same connection.
    Keep(Vec<u8>),
    /// Writes these bytes and then nothing, without closing.
    Stall(Vec<u8>),
}

/// A server on a port of its own; it stops when dropped.
pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

impl Server {
    /// Serves the script, one turn a request.
    pub(crate) async fn start(script: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(play(listener, script, Arc::clone(&seen)));
        Self { port, seen, task }
    }

    /// A client of it sends every call once, so that a turn is a call.
    pub(crate) fn config(&self) -> Config {
        let url = format!("http://127.0.0.1:{}/services/v2", self.port);
        let mut config = Config::new(BaseUrl::new(&url).unwrap(), ApiKey::new(KEY).unwrap());
        config.max_retries = 0;
        config
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config()).unwrap()
    }

    /// A client that may revoke.
    pub(crate) fn revoking_client(&self) -> Client {
        let mut config = self.config();
        config.allow_revocation = true;
        Client::new(config).unwrap()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Requests so far: head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer with a body, its length and a media type.
pub(crate) fn answer(status: &str, media_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A JSON answer.
pub(crate) fn json(status: &str, body: &str) -> Turn {
    Turn::Answer(answer(status, "application/json", body.as_bytes()))
}

async fn play(listener: TcpListener, script: Vec<Turn>, seen: Arc<Mutex<Seen>>) {
    let mut turns = script.into_iter();
    let mut stalled = Vec::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        seen.lock().unwrap().connections += 1;
        while let Some(request) = read_request(&mut stream).await {
            seen.lock().unwrap().requests.push(request);
            let (bytes, next) = match turns.next() {
                None => return,
                Some(Turn::Answer(bytes)) => (bytes, Next::Close),
                Some(Turn::Keep(bytes)) => (bytes, Next::Read),
                Some(Turn::Stall(bytes)) => (bytes, Next::Hold),
            };
            // The client may hang up in the middle of an answer that is too long for it.
            let _ = stream.write_all(&bytes).await;
            match next {
                Next::Read => {}
                Next::Close => break,
                Next::Hold => {
                    stalled.push(stream);
                    break;
                }
            }
        }
    }
}

enum Next {
    Read,
    Close,
    Hold,
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
