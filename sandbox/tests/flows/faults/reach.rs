//! Every kind of fault by every door: the command line, the control API and the library mean the
//! same by the same words.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use certcentral_sandbox::{FaultRule, Sandbox};
use serde_json::json;

use super::{ME, read, request, sandbox};
use crate::program::Running;

/// A kind with its members that a call of `GET /user/me` meets at once. The last two outlast their
/// call.
const AT_ONCE: [&str; 23] = [
    r#"answer {"status": 418, "body": "tea", "content_type": "text/plain"}"#,
    "html status=502",
    "limited retry_after=7",
    "redirect status=307 location=https://a.example/",
    "echo status=400",
    "huge bytes=70000",
    "raw text=garbage",
    "drop",
    "reset",
    "reset_early",
    "late calls=1",
    "status status=299",
    "set pointer=/x value=1",
    "remove pointer=/id",
    r#"only {"members": ["id", "username"]}"#,
    "instead path=/account",
    "form form=ids_as_strings",
    "garble every=5",
    "truncate bytes=3 framing=close",
    "drip bytes=100 pause_ms=0",
    "chain form=four",
    "maintenance seconds=60",
    "refuse seconds=60",
];

/// Those that need a clock that moves, a second call, or patience, or that change a header only:
/// only that they are taken.
const LATER: [&str; 4] = [
    "hang",
    "stale calls=2",
    "delay seconds=60",
    "date seconds=60",
];

/// What a call meets: the first line, the body, and how the connection ends.
fn met(address: &str) -> (String, String, String) {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return Default::default();
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // A reset may come before the last byte is written.
    let _ = stream.write_all(request("GET", "/user/me", "").as_bytes());
    let (bytes, end) = read(&mut stream);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let first = head.lines().next().unwrap_or_default();
    (first.to_owned(), body.to_owned(), format!("{end:?}"))
}

fn address(base_url: &str) -> String {
    base_url.split('/').nth(2).unwrap().to_owned()
}

/// What the calls meet one after the other, each rule added by `add` before its call.
fn by(sandbox: &Sandbox, add: impl Fn(&str)) -> Vec<(String, String, String)> {
    let address = address(&sandbox.base_url());
    for kind in LATER {
        add(&format!("GET /never {kind}"));
    }
    AT_ONCE
        .iter()
        .map(|kind| {
            add(&format!("{ME} {kind}"));
            met(&address)
        })
        .collect()
}

fn by_the_library() -> Vec<(String, String, String)> {
    let sandbox = sandbox();
    by(&sandbox, |rule| {
        sandbox.add_fault(rule.parse().unwrap());
    })
}

