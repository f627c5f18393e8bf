//! The audit log: a file that tells every changing call in one JSON line before it is sent and one
//! after. No key, no CSR and no person is in it: an entry is made of ids, words of ours, and codes
//! of the API.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::warn;

use super::answer::Answer;
use super::api_key::ApiKey;
use super::call::{Action, Call, Change};
use super::certainty::Certainty;
use super::error::{ConfigError, Error};
use crate::certcentral::flexible;
use crate::certcentral::id::{CertificateId, OrderId, RequestId};

/// What is wrong with a file that something else has written.
const NOT_OURS: &str = "it holds something else than an audit log, to which nothing was added. \
    Name a file that does not exist yet, or one that this provider has written";
/// Permissions of a file that is made here: its owner reads and writes it.
const MODE: u32 = 0o600;
/// Bytes of a file that are read at most to see whose it is. A line of the log is far shorter.
const LONGEST_FIRST_LINE: u64 = 64 * 1024;
/// Characters of an API code that are told at most.
const LONGEST_CODE: usize = 100;

/// A file to which every changing call is written. It is opened for each line, so that it may be
/// moved away at any time.
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
pub(super) struct Intent<'a> {
    log: &'a AuditLog,
    key: &'a ApiKey,
    entry: Entry<'a>,
}

/// What the answer to a changing call says about the things it made.
#[derive(Debug, Default)]
pub(super) struct Reported {
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
    requests: Vec<MadeRequest>,
}

#[derive(Debug, Deserialize)]
struct MadeRequest {
    id: RequestId,
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

    /// Checks that the file, if there is one, is a log: a path that is wrong must not ruin another
    /// file. Writes nothing; what else can keep a line from being written shows when one is.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let path = &self.0.path;
        let is_foreign = existing(path).is_ok_and(|file| !is_empty_or_log(&file).unwrap_or(true));
        match is_foreign {
            true => Err(ConfigError::AuditLog {
                path: path.clone(),
                reason: NOT_OURS.to_owned(),
            }),
            false => Ok(()),
        }
    }

    /// Writes that a call is about to be sent. An error means that it must not be.
    pub(super) fn intend<'a>(
        &'a self,
        change: &Change<'a>,
        call: &Call<'_>,
        key: &'a ApiKey,
    ) -> Result<Intent<'a>, ConfigError> {
        let count = self.0.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = Entry {
            time: now(),
            call: format!("{}-{count}", std::process::id()),
            event: Event::Intent,
            action: change.action,
            method: call.method.to_string(),
            path: format!("/{}", call.path()),
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

    /// Why the newest outcome could not be written. Reported once.
    pub(super) fn take_trouble(&self) -> Option<String> {
        let mut trouble = self
            .0
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        trouble.take()
    }

    fn write(&self, entry: &Entry<'_>, key: &ApiKey) -> Result<(), String> {
        let line = serde_json::to_string(entry).map_err(|error| error.to_string())?;
        append(&self.0.path, &format!("{}\n", key.scrub_json(&line)))
            .map_err(|error| reason(&error))
    }
}

impl Intent<'_> {
    /// Writes how the call ended. The call has been made, so a line that cannot be written is only
    /// remembered.
    pub(super) fn close(mut self, reported: &Reported, failure: Option<&Error>) {
        self.entry.time = now();
        self.entry.event = Event::Outcome;
        self.entry.outcome = Some(ending(failure));
        self.entry.status = reported.status.or_else(|| failure.and_then(Error::status));
        self.entry.errors = failure.map(codes).unwrap_or_default();
        self.entry.take_over(&reported.ids);
        if let Err(reason) = self.log.write(&self.entry, self.key) {
            let path = self.log.0.path.display();
            warn!(call = self.entry.call, %path, reason, "outcome of a call missing in the audit \
                log");
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

impl Reported {
    pub(super) fn by(answer: &Answer) -> Self {
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
    let mut file = open(path)?;
    if !is_empty_or_log(&file)? {
        return Err(io::Error::other(NOT_OURS));
    }
    let written = file.write(line.as_bytes())?;
    if written == line.len() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::WriteZero,
            format!("only {written} of {} bytes were written", line.len()),
        ))
    }
}

