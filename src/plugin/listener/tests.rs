//! Which socket is opened, who may open it, and that it goes away.

use std::os::unix::fs::MetadataExt;

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::from_lookup(|name| {
        variables
            .iter()
            .find(|(variable, _)| *variable == name)
            .map(|(_, value)| value.into())
    })
    .unwrap()
}

fn socket(bound: &Bound) -> &Path {
    match &bound.address {
        Address::Unix(path) => path,
        Address::Tcp(address) => panic!("listens on {address}, not on a unix socket"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[tokio::test]
async fn the_socket_is_ours_alone_and_goes_away() {
    let directory = tempfile::tempdir().unwrap();
    let environment = environment(&[("TMPDIR", directory.path().to_str().unwrap())]);

    let bound = Bound::for_host(&environment, false).unwrap();
    let path = socket(&bound).to_owned();
    assert_eq!(path.parent().unwrap().parent(), Some(directory.path()));
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);

    drop(bound);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_directory_of_the_host_holds_the_socket_itself() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let environment = environment(&[("PLUGIN_UNIX_SOCKET_DIR", path), ("TMPDIR", "/nowhere")]);

    let bound = Bound::for_host(&environment, true).unwrap();
    assert_eq!(socket(&bound).parent(), Some(directory.path()));
    assert_eq!(mode(socket(&bound)), 0o600);

    drop(bound);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_group_of_the_host_may_open_the_socket() {
    let directory = tempfile::tempdir().unwrap();
    let own_group = fs::metadata(directory.path()).unwrap().gid();
    let environment = environment(&[
        ("TMPDIR", directory.path().to_str().unwrap()),
        ("PLUGIN_UNIX_SOCKET_GROUP", &own_group.to_string()),
    ]);

    let bound = Bound::for_host(&environment, true).unwrap();
    let path = socket(&bound);
    assert_eq!(mode(path), 0o660);
    assert_eq!(fs::metadata(path).unwrap().gid(), own_group);
    assert_eq!(mode(path.parent().unwrap()), 0o710);
}

#[tokio::test]
async fn an_unknown_group_is_an_error_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let environment = environment(&[
        ("TMPDIR", directory.path().to_str().unwrap()),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such group"),
    ]);

    let error = Bound::for_host(&environment, true).err().unwrap();
    assert_eq!(
        error.to_string(),
        "cannot give the socket to the group \"no such group\" of PLUGIN_UNIX_SOCKET_GROUP"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_path_that_is_too_long_falls_back_to_tcp() {
    let directory = tempfile::tempdir().unwrap();
    let long = directory.path().join("d".repeat(120));
    fs::create_dir(&long).unwrap();
    let environment = environment(&[("TMPDIR", long.to_str().unwrap())]);

    let bound = Bound::for_host(&environment, true).unwrap();

    let Address::Tcp(address) = bound.address else {
        panic!("{} is too long for a unix socket", bound.address);
    };
    assert_eq!(address.ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(fs::read_dir(&long).unwrap().count(), 0);
}

#[tokio::test]
async fn an_unusable_directory_falls_back_to_tcp_in_the_port_range() {
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let first = taken.local_addr().unwrap().port();
    let last = first.saturating_add(50);
    let environment = environment(&[
        ("TMPDIR", "/does/not/exist"),
        ("PLUGIN_MIN_PORT", &first.to_string()),
        ("PLUGIN_MAX_PORT", &last.to_string()),
    ]);

    let bound = Bound::for_host(&environment, true).unwrap();

    let Address::Tcp(address) = bound.address else {
        panic!("{} cannot be", bound.address);
    };
    assert!((first + 1..=last).contains(&address.port()), "{address}");
}

#[tokio::test]
async fn without_tls_there_is_no_fallback_that_others_could_reach() {
    let environment = environment(&[("TMPDIR", "/does/not/exist")]);

    let error = Bound::for_host(&environment, false).err().unwrap();
    assert_eq!(
        error.to_string(),
        "cannot listen on a unix socket in /does/not/exist; set TMPDIR to a short path that can be written to"
    );
}

#[tokio::test]
async fn a_path_that_would_break_the_handshake_line_is_not_used() {
    let directory = tempfile::tempdir().unwrap();
    let odd = directory.path().join("a|b");
    fs::create_dir(&odd).unwrap();
    let environment = environment(&[("TMPDIR", odd.to_str().unwrap())]);

    let bound = Bound::for_host(&environment, true).unwrap();
    assert_eq!(bound.address.network(), "tcp");
    assert_eq!(fs::read_dir(&odd).unwrap().count(), 0);
}
