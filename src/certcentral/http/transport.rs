//! One attempt of one call: address, headers, deadline, size limit, and what came back.

use std::error::Error as StdError;
use std::io::{self, Read};
use std::time::Duration;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use http::Request;
use hyper_util::client::legacy;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue,
    LOCATION, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Body, Method, Response, Url};
use tokio::time::timeout;

use super::answer::{self, Answer, ServerClock, VIRTUAL_CLOCK};
use super::call::{Accept, Call, Channel};
use super::config::Config;
use super::connect::{Http, NoConnection, causes};
use super::error::{Cause, ConfigError, Error, TransportKind};
use super::retry_policy;

/// Header that carries the API key.
const KEY_HEADER: &str = "X-DC-DEVKEY";
const JSON: &str = "application/json";
const GZIP: &str = "gzip";
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

/// What answers a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Transport<'a> {
    /// CertCentral, over the network.
    Http(&'a Http),
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
    let http = match transport {
        Transport::Http(http) => http,
        Transport::Recorded(answer) => return taken(answer.clone().into(), config, &url).await,
    };
    let request = request(config, call, &url)?;
    // From the first attempt to connect to the last byte of the answer.
    let limit = match call.channel {
        Channel::Pooled => config.timeouts.request,
        Channel::Fresh => config.timeouts.order,
    };
    let answered = timeout(limit, async {
        let response = http.request(request).await;
        let response = response.map_err(|error| transport_error(error, &host))?;
        taken(response.map(Body::wrap).into(), config, &url).await
    });
    answered.await.unwrap_or_else(|late| {
        Err(Error::Transport {
            kind: TransportKind::Timeout,
            host: host.clone(),
            source: Box::new(late),
        })
    })
}

/// Reads an answer. One that leads elsewhere is none.
async fn taken(response: Response, config: &Config, url: &Url) -> Result<Answer, Error> {
    let host = config.base_url.host();
    if response.status().is_redirection() {
        return Err(redirected(&response, config, url, host));
    }
    read(response, config, host).await
}

fn request(config: &Config, call: &Call<'_>, url: &Url) -> Result<Request<Body>, Error> {
    let accept = match call.accept {
        Accept::Json => JSON,
        Accept::Anything => "*/*",
    };
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(url.as_str())
        .header(USER_AGENT, &config.user_agent)
        .header(KEY_HEADER, config.api_key.header()?)
        .header(CONTENT_TYPE, JSON)
        .header(ACCEPT, accept)
        .header(ACCEPT_ENCODING, GZIP);
    match &call.body {
        Some(body) => request = request.header(CONTENT_LENGTH, body.len()),
        // DigiCert asks for the header on every request; the HTTP library sends none without a
        // body.
        None if call.method != Method::GET => request = request.header(CONTENT_LENGTH, 0),
        None => {}
    }
    let body = call.body.clone().map_or_else(Body::default, Body::from);
    let request = request.body(body);
    request.map_err(|error| ConfigError::HttpClient(chain(&error)).into())
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
    let encoding = response.headers().get(CONTENT_ENCODING);
    let is_packed = encoding.is_some_and(|encoding| encoding == GZIP);
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
            Err(error) => return Err(interrupted(error, &host)),
        }
    }
    if is_packed {
        body = match unpacked(&body) {
            Ok(unpacked) if unpacked.len() <= MAX_BODY => unpacked,
            Ok(_) => {
                return Err(Error::BodyTooLarge {
                    host,
                    status,
                    limit: MAX_BODY,
                });
            }
            Err(error) => return Err(interrupted(error, &host)),
        };
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

fn redirected(response: &Response, config: &Config, url: &Url, host: String) -> Error {
    let target_host = response
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| url.join(location).ok())
        .and_then(|url| url.host_str().map(|host| config.api_key.harmless(host)));
    Error::Redirect {
        host,
        status: response.status().as_u16(),
        target_host,
    }
}

/// Unpacks a body, up to the first byte beyond the size limit.
fn unpacked(body: &[u8]) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_BODY + 1).unwrap_or(u64::MAX);
    let mut unpacked = Vec::new();
    if !body.is_empty() {
        MultiGzDecoder::new(body)
            .take(limit)
            .read_to_end(&mut unpacked)?;
    }
    Ok(unpacked)
}

fn interrupted(source: impl Into<Cause>, host: &str) -> Error {
    Error::Transport {
        kind: TransportKind::Interrupted,
        host: host.to_owned(),
        source: source.into(),
    }
}

fn transport_error(error: legacy::Error, host: &str) -> Error {
    let found = causes(&error).find_map(|cause| cause.downcast_ref::<NoConnection>());
    let kind = match found {
        Some(NoConnection::Proxy { proxy, fault }) => {
            return Error::Proxy {
                proxy: proxy.clone(),
                host: host.to_owned(),
                fault: fault.clone(),
            };
        }
        Some(NoConnection::Tls(_) | NoConnection::HostName) => TransportKind::Tls,
        Some(failure) if failure.is_dns() => TransportKind::Dns,
        Some(_) => TransportKind::Connect,
        None if error.is_connect() => TransportKind::Connect,
        None => TransportKind::Interrupted,
    };
    Error::Transport {
        kind,
        host: host.to_owned(),
        source: Box::new(error),
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