/// Opens the file to append to it, and to read how it begins. A link could make the provider write
/// into another file, and a pipe could make it wait for ever.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
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

/// Opens the file to read how it begins, if it is there.
fn existing(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
        .open(path)
}

/// Returns whether nothing stands in the file yet, or its first line is one of ours.
fn is_empty_or_log(file: &File) -> io::Result<bool> {
    let mut first = Vec::new();
    BufReader::new(file.take(LONGEST_FIRST_LINE)).read_until(b'\n', &mut first)?;
    Ok(first.is_empty() || is_line_of_log(&first))
}

/// Returns whether a line is an object with the members that every line of the log has.
fn is_line_of_log(line: &[u8]) -> bool {
    let line: Value = serde_json::from_slice(line).unwrap_or_default();
    let text = |name| line.get(name).and_then(Value::as_str);
    let is_timed = text("time").is_some_and(|time| OffsetDateTime::parse(time, &Rfc3339).is_ok());
    let is_event = matches!(text("event"), Some("intent" | "outcome"));
    is_timed && is_event && text("call").is_some() && text("action").is_some()
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
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use nix::sys::stat::Mode;
    use serde_json::json;

    use super::*;
    use crate::certcentral::tests::server::{KEY, Server, Turn, answer, json as json_answer};
    use crate::certcentral::{Client, Decision, NewCertificate, NewOrder, Reissue, Revocation};

    /// A line of the log.
    const ONE: &str = concat!(
        r#"{"time":"2026-11-30T10:00:00Z","call":"7-1","event":"intent","action":"order","#,
        r#""method":"POST","path":"/order/certificate/ssl_basic"}"#,
        "\n"
    );

    fn certificate() -> NewCertificate {
        NewCertificate {
            common_name: "shop.example.com".to_owned(),
            csr: "canary-csr".to_owned(),
            signature_hash: "sha256".to_owned(),
            ..NewCertificate::default()
        }
    }

    fn order() -> NewOrder {
        NewOrder {
            alternative_order_id: Some("tf-token".to_owned()),
            price_estimate: Some("250.00 USD".to_owned()),
            additional_emails: vec!["canary-person@example.com".to_owned()],
            comments: Some("canary-comment".to_owned()),
            ..NewOrder::new(certificate())
        }
    }

    fn client(server: &Server, path: &Path) -> Client {
        let mut config = server.config();
        config.allow_revocation = true;
        config.audit_log = Some(AuditLog::new(path));
        Client::new(config).unwrap()
    }

    /// The lines without their times and without the number of this process.
    fn lines(path: &Path) -> Vec<Value> {
        let text = fs_text(path);
        text.lines()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                let time = line["time"].take();
                let time = time.as_str().unwrap();
                assert!(time.ends_with('Z'), "{time}");
                assert!(OffsetDateTime::parse(time, &Rfc3339).is_ok(), "{time}");
                let object = line.as_object_mut().unwrap();
                object.remove("time");
                let call = object["call"].as_str().unwrap();
                let own = format!("{}-", std::process::id());
                object["call"] = call.strip_prefix(&own).unwrap().into();
                line
            })
            .collect()
    }

    fn fs_text(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    #[tokio::test]
    async fn a_call_has_a_line_before_and_a_line_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let placed = r#"{"id":2147500123,"requests":[{"id":4400121,"status":"pending"}]}"#;
        let requested = r#"{"id":4400132,"type":"revoke","status":"pending"}"#;
        let server = Server::start(vec![
            json_answer("201 Created", placed),
            json_answer("201 Created", requested),
            Turn::Answer(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        ])
        .await;
        let client = client(&server, &path);
        let id = client.place_order("ssl_basic", &order()).await.unwrap().id;
        client
            .revoke_order(id, &Revocation::default())
            .await
            .unwrap();
        let request = 4_400_121.try_into().unwrap();
        client
            .decide_request(request, Decision::Rejected, "canary-comment")
            .await
            .unwrap();

        let order = json!({
            "call": "1", "event": "intent", "action": "order", "method": "POST", "path": "/order/certificate/ssl_basic",
            "token": "tf-token", "estimated_price": "250.00 USD",
        });
        let ordered = json!({
            "call": "1", "event": "outcome", "action": "order", "method": "POST", "path": "/order/certificate/ssl_basic",
            "token": "tf-token", "estimated_price": "250.00 USD",
            "outcome": "done", "status": 201, "order_id": 2_147_500_123_i64, "request_ids": [4_400_121],
        });
        let revoke = json!({
            "call": "2", "event": "intent", "action": "revoke", "method": "PUT",
            "path": "/order/certificate/2147500123/revoke", "order_id": 2_147_500_123_i64,
        });
        let revoked = json!({
            "call": "2", "event": "outcome", "action": "revoke", "method": "PUT",
            "path": "/order/certificate/2147500123/revoke", "order_id": 2_147_500_123_i64,
            "request_ids": [4_400_132], "outcome": "done", "status": 201,
        });
        let reject = json!({
            "call": "3", "event": "intent", "action": "reject", "method": "PUT", "path": "/request/4400121/status",
            "request_ids": [4_400_121],
        });
        let rejected = json!({
            "call": "3", "event": "outcome", "action": "reject", "method": "PUT", "path": "/request/4400121/status",
            "request_ids": [4_400_121], "outcome": "done", "status": 204,
        });
        assert_eq!(
            lines(&path),
            [order, ordered, revoke, revoked, reject, rejected]
        );
        assert_eq!(client.audit_trouble(), None);
    }

    #[tokio::test]
    async fn neither_key_nor_csr_nor_people_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let refusal = format!(
            r#"{{"errors":[{{"code":"invalid_value:{KEY} person@example.com","message":"canary-person@example.com {KEY}"}}]}}"#
        );
        let server = Server::start(vec![json_answer("400 Bad Request", &refusal)]).await;
        let order = NewOrder {
            alternative_order_id: Some(KEY.to_owned()),
            ..order()
        };
        let client = client(&server, &path);
        assert!(client.place_order(KEY, &order).await.is_err());
        let text = fs_text(&path);
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains('@'), "{text}");
        assert!(text.contains("\"token\":\"[API key]\""), "{text}");
    }

    #[tokio::test]
    async fn an_outcome_says_what_is_certain() {
        let refusal = r#"{"errors":[{"code":"csr_weak_key","message":"No."}]}"#;
        let table = [
            (
                json_answer("400 Bad Request", refusal),
                json!(["refused", 400, ["csr_weak_key"]]),
            ),
            (
                json_answer("500 Internal Server Error", refusal),
                json!(["unknown", 500, ["csr_weak_key"]]),
            ),
            (Turn::Answer(Vec::new()), json!(["unknown", null, null])),
            (
                json_answer("201 Created", "{}"),
                json!(["unknown", 201, null]),
            ),
            (
                Turn::Answer(answer("201 Created", "text/html", b"<html>")),
                json!(["unknown", 201, null]),
            ),
        ];
        for (turn, expected) in table {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("audit.jsonl");
            let server = Server::start(vec![turn]).await;
            let client = client(&server, &path);
            assert!(client.place_order("ssl_basic", &order()).await.is_err());
            let [_, outcome] = &lines(&path)[..] else {
                panic!("{}", fs_text(&path));
            };
            let told = json!([outcome["outcome"], outcome["status"], outcome["errors"]]);
            assert_eq!(told, expected);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let server = Server::start(Vec::new()).await;
        let client = client(&server, &path);
        drop(server);
        let reissue = Reissue::new(certificate());
        let order = 7.try_into().unwrap();
        assert!(client.reissue_order(order, &reissue).await.is_err());
        assert_eq!(lines(&path)[1]["outcome"], "not_sent");
        assert_eq!(lines(&path)[1]["order_id"], 7);
    }

    #[test]
    fn a_new_file_is_its_owners_and_an_old_one_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        append(&path, ONE).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & Mode::all().bits(), 0o600);
        append(&path, "two\n").unwrap();
        assert_eq!(fs_text(&path), format!("{ONE}two\n"));
    }

    /// A path that is wrong is told before anything is sent, and the file keeps every byte.
    #[tokio::test]
    async fn a_file_that_holds_something_else_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terraform.tfstate");
        let long = format!("{{\"time\":\"{}\"}}\n", "x".repeat(100_000));
        for content in [
            "{\n  \"version\": 4,\n  \"terraform_version\": \"1.15.0\"\n}\n",
            "{\"version\":4,\"serial\":7}",
            "resource \"digicert_ssl_order\" \"a\" {\n}\n",
            "-----BEGIN CERTIFICATE-----\n",
            "[]\n",
            "\n",
            "\0\u{1}binary",
            &ONE.replace("intent", "started"),
            &ONE.replace("2026-11-30T10:00:00Z", "today"),
            &ONE.replace("action", "level"),
            &ONE[..ONE.len() / 2],
            &format!("# a note\n{ONE}"),
            &long,
        ] {
            std::fs::write(&path, content).unwrap();
            let error = append(&path, "line\n").unwrap_err();
            assert_eq!(reason(&error), NOT_OURS, "{content}");
            let server = Server::start(Vec::new()).await;
            let mut config = server.config();
            config.audit_log = Some(AuditLog::new(&path));
            let error = Client::new(config).unwrap_err().to_string();
            assert!(
                error.contains("something else than an audit log"),
                "{error}"
            );
            assert_eq!(fs_text(&path), content);
        }
    }

    #[tokio::test]
    async fn a_log_and_a_file_that_cannot_be_judged_yet_let_a_client_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let [empty, old, missing] =
            ["empty", "old", "missing/log"].map(|it| folder.path().join(it));
        std::fs::write(&empty, "").unwrap();
        std::fs::write(&old, ONE).unwrap();
        for path in [&empty, &old, &missing] {
            AuditLog::new(path).check().unwrap();
        }
        append(&empty, ONE).unwrap();
        append(&old, ONE).unwrap();
        assert_eq!(fs_text(&old), ONE.repeat(2));
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::fs::write(&target, "untouched").unwrap();
        let [link, dangling, pipe, missing] = ["link", "dangling", "pipe", "missing/audit.jsonl"]
            .map(|name| folder.path().join(name));
        symlink(&target, &link).unwrap();
        symlink(folder.path().join("nothing"), &dangling).unwrap();
        nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        for (path, expected) in [
            (&link, "it is a symbolic link, which is not followed"),
            (&dangling, "it is a symbolic link, which is not followed"),
            (&pipe, "it is not a regular file"),
            (&missing, "its directory does not exist"),
        ] {
            let error = append(path, "line\n").unwrap_err();
            assert_eq!(reason(&error), expected);
        }
        assert!(append(folder.path(), "line\n").is_err());
        assert_eq!(fs_text(&target), "untouched");
        assert!(!folder.path().join("nothing").exists());
    }

    #[tokio::test]
    async fn an_outcome_that_cannot_be_written_is_remembered_once_and_fails_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("logs");
        std::fs::create_dir(&directory).unwrap();
        let path = directory.join("audit.jsonl");
        let server = Server::start(Vec::new()).await;
        let config = server.config();
        let log = AuditLog::new(&path);
        let change = Change::new(Action::Order);
        let intent = log
            .intend(&change, &Call::post(change, &["order"]), &config.api_key)
            .unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        intent.close(&Reported::default(), None);
        let trouble = log.take_trouble().unwrap();
        let expected = format!(
            "{} cannot be written: its directory does not exist",
            path.display()
        );
        assert_eq!(trouble, expected);
        assert_eq!(log.take_trouble(), None);
    }

    #[test]
    fn lines_of_many_writers_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let line = ONE.replace("7-1", &writer.to_string().repeat(3000));
                    for _ in 0..50 {
                        append(path, &line).unwrap();
                    }
                });
            }
        });
        let text = fs_text(&path);
        assert_eq!(text.lines().count(), 400);
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let call = line["call"].as_str().unwrap();
            assert_eq!(call.len(), 3000);
            assert!(call.bytes().all(|byte| byte == call.as_bytes()[0]));
        }
    }
}
