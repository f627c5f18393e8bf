//! What the audit log holds, and which files it is written to.

use std::os::unix::fs::{PermissionsExt, symlink};

use nix::sys::stat::Mode;
use serde_json::{Value, json};

use super::*;
use crate::certcentral::tests::server::{KEY, Server, Turn, answer, json as json_answer};
use crate::certcentral::{Client, Decision, NewOrder, Reissue, Revocation};
use crate::certcentral::{NewCertificate, ServerPlatformId};

fn certificate() -> NewCertificate {
    NewCertificate {
        common_name: "shop.example.com".to_owned(),
        dns_names: Vec::new(),
        csr: "canary-csr".to_owned(),
        server_platform: None::<ServerPlatformId>,
        signature_hash: "sha256".to_owned(),
        organization_units: Vec::new(),
        profile_option: None,
        ca_cert_id: None,
        cert_validity: None,
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
    append(&path, "one\n").unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & Mode::all().bits(), 0o600);
    append(&path, "two\n").unwrap();
    assert_eq!(fs_text(&path), "one\ntwo\n");
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    std::fs::write(&target, "untouched").unwrap();
    let [link, dangling, pipe, missing] =
        ["link", "dangling", "pipe", "missing/audit.jsonl"].map(|name| folder.path().join(name));
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
        .intend(&change, &Method::POST, &["order"], &config.api_key)
        .unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    intent.close(&Told::default(), None);
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
                let line = format!("{}\n", writer.to_string().repeat(3000));
                for _ in 0..50 {
                    append(path, &line).unwrap();
                }
            });
        }
    });
    let text = fs_text(&path);
    assert_eq!(text.lines().count(), 400);
    for line in text.lines() {
        assert_eq!(line.len(), 3000);
        assert!(line.bytes().all(|byte| byte == line.as_bytes()[0]));
    }
}
