//! `serve` as a process of its own, with this test in the place of Terraform.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use data_encoding::BASE64_NOPAD;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::TLS13;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::plugin::tls::tests::{Client, client_config};

/// Set in a child: a test that needs a process for itself starts itself again.
const CHILD: &str = "PLUGIN_TEST_CHILD";

const PLUGIN: PluginInfo = PluginInfo {
    name: "terraform-provider-example",
    version: "1.2.3",
    source_address: "acme/example",
    protocol_version: 6,
};

/// Much longer than anything here takes; only a plugin that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// This test binary again, to run only the test of that full name as a child.
pub(super) fn itself(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", "--test-threads=1", test])
        .env(CHILD, "1");
    command
}

#[tokio::test]
async fn terraform_connects_with_its_certificate_and_ctrl_c_does_not_end_us() {
    if is_child() {
        return serve_nothing().await;
    }
    let client = Client::like_terraform();
    let directory = tempfile::tempdir().unwrap();
    let mut plugin =
        itself("plugin::tests::terraform_connects_with_its_certificate_and_ctrl_c_does_not_end_us")
            .env("PLUGIN_CLIENT_CERT", &client.pem)
            .env("TMPDIR", directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
    let mut stdout = BufReader::new(plugin.stdout.take().unwrap());
    let (socket, certificate) = read_handshake(&mut stdout);

    let mut connection = connect(&socket, &certificate, &client).await;
    send_signal("INT", &plugin);
    send_signal("HUP", &plugin);
    assert_eq!(first_frame_type(&mut connection).await, SETTINGS);

    send_signal("TERM", &plugin);
    assert_eq!(
        read_to_end(stdout),
        "",
        "nothing follows the handshake line"
    );
    assert!(plugin.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_plugin_whose_terraform_was_killed_ends_by_itself() {
    if is_child() {
        return serve_nothing().await;
    }
    let client = Client::like_terraform();
    let directory = tempfile::tempdir().unwrap();
    let plugin = itself("plugin::tests::a_plugin_whose_terraform_was_killed_ends_by_itself");
    // A shell in the place of Terraform: the plugin is its child and outlives it.
    let mut terraform = Command::new("sh")
        .args(["-c", r#""$0" "$@" & wait"#])
        .arg(plugin.get_program())
        .args(plugin.get_args())
        .env(CHILD, "1")
        .env("PLUGIN_CLIENT_CERT", &client.pem)
        .env("TMPDIR", directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(terraform.stdout.take().unwrap());
    let (socket, certificate) = read_handshake(&mut stdout);
    let mut connection = connect(&socket, &certificate, &client).await;
    assert_eq!(first_frame_type(&mut connection).await, SETTINGS);

    terraform.kill().unwrap();
    terraform.wait().unwrap();
    drop(connection);

    assert_eq!(read_to_end(stdout), "");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_debugged_plugin_says_where_it_is_and_ends_by_ctrl_c() {
    if is_child() {
        let environment = Environment::from_process().unwrap();
        let outcome = serve_debug(
            &PLUGIN,
            &environment,
            Routes::default(),
            TaskTracker::new(),
            Farewell::default(),
        )
        .await;
        std::process::exit(i32::from(outcome.is_err()));
    }
    let directory = tempfile::tempdir().unwrap();
    let mut plugin = itself("plugin::tests::a_debugged_plugin_says_where_it_is_and_ends_by_ctrl_c")
        .env("TMPDIR", directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(plugin.stdout.take().unwrap());
    let line = (stdout.lines().map(Result::unwrap))
        .find(|line| line.starts_with("TF_REATTACH_PROVIDERS='"))
        .unwrap();
    let json = &line["TF_REATTACH_PROVIDERS='".len()..line.len() - 1];
    let providers: serde_json::Value = serde_json::from_str(json).unwrap();
    let provider = &providers["registry.terraform.io/acme/example"];
    assert_eq!(provider["Pid"], plugin.id());
    let socket = provider["Addr"]["String"].as_str().unwrap();

    let mut connection = UnixStream::connect(socket).await.unwrap();
    assert_eq!(first_frame_type(&mut connection).await, SETTINGS);

    send_signal("INT", &plugin);
    assert!(plugin.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// The child: a plugin without any service of its own. Ends the process without a word from the
/// test runner.
async fn serve_nothing() {
    let environment = Environment::from_process().unwrap();
    let outcome = serve(
        &PLUGIN,
        &environment,
        Routes::default(),
        TaskTracker::new(),
        Farewell::default(),
    )
    .await;
    std::process::exit(i32::from(outcome.is_err()));
}

/// Path of the socket and certificate of the server. The test runner of the child prints before the
/// line.
fn read_handshake(stdout: &mut BufReader<ChildStdout>) -> (PathBuf, CertificateDer<'static>) {
    let mut line = String::new();
    while !line.ends_with("\n") || !line.contains("1|6|") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the plugin ended");
    }
    let line = &line[line.find("1|6|").unwrap()..line.len() - 1];
    let fields: Vec<_> = line.split('|').collect();
    let [_, _, "unix", path, "grpc", certificate] = fields[..] else {
        panic!("not the handshake line that was asked for: {line}");
    };
    let certificate = BASE64_NOPAD.decode(certificate.as_bytes()).unwrap();
    (path.into(), certificate.into())
}

async fn connect(
    socket: &Path,
    certificate: &CertificateDer<'static>,
    client: &Client,
) -> TlsStream<UnixStream> {
    let stream = UnixStream::connect(socket).await.unwrap();
    let config = client_config(certificate, Some(client), &TLS13);
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
        .unwrap()
}

/// HTTP/2's number for the frame with which a server begins.
const SETTINGS: u8 = 4;

/// Greets as an HTTP/2 client and tells the type of the frame that comes back.
async fn first_frame_type(connection: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> u8 {
    const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, SETTINGS, 0, 0, 0, 0, 0];
    connection
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    connection.write_all(&EMPTY_SETTINGS).await.unwrap();
    let mut header = [0; 9];
    connection.read_exact(&mut header).await.unwrap();
    header[3]
}

fn send_signal(name: &str, process: &Child) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -{name} {}", process.id())])
        .status();
    assert!(status.unwrap().success());
}

/// What is still written until every process that holds the pipe is gone.
fn read_to_end(mut stdout: BufReader<ChildStdout>) -> String {
    let (done, rest) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        done.send(text)
    });
    rest.recv_timeout(PATIENCE)
        .expect("the plugin does not end")
}
