//! The audit log: a file that tells every changing call in one JSON line before it is sent and one after. No key, no CSR and no
//! person is in it: an entry is made of ids, words of ours, and codes of the API.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::warn;

use super::action::{Action, Change};
use super::answer::Answer;
use super::certainty::Certainty;
use super::config::{ApiKey, ConfigError};
use super::error::Error;
use crate::certcentral::flexible;
use crate::certcentral::id::{CertificateId, OrderId, RequestId};
use crate::certcentral::orders::place::OrderRequest;

/// Permissions of a file that is made here: its owner reads and writes it.
const MODE: u32 = 0o600;
/// Characters of an API code that are told at most.
const LONGEST_CODE: usize = 100;

/// A file to which every changing call is written. It is opened for each line, so that it may be moved away at any time.
#[derive(Debug, Clone)]
pub struct AuditLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    calls: AtomicU64,
    trouble: Mutex<Option<String>>,
}

/// What was written before a call, to be closed after it.
#[derive(Debug)]
pub(crate) struct Intent<'a> {
    log: &'a AuditLog,
    key: &'a ApiKey,
    entry: Entry<'a>,
}

/// What the answer to a changing call says about the things it made.
#[derive(Debug, Default)]
pub(crate) struct Told {
    status: Option<u16>,
    ids: Ids,
}

#[derive(Debug, Default, Deserialize)]
struct Ids {
    #[serde(default, deserialize_with = "flexible::integer")]
    id: Option<i64>,
    #[serde(default, deserialize_with = "flexible::id")]
    certificate_id: Option<CertificateId>,
    #[serde(default, deserialize_with = "flexible::list")]
    requests: Vec<OrderRequest>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    /// The call is about to be sent.
    Intent,
    /// The call has ended.
    Outcome,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ending {
    /// CertCentral did it.
    Done,
    /// CertCentral refused it: nothing happened.
    Refused,
    /// It did not leave this machine: nothing happened.
    NotSent,
    /// Nobody knows whether CertCentral did it.
    Unknown,
}

/// One line.
#[derive(Debug, Clone, Serialize)]
struct Entry<'a> {
    time: String,
    /// The same in both lines of one call.
    call: String,
    event: Event,
    action: Action,
    method: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_id: Option<CertificateId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request_ids: Vec<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_price: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Ending>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<String>,
}

impl AuditLog {
    /// A log in the file `path`, whose directory must exist. Touches nothing yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            path: path.into(),
            calls: AtomicU64::new(0),
            trouble: Mutex::new(None),
        }))
    }

    /// Writes that a call is about to be sent. An error means that it must not be.
    pub(crate) fn intend<'a>(
        &'a self,
        change: &Change<'a>,
        method: &Method,
        path: &[&str],
        key: &'a ApiKey,
    ) -> Result<Intent<'a>, ConfigError> {
        let count = self.0.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = Entry {
            time: now(),
            call: format!("{}-{count}", std::process::id()),
            event: Event::Intent,
            action: change.action,
            method: method.to_string(),
            path: format!("/{}", path.join("/")),
            order_id: change.order_id,
            certificate_id: change.certificate_id,
            request_ids: change.request_id.into_iter().collect(),
            token: change.token,
            estimated_price: change.price,
            outcome: None,
            status: None,
            errors: Vec::new(),
        };
        self.write(&entry, key)
            .map_err(|reason| ConfigError::AuditLog {
                path: self.0.path.clone(),
                reason,
            })?;
        Ok(Intent {
            log: self,
            key,
            entry,
        })
    }

    /// Why the newest outcome could not be written. Told once.
    pub(crate) fn take_trouble(&self) -> Option<String> {
        let mut trouble = self
            .0
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        trouble.take()
    }

    fn write(&self, entry: &Entry<'_>, key: &ApiKey) -> Result<(), String> {
        let line = serde_json::to_string(entry).map_err(|error| error.to_string())?;
        append(&self.0.path, &format!("{}\n", key.scrub(&line))).map_err(|error| reason(&error))
    }
}

impl Intent<'_> {
    /// Writes how the call ended. The call has been made, so a line that cannot be written is only remembered.
    pub(crate) fn close(mut self, told: &Told, failure: Option<&Error>) {
        self.entry.time = now();
        self.entry.event = Event::Outcome;
        self.entry.outcome = Some(ending(failure));
        self.entry.status = told.status.or_else(|| failure.and_then(Error::status));
        self.entry.errors = failure.map(codes).unwrap_or_default();
        self.entry.take_over(&told.ids);
        if let Err(reason) = self.log.write(&self.entry, self.key) {
            let path = self.log.0.path.display();
            warn!(call = self.entry.call, %path, reason, "outcome of a call missing in the audit log");
            let trouble = format!("{path} cannot be written: {reason}");
            *self
                .log
                .0
                .trouble
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        }
    }
}

impl Told {
    pub(crate) fn by(answer: &Answer) -> Self {
        Self {
            status: Some(answer.status()),
            ids: answer.peek(),
        }
    }
}

impl Entry<'_> {
    /// What `id` means depends on the call: a new order, or the request for a revocation.
    fn take_over(&mut self, ids: &Ids) {
        match self.action {
            Action::Order | Action::Renewal | Action::Reissue | Action::Duplicate => {
                let made = ids.id.and_then(|id| OrderId::try_from(id).ok());
                self.order_id = made.or(self.order_id);
                self.certificate_id = ids.certificate_id;
                self.request_ids = ids.requests.iter().map(|request| request.id).collect();
            }
            Action::Revoke => {
                let request = ids.id.and_then(|id| RequestId::try_from(id).ok());
                self.request_ids.extend(request);
            }
            _ => {}
        }
    }
}

fn ending(failure: Option<&Error>) -> Ending {
    let Some(error) = failure else {
        return Ending::Done;
    };
    match (error.certainty(), error.status()) {
        (Certainty::Unknown, _) => Ending::Unknown,
        (Certainty::NothingHappened, Some(_)) => Ending::Refused,
        (Certainty::NothingHappened, None) => Ending::NotSent,
    }
}

/// The API's codes, without anything that is no code: a message may quote a person.
fn codes(error: &Error) -> Vec<String> {
    let items = error.api().map(|api| api.errors.as_slice());
    let code = |code: &str| {
        code.chars()
            .filter(|character| character.is_ascii_alphanumeric() || "_|:.[]-".contains(*character))
            .take(LONGEST_CODE)
            .collect()
    };
    items
        .unwrap_or_default()
        .iter()
        .map(|item| code(&item.code))
        .collect()
}

fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let millisecond = now.millisecond();
    // Neither can fail for a time of this age; a line without a time would still be a line.
    let now = now
        .replace_nanosecond(u32::from(millisecond) * 1_000_000)
        .unwrap_or(now);
    now.format(&Rfc3339).unwrap_or_default()
}

/// Appends in one write, so that the lines of several processes stay whole.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let written = open(path)?.write(line.as_bytes())?;
    if written == line.len() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::WriteZero,
            format!("only {written} of {} bytes were written", line.len()),
        ))
    }
}

/// A link could make the provider write into another file, and a pipe could make it wait for ever.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(MODE)
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("it is not a regular file"))
    }
}

fn reason(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ELOOP) => "it is a symbolic link, which is not followed".to_owned(),
        Some(Errno::ENOENT) => "its directory does not exist".to_owned(),
        Some(Errno::ENXIO) => "it is not a regular file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
