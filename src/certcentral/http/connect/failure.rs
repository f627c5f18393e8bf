//! Why there is no connection, as data.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use hyper_util::client::legacy::connect::HttpConnector;
use rustls::CertificateError;

use super::roots::RootSource;
use crate::certcentral::http::config::ProxyName;

type TcpError = <HttpConnector<super::Resolver> as tower::Service<http::Uri>>::Error;

/// No connection stands. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(in crate::certcentral::http) enum NoConnection {
    #[error("no connection")]
    Tcp(#[source] TcpError),
    #[error("no connection in time")]
    TimedOut,
    #[error("the host name cannot stand in a certificate")]
    HostName,
    #[error("the connection broke during the TLS handshake")]
    Broken(#[source] io::Error),
    #[error("no TLS")]
    Tls(#[source] TlsFailure),
    #[error("no tunnel through {proxy}")]
    Proxy { proxy: ProxyName, fault: ProxyFault },
}

/// A host name without an address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(in crate::certcentral::http) struct NoAddress(pub(super) io::Error);

impl NoConnection {
    /// Returns whether a name has no address.
    pub(in crate::certcentral::http) fn is_dns(&self) -> bool {
        causes(self).any(<dyn StdError>::is::<NoAddress>)
    }
}

/// A TLS handshake that failed, with what was trusted.
#[derive(Debug, Clone)]
pub struct TlsFailure {
    /// What is wrong.
    pub fault: TlsFault,
    /// Where the roots come from that are trusted.
    pub roots: Arc<RootSource>,
    text: String,
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for TlsFailure {}

/// What is wrong with the other side of a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsFault {
    /// Its certificate leads to no root that is trusted here.
    UnknownIssuer,
    /// Its certificate has expired, or this machine's clock is ahead.
    Expired,
    /// Its certificate is not valid yet, or this machine's clock is behind.
    NotYetValid,
    /// Its certificate is for another host.
    WrongHost,
    /// It does not speak TLS.
    NoTls,
    /// Anything else.
    Other,
}

impl TlsFault {
    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(certificate) => match certificate {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    Self::Expired
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    Self::NotYetValid
                }
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    Self::UnknownIssuer
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Self::WrongHost,
                _ => Self::Other,
            },
            rustls::Error::InvalidMessage(_) => Self::NoTls,
            _ => Self::Other,
        }
    }
}

/// Turns a failed handshake into its cause.
pub(super) fn of_handshake(error: io::Error, roots: &Arc<RootSource>) -> NoConnection {
    let failure = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .map(|tls| TlsFailure {
            fault: TlsFault::of(tls),
            roots: Arc::clone(roots),
            text: tls.to_string(),
        });
    match failure {
        Some(failure) => NoConnection::Tls(failure),
        None => NoConnection::Broken(error),
    }
}

/// Why a proxy gave no tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyFault {
    /// Its name has no address.
    NoAddress(String),
    /// It takes no connection.
    NotConnected(String),
    /// Its own certificate is not to be trusted, or it speaks no TLS.
    Tls(String),
    /// It answered CONNECT with this status.
    Refused(u16),
    /// It did not answer CONNECT in time, or hung up.
    NoAnswer,
    /// It answered something that is not HTTP.
    NoHttp,
}

impl ProxyFault {
    pub(super) fn unreachable(error: &NoConnection) -> Self {
        let text = causes(error)
            .last()
            .map_or_else(String::new, ToString::to_string);
        match error {
            NoConnection::Tls(failure) => Self::Tls(failure.to_string()),
            NoConnection::HostName => Self::Tls(text),
            error if error.is_dns() => Self::NoAddress(text),
            _ => Self::NotConnected(text),
        }
    }

    /// Returns whether another attempt may find the proxy in order. What it refuses for good, and a
    /// certificate that is not to be trusted, stay as they are.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::NoAddress(_) | Self::NotConnected(_) | Self::NoAnswer => true,
            Self::Refused(status) => matches!(status, 408 | 429 | 500 | 502..=504 | 520..=527),
            Self::Tls(_) | Self::NoHttp => false,
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(why) => write!(f, "its host name was not found ({why})"),
            Self::NotConnected(why) => write!(f, "it takes no connection ({why})"),
            Self::Tls(why) => write!(f, "the TLS handshake with it failed ({why})"),
            Self::Refused(status) => write!(f, "it refused the connection with status {status}"),
            Self::NoAnswer => f.write_str("it did not answer the request for a connection"),
            Self::NoHttp => f.write_str("what it answered is not HTTP"),
        }
    }
}

/// Returns an error and its causes. An I/O error hides what it wraps from `source`, so it is
/// opened.
pub(in crate::certcentral::http) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| cause(error))
}

fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
