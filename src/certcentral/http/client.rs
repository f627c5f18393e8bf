//! The client: configuration and connections, shared by all its clones.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::Date;
use tokio::sync::OnceCell;

use super::action::Change;
use super::answer::Answer;
use super::audit::Told;
use super::certainty::Certainty;
use super::clock::ServerClock;
use super::config::{Config, ConfigError};
use super::error::{ApiError, Error};
use super::gate::Gate;
use super::jitter::Jitter;
use super::patience::Patience;
use super::rate_limit::{self, RateLimit, RateWindow, Urgency};
use super::transport::{self, Accept, Call, Channel, Line, Sent};

/// A client of one CertCentral account. Clones are cheap and share their connections. All clients of the process for the same
/// host and key share one rate limit.
///
/// Making one opens nothing: certificates of the system are loaded and connections opened at the first call.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// How long the calls of this clone may wait.
    pub(crate) patience: Patience,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    /// Answers every call in place of CertCentral.
    recorded: Option<http::Response<Bytes>>,
    /// For everything that may share connections.
    pooled: OnceCell<reqwest::Client>,
    /// For what must not be sent twice, such as the order POST: HTTP/1.1, a new connection each time, so that no dying connection can swallow it.
    fresh: OnceCell<reqwest::Client>,
    clock: ServerClock,
    gate: Gate,
    rate_limit: Arc<RateLimit>,
    jitter: Jitter,
    /// CertCentral does not know the key. It will not know it at the next call either.
    rejection: OnceLock<ApiError>,
}

impl Client {
    /// Makes a client. Calls nothing.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a setting cannot work.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::answered_by(config, None)
    }

    /// Makes a client that reaches no network: it takes `answer` for what CertCentral says to every call. For answers that were
    /// recorded, and for fuzzing what reads them. The body is given as it is after decompression.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a setting cannot work.
    pub fn replaying(config: Config, answer: http::Response<Bytes>) -> Result<Self, ConfigError> {
        Self::answered_by(config, Some(answer))
    }

    fn answered_by(
        config: Config,
        recorded: Option<http::Response<Bytes>>,
    ) -> Result<Self, ConfigError> {
        transport::check(&config)?;
        let rate_limit = match config.isolated {
            Some(_) => Arc::default(),
            None => rate_limit::of_the_process(&config.base_url.host(), &config.api_key),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                gate: Gate::new(&config),
                rate_limit,
                jitter: Jitter::new(config.isolated),
                config,
                recorded,
                pooled: OnceCell::new(),
                fresh: OnceCell::new(),
                clock: ServerClock::default(),
                rejection: OnceLock::new(),
            }),
            patience: Patience::default(),
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

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(String, String)],
    ) -> Result<T, Error> {
        let call = Call::new(Method::GET, path).with_query(query);
        self.send(&call).await?.found()
    }

    pub(crate) async fn get_text(&self, path: &[&str]) -> Result<String, Error> {
        let call = Call::new(Method::GET, path).accepting(Accept::Anything);
        self.send(&call).await?.text()
    }

    /// Asks a question that the API takes by POST. Changes nothing.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        question: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path)
            .with_body(question)?
            .idempotent();
        self.send(&call).await?.json()
    }

    /// Sets something to a value; answered without a body.
    pub(crate) async fn put(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?.idempotent();
        self.change(change, &call, Answer::done).await
    }

    /// Moves something on, from where a second call would meet something else; answered without a body.
    pub(crate) async fn put_changing(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?;
        self.change(change, &call, Answer::done).await
    }

    /// Sets something by a PUT without a body that is answered without one.
    pub(crate) async fn put_without_body(
        &self,
        change: Change<'_>,
        path: &[&str],
    ) -> Result<(), Error> {
        let call = Call::new(Method::PUT, path).idempotent();
        self.change(change, &call, Answer::done).await
    }

    /// Sets something to a value that is answered with data or, by a 204, with nothing.
    pub(crate) async fn put_for<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path).with_body(body)?.idempotent();
        self.change(change, &call, Answer::json_unless_empty).await
    }

    /// Like [`Client::put_for`], for what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(crate) async fn put_once<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Option<T>, Error> {
        let call = Call::new(Method::PUT, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.change(change, &call, Answer::json_unless_empty).await
    }

    /// Has something done by a PUT without a body.
    pub(crate) async fn put_empty<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
    ) -> Result<T, Error> {
        let call = Call::new(Method::PUT, path).idempotent();
        self.change(change, &call, Answer::json).await
    }

    /// Sends a POST that sets a value and is answered without a body.
    pub(crate) async fn post_done(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let call = Call::new(Method::POST, path).with_body(body)?.idempotent();
        self.change(change, &call, Answer::done).await
    }

    /// Sends what must not be sent twice: on a connection of its own, with the longer deadline.
    pub(crate) async fn post_once<T: DeserializeOwned>(
        &self,
        change: Change<'_>,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let call = Call::new(Method::POST, path)
            .with_body(body)?
            .over(Channel::Fresh);
        self.change(change, &call, Answer::json).await
    }

    /// Makes a changing call: the gates first, then the audit log, then the call, then the audit log again. What is refused
    /// on the way is not sent.
    async fn change<T>(
        &self,
        change: Change<'_>,
        call: &Call<'_>,
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

    /// Sends a call once.
    pub(crate) async fn attempt(&self, call: &Call<'_>) -> Sent {
        let Inner { config, clock, .. } = &*self.inner;
        let (cell, timeout) = match call.channel() {
            Channel::Pooled => (&self.inner.pooled, config.timeouts.request),
            Channel::Fresh => (&self.inner.fresh, config.timeouts.order),
        };
        if let Some(answer) = &self.inner.recorded {
            return transport::send(Line::Recorded(answer), config, timeout, call, clock).await;
        }
        let http = cell
            .get_or_try_init(|| async { transport::http_client(config, call.channel()) })
            .await;
        match http {
            Ok(http) => transport::send(Line::Http(http), config, timeout, call, clock).await,
            Err(error) => Sent::failed(error.into()),
        }
    }

    pub(crate) fn rate_limit(&self) -> &Arc<RateLimit> {
        &self.inner.rate_limit
    }

    pub(crate) fn rate_windows(&self) -> &[RateWindow] {
        &self.inner.config.rate_windows
    }

    pub(crate) fn max_repeats(&self) -> u32 {
        if self.patience.repeats {
            self.inner.config.max_retries
        } else {
            0
        }
    }

    /// A number between 0 and 1.
    pub(crate) fn jitter(&self) -> f64 {
        self.inner.jitter.next()
    }

    /// The refusal of the key, once CertCentral has rejected it: no further call need hear it again. Only what was sent and not
    /// answered is asked for nevertheless.
    pub(crate) fn rejection(&self) -> Option<Error> {
        let rejection = self.inner.rejection.get()?.clone();
        (self.patience.urgency == Urgency::Usual).then_some(Error::Api(rejection))
    }

    /// Keeps the refusal if the call failed because CertCentral rejects the key.
    pub(crate) fn remember_rejection(&self, error: &Error) {
        if let Some(api) = error.api()
            && api.status == 403
            && api.has("access_denied|access_denied_invalid_key")
        {
            self.inner.rejection.get_or_init(|| api.clone());
        }
    }
}
