//! The gRPC channel to a provider, over a unix socket or TCP, with mutual TLS or plain.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_rustls::TlsConnector;
use tonic::{
    codegen::Service,
    transport::{Channel, Endpoint, Uri},
};

use crate::{error::Error, handshake::Address};

/// Connects at once, as go-plugin does. Without `tls` the connection is plain.
pub async fn connect(address: Address, tls: Option<ClientConfig>) -> Result<Channel, Error> {
    // tonic wants some URI; the connector decides where the bytes go.
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(Connector {
            address,
            tls: tls.map(|config| TlsConnector::from(Arc::new(config))),
        })
        .await?;
    Ok(channel)
}

/// A channel over a connection that stands already, such as one end of a pipe to a server in the
/// same process. It is not made again once it has ended.
pub async fn over(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Result<Channel, Error> {
    let mut stream = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_: Uri| {
        let stream = stream.take().ok_or(io::ErrorKind::NotConnected);
        async move { stream.map_err(io::Error::from) }
    });
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await?;
    Ok(channel)
}

#[derive(Clone)]
struct Connector {
    address: Address,
    tls: Option<TlsConnector>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let Self { address, tls } = self.clone();
        Box::pin(async move {
            let stream: Box<dyn Stream> = match address {
                Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
                Address::Tcp(address) => {
                    let stream = TcpStream::connect(address).await?;
                    stream.set_nodelay(true)?;
                    Box::new(stream)
                }
            };
            let stream = match tls {
                None => stream,
                Some(tls) => {
                    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
                    Box::new(tls.connect(name, stream).await?)
                }
            };
            Ok(TokioIo::new(stream))
        })
    }
}
