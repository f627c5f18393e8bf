//! What a person sees who starts the binary by hand, and what a host reads.

use std::process::{Command, Output};

use terraform_host::{Provider, Tls, handshake::Address};

use crate::host::bed::plain_launch;

fn by_hand(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_terraform-provider-digicert"))
        .args(arguments)
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn started_by_hand_it_says_what_it_is_and_fails() {
    let output = by_hand(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    assert!(
        text(&output.stderr).starts_with("This program is a Terraform plugin"),
        "{}",
        text(&output.stderr)
    );
    assert!(text(&output.stderr).contains("terraform init"));
}

#[test]
fn a_wrong_cookie_is_no_cookie() {
    let output = Command::new(env!("CARGO_BIN_EXE_terraform-provider-digicert"))
        .env("TF_PLUGIN_MAGIC_COOKIE", "guessed")
        .output()
        .unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
}

#[test]
fn version_and_help_work_without_a_host() {
    let version = by_hand(&["--version"]);
    assert_eq!(
        text(&version.stdout),
        concat!(
            "terraform-provider-digicert ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )
    );
    assert_eq!(version.status.code(), Some(0));
    let help = by_hand(&["--help"]);
    assert!(text(&help.stdout).contains(r#"digicert = { source = "certcentral/digicert" }"#));
    assert_eq!(help.status.code(), Some(0));
    assert_eq!(by_hand(&["--no-such-option"]).status.code(), Some(2));
}

#[tokio::test]
async fn the_handshake_offers_protocol_6_on_a_unix_socket_with_a_certificate() {
    let process = plain_launch().start().await.unwrap();
    let handshake = process.handshake();
    assert_eq!(handshake.protocol, 6);
    assert!(
        matches!(handshake.address, Address::Unix(_)),
        "{handshake:?}"
    );
    assert!(handshake.certificate.is_some());
    assert_eq!(process.stdout(), Vec::<String>::new());
}

#[tokio::test]
async fn without_tls_the_handshake_has_no_certificate_and_calls_are_answered() {
    let provider = Provider::start(&plain_launch().tls(Tls::Disabled))
        .await
        .unwrap();
    assert_eq!(provider.process().unwrap().handshake().certificate, None);
    assert!(provider.resource("digicert_ssl_order").is_ok());
    let closed = provider.close().await.unwrap().unwrap();
    assert!(!closed.killed);
}

#[tokio::test]
async fn core_accepts_the_schemas() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    assert_eq!(provider.schema_violations(), []);
    assert_eq!(provider.schema_diagnostics(), []);
    assert!(
        provider
            .schemas()
            .resources
            .contains_key("digicert_ssl_order")
    );
    assert!(provider.schemas().provider.block.attributes["api_key"].sensitive);
}

#[tokio::test]
async fn nothing_but_the_handshake_line_reaches_stdout() {
    let provider = Provider::start(&plain_launch().env("TF_LOG_PROVIDER", "TRACE"))
        .await
        .unwrap();
    let closed = provider.close().await.unwrap().unwrap();
    assert_eq!(closed.stdout, Vec::<String>::new());
    assert_eq!(closed.status.code(), Some(0));
}
