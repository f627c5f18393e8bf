//! The client: configuration and connections, shared by all its clones.

use std::sync::Arc;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::Date;
use tokio::sync::OnceCell;

use super::clock::ServerClock;
use super::config::{Config, ConfigError};
use super::error::Error;
use super::transport::{self, Accept, Answer, Call, Channel};

/// A client of one CertCentral account. Clones are cheap and share their connections.
///
/// Making one opens nothing: certificates of the system are loaded and connections opened at the first call.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    /// For everything that may share connections.
    pooled: OnceCell<reqwest::Client>,
    /// For what must not be sent twice, such as the order POST: HTTP/1.1, a new connection each time, so that no dying connection can swallow it.
    fresh: OnceCell<reqwest::Client>,
    clock: ServerClock,
}

impl Client {
    /// Makes a client. Calls nothing.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a setting cannot work.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        transport::check(&config)?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                pooled: OnceCell::new(),
                fresh: OnceCell::new(),
                clock: ServerClock::default(),
            }),
        })
    }

    /// Host, and port where it is not the scheme's own, of the instance that is called.
    #[must_use]
    pub fn host(&self) -> String {
        self.inner.config.base_url.host()
    }

    /// The day (UTC) on the clock of CertCentral as its newest answer told it. None before the first one.
    #[must_use]
    pub fn today(&self) -> Option<Date> {
        self.inner.clock.today()
    }

    /// Whether revocations may be sent.
    pub(super) fn may_revoke(&self) -> bool {
        self.inner.config.allow_revocation
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(String, String)],
    ) -> Result<T, Error> {
        let call = Call::new(Method::GET, path).with_query(query);
        self.send(call).await?.json()
    }

    pub(super) async fn get_text(&self, path: &[&str]) -> Result<String, Error> {
        let call = Call::new(Method::GET, path).accepting(Accept::Anything);
        self.send(call).await?.text()
    }

    /// Changes something that is answered without a body.
    pub(super) async fn put(&self, path: &[&str], body: &impl Serialize) -> Result<(), Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?;
        self.send(call).await?.done()
    }

    /// Changes something by a PUT without a body that is answered without one.
    pub(super) async fn put_without_body(&self, path: &[&str]) -> Result<(), Error> {
        self.send(Call::new(Method::PUT, path)).await?.done()
    }

    /// Changes something that is answered with data or, by a 204, with nothing.
    pub(super) async fn put_for<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?;
        self.send(call).await?.json_unless_empty()
    }

    /// Like [`Client::put_for`], for what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(super) async fn put_once<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.send(call).await?.json_unless_empty()
    }

    /// Asks for something by a PUT without a body.
    pub(super) async fn put_empty<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Error> {
        self.send(Call::new(Method::PUT, path)).await?.json()
    }

    /// Sends a POST that changes nothing of value.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path).with_body(body)?;
        self.send(call).await?.json()
    }

    /// Sends a POST that sets a value and is answered without a body.
    pub(super) async fn post_done(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::POST, path).with_body(body)?;
        self.send(call).await?.done()
    }

    /// Sends what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(super) async fn post_once<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.send(call).await?.json()
    }

    async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        let Inner { config, .. } = &*self.inner;
        let (cell, timeout) = match call.channel() {
            Channel::Pooled => (&self.inner.pooled, config.timeouts.request),
            Channel::Fresh => (&self.inner.fresh, config.timeouts.order),
        };
        let http = cell
            .get_or_try_init(|| async { transport::http_client(config, call.channel()) })
            .await?;
        transport::send(http, config, timeout, call, &self.inner.clock).await
    }
}
