//! Opens connections: to CertCentral itself or through a proxy, whose CONNECT is our own code
//! because the library keeps the status of a refusal to itself.

mod failure;
mod roots;
mod stream;
mod tunnel;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use std::vec;

use http::Uri;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

pub(super) use self::failure::{NoConnection, causes};
pub use self::failure::{ProxyFault, TlsFailure, TlsFault};
pub use self::roots::RootSource;
use self::stream::{Stream, Way};
pub(super) use self::tunnel::Line;
use super::call::Channel;
use super::config::{Config, ProxyUrl};
use super::error::ConfigError;

/// This machine. The port is that of the URL.
const LOOPBACK: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(90);
/// After so much silence a connection is asked whether it is still there, and as often again.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

/// The connections of one channel.
pub(super) type Http =
    legacy::Client<BoxCloneSyncService<Uri, TokioIo<Stream>, NoConnection>, reqwest::Body>;

type Resolver = BoxCloneSyncService<Name, vec::IntoIter<SocketAddr>, failure::NoAddress>;

/// Opens the connections of one client.
#[derive(Clone)]
struct Connector {
    tcp: HttpConnector<Resolver>,
    limit: Duration,
    /// None for plain http, which goes to this machine only.
    tls: Option<Tls>,
    proxy: Option<(ProxyUrl, Arc<Line>)>,
}

/// TLS to CertCentral and to a proxy that wants it.
#[derive(Clone)]
struct Tls {
    to_api: Arc<ClientConfig>,
    to_proxy: Arc<ClientConfig>,
    roots: Arc<RootSource>,
}

/// Makes the HTTP client of a channel. Slow: loads the system's certificates.
pub(super) fn http_client(
    config: &Config,
    channel: Channel,
    line: &Arc<Line>,
) -> Result<Http, ConfigError> {
    let is_plain = config.base_url.is_plain_http();
    let tls = match is_plain {
        // To this machine only: no certificates to load, no proxy that would see the key in clear,
        // and no name server that could say that localhost is elsewhere.
        true => None,
        false => Some(Tls::new(config, channel)?),
    };
    let proxy = match &config.proxy {
        Some(proxy) if !is_plain => Some((proxy.clone()?, Arc::clone(line))),
        _ => None,
    };
    let mut tcp = HttpConnector::new_with_resolver(resolver(is_plain));
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(config.timeouts.connect));
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEP_ALIVE));
    tcp.set_keepalive_interval(Some(KEEP_ALIVE));
    tcp.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
    let connector = Connector {
        tcp,
        limit: config.timeouts.connect,
        tls,
        proxy,
    };
    let service = tower::service_fn(move |uri: Uri| {
        let connector = connector.clone();
        async move { connector.connect(uri).await.map(TokioIo::new) }
    });
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE);
    if channel == Channel::Fresh {
        builder.pool_max_idle_per_host(0);
    }
    Ok(builder.build(BoxCloneSyncService::new(service)))
}

fn resolver(is_plain: bool) -> Resolver {
    BoxCloneSyncService::new(tower::service_fn(move |name: Name| async move {
        if is_plain && name.as_str() == "localhost" {
            let addresses = LOOPBACK.map(|address| SocketAddr::new(address, 0));
            return Ok(Vec::from(addresses).into_iter());
        }
        let found = tokio::net::lookup_host((name.as_str(), 0)).await;
        let addresses: Vec<_> = found.map_err(failure::NoAddress)?.collect();
        Ok(addresses.into_iter())
    }))
}

impl Connector {
    /// Opens a connection to the host of `uri`.
    async fn connect(self, uri: Uri) -> Result<Stream, NoConnection> {
        let Some(tls) = &self.tls else {
            let tcp = self.direct(uri).await?;
            return Ok(Stream::plain(tcp));
        };
        let host = uri.host().unwrap_or_default().to_owned();
        let way = match &self.proxy {
            None => {
                let tcp = self.direct(uri).await?;
                Way::Left(tcp)
            }
            Some((proxy, line)) => {
                let port = uri.port_u16().unwrap_or(443);
                let way = line
                    .open(async || self.through(proxy, tls, &host, port).await)
                    .await;
                way.map_err(|fault| NoConnection::Proxy {
                    proxy: proxy.named(),
                    fault,
                })?
            }
        };
        let shaken = timeout(self.limit, tls.shake(&tls.to_api, &host, way));
        let stream = shaken.await.map_err(|_| NoConnection::TimedOut)??;
        Ok(Stream::encrypted(stream))
    }

    async fn direct(&self, uri: Uri) -> Result<TcpStream, NoConnection> {
        let tcp = timeout(self.limit, self.tcp.clone().oneshot(uri));
        let tcp = tcp.await.map_err(|_| NoConnection::TimedOut)?;
        Ok(tcp.map_err(NoConnection::Tcp)?.into_inner())
    }

    /// Asks the proxy for a tunnel to CertCentral.
    async fn through(
        &self,
        proxy: &ProxyUrl,
        tls: &Tls,
        host: &str,
        port: u16,
    ) -> Result<Way, ProxyFault> {
        let tunnel = async {
            let tcp = self.direct(proxy.uri().clone()).await;
            let tcp = tcp.map_err(|error| ProxyFault::unreachable(&error))?;
            let mut way: Way = match proxy.is_encrypted() {
                false => Either::Left(tcp),
                true => {
                    let shaken = tls.shake(&tls.to_proxy, proxy.host(), tcp).await;
                    let stream = shaken.map_err(|error| ProxyFault::unreachable(&error))?;
                    Either::Right(Box::new(stream))
                }
            };
            tunnel::ask(&mut way, host, port, proxy.authorization()).await?;
            Ok(way)
        };
        let opened = timeout(self.limit, tunnel).await;
        opened.unwrap_or(Err(ProxyFault::NoAnswer))
    }
}

impl Tls {
    fn new(config: &Config, channel: Channel) -> Result<Self, ConfigError> {
        let (verifier, roots) = roots::load(config)?;
        let to_proxy = ClientConfig::builder_with_provider(roots::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| ConfigError::HttpClient(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let mut to_api = to_proxy.clone();
        to_api.alpn_protocols = match channel {
            Channel::Fresh => vec![b"http/1.1".to_vec()],
            Channel::Pooled => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(Self {
            to_api: Arc::new(to_api),
            to_proxy: Arc::new(to_proxy),
            roots: Arc::new(roots),
        })
    }

    async fn shake<S>(
        &self,
        config: &Arc<ClientConfig>,
        host: &str,
        stream: S,
    ) -> Result<TlsStream<S>, NoConnection>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| NoConnection::HostName)?;
        let shaken = TlsConnector::from(Arc::clone(config)).connect(name, stream);
        shaken
            .await
            .map_err(|error| failure::of_handshake(error, &self.roots))
    }
}
