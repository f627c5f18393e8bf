//! Connections as the gRPC server sees them: one type for unix and TCP, plain and TLS, that is
//! counted while open.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::either::Either;
use tonic::transport::server::Connected;

use super::listener::Listener;

/// A host on the same machine needs milliseconds; whoever takes longer is not one.
const TLS_HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Pause after a failed accept, which usually means that the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts until the returned stream is dropped. A slow TLS handshake holds nobody else up.
pub(super) fn incoming(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    connections: OpenConnections,
) -> impl Stream<Item = Result<Connection, Infallible>> {
    let (ready, incoming) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let accepted = select! {
                () = ready.closed() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok(socket) => {
                    let open = connections.open();
                    let (tls, ready) = (tls.clone(), ready.clone());
                    tokio::spawn(async move {
                        match secure(socket, tls).await {
                            Ok(io) => drop(ready.send(Ok(Connection { io, _open: open })).await),
                            Err(error) => tracing::warn!(%error, "refused a connection"),
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    });
    ReceiverStream::new(incoming)
}

impl Listener {
    async fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Unix(listener) => Ok(Either::Left(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without it every small message waits for an acknowledgement: a plan takes six
                // times as long.
                stream.set_nodelay(true)?;
                Ok(Either::Right(stream))
            }
        }
    }
}

/// A stream of the host, as it came from the listener.
type Socket = Either<UnixStream, TcpStream>;

/// What the server reads and writes: plain, or under TLS.
type Io = Either<Socket, Box<TlsStream<Socket>>>;

async fn secure(socket: Socket, tls: Option<TlsAcceptor>) -> io::Result<Io> {
    let Some(tls) = tls else {
        return Ok(Either::Left(socket));
    };
    let secured = timeout(TLS_HANDSHAKE_LIMIT, tls.accept(socket))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    Ok(Either::Right(Box::new(secured)))
}

/// One connection with the host.
pub(super) struct Connection {
    io: Io,
    _open: OpenConnection,
}

impl Connection {
    fn io(self: Pin<&mut Self>) -> Pin<&mut Io> {
        Pin::new(&mut self.get_mut().io)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.io().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx)
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

/// How many connections there are now, and whether there ever was one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ConnectionCount {
    pub(super) open: usize,
    pub(super) was_connected: bool,
}

/// Counts connections; clones share the count.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenConnections(watch::Sender<ConnectionCount>);

impl OpenConnections {
    /// Counts one more until the returned value is dropped.
    pub(super) fn open(&self) -> OpenConnection {
        self.0.send_modify(|count| {
            count.open += 1;
            count.was_connected = true;
        });
        OpenConnection(self.clone())
    }

    pub(super) fn watch(&self) -> watch::Receiver<ConnectionCount> {
        self.0.subscribe()
    }
}

/// One counted connection.
#[derive(Debug)]
pub(super) struct OpenConnection(OpenConnections);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| count.open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::net::TcpListener;
    use tokio_stream::StreamExt;

    use super::*;

    #[tokio::test]
    async fn small_messages_over_tcp_do_not_wait() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut incoming = pin!(incoming(
            Listener::Tcp(listener),
            None,
            OpenConnections::default()
        ));

        let _client = TcpStream::connect(address).await.unwrap();
        let Ok(connection) = incoming.next().await.unwrap();
        let Either::Left(Either::Right(stream)) = &connection.io else {
            panic!("not a plain TCP connection");
        };
        assert!(stream.nodelay().unwrap());
    }

    #[test]
    fn a_connection_counts_while_it_lives() {
        let connections = OpenConnections::default();
        let count = connections.watch();
        let counted = || (count.borrow().open, count.borrow().was_connected);
        assert_eq!(counted(), (0, false));

        let first = connections.open();
        let second = connections.open();
        assert_eq!(counted(), (2, true));

        drop(first);
        drop(second);
        assert_eq!(counted(), (0, true));
    }
}
