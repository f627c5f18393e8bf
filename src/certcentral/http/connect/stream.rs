//! A connection on which requests are sent: plain, encrypted, or encrypted within a tunnel.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

/// The way to CertCentral below its TLS: a connection, or a tunnel in an encrypted one.
pub(super) type Way = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection that stands.
pub(in crate::certcentral::http) struct Stream {
    bytes: Either<TcpStream, Box<TlsStream<Way>>>,
    is_h2: bool,
}

impl Stream {
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self {
            bytes: Either::Left(tcp),
            is_h2: false,
        }
    }

    pub(super) fn encrypted(stream: TlsStream<Way>) -> Self {
        Self {
            is_h2: stream.get_ref().1.alpn_protocol() == Some(b"h2"),
            bytes: Either::Right(Box::new(stream)),
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self.is_h2 {
            true => Connected::new().negotiated_h2(),
            false => Connected::new(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(context)
    }
}
