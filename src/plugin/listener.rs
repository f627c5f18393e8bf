//! The socket on which the host reaches us: a unix socket for us alone, or loopback TCP where that is impossible.

use std::fmt;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use tokio::net::{TcpListener, UnixListener};

use super::{Environment, group};

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
        "cannot listen on a unix socket in {directory}; set TMPDIR to a short path that can be written to"
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
    /// Prefers a unix socket. Any user of the machine can reach a port, so TCP is only for connections with TLS.
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
    /// Picks a path that nobody else can have. A host that names a directory looks for the socket right in it.
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
            let id = group::id(group).ok_or(io::ErrorKind::NotFound)?;
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

#[cfg(test)]
mod tests;
