//! One order at a time on this machine. Terraform starts a process for every provider block, and so
//! does every parallel test: what one process refuses to do twice, two would do once each.
//!
//! Two locks, always in this order: host and token, then host and names. They are held from the
//! look for an order to the answer, by everything that buys or ends one. Within a process they hold
//! by themselves; between processes each is a file that is locked (`file.rs`), in which whoever
//! lets go of it says what was done (`record.rs`). Where there can be no file, the processes do not
//! know of each other, which is said in the log. A lock that somebody holds is waited for, never
//! passed over.

mod file;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest;
use data_encoding::BASE32_NOPAD;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tracing::{info, warn};

use self::file::{LockedFile, Tried};
use self::record::{Identity, Record};
use super::waiting::{BackOff, Bounds, Paused, Schedule};
use crate::certcentral::OrderId;

/// This process as it started.
static OWN: LazyLock<Identity> = LazyLock::new(Identity::of_this_process);

/// Spellings of this machine's own address, which are one host.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Returns the spellings of a host that mean the same, the first of which stands for all.
pub(crate) fn spellings(host: &str) -> Vec<String> {
    let port = |name: &str| match host.strip_prefix(name) {
        Some("") => Some(""),
        Some(port) if port.starts_with(':') => Some(port),
        _ => None,
    };
    match LOOPBACK.iter().find_map(|name| port(name)) {
        Some(port) => LOOPBACK.map(|name| format!("{name}{port}")).to_vec(),
        None => vec![host.to_owned()],
    }
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By one at a time.
    Alone,
    /// By several that are there on purpose.
    WithOthers,
}

/// What two orders have in common if only one of them may be placed at a time.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    token: String,
    names: String,
    content: String,
}

impl Subject {
    /// The subject of an order at a host, however that is spelled. `content` is what makes two
    /// orders for the same names duplicates.
    pub(crate) fn new(host: &str, token: &str, names: &BTreeSet<String>, content: String) -> Self {
        let host = spellings(host).into_iter().next().unwrap_or_default();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        Self {
            token: name("token", &host, token),
            names: name("names", &host, &names.join(" ")),
            content,
        }
    }
}

/// The name of a file: what it is about may be longer than a name can be, and is nobody's business.
fn name(kind: &str, host: &str, about: &str) -> String {
    let text = format!("{kind}\n{host}\n{about}");
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let (head, _) = hash.as_ref().split_at(16);
    format!("{kind}-{}", BASE32_NOPAD.encode(head).to_lowercase())
}

/// The locks of one configuration of the provider.
#[derive(Debug)]
pub(crate) struct Locks {
    /// Where the files lie. None for a process that is played.
    directory: Option<PathBuf>,
    held: Mutex<BTreeMap<String, usize>>,
    /// What was done under each lock in this process.
    done: Mutex<BTreeMap<String, Vec<Record>>>,
    released: Notify,
}

/// Stands for a lock that is held alone in the count of those that hold it.
const ALONE: usize = usize::MAX;

impl Locks {
    /// Remembers when this process started, and whose child it is. The earlier, the better.
    pub(crate) fn note_the_start() {
        LazyLock::force(&OWN);
    }

    /// The locks of a configuration, shared with the other processes of this machine unless it
    /// `is_played`.
    pub(crate) fn new(is_played: bool) -> Self {
        Self {
            directory: (!is_played).then(file::directory),
            held: Mutex::default(),
            done: Mutex::default(),
            released: Notify::new(),
        }
    }

    /// The same with files in this directory, which stands for the machine that several played
    /// processes share.
    pub(crate) fn on_machine(directory: PathBuf) -> Self {
        Self {
            directory: Some(directory),
            ..Self::new(true)
        }
    }

    /// Takes both locks of a subject, that of its names in this way. Waits while somebody holds one
    /// of them; says what ended the wait in vain.
    pub(crate) async fn take(
        self: &Arc<Self>,
        subject: &Subject,
        way: Way,
        bounds: Bounds<'_>,
    ) -> Result<Locked, Paused> {
        let token = self.hold(&subject.token, Way::Alone, bounds).await?;
        let names = self.hold(&subject.names, way, bounds).await?;
        Ok(Locked {
            token,
            names,
            content: subject.content.clone(),
            outcome: Outcome::Nothing,
        })
    }

    async fn hold(
        self: &Arc<Self>,
        name: &str,
        way: Way,
        bounds: Bounds<'_>,
    ) -> Result<Held, Paused> {
        let mut back_off = BackOff::new(Schedule::LOCK, bounds);
        let mut is_told = false;
        loop {
            let released = self.released.notified();
            let mut released = std::pin::pin!(released);
            // From here on no release is missed.
            released.as_mut().enable();
            if let Some(held) = self.try_to_hold(name, way) {
                return Ok(held);
            }
            if !std::mem::replace(&mut is_told, true) {
                info!(name, "waiting for a lock that somebody holds");
            }
            tokio::select! {
                paused = back_off.pause() => {
                    if paused != Paused::Over {
                        return Err(paused);
                    }
                }
                () = released => {}
            }
        }
    }