/// What `POST /_sandbox/PATH` answers.
fn told(address: &str, path: &str, content_type: Option<&str>, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let content_type = content_type.map(|name| format!("Content-Type: {name}\r\n"));
    let head = format!(
        "POST /_sandbox/{path} HTTP/1.1\r\nHost: sandbox\r\n{}\
         Connection: close\r\nContent-Length: {length}\r\n\r\n",
        content_type.unwrap_or_default(),
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let (bytes, end) = read(&mut stream);
    end.unwrap();
    String::from_utf8(bytes).unwrap()
}

fn by_the_control_api(
    content_type: Option<&str>,
    written: fn(&str) -> String,
) -> Vec<(String, String, String)> {
    let sandbox = sandbox();
    let address = address(&sandbox.base_url());
    by(&sandbox, |rule| {
        let body = written(rule);
        let answer = told(&address, "faults", content_type, &body);
        assert!(answer.starts_with("HTTP/1.1 201 "), "{body}: {answer}");
    })
}

/// A rule as an object.
fn as_object(rule: &str) -> String {
    json!(rule.parse::<FaultRule>().unwrap()).to_string()
}

fn by_the_command_line() -> Vec<(String, String, String)> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"));
    program.args(["--listen", "127.0.0.1:0", "--clock", "2026-04-14T09:12:38Z"]);
    for kind in LATER {
        program.args(["--fault", &format!("GET /never {kind}")]);
    }
    for (index, kind) in AT_ONCE.iter().enumerate() {
        let call = index + 1;
        program.args(["--fault", &format!("{ME} {call} {kind}")]);
    }
    let mut running = Running(program.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.strip_prefix("certcentral-sandbox listening on ");
    let address = address(url.unwrap());
    AT_ONCE.iter().map(|_| met(&address)).collect()
}

#[test]
fn every_kind_is_the_same_by_the_library_the_control_api_and_the_command_line() {
    let plain = met(&address(&sandbox().base_url()));
    let expected = by_the_library();
    for (kind, met) in AT_ONCE.iter().zip(&expected) {
        // There is no chain in this answer, and a drip only takes longer.
        let is_plain = ["chain", "drip"].contains(&kind.split(' ').next().unwrap());
        assert_eq!((met.0 == plain.0 && met.1 == plain.1), is_plain, "{kind}");
    }
    let json = Some("application/json");
    assert_eq!(by_the_control_api(json, as_object), expected);
    assert_eq!(by_the_command_line(), expected);
}

#[test]
fn the_control_api_takes_the_words_of_the_command_line_in_any_form() {
    let expected = by_the_library();
    let as_written = |rule: &str| format!("{rule}\n");
    let as_string = |rule: &str| json!(rule).to_string();
    let of_curl = Some("application/x-www-form-urlencoded");
    assert_eq!(by_the_control_api(None, as_written), expected);
    assert_eq!(by_the_control_api(of_curl, as_string), expected);
    assert_eq!(by_the_control_api(None, as_object), expected);
}

#[test]
fn the_control_api_asks_for_no_content_type_and_says_what_it_does_not_understand() {
    let sandbox = sandbox();
    let address = address(&sandbox.base_url());
    for (path, body, status, words) in [
        ("faults", "GET * nonsense", 422, "nonsense"),
        ("faults", "", 422, "error"),
        ("faults", "\"GET * dro\"", 422, "dro"),
        ("faults", "\"GET * drop", 422, "EOF"),
        (
            "faults",
            "{\"route\": \"GET *\"}",
            422,
            "missing field `fault`",
        ),
        ("clock/advance", "{\"seconds\": 60}", 200, "now"),
        ("clock/advance", "sixty", 422, "expected"),
        (
            "holds",
            "{\"route\": \"GET /never\", \"at\": \"before\"}",
            201,
            "armed",
        ),
    ] {
        let answer = told(&address, path, None, body);
        let begin = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&begin), "{body}: {answer}");
        assert!(answer.contains(words), "{body}: {answer}");
    }
}

/// The words that serde would have taken in place of one that is none.
fn words(rule: &str) -> BTreeSet<String> {
    let error = rule.parse::<FaultRule>().unwrap_err();
    let (_, expected) = error.split_once("expected one of ").unwrap();
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_kind_and_every_form_is_tried_and_told_in_the_readme_and_the_help() {
    let kinds = words("GET * nonsense");
    let tried = AT_ONCE.iter().chain(&LATER);
    let tried = tried.map(|kind| kind.split(' ').next().unwrap().to_owned());
    assert_eq!(tried.collect::<BTreeSet<_>>(), kinds);

    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, faults) = help.split_once("FAULTS, for --fault").unwrap();
    let in_the_help: BTreeSet<_> = faults
        .split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .collect();
    for kind in kinds {
        let row = readme.lines().find(|line| {
            line.split('|')
                .nth(1)
                .is_some_and(|cell| cell.contains(&format!("`{kind}`")))
        });
        assert!(row.is_some(), "no row for `{kind}` in README.md");
        assert!(in_the_help.contains(kind.as_str()), "`{kind}` in --help");
    }
    for (rule, kind) in [
        ("GET * form form=nonsense", "form"),
        ("GET * chain form=nonsense", "chain"),
    ] {
        let begin = format!("| `{kind}` |");
        let row = readme.lines().find(|line| line.starts_with(&begin));
        for word in words(rule) {
            assert!(row.unwrap().contains(&format!("`{word}`")), "{word}");
        }
    }
}
