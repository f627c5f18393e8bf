//! Secrets of a recognisable form, driven through real Terraform with its fullest log: they must
//! turn up nowhere.

mod echo;
mod files;
mod network;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, BASE64URL};
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::cores::driver::{Output, Workdir};

/// A key that each encoding changes, and long enough that its parts are secrets too.
const KEY: &str = "sandbox-canary-7f3d/+?&\"=Zq81LmT0wXy9";

/// What gives a secret away: the whole of it in every encoding and backwards, and its last eight
/// characters.
fn traces(secret: &str) -> Vec<String> {
    let backwards: String = secret.chars().rev().collect();
    let json = serde_json::Value::from(secret).to_string();
    let end = &secret[secret.len() - 8..];
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        BASE64.encode(secret.as_bytes()),
        BASE64URL.encode(secret.as_bytes()),
        end.to_owned(),
        end.chars().rev().collect(),
        backwards,
    ]
}

/// Fails if any trace of `secret` is in `bytes`.
#[track_caller]
fn assert_absent(secret: &str, place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for trace in traces(secret) {
        if let Some(at) = text.find(&trace) {
            let around: String = text[..at].chars().rev().take(200).collect();
            let before: String = around.chars().rev().collect();
            panic!("{place} shows {trace:?} after\n{before}");
        }
    }
}

#[track_caller]
fn assert_not_printed(secret: &str, output: &Output) {
    assert_absent(secret, &output.command, output.stdout.as_bytes());
    assert_absent(secret, &output.command, output.stderr.as_bytes());
}

/// Gives the key to every command, and asks for the fullest log and for an audit log.
fn equip(workdir: &mut Workdir) {
    let audit = workdir.path().join("audit.jsonl");
    workdir
        .env("DIGICERT_API_KEY", KEY)
        .env("DIGICERT_AUDIT_LOG", audit)
        .env("TF_LOG", "TRACE");
}

/// All files below a directory, with everything that is packed into them: path and content.
fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut directories: Vec<PathBuf> = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.is_file() {
                let name = path.strip_prefix(directory).unwrap().display().to_string();
                unpack(name, fs::read(&path).unwrap(), &mut all);
            }
        }
    }
    all
}

/// The content itself, and what a zip archive or gzip in it holds.
fn unpack(name: String, bytes: Vec<u8>, all: &mut Vec<(String, Vec<u8>)>) {
    if bytes.starts_with(b"PK\x03\x04") {
        for (member, content) in members(&bytes) {
            unpack(format!("{name}: {member}"), content, all);
        }
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut content = Vec::new();
        MultiGzDecoder::new(&bytes[..])
            .read_to_end(&mut content)
            .unwrap();
        unpack(format!("{name}: gzip"), content, all);
    }
    all.push((name, bytes));
}

/// The members of a zip archive, by its central directory (APPNOTE 4.3.12).
fn members(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let short = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    let long = |at: usize| {
        let bytes = [at, at + 1, at + 2, at + 3].map(|index| archive[index]);
        usize::try_from(u32::from_le_bytes(bytes)).unwrap()
    };
    let end = (0..archive.len() - 21)
        .rev()
        .find(|at| archive[*at..].starts_with(b"PK\x05\x06"))
        .unwrap();
    let mut at = long(end + 16);
    let mut members = Vec::new();
    for _ in 0..short(end + 10) {
        assert!(archive[at..].starts_with(b"PK\x01\x02"));
        let (method, packed, local) = (short(at + 10), long(at + 20), long(at + 42));
        let (name, extra, comment) = (short(at + 28), short(at + 30), short(at + 32));
        let member = String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).unwrap();
        let start = local + 30 + short(local + 26) + short(local + 28);
        let data = &archive[start..start + packed];
        let mut content = Vec::new();
        match method {
            0 => content.extend_from_slice(data),
            8 => {
                DeflateDecoder::new(data).read_to_end(&mut content).unwrap();
            }
            other => panic!("{member} is packed by method {other}"),
        }
        members.push((member, content));
        at += 46 + name + extra + comment;
    }
    members
}

/// The search finds what it looks for, or every other test here would pass for nothing.
#[test]
fn a_planted_secret_is_found() {
    for trace in traces(KEY) {
        let planted = format!("before {trace} after");
        let found = std::panic::catch_unwind(|| assert_absent(KEY, "here", planted.as_bytes()));
        assert!(found.is_err(), "{trace}");
    }
    assert_absent(KEY, "here", b"sandbox-canary and the rest of a sentence");
}
