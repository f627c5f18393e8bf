//! The listener, which can refuse, and its connections, which can write something else than HTTP.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use crate::faults::script::{End, Script};

/// Connections that may wait to be taken.
const BACKLOG: u32 = 1024;

/// Identifies a connection to its requests and lets them take it over.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionHandle(Arc<Mutex<Option<Script>>>);

impl ConnectionHandle {
    /// From now on the connection follows the script: nothing else is read or written.
    pub(crate) fn follow(&self, script: Script) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }
}

impl Connected<IncomingStream<'_, Listener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Says whether connections are taken, from wherever the sandbox is held.
#[derive(Debug, Clone)]
pub(crate) struct ListenerSwitch {
    wanted: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

impl ListenerSwitch {
    pub(crate) fn new() -> Self {
        Self {
            wanted: watch::Sender::new(true),
            open: watch::Sender::new(true),
        }
    }

    /// Refuses or takes connections again; resolves once that is so.
    pub(crate) async fn set_open(&self, open: bool) {
        let mut now = self.open.subscribe();
        self.wanted.send_replace(open);
        // The sender is `self`, so waiting cannot fail.
        let _ = now.wait_for(|now| *now == open).await;
    }
}

/// A TCP listener whose "remote address" is the connection's [`ConnectionHandle`].
pub(crate) struct Listener {
    address: SocketAddr,
    /// Whether the port was not asked for by its number.
    is_any_port: bool,
    /// None while connections are refused.
    listener: Option<TcpListener>,
    switch: ListenerSwitch,
}

impl Listener {
    /// Listens at an address; port 0 picks a free one. Inside a runtime.
    pub(crate) fn at(address: SocketAddr, switch: ListenerSwitch) -> io::Result<Self> {
        let is_any_port = address.port() == 0;
        let listener = bound(address, is_any_port)?.listen(BACKLOG)?;
        Ok(Self {
            address: listener.local_addr()?,
            is_any_port,
            listener: Some(listener),
            switch,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens no more, but keeps the port from others until it may listen again.
    async fn refuse(&mut self) {
        let mut wanted = self.switch.wanted.subscribe();
        let kept = if self.is_any_port {
            // Somebody who asks for any port would get this one as soon as it is free.
            let kept = bound(self.address, true);
            self.listener = None;
            kept
        } else {
            self.listener = None;
            bound(self.address, false)
        };
        self.switch.open.send_replace(false);
        // The sender is part of `self`, so waiting cannot fail.
        let _ = wanted.wait_for(|open| *open).await;
        self.listener = kept.and_then(|socket| socket.listen(BACKLOG)).ok();
        self.switch.open.send_replace(true);
    }
}

/// A socket that has the address and does not listen: who connects is refused. A port that was
/// asked for by its number is nobody else's; another one may be bound twice by this user.
fn bound(address: SocketAddr, is_any_port: bool) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(is_any_port)?;
    socket.bind(address)?;
    Ok(socket)
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = ConnectionHandle;

    async fn accept(&mut self) -> (Connection, ConnectionHandle) {
        loop {
            let mut wanted = self.switch.wanted.subscribe();
            let Some(listener) = &mut self.listener else {
                // The port was lost to somebody else while it was shut.
                std::future::pending::<()>().await;
                continue;
            };
            let stream = tokio::select! {
                biased;
                _ = wanted.wait_for(|open| !*open) => None,
                (stream, _) = axum::serve::Listener::accept(listener) => Some(stream),
            };
            let Some(stream) = stream else {
                self.refuse().await;
                continue;
            };
            let handle = ConnectionHandle::default();
            let connection = Connection {
                stream,
                handle: handle.clone(),
                pause: None,
                written: 0,
            };
            return (connection, handle);
        }
    }

    fn local_addr(&self) -> io::Result<ConnectionHandle> {
        Ok(ConnectionHandle::default())
    }
}

/// A TCP stream that follows the script of its handle once there is one.
pub(crate) struct Connection {
    stream: TcpStream,
    handle: ConnectionHandle,
    /// The pause before the next piece.
    pause: Option<Pin<Box<Sleep>>>,
    /// Bytes of the first piece that are written.
    written: usize,
}

impl Connection {
    /// Plays the script to its end, which is an error for the HTTP server: it gives the connection
    /// up.
    fn play(&mut self, context: &mut Context<'_>) -> Option<Poll<io::Error>> {
        let handle = Arc::clone(&self.handle.0);
        let mut script = handle.lock().unwrap_or_else(PoisonError::into_inner);
        let script = script.as_mut()?;
        Some(self.perform(script, context))
    }

    fn perform(&mut self, script: &mut Script, context: &mut Context<'_>) -> Poll<io::Error> {
        while let Some(piece) = script.pieces.front_mut() {
            if !piece.pause.is_zero() {
                let pause = self
                    .pause
                    .get_or_insert_with(|| Box::pin(sleep(piece.pause)));
                ready!(pause.as_mut().poll(context));
                self.pause = None;
                piece.pause = std::time::Duration::ZERO;
            }
            let rest = &piece.bytes[self.written..];
            match ready!(Pin::new(&mut self.stream).poll_write(context, rest)) {
                Err(error) => return Poll::Ready(error),
                Ok(count) => self.written += count,
            }
            if self.written >= piece.bytes.len() {
                self.written = 0;
                piece.times = piece.times.saturating_sub(1);
                if piece.times == 0 {
                    script.pieces.pop_front();
                }
            }
        }
        match script.end {
            End::Close => {}
            // A socket without time to linger is reset when it is closed.
            End::Reset => {
                if let Err(error) = self.stream.set_zero_linger() {
                    return Poll::Ready(error);
                }
            }
            End::Hang => ready!(self.poll_peer_gone(context)),
        }
        Poll::Ready(io::ErrorKind::ConnectionAborted.into())
    }

    /// Reads and forgets until the peer closes.
    fn poll_peer_gone(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut nothing = [0; 64];
            let mut buffer = ReadBuf::new(&mut nothing);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.play(context) {
            Some(end) => end.map(Err),
            None => Pin::new(&mut self.stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.play(context) {
            Some(end) => end.map(Err),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.play(context) {
            Some(end) => end.map(Err),
            None => Pin::new(&mut self.stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
