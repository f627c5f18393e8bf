//! One attempt of one call: address, headers, deadline, size limit, and what came back.

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, RequestBuilder, Response, Url, redirect, retry};

use super::answer::{self, Answer, ServerClock, VIRTUAL_CLOCK};
use super::call::{Accept, Call, Channel};
use super::config::Config;
use super::error::{ConfigError, Error, TransportKind};
use super::retry_policy;

/// This machine. The port is that of the URL.
const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];
/// Header that carries the API key.
const KEY_HEADER: &str = "X-DC-DEVKEY";
const JSON: &str = "application/json";
/// Bytes of an answer that are read at most, counted after decompression. Real ones stay below one
/// megabyte.
pub(crate) const MAX_BODY: usize = 8 * 1024 * 1024;

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) outcome: Result<Answer, Error>,
    /// The pause that an answer asks for before the next attempt.
    pub(super) retry_after: Option<Duration>,
}

impl Sent {
    /// Nothing came back.
    pub(super) fn failed(error: Error) -> Self {
        Self {
            outcome: Err(error),
            retry_after: None,
        }
    }
}

/// Checks what can be checked of a configuration without loading the system's certificates.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    HeaderValue::from_str(&config.user_agent)
        .map_err(|_| ConfigError::UserAgent(config.user_agent.clone()))?;
    config.api_key.header().map(drop)
}

/// Builds the HTTP client for a channel. Slow: loads the system's certificates.
pub(super) fn http_client(
    config: &Config,
    channel: Channel,
) -> Result<reqwest::Client, ConfigError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(&config.user_agent)
        .connect_timeout(config.timeouts.connect)
        // reqwest's default would follow, send the key to the other host and repeat the call there.
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .gzip(true);
    if channel == Channel::Fresh {
        builder = builder.http1_only().pool_max_idle_per_host(0);
    }
    if config.base_url.is_plain_http() {
        // To this machine only: no certificates to load, no proxy that would see the key in clear,
        // and no name server that could say that localhost is elsewhere.
        builder = builder
            .no_proxy()
            .tls_certs_only([])
            .resolve_to_addrs("localhost", &LOOPBACK);
    } else {
        if let Some(bundle) = &config.ca_bundle {
            builder = builder.tls_certs_merge(bundle.certificates()?);
        }
        if let Some(proxy) = &config.proxy {
            builder = builder.proxy(proxy.proxy());
        }
    }
    builder
        .build()
        .map_err(|error| ConfigError::HttpClient(chain(&error)))
}

/// What answers a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Transport<'a> {
    /// CertCentral, over the network.
    Http(&'a reqwest::Client),
    /// A recording, whatever is asked. Nothing is sent.
    Recorded(&'a http::Response<Bytes>),
}

/// Sends a call once, reads its answer and the time on it.
pub(super) async fn send(
    transport: Transport<'_>,
    config: &Config,
    call: &Call<'_>,
    clock: &ServerClock,
) -> Sent {
    let mut url = match config.base_url.endpoint(&call.path) {
        Ok(url) => url,
        Err(error) => return Sent::failed(error.into()),
    };
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    let path = url.path().to_owned();
    let started = Instant::now();
    let answer = attempt(transport, config, call, url).await;
    let retry_after = answer.as_ref().ok().and_then(|answer| answer.retry_after);
    let outcome = answer.and_then(|answer| {
        clock.note(&answer);
        answer.checked()
    });
    let status = match &outcome {
        Ok(answer) => Some(answer.status),
        Err(error) => error.status(),
    };
    tracing::debug!(
        method = %call.method,
        path,
        status,
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "called CertCentral",
    );
    Sent {
        outcome,
        retry_after,
    }
}

async fn attempt(
    transport: Transport<'_>,
    config: &Config,
    call: &Call<'_>,
    url: Url,
) -> Result<Answer, Error> {
    let host = config.base_url.host();
    let response = match transport {
        Transport::Http(http) => request(http, config, call, url)?
            .send()
            .await
            .map_err(|error| transport_error(error, &host))?,
        Transport::Recorded(answer) => answer.clone().into(),
    };
    if response.status().is_redirection() {
        return Err(redirected(&response, config, host));
    }
    read(response, config, host).await
}

fn request(
    http: &reqwest::Client,
    config: &Config,
    call: &Call<'_>,
    url: Url,
) -> Result<RequestBuilder, Error> {
    let timeout = match call.channel {
        Channel::Pooled => config.timeouts.request,
        Channel::Fresh => config.timeouts.order,
    };
    let accept = match call.accept {
        Accept::Json => JSON,
        Accept::Anything => "*/*",
    };
    let mut request = http
        .request(call.method.clone(), url)
        .timeout(timeout)
        .header(KEY_HEADER, config.api_key.header()?)
        .header(CONTENT_TYPE, JSON)
        .header(ACCEPT, accept);
    match &call.body {
        Some(body) => {
            request = request
                .header(CONTENT_LENGTH, body.len())
                .body(body.clone());
        }
        // DigiCert asks for the header on every request; the HTTP library sends none without a
        // body.
        None if call.method != Method::GET => request = request.header(CONTENT_LENGTH, 0),
        None => {}
    }
    Ok(request)
}

/// Reads the body to its end, or to the size limit.
async fn read(mut response: Response, config: &Config, host: String) -> Result<Answer, Error> {
    let status = response.status().as_u16();
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| config.api_key.quote(value.as_bytes()));
    let date = response.headers().get(DATE).and_then(answer::moment);
    let is_virtual = response
        .headers()
        .get(VIRTUAL_CLOCK)
        .is_some_and(|word| word == "virtual");
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|header| {
        // A date counts by the clock that wrote it.
        let now = date.map_or_else(SystemTime::now, SystemTime::from);
        retry_policy::asked_pause(header, now)
    });
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_BODY => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => {
                return Err(Error::BodyTooLarge {
                    host,
                    status,
                    limit: MAX_BODY,
                });
            }
            Err(error) => return Err(transport_error(error, &host)),
        }
    }
    Ok(Answer {
        host,
        status,
        content_type,
        date,
        is_virtual,
        retry_after,
        // Whatever is read of the answer, state included, is free of the key.
        body: config.api_key.scrub_body(body),
        key: config.api_key.clone(),
    })
}

fn redirected(response: &Response, config: &Config, host: String) -> Error {
    let target_host = response
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| response.url().join(location).ok())
        .and_then(|url| url.host_str().map(|host| config.api_key.harmless(host)));
    Error::Redirect {
        host,
        status: response.status().as_u16(),
        target_host,
    }
}

fn transport_error(error: reqwest::Error, host: &str) -> Error {
    if error.is_builder() {
        return Error::Config(ConfigError::HttpClient(chain(&error.without_url())));
    }
    let kind = if error.is_connect() {
        if error.is_dns() {
            TransportKind::Dns
        } else if is_tls(&error) {
            TransportKind::Tls
        } else {
            TransportKind::Connect
        }
    } else if error.is_timeout() {
        TransportKind::Timeout
    } else {
        TransportKind::Interrupted
    };
    Error::Transport {
        kind,
        host: host.to_owned(),
        source: error.without_url(),
    }
}

/// Whether a TLS failure is among the causes. An I/O error hides what it wraps from `source`, so it
/// is opened first.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    if error.is::<rustls::Error>() {
        return true;
    }
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => is_tls(inner),
        None => error.source().is_some_and(is_tls),
    }
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
