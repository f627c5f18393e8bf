//! How to reach the API: address, key, deadlines, trust. Nothing here is read from the environment.

mod base_url;
mod proxy;
mod trust;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::base_url::BaseUrl;
pub use self::proxy::{ProxyName, ProxyUrl, goes_directly};
pub use self::trust::CaBundle;
use super::api_key::ApiKey;
use super::audit::AuditLog;
use super::error::ConfigError;
use super::rate_limit::RateWindow;

/// Repeats of a call where nobody sets another number: with their pauses they outlast CertCentral's
/// window of three minutes.
pub const DEFAULT_MAX_RETRIES: u32 = 8;

/// Everything a [`Client`](crate::certcentral::Client) needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which CertCentral instance.
    pub base_url: BaseUrl,
    /// Who calls.
    pub api_key: ApiKey,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Deadlines of a call.
    pub timeouts: Timeouts,
    /// Certificate authorities to trust in addition to those of the system.
    pub ca_bundle: Option<CaBundle>,
    /// Variables of the environment that take the place of the system's certificates, with their
    /// values: for messages.
    pub root_variables: Vec<(String, String)>,
    /// Proxy for every call to another machine. One that cannot be used fails the calls.
    pub proxy: Option<Result<ProxyUrl, ConfigError>>,
    /// How often a call is repeated at most after a failure that may pass.
    pub max_retries: u32,
    /// Request limits that this client keeps, together with all clients of the process that call
    /// the same host with the same key.
    pub rate_windows: Vec<RateWindow>,
    /// How the process ends while calls are on their way.
    pub leave: Leave,
    /// Makes a simulation the same in every run: pauses take their chance from this seed, and no
    /// rate limit is shared with other clients of the process.
    pub isolated: Option<u64>,
    /// Whether this client may revoke. Without it every revocation is refused before anything is
    /// sent.
    pub allow_revocation: bool,
    /// Whether this client may only read. With it every call that changes anything is refused
    /// before it is sent.
    pub read_only: bool,
    /// Paid orders that this client places at most, renewals included; none without a limit.
    pub max_orders: Option<u32>,
    /// File that tells every changing call. What cannot be written there before it is sent, is not
    /// sent.
    pub audit_log: Option<AuditLog>,
}

/// How a process ends while calls are on their way.
#[derive(Debug, Clone, Default)]
pub struct Leave {
    /// Cancelled when answers are due: nobody waits any longer for a call that changes something,
    /// and it goes on by itself.
    pub due: CancellationToken,
    /// Keeps the process for what goes on by itself.
    pub drain: TaskTracker,
}

/// Deadlines. Each is a total from the first attempt to connect to the last byte of the answer, so
/// that an answer that drips byte by byte ends too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands, TLS included. Keep it below the others: it proves that nothing
    /// was sent.
    pub connect: Duration,
    /// Of every call but the order POST.
    pub request: Duration,
    /// Of the order POST, inside which CertCentral may issue the certificate.
    pub order: Duration,
}

impl Config {
    /// A configuration with default deadlines, system trust and no proxy, that may not revoke.
    #[must_use]
    pub fn new(base_url: BaseUrl, api_key: ApiKey) -> Self {
        Self {
            base_url,
            api_key,
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeouts: Timeouts::default(),
            ca_bundle: None,
            root_variables: Vec::new(),
            proxy: None,
            max_retries: DEFAULT_MAX_RETRIES,
            rate_windows: RateWindow::DOCUMENTED.to_vec(),
            leave: Leave::default(),
            isolated: None,
            allow_revocation: false,
            read_only: false,
            max_orders: None,
            audit_log: None,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(30),
            order: Duration::from_secs(120),
        }
    }
}
