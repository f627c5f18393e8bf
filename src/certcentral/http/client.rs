//! The client: configuration and connections, shared by all its clones, and how long the calls of
//! one clone may wait.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, OnceCell};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, ServerClock, ServerDay};
use super::audit::Reported;
use super::call::{Call, Change, Channel};
use super::certainty::Certainty;
use super::config::{Config, Leave};
use super::connect::{self, Http, Line};
use super::error::{ApiError, ConfigError, Error};
use super::gate::Gate;
use super::rate_limit::{self, RateLimit, RateWindow, Urgency};
use super::transport::{self, Sent, Transport};

/// The bound of a call that belongs to no operation with a bound of its own.
const DEFAULT_WAIT: Duration = Duration::from_secs(600);

/// How long a look may take after a stop that is worth it.
const AFTER_STOP: Duration = Duration::from_secs(2);

/// A client of one CertCentral account. Clones are cheap and share their connections. All clients
/// of the process for the same host and key share one rate limit.
///
/// Making one opens nothing: certificates of the system are loaded and connections opened at the
/// first call.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// How long the calls of this clone may wait.
    pub(super) patience: Patience,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    /// Answers every call in place of CertCentral.
    recorded: Option<http::Response<Bytes>>,
    /// For everything that may share connections.
    pooled: OnceCell<Http>,
    /// For what must not be sent twice, such as the order POST: HTTP/1.1, a new connection each
    /// time, so that no dying connection can swallow it.
    fresh: OnceCell<Http>,
    /// First connections through a proxy.
    line: Arc<Line>,
    clock: ServerClock,
    gate: Gate,
    rate_limit: Arc<RateLimit>,
    /// Chance for the pauses of repeats, so that those who failed together do not come back
    /// together.
    jitter: Mutex<Rng>,
    /// Held by the one who repeats a call after a look: those who failed together would else take
    /// each other's turns.
    repeating: AsyncMutex<()>,
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

    /// Makes a client that reaches no network: it takes `answer` for what CertCentral says to every
    /// call. For answers that were recorded, and for fuzzing what reads them. The body is given as
    /// it is after decompression.
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
        if let Some(log) = &config.audit_log {
            log.check()?;
        }
        let (rate_limit, jitter) = match config.isolated {
            Some(seed) => (Arc::default(), Rng::with_seed(seed)),
            None => {
                let host = config.base_url.host();
                (
                    rate_limit::of_the_process(&host, &config.api_key),
                    Rng::new(),
                )
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                gate: Gate::new(&config),
                rate_limit,
                jitter: Mutex::new(jitter),
                config,
                recorded,
                pooled: OnceCell::new(),
                fresh: OnceCell::new(),
                line: Arc::default(),
                clock: ServerClock::default(),
                repeating: AsyncMutex::default(),
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

    /// The day on the clock of CertCentral as its newest answer told it. None before the first one.
    #[must_use]
    pub fn today(&self) -> Option<ServerDay> {
        self.inner.clock.today()
    }

    /// Why the newest entry of the audit log about a call that was made could not be written. Told
    /// once.
    #[must_use]
    pub fn audit_trouble(&self) -> Option<String> {
        self.inner.config.audit_log.as_ref()?.take_trouble()
    }

    /// Returns the same client for the calls of one operation: they wait neither for their turn nor
    /// for a repeat beyond `deadline`, nor after `stop`. A first attempt that need not wait is
    /// always made. A call that changes something is cut off by neither; a stop ends one that only
    /// looks.
    #[must_use]
    pub fn within(&self, deadline: Instant, stop: &CancellationToken) -> Self {
        let mut client = self.clone();
        client.patience.deadline = Some(deadline);
        client.patience.stop = stop.clone();
        client
    }

    /// Returns the same client for looking up what became of a call that was sent and not answered:
    /// these calls go before all others.
    #[must_use]
    pub fn urgent(&self) -> Self {
        let mut client = self.clone();
        client.patience.urgency = Urgency::Urgent;
        client
    }

    /// Returns the same client for filling in what has been done and is known to be there. A stop
    /// leaves each of its looks a moment.
    #[must_use]
    pub fn filling_in(&self) -> Self {
        let mut client = self.clone();
        client.patience.fills_in = true;
        client
    }

    /// Returns the same client for what is not worth a repeat.
    #[must_use]
    pub fn without_repeats(&self) -> Self {
        let mut client = self.clone();
        client.patience.repeats = false;
        client
    }

    /// Returns the same client for another attempt of a call that the caller repeats, after so many
    /// attempts since `began`.
    #[must_use]
    pub fn repeating(&self, attempts: u32, began: Instant) -> Self {
        let mut client = self.clone();
        client.patience.attempts = attempts;
        client.patience.began = Some(began);
        client
    }

    /// Waits for the turn of one who looks and repeats a call. It ends when this is dropped.
    pub fn turn_to_repeat(&self) -> impl Future<Output = AsyncMutexGuard<'_, ()>> {
        self.inner.repeating.lock()
    }

    /// Counts an order that was found although its call seemed to have done nothing: it takes one
    /// of the orders that the client may place.
    pub fn count_order(&self) {
        self.inner.gate.count();
    }

    /// Makes a call that is answered by a GET's data.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Error> {
        self.call(call, Answer::found).await
    }

    /// Makes a call and reads its answer. What changes something passes the gate and the audit log.
    pub(crate) async fn call<T>(
        &self,
        call: Call<'_>,
        read: impl FnOnce(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match call.change {
            Some(change) => self.change(&change, &call, read).await,
            None => self.send(&call).await.and_then(read),
        }
    }

    /// Makes a changing call: the gates first, then the audit log, then the call, then the audit
    /// log again. What is refused on the way is not sent.
    async fn change<T>(
        &self,
        change: &Change<'_>,
        call: &Call<'_>,
        read: impl FnOnce(Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Inner { config, gate, .. } = &*self.inner;
        let permit = gate.pass(change.action)?;
        let intent = match &config.audit_log {
            None => None,
            Some(log) => match log.intend(change, call, &config.api_key) {
                Ok(intent) => Some(intent),
                Err(refused) => {
                    permit.settle(Some(Certainty::NothingHappened));
                    return Err(refused.into());
                }
            },
        };
        let mut reported = Reported::default();
        let result = self.send(call).await.and_then(|answer| {
            reported = Reported::by(&answer);
            read(answer)
        });
        let failure = result.as_ref().err();
        if let Some(intent) = intent {
            intent.close(&reported, failure);
        }
        permit.settle(failure.map(Error::certainty));
        result
    }

    /// Sends a call once.
    pub(super) async fn attempt(&self, call: &Call<'_>) -> Sent {
        let Inner { config, clock, .. } = &*self.inner;
        if let Some(answer) = &self.inner.recorded {
            return transport::send(Transport::Recorded(answer), config, call, clock).await;
        }
        let cell = match call.channel {
            Channel::Pooled => &self.inner.pooled,
            Channel::Fresh => &self.inner.fresh,
        };
        let http = cell
            .get_or_try_init(|| async {
                connect::http_client(config, call.channel, &self.inner.line)
            })
            .await;
        match http {
            Ok(http) => transport::send(Transport::Http(http), config, call, clock).await,
            Err(error) => Sent::failed(error.into()),
        }
    }

    pub(super) fn leave(&self) -> &Leave {
        &self.inner.config.leave
    }

    pub(super) fn rate_limit(&self) -> &Arc<RateLimit> {
        &self.inner.rate_limit
    }

    pub(super) fn rate_windows(&self) -> &[RateWindow] {
        &self.inner.config.rate_windows
    }

    pub(super) fn max_repeats(&self) -> u32 {
        if self.patience.repeats {
            self.inner.config.max_retries
        } else {
            0
        }
    }

    /// A number between 0 and 1.
    pub(super) fn jitter(&self) -> f64 {
        let jitter = &self.inner.jitter;
        jitter.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }

    /// The refusal of the key, once CertCentral has rejected it: no further call need hear it
    /// again. Only what was sent and not answered is asked for nevertheless.
    pub(super) fn rejection(&self) -> Option<Error> {
        let rejection = self.inner.rejection.get()?.clone();
        (self.patience.urgency == Urgency::Usual).then_some(Error::Api(rejection))
    }

    /// Keeps the refusal if the call failed because CertCentral rejects the key.
    pub(super) fn remember_rejection(&self, error: &Error) {
        if let Some(api) = error.api()
            && api.status == 403
            && api.has("access_denied|access_denied_invalid_key")
        {
            self.inner.rejection.get_or_init(|| api.clone());
        }
    }
}

/// How long the calls of a client may wait, for their turn and for repeats: the bounds of the
/// operation that they belong to.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    deadline: Option<Instant>,
    stop: CancellationToken,
    repeats: bool,
    fills_in: bool,
    /// Attempts of the next call that the caller has made already, and when the first of them
    /// began.
    pub(super) attempts: u32,
    pub(super) began: Option<Instant>,
    pub(super) urgency: Urgency,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            deadline: None,
            stop: CancellationToken::new(),
            repeats: true,
            fills_in: false,
            attempts: 0,
            began: None,
            urgency: Urgency::Usual,
        }
    }
}

impl Patience {
    /// When the waits of a call that begins now end at the latest.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
            .unwrap_or_else(|| Instant::now() + DEFAULT_WAIT)
    }

    /// What `work` comes to, or none if a stop ends it first. Work that is done at once is not
    /// stopped.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.stop.cancelled() => None,
        }
    }

    /// What a look comes to, or none if a stop ends it. Urgent ones, those that fill in what has
    /// been done, and those that begin after the stop have a moment.
    pub(super) async fn of_look<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let is_urgent = self.urgency == Urgency::Urgent;
        let grace = match is_urgent || self.fills_in || self.stop.is_cancelled() {
            true => AFTER_STOP,
            false => Duration::ZERO,
        };
        let stopped = async {
            self.stop.cancelled().await;
            sleep(grace).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = stopped => None,
        }
    }

    /// Pauses. False if a stop ends the pause, or came before it.
    pub(super) async fn pause(&self, until: Instant) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = sleep_until(until) => true,
        }
    }
}
