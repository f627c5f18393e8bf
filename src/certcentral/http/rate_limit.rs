//! Our side of CertCentral's request limits: rolling windows that every call of the process to one
//! account passes.
//!
//! A call counts from the moment it is sent until a window after its answer, because CertCentral
//! counted it somewhere between the two. So no stretch of time at CertCentral holds more calls than
//! a window allows here, however the network delays them. Within the windows nobody waits.
//!
//! Calls go in the order in which they asked. Urgent ones, which look for an order whose answer was
//! lost, pass the others and may use a reserve, so that a queue of hundreds of calls cannot keep a
//! paid order in doubt. After a 429 everybody pauses.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::{Instant, sleep_until};

use super::api_key::ApiKey;

/// The longest length of a window: older calls are forgotten.
const LONGEST: Duration = Duration::from_secs(180);

/// How many calls may be sent in any stretch of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateWindow {
    /// Calls in all.
    pub calls: usize,
    /// How many of them are kept for looking up an order whose answer was lost.
    pub reserve: usize,
    /// The length, at most 3 minutes.
    pub length: Duration,
    /// How long a call without an answer may be on its way before it is counted.
    pub on_its_way: Duration,
}

impl RateWindow {
    /// What DigiCert documents, 100 calls in 5 seconds and 1000 in 3 minutes, without a tenth for
    /// other users of the key.
    ///
    /// Source: <https://dev.digicert.com/en/certcentral-apis/services-api/rate-limits.html>
    pub const DOCUMENTED: [Self; 2] = [
        Self {
            calls: 95,
            reserve: 5,
            length: Duration::from_secs(5),
            on_its_way: Duration::from_secs(3),
        },
        Self {
            calls: 950,
            reserve: 50,
            length: LONGEST,
            on_its_way: Duration::from_secs(3),
        },
    ];

    /// At most this many calls sent in any second, however long their answers take.
    #[must_use]
    pub const fn per_second(calls: usize) -> Self {
        Self {
            calls,
            reserve: 0,
            length: Duration::from_secs(1),
            on_its_way: Duration::ZERO,
        }
    }

    fn limit(&self, urgency: Urgency) -> usize {
        let limit = match urgency {
            Urgency::Usual => self.calls.saturating_sub(self.reserve),
            Urgency::Urgent => self.calls,
        };
        // A window that lets nobody pass would keep every call waiting for ever.
        limit.max(1)
    }
}

/// Which queue a call stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    Usual,
    /// Passes the usual calls.
    Urgent,
}

/// The calls of the last minutes, and who may send next.
#[derive(Debug, Default)]
pub(super) struct RateLimit {
    log: Mutex<Log>,
    /// Held by the call that goes next of its queue. The locks hand over in the order of asking.
    usual: AsyncMutex<()>,
    urgent: AsyncMutex<()>,
    /// Something happened that may let a call pass, or keep it.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Log {
    calls: Vec<Counted>,
    last_ticket: u64,
    paused_until: Option<Instant>,
    urgent_waiting: usize,
}

/// A call that was sent.
#[derive(Debug, Clone, Copy)]
struct Counted {
    ticket: u64,
    at: Instant,
    answered: Option<Instant>,
}

impl Counted {
    /// When a window does not hold this call any more.
    fn leaves(&self, window: RateWindow) -> Instant {
        let latest = self.at + window.on_its_way;
        let counted_by = self
            .answered
            .map_or(latest, |answered| answered.min(latest));
        counted_by + window.length
    }
}

/// Whether a call may be sent.
#[derive(Debug, PartialEq, Eq)]
enum Admission {
    /// Now: it is in the log.
    Granted(u64),
    /// Not before this, as far as is known now.
    NotBefore(Instant),
    /// Urgent calls first.
    AfterUrgent,
}

/// A call that has its turn, until its answer is there.
#[derive(Debug)]
pub(super) struct Slot {
    limit: Arc<RateLimit>,
    ticket: u64,
}

