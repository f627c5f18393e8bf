//! Where the binary listens, and who may open it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use terraform_host::{Provider, handshake::Address};

use crate::host::bed::plain_launch;

fn socket(provider: &Provider) -> PathBuf {
    match &provider.process().unwrap().handshake().address {
        Address::Unix(path) => path.clone(),
        Address::Tcp(address) => panic!("a unix socket, not {address}"),
    }
}

#[tokio::test]
async fn only_the_own_user_may_open_the_socket() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let path = socket(&provider);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    provider.close().await.unwrap();
    assert!(!path.exists() && !path.parent().unwrap().exists());
}

#[tokio::test]
async fn the_socket_is_where_the_host_wants_it() {
    let dir = tempfile::tempdir().unwrap();
    let provider = Provider::start(&plain_launch().socket_dir(dir.path()))
        .await
        .unwrap();
    let path = socket(&provider);
    assert_eq!(path.parent(), Some(dir.path()));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    provider.close().await.unwrap();
    assert!(dir.path().exists(), "the folder is the host's");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket_means_a_port_of_the_range() {
    let dir = tempfile::tempdir().unwrap();
    let long = dir.path().join("d".repeat(120));
    fs::create_dir(&long).unwrap();
    let launch = plain_launch()
        .socket_dir(&long)
        .env("PLUGIN_MIN_PORT", "21000")
        .env("PLUGIN_MAX_PORT", "22000");
    let provider = Provider::start(&launch).await.unwrap();
    let Address::Tcp(address) = provider.process().unwrap().handshake().address.clone() else {
        panic!("a port, not a socket");
    };
    let (host, port) = address.split_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");
    assert!(
        (21_000..=22_000).contains(&port.parse::<u16>().unwrap()),
        "{port}"
    );
    assert!(provider.resource("digicert_ssl_order").is_ok());
    assert!(!provider.close().await.unwrap().unwrap().killed);
}

#[tokio::test]
async fn without_tls_there_is_no_port_that_everybody_could_reach() {
    let dir = tempfile::tempdir().unwrap();
    let long = dir.path().join("d".repeat(120));
    fs::create_dir(&long).unwrap();
    let launch = plain_launch()
        .socket_dir(&long)
        .tls(terraform_host::Tls::Disabled);
    let error = launch.start().await.unwrap_err().to_string();
    assert!(error.contains("cannot listen on a unix socket"), "{error}");
}