    fn try_to_hold(self: &Arc<Self>, name: &str, way: Way) -> Option<Held> {
        let mut all = self.held();
        let holders = all.get(name).copied().unwrap_or_default();
        let count = match way {
            Way::Alone if holders == 0 => ALONE,
            Way::WithOthers if holders != ALONE => holders + 1,
            _ => return None,
        };
        let file = match self.directory.as_deref() {
            None => None,
            Some(directory) => match file::try_lock(directory, name, way) {
                Tried::Locked(file) => Some(file),
                Tried::Held => return None,
                Tried::Impossible(reason) => {
                    warn!(%reason, "no lock: other processes of this machine may order the same at \
                        the same time");
                    None
                }
            },
        };
        all.insert(name.to_owned(), count);
        drop(all);
        let mut held = Held {
            locks: Arc::clone(self),
            name: name.to_owned(),
            file,
            earlier: Vec::new(),
        };
        held.read();
        Some(held)
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Record>>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
struct Held {
    locks: Arc<Locks>,
    name: String,
    file: Option<LockedFile>,
    earlier: Vec<Earlier>,
}

/// What was done under a lock before it was taken.
#[derive(Clone, Debug)]
struct Earlier {
    record: Record,
    /// By this run, here or in another of its processes.
    is_of_this_run: bool,
}

impl Held {
    fn read(&mut self) {
        let of_others = self.file.as_mut().map(LockedFile::records);
        let of_others = of_others.unwrap_or_default().into_iter();
        let others = of_others
            .filter(|record| record.pid != OWN.pid)
            .map(|record| Earlier {
                is_of_this_run: record.is_of_a_sibling(&OWN),
                record,
            });
        self.earlier.extend(others);
        let own = self.locks.done().get(&self.name).cloned();
        let own = own.unwrap_or_default().into_iter();
        self.earlier.extend(own.map(|record| Earlier {
            record,
            is_of_this_run: true,
        }));
    }

    fn write(&mut self, order: Option<OrderId>, content: &str) {
        let record = OWN.record(order, content);
        if let Some(file) = &mut self.file {
            file.write(&record);
        }
        let mut done = self.locks.done();
        done.entry(self.name.clone()).or_default().push(record);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // The file first: whoever is woken may try it.
        self.file = None;
        let mut all = self.locks.held();
        let left = match all.get(&self.name).copied().unwrap_or_default() {
            0 | 1 | ALONE => 0,
            holders => holders - 1,
        };
        match left {
            0 => all.remove(&self.name),
            left => all.insert(self.name.clone(), left),
        };
        drop(all);
        self.locks.released.notify_waiters();
    }
}

/// What is known of a run that is under way, or has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Nothing,
    Unknown,
    Order(OrderId),
}

/// Both locks of a subject. When this is dropped, what was done is written down, then both are let
/// go of.
#[derive(Debug)]
pub(crate) struct Locked {
    token: Held,
    names: Held,
    content: String,
    outcome: Outcome,
}

/// What this run has done already about the same token or the same names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doings {
    /// The orders that it placed or took over.
    pub(crate) orders: Vec<OrderId>,
    /// Whether it sent an order of which nobody knows what became of it.
    pub(crate) has_unknown: bool,
}

impl Doings {
    fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut doings = Self::default();
        for record in records {
            match record.order_id() {
                Some(order) => doings.orders.push(order),
                None => doings.has_unknown = true,
            }
        }
        doings
    }
}

impl Locked {
    /// Returns what this run has done about the same token.
    pub(crate) fn about_the_token(&self) -> Doings {
        let earlier = self.token.earlier.iter();
        Doings::of(earlier.filter(|it| it.is_of_this_run).map(|it| &it.record))
    }

    /// Returns what this run has done about the same names, with the same product and organization.
    pub(crate) fn about_the_names(&self) -> Doings {
        let earlier = self.names.earlier.iter();
        let alike = earlier.filter(|it| it.is_of_this_run && it.record.content == self.content);
        Doings::of(alike.map(|it| &it.record))
    }

    /// Returns when somebody did something under one of the locks for the last time: what was
    /// looked up before is to be asked again.
    pub(crate) fn last_change(&self) -> Option<OffsetDateTime> {
        let earlier = self.token.earlier.iter().chain(&self.names.earlier);
        earlier.map(|it| it.record.time).max()
    }

    /// Says that an order is about to be sent: until more is said, nobody knows what becomes of it.
    pub(crate) fn sending(&mut self) {
        self.outcome = Outcome::Unknown;
    }

    /// Says which order was placed or taken over.
    pub(crate) fn ordered(&mut self, order: OrderId) {
        self.outcome = Outcome::Order(order);
    }

    /// Says that nothing was ordered for certain.
    pub(crate) fn ordered_nothing(&mut self) {
        self.outcome = Outcome::Nothing;
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let order = match self.outcome {
            Outcome::Nothing => return,
            Outcome::Unknown => None,
            Outcome::Order(order) => Some(order),
        };
        for held in [&mut self.token, &mut self.names] {
            held.write(order, &self.content);
        }
    }
}

#[cfg(test)]
mod tests;
