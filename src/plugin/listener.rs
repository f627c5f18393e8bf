//! The socket on which the host reaches us: a unix socket for us alone, or loopback TCP where that
//! is impossible.

use std::fmt;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use tokio::net::{TcpListener, UnixListener};

use super::Environment;

/// Where a listener listens, in the words of the handshake line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl Address {
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// Why no socket could be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The unix socket could not be made, and nothing else is safe without TLS.
    #[error(
        "cannot listen on a unix socket in {directory}; set TMPDIR to a short path that can be \
         written to"
    )]
    Unix {
        /// The directory that was tried.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The group that the host named does not exist, or we may not give the socket to it.
    #[error("cannot give the socket to the group {group:?} of PLUGIN_UNIX_SOCKET_GROUP")]
    Group {
        /// Number or name as the host gave it.
        group: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Neither a unix socket nor a port could be had.
    #[error("cannot listen on a unix socket, nor on a port from {} to {} of 127.0.0.1", ports.start(), ports.end())]
    Tcp {
        /// The ports that were tried.
        ports: RangeInclusive<u16>,
        /// What the system said to the last port.
        #[source]
        source: io::Error,
    },
}

pub(super) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// A listener, its address, and the file that goes when the process ends.
pub(super) struct Bound {
    pub(super) listener: Listener,
    pub(super) address: Address,
    pub(super) file: Option<SocketFile>,
}

impl Bound {
    /// Prefers a unix socket. Any user of the machine can reach a port, so TCP is only for
    /// connections with TLS.
    pub(super) fn for_host(environment: &Environment, has_tls: bool) -> Result<Self, ListenError> {
        match Self::unix(environment) {
            Err(ListenError::Unix { source, .. }) if has_tls => {
                tracing::debug!(%source, "no unix socket, falling back to TCP");
                Self::tcp(environment.ports.clone())
            }
            outcome => outcome,
        }
    }

    /// A unix socket or nothing.
    pub(super) fn for_debug(environment: &Environment) -> Result<Self, ListenError> {
        Self::unix(environment)
    }

    fn unix(environment: &Environment) -> Result<Self, ListenError> {
        let unusable = |source| ListenError::Unix {
            directory: environment
                .socket_directory
                .as_ref()
                .unwrap_or(&environment.temporary_directory)
                .clone(),
            source,
        };
        let file = SocketFile::prepare(environment).map_err(unusable)?;
        let listener = UnixListener::bind(&file.socket).map_err(unusable)?;
        match &environment.socket_group {
            Some(group) => file.share_with(group)?,
            None => fs::set_permissions(&file.socket, Permissions::from_mode(0o600))
                .map_err(unusable)?,
        }
        Ok(Self {
            listener: Listener::Unix(listener),
            address: Address::Unix(file.socket.clone()),
            file: Some(file),
        })
    }

    fn tcp(ports: RangeInclusive<u16>) -> Result<Self, ListenError> {
        let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
        for port in ports.clone() {
            match bind_port(port) {
                Ok((listener, address)) => {
                    return Ok(Self {
                        listener: Listener::Tcp(listener),
                        address: Address::Tcp(address),
                        file: None,
                    });
                }
                Err(error) => failure = error,
            }
        }
        Err(ListenError::Tcp {
            ports,
            source: failure,
        })
    }
}

fn bind_port(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((TcpListener::from_std(listener)?, address))
}

/// The socket in the file system, removed when dropped.
pub(super) struct SocketFile {
    socket: PathBuf,
    /// Made by us around the socket; none if the host gave a directory of its own.
    private_directory: Option<PathBuf>,
}

impl SocketFile {
    /// Picks a path that nobody else can have. A host that names a directory looks for the socket
    /// right in it.
    fn prepare(environment: &Environment) -> io::Result<Self> {
        let name = format!("tf-plugin-{}", random_name()?);
        let file = match &environment.socket_directory {
            Some(directory) => Self {
                socket: directory.join(name),
                private_directory: None,
            },
            None => {
                let directory = environment.temporary_directory.join(name);
                DirBuilder::new().mode(0o700).create(&directory)?;
                Self {
                    socket: directory.join("grpc.sock"),
                    private_directory: Some(directory),
                }
            }
        };
        if fits_the_handshake_line(&file.socket) {
            Ok(file)
        } else {
            Err(io::ErrorKind::InvalidFilename.into())
        }
    }

    fn share_with(&self, group: &str) -> Result<(), ListenError> {
        let share = || {
            let id = group_id(group).ok_or(io::ErrorKind::NotFound)?;
            if let Some(directory) = &self.private_directory {
                chown(directory, None, Some(id))?;
                fs::set_permissions(directory, Permissions::from_mode(0o710))?;
            }
            chown(&self.socket, None, Some(id))?;
            fs::set_permissions(&self.socket, Permissions::from_mode(0o660))
        };
        share().map_err(|source| ListenError::Group {
            group: group.to_owned(),
            source,
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Nothing is lost if either fails: the directory is private and empty but for the socket.
        let _ = fs::remove_file(&self.socket);
        if let Some(directory) = &self.private_directory {
            let _ = fs::remove_dir(directory);
        }
    }
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(HEXLOWER.encode(&bytes))
}

fn fits_the_handshake_line(path: &Path) -> bool {
    path.to_str()
        .is_some_and(|path| !path.contains(['|', '\r', '\n']))
}

/// Number of the group that `group` means: a number as it is, a name as `/etc/group` has it.
fn group_id(group: &str) -> Option<u32> {
    group_id_in(Path::new("/etc/group"), group)
}

fn group_id_in(database: &Path, group: &str) -> Option<u32> {
    if let Ok(id) = group.parse() {
        return Some(id);
    }
    // Lines are name:password:number:members.
    fs::read_to_string(database)
        .ok()?
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| {
            (fields.next() == Some(group))
                .then(|| fields.nth(1)?.parse().ok())
                .flatten()
        })
}

#[cfg(test)]
mod tests {
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
            "cannot listen on a unix socket in /does/not/exist; set TMPDIR to a short path that \
             can be written to"
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

    #[test]
    fn a_number_needs_no_database() {
        assert_eq!(
            group_id_in(Path::new("/does/not/exist"), "1000"),
            Some(1000)
        );
    }

    #[test]
    fn a_name_is_looked_up_as_a_whole() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("group");
        fs::write(&database, "root:x:0:\nstaffers:x:51:\nstaff:x:50:ann,bob\n").unwrap();

        assert_eq!(group_id_in(&database, "staff"), Some(50));
        assert_eq!(group_id_in(&database, "ann"), None);
        assert_eq!(group_id_in(&database, ""), None);
    }
}