impl RateLimit {
    /// Waits until a call may be sent. None as soon as it is certain that this is not before
    /// `deadline`. Dropping the future gives up the place in the queue and nothing else.
    pub(super) async fn slot(
        self: &Arc<Self>,
        windows: &[RateWindow],
        urgency: Urgency,
        deadline: Instant,
    ) -> Option<Slot> {
        let _announced = (urgency == Urgency::Urgent).then(|| Announced::new(self));
        let queue = match urgency {
            Urgency::Usual => &self.usual,
            Urgency::Urgent => &self.urgent,
        };
        let _first = tokio::time::timeout_at(deadline, queue.lock()).await.ok()?;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no notification is missed.
            changed.as_mut().enable();
            let admission = self.log().admit(windows, urgency);
            match admission {
                Admission::Granted(ticket) => {
                    let limit = Arc::clone(self);
                    return Some(Slot { limit, ticket });
                }
                Admission::NotBefore(moment) if moment > deadline => return None,
                Admission::NotBefore(moment) => {
                    tokio::select! {
                        () = sleep_until(moment) => {}
                        () = changed => {}
                    }
                }
                Admission::AfterUrgent => {
                    tokio::time::timeout_at(deadline, changed).await.ok()?;
                }
            }
        }
    }

    /// Keeps everybody waiting for this long from now on, or longer where somebody else asked for
    /// that.
    pub(super) fn pause(&self, respite: Duration) {
        let until = Instant::now() + respite;
        let mut log = self.log();
        log.paused_until = log.paused_until.max(Some(until));
        drop(log);
        self.changed.notify_waiters();
    }

    /// Whether there is nothing left to remember.
    fn is_idle(&self) -> bool {
        let mut log = self.log();
        log.forget(Instant::now());
        log.calls.is_empty() && log.paused_until.is_none()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn admit(&mut self, windows: &[RateWindow], urgency: Urgency) -> Admission {
        let now = Instant::now();
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Admission::NotBefore(until);
        }
        if urgency == Urgency::Usual && self.urgent_waiting > 0 {
            return Admission::AfterUrgent;
        }
        self.forget(now);
        let free_at = windows
            .iter()
            .filter_map(|window| self.free_at(*window, urgency, now))
            .max();
        if let Some(moment) = free_at {
            return Admission::NotBefore(moment);
        }
        self.last_ticket += 1;
        self.calls.push(Counted {
            ticket: self.last_ticket,
            at: now,
            answered: None,
        });
        Admission::Granted(self.last_ticket)
    }

    /// Forgets what no window holds any more.
    fn forget(&mut self, now: Instant) {
        self.paused_until = self.paused_until.filter(|until| *until > now);
        self.calls.retain(|call| {
            call.answered
                .is_none_or(|answered| answered + LONGEST > now)
        });
    }

    /// When a window lets the next call pass; none if it does now.
    fn free_at(&self, window: RateWindow, urgency: Urgency, now: Instant) -> Option<Instant> {
        let mut leaving: Vec<Instant> = self
            .calls
            .iter()
            .map(|call| call.leaves(window))
            .filter(|leaves| *leaves > now)
            .collect();
        let too_many = leaving.len().checked_sub(window.limit(urgency))?;
        let (_, moment, _) = leaving.select_nth_unstable(too_many);
        Some(*moment)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut log = self.limit.log();
        let ticket = self.ticket;
        if let Some(call) = log.calls.iter_mut().find(|call| call.ticket == ticket) {
            call.answered = Some(now);
        }
        drop(log);
        self.limit.changed.notify_waiters();
    }
}

/// An urgent call that has not had its turn.
struct Announced<'a>(&'a RateLimit);

impl<'a> Announced<'a> {
    fn new(limit: &'a RateLimit) -> Self {
        limit.log().urgent_waiting += 1;
        Self(limit)
    }
}

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.log().urgent_waiting -= 1;
        self.0.changed.notify_waiters();
    }
}

/// By host and API key. The key is kept as a hash, since this lives as long as the process; two
/// keys with the same hash would share a limit and wait a little longer.
static ACCOUNTS: LazyLock<Accounts> = LazyLock::new(Accounts::default);

#[derive(Debug, Default)]
struct Accounts {
    hasher: RandomState,
    limits: Mutex<BTreeMap<(String, u64), Arc<RateLimit>>>,
}

/// The limit that all clients of the process share who call this host with this key.
pub(super) fn of_the_process(host: &str, key: &ApiKey) -> Arc<RateLimit> {
    ACCOUNTS.limit(host, key)
}

impl Accounts {
    fn limit(&self, host: &str, key: &ApiKey) -> Arc<RateLimit> {
        let account = (host.to_owned(), self.hasher.hash_one(key.expose()));
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.retain(|other, limit| {
            *other == account || Arc::strong_count(limit) > 1 || !limit.is_idle()
        });
        Arc::clone(limits.entry(account).or_default())
    }
}
