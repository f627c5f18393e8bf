//! The client: configuration and connections, shared by all its clones.

use std::sync::Arc;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::Date;
use tokio::sync::OnceCell;

use super::audit::Told;
use super::change::Change;
use super::clock::ServerClock;
use super::config::{Config, ConfigError};
use super::error::Error;
use super::gate::Gate;
use super::outcome::Certainty;
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
    gate: Gate,
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
                gate: Gate::new(&config),
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

    /// Why the newest entry of the audit log about a call that was made could not be written. Told once.
    #[must_use]
    pub fn audit_trouble(&self) -> Option<String> {
        self.inner.config.audit_log.as_ref()?.take_trouble()
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

    /// Asks a question that the API takes by POST. Changes nothing.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        question: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path).with_body(question)?;
        self.send(call).await?.json()
    }

    /// Changes something that is answered without a body.
    pub(super) async fn put(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?;
        self.change(change, call, Answer::done).await
    }

    /// Changes something by a PUT without a body that is answered without one.
    pub(super) async fn put_without_body(
        &self,
        change: Change<'_>,
        path: &[&str],
    ) -> Result<(), Error> {
        self.change(change, Call::new(Method::PUT, path), Answer::done)
            .await
    }

    /// Changes something that is answered with data or, by a 204, with nothing.
    pub(super) async fn put_for<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?;
        self.change(change, call, Answer::json_unless_empty).await
    }

    /// Like [`Client::put_for`], for what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(super) async fn put_once<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.change(change, call, Answer::json_unless_empty).await
    }

    /// Has something done by a PUT without a body.
    pub(super) async fn put_empty<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
    ) -> Result<T, Error> {
        self.change(change, Call::new(Method::PUT, path), Answer::json)
            .await
    }

    /// Sends a POST that sets a value and is answered without a body.
    pub(super) async fn post_done(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::POST, path).with_body(body)?;
        self.change(change, call, Answer::done).await
    }

    /// Sends what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(super) async fn post_once<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.change(change, call, Answer::json).await
    }

    /// Makes a changing call: the gates first, then the audit log, then the call, then the audit log again. What is refused
    /// on the way is not sent.
    async fn change<T>(
        &self,
        change: Change<'_>,
        call: Call<'_>,
        understand: impl FnOnce(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Inner { config, gate, .. } = &*self.inner;
        let pass = gate.pass(change.action)?;
        let intent = match &config.audit_log {
            None => None,
            Some(log) => match log.intend(&change, call.method(), call.path(), &config.api_key) {
                Ok(intent) => Some(intent),
                Err(refused) => {
                    pass.settle(Some(Certainty::NothingHappened));
                    return Err(refused.into());
                }
            },
        };
        let mut told = Told::default();
        let outcome = self.send(call).await.and_then(|answer| {
            told = Told::by(&answer);
            understand(answer)
        });
        let failure = outcome.as_ref().err();
        if let Some(intent) = intent {
            intent.close(&told, failure);
        }
        pass.settle(failure.map(Error::certainty));
        outcome
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
