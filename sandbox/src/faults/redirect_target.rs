//! The second listener, where redirects lead to, with a note of everything that reaches it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A listener that answers every request as if an order had been placed.
#[derive(Debug)]
pub(crate) struct RedirectTarget {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

const TEMPTING: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\
    Content-Length: 16\r\nConnection: close\r\n\r\n{\"id\":666666666}";

impl RedirectTarget {
    /// Listens on a loopback port of its own.
    pub(crate) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&notes)));
            }
        });
        Ok(Self { address, seen })
    }

    /// The URL that a redirect names.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of the requests that came; of the API key only that there was one.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(masked(head));
            // Whoever came here may be gone already.
            let _ = stream.write_all(TEMPTING).await;
            return;
        }
    }
}

fn masked(head: &str) -> String {
    let lines = head.lines().map(|line| match line.split_once(':') {
        Some((name, _)) if name.eq_ignore_ascii_case("x-dc-devkey") => format!("{name}: ***"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_as_a_key_and_no_more() {
        assert_eq!(
            masked("POST /a HTTP/1.1\r\nX-DC-DEVKEY: sandbox-1\r\nhost: b"),
            "POST /a HTTP/1.1\nX-DC-DEVKEY: ***\nhost: b"
        );
    }
}
