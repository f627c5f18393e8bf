//! A CONNECT proxy: it opens tunnels, refuses them, asks for a password, or is none at all.

use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How the proxy answers CONNECT.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// Opens a tunnel for whoever has these credentials, `user:password`; for everybody without
    /// any.
    Open(Option<&'static str>),
    /// Answers the first so many requests with these bytes and hangs up, then opens tunnels.
    SayFirst(usize, &'static str),
    /// Answers with these bytes and hangs up.
    Say(&'static str),
}

/// A proxy on a port of its own; it stops when dropped.
pub(super) struct Proxy {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Tunnels end at the front on this port, whatever host they are asked for.
    pub(super) async fn start(front: u16, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::default();
        let seen = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, front, manner.clone(), Arc::clone(&seen)));
            }
        });
        Self { port, asked, task }
    }

    /// What it was asked for so far: a request each.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    front: u16,
    manner: Manner,
    asked: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let number = {
        let mut asked = asked.lock().unwrap();
        asked.push(head.clone());
        asked.len()
    };
    let (credentials, refusal) = match manner {
        Manner::Open(credentials) => (credentials, None),
        Manner::SayFirst(times, answer) => (None, (number <= times).then_some(answer)),
        Manner::Say(answer) => (None, Some(answer)),
    };
    if let Some(answer) = refusal {
        stream.write_all(answer.as_bytes()).await.ok()?;
        return stream.shutdown().await.ok();
    }
    let is_welcome = credentials.is_none_or(|credentials| {
        let value = BASE64.encode(credentials.as_bytes());
        head.contains(&format!("Proxy-Authorization: Basic {value}\r\n"))
    });
    if !is_welcome {
        let refusal =
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(refusal.as_bytes()).await.ok()?;
        return stream.shutdown().await.ok();
    }
    let mut behind = TcpStream::connect(("127.0.0.1", front)).await.ok()?;
    let opened = b"HTTP/1.1 200 Connection established\r\n\r\n";
    stream.write_all(opened).await.ok()?;
    copy_bidirectional(&mut stream, &mut behind).await.ok()?;
    Some(())
}
