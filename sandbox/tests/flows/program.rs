//! The program as people start it.

use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use reqwest::StatusCode;

use crate::client::{new_csr, seed_body};

/// Ends the program when the test ends, however it ends.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The program on a free port, its address, and what it prints from then on.
fn started(arguments: &[&str]) -> (Running, String, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"))
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let running = Running(child);
    let first = lines.next().unwrap().unwrap();
    let url = first.strip_prefix("certcentral-sandbox listening on ");
    (running, url.unwrap().to_owned(), lines)
}

#[tokio::test]
async fn the_program_names_its_address_and_tells_what_happens() {
    let clock = "2026-04-14T09:12:38Z";
    let (mut running, url, mut lines) = started(&["--approval", "two_step", "--clock", clock]);
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/services/v2"));

    let answer = reqwest::Client::new()
        .post(format!("{url}/order/certificate/ssl_plus"))
        .header("X-DC-DEVKEY", "sandbox-people")
        .json(&seed_body(&new_csr().1))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(
        lines.next().unwrap().unwrap(),
        "POST order ssl_plus example.com -> 201 order 2147500001"
    );

    let interrupt = Command::new("kill")
        .args(["-INT", &running.0.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupt.success());
    assert!(running.0.wait().unwrap().success());
    assert!(lines.next().is_none());
}

#[test]
fn a_public_address_is_refused_with_a_reason() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"))
        .args(["--listen", "0.0.0.0:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut text).unwrap();
    assert_eq!(
        text,
        "certcentral-sandbox: the sandbox did not start: 0.0.0.0:0 is not a loopback address\n"
    );
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[tokio::test]
async fn faults_of_the_command_line_act_from_the_start() {
    let (bad_gateway, limited) = (
        "GET /user/me 2 before html status=502",
        "* * 3x* limited retry_after=30",
    );
    let faults = ["--irregular", "--fault", bad_gateway, "--fault", limited];
    let (_running, url, _lines) = started(&faults);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let call = http.get(format!("{url}/user/me"));
        let answer = call.header("X-DC-DEVKEY", "sandbox-people").send().await;
        let answer = answer.unwrap();
        let after = answer.headers().get("retry-after").cloned();
        seen.push((answer.status().as_u16(), after));
        if seen.len() == 1 {
            assert!(answer.text().await.unwrap().contains("x_object"));
        }
    }
    let after = Some("30".parse().unwrap());
    let limited = (429, after);
    assert_eq!(seen, [(200, None), (502, None), limited.clone(), limited]);
}

#[test]
fn a_rule_that_is_none_is_refused_in_words() {
    let output = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--fault", "GET * explode"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("unknown variant `explode`"), "{text}");
    assert!(!output.status.success());
}

#[tokio::test]
async fn a_company_brings_its_own_objects_and_settings_and_ids_go_on_after_a_restart() {
    let arguments = [
        "--organization",
        "4711=Our Company GmbH",
        "--container",
        "99=Our Division",
        "--product",
        "ssl_ours=Our Product",
        "--custom-field",
        "7=Team",
        "--set",
        "adds_companions=true",
    ];
    let (_running, url, _lines) = started(&arguments);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut body = seed_body(&new_csr().1);
    body["organization"]["id"] = 4_711.into();
    body["container"] = serde_json::json!({ "id": 99 });
    body["custom_fields"] = serde_json::json!([{ "metadata_id": 7, "value": "web" }]);
    let call = http.post(format!("{url}/order/certificate/ssl_ours"));
    let call = call.header("X-DC-DEVKEY", "sandbox-people").json(&body);
    let answer: serde_json::Value = call.send().await.unwrap().json().await.unwrap();
    let id = answer["id"].as_u64().unwrap();
    assert!(id > 2_147_500_001, "{id}");
    let look = http.get(format!("{url}/order/certificate/{id}"));
    let look = look.header("X-DC-DEVKEY", "sandbox-people").send().await;
    let info: serde_json::Value = look.unwrap().json().await.unwrap();
    for (pointer, value) in [
        ("/organization/name", "Our Company GmbH"),
        ("/container/name", "Our Division"),
        ("/product/name", "Our Product"),
        ("/custom_fields/0/label", "Team"),
        ("/certificate/dns_names/3", "www.example.com"),
    ] {
        assert_eq!(info.pointer(pointer).unwrap(), value, "{pointer}");
    }
}

#[test]
fn a_setting_that_is_none_is_refused_in_words() {
    let output = Command::new(env!("CARGO_BIN_EXE_certcentral-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--set", "colour=red"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("unknown field `colour`"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}
