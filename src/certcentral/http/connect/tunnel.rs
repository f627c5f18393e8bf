//! CONNECT: how a proxy is asked for a tunnel, and the line in which first connections wait, so
//! that a wrong password is sent once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Mutex;

use super::failure::ProxyFault;
use super::stream::Way;

/// Bytes of an answer to CONNECT that are read at most.
const MAX_HEAD: usize = 16 * 1024;

/// The first connections through the proxy of one configuration. Until one stands there is one at a
/// time, and those who waited for it share its failure.
#[derive(Debug, Default)]
pub(in crate::certcentral::http) struct Line {
    is_open: AtomicBool,
    /// Attempts that have ended.
    ended: AtomicU64,
    turn: Mutex<Option<ProxyFault>>,
    /// The proxy wants other credentials, and will want them from every connection.
    refused: OnceLock<ProxyFault>,
}

impl Line {
    /// Opens a tunnel by `connect` when it is its turn.
    pub(super) async fn open<S>(
        &self,
        connect: impl AsyncFnOnce() -> Result<S, ProxyFault>,
    ) -> Result<S, ProxyFault> {
        if let Some(fault) = self.refused.get() {
            return Err(fault.clone());
        }
        if self.is_open.load(Ordering::Acquire) {
            return self.noted(connect().await);
        }
        let met = self.ended.load(Ordering::Acquire);
        let mut last = self.turn.lock().await;
        if self.is_open.load(Ordering::Acquire) {
            drop(last);
            return self.noted(connect().await);
        }
        if self.ended.load(Ordering::Acquire) != met
            && let Some(fault) = &*last
        {
            return Err(fault.clone());
        }
        let opened = self.noted(connect().await);
        *last = opened.as_ref().err().cloned();
        self.ended.fetch_add(1, Ordering::AcqRel);
        if opened.is_ok() {
            self.is_open.store(true, Ordering::Release);
        }
        opened
    }

    fn noted<S>(&self, opened: Result<S, ProxyFault>) -> Result<S, ProxyFault> {
        if let Err(fault @ ProxyFault::Refused(407)) = &opened {
            self.refused.get_or_init(|| fault.clone());
        }
        opened
    }
}

/// Asks for a tunnel and reads the answer.
pub(super) async fn ask(
    way: &mut Way,
    host: &str,
    port: u16,
    authorization: Option<&str>,
) -> Result<(), ProxyFault> {
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(value) = authorization {
        request.push_str(&format!("Proxy-Authorization: {value}\r\n"));
    }
    request.push_str("\r\n");
    let broken = |_| ProxyFault::NoAnswer;
    way.write_all(request.as_bytes()).await.map_err(broken)?;
    way.flush().await.map_err(broken)?;
    let mut head = Vec::new();
    // Byte by byte, because what follows the head belongs to the tunnel.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(ProxyFault::NoHttp);
        }
        head.push(way.read_u8().await.map_err(broken)?);
    }
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(ProxyFault::Refused(status)),
        None => Err(ProxyFault::NoHttp),
    }
}

/// The status of an answer (RFC 9112, 4).
fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let text = std::str::from_utf8(line.get(..12)?).ok()?;
    let digits = text
        .strip_prefix("HTTP/1.1 ")
        .or(text.strip_prefix("HTTP/1.0 "))?;
    digits.parse().ok().filter(|status| *status >= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_an_answer_is_read_from_its_first_line_only() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            (
                "HTTP/1.0 407 Proxy Authentication Required\r\nA: HTTP/1.1 200\r\n\r\n",
                Some(407),
            ),
            ("HTTP/1.1 502\r\n\r\n", Some(502)),
            ("HTTP/1.1 42\r\n\r\n", None),
            ("SSH-2.0-OpenSSH\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(status(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[tokio::test]
    async fn those_who_waited_for_a_first_connection_share_its_failure() {
        let line = Line::default();
        let asked = AtomicU64::new(0);
        let connect = async || {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Err::<(), _>(ProxyFault::Refused(407))
        };
        let ten = futures_util::future::join_all((0..10).map(|_| line.open(connect)));
        assert_eq!(ten.await, vec![Err(ProxyFault::Refused(407)); 10]);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let later = line.open(connect).await;
        assert_eq!(later, Err(ProxyFault::Refused(407)), "final");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn once_a_tunnel_stands_nobody_waits() {
        let line = Line::default();
        line.open(async || Ok(())).await.unwrap();
        let inner = line.open(async || line.open(async || Ok(())).await);
        assert_eq!(inner.await, Ok(()));
        let failed = line.open(async || Err::<(), _>(ProxyFault::Refused(502)));
        assert_eq!(failed.await, Err(ProxyFault::Refused(502)));
        assert_eq!(line.open(async || Ok(())).await, Ok(()), "a 502 may pass");
    }
}
