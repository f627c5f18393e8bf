//! The one line that a plugin writes to stdout: where it listens, and its certificate.

use std::path::PathBuf;

use data_encoding::BASE64_NOPAD;

/// A parsed handshake line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The major version of the plugin protocol.
    pub protocol: u32,
    /// Where the provider listens.
    pub address: Address,
    /// The server's certificate as DER. `None` without TLS.
    pub certificate: Option<Vec<u8>>,
}

/// Where a provider listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A unix socket.
    Unix(PathBuf),
    /// A TCP port, as `host:port`.
    Tcp(String),
}

/// Why a line is no handshake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Terraform does not ask for a seventh field, and old versions take it for a part of the
    /// certificate.
    #[error("six fields are required, got {0}")]
    FieldCount(usize),
    /// The first field is not 1.
    #[error("the core protocol is {0:?}, not 1")]
    CoreProtocol(String),
    /// The second field is not a number.
    #[error("the protocol version {0:?} is not a number")]
    Protocol(String),
    /// The third and fourth field name no address.
    #[error("{0:?} is no address on the network {1:?}")]
    Address(String, String),
    /// The fifth field is not `grpc`.
    #[error("the connection type is {0:?}, not \"grpc\"")]
    ConnectionType(String),
    /// The sixth field is not base64 without padding, or too short for go-plugin to look at.
    #[error("the certificate is not base64 without padding of more than 50 characters")]
    Certificate,
}

impl Handshake {
    /// Reads a line without its line end: `1|6|unix|/tmp/plugin123|grpc|MIIB...`.
    pub fn parse(line: &str) -> Result<Self, HandshakeError> {
        let fields: Vec<&str> = line.split('|').collect();
        let [core, protocol, network, address, connection, certificate] = fields[..] else {
            return Err(HandshakeError::FieldCount(fields.len()));
        };
        if core != "1" {
            return Err(HandshakeError::CoreProtocol(core.to_owned()));
        }
        if connection != "grpc" {
            return Err(HandshakeError::ConnectionType(connection.to_owned()));
        }
        Ok(Self {
            protocol: protocol
                .parse()
                .map_err(|_| HandshakeError::Protocol(protocol.to_owned()))?,
            address: match network {
                "unix" if address.starts_with('/') => Address::Unix(address.into()),
                "tcp" if address.contains(':') => Address::Tcp(address.to_owned()),
                _ => {
                    return Err(HandshakeError::Address(
                        address.to_owned(),
                        network.to_owned(),
                    ));
                }
            },
            certificate: match certificate {
                "" => None,
                text if text.len() > 50 => Some(
                    BASE64_NOPAD
                        .decode(text.as_bytes())
                        .map_err(|_| HandshakeError::Certificate)?,
                ),
                _ => return Err(HandshakeError::Certificate),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lines_are_read() {
        let certificate = vec![7; 40];
        let line = format!(
            "1|6|unix|/tmp/plugin1|grpc|{}",
            BASE64_NOPAD.encode(&certificate)
        );
        let expected = Handshake {
            protocol: 6,
            address: Address::Unix("/tmp/plugin1".into()),
            certificate: Some(certificate),
        };
        assert_eq!(Handshake::parse(&line), Ok(expected));
        let plain = Handshake::parse("1|6|tcp|127.0.0.1:10000|grpc|").unwrap();
        assert_eq!(plain.address, Address::Tcp("127.0.0.1:10000".to_owned()));
        assert_eq!(plain.certificate, None);
    }

    #[test]
    fn bad_lines_are_refused_with_the_reason() {
        let padded = format!("1|6|unix|/s|grpc|{}==", "A".repeat(58));
        let text = str::to_owned;
        for (line, reason) in [
            ("", HandshakeError::FieldCount(1)),
            ("1|6|unix|/s|grpc", HandshakeError::FieldCount(5)),
            ("1|6|unix|/s|grpc||false", HandshakeError::FieldCount(7)),
            ("2|6|unix|/s|grpc|", HandshakeError::CoreProtocol(text("2"))),
            ("1|six|unix|/s|grpc|", HandshakeError::Protocol(text("six"))),
            (
                "1|6|udp|/s|grpc|",
                HandshakeError::Address(text("/s"), text("udp")),
            ),
            (
                "1|6|unix|s|grpc|",
                HandshakeError::Address(text("s"), text("unix")),
            ),
            (
                "1|6|unix|/s|netrpc|",
                HandshakeError::ConnectionType(text("netrpc")),
            ),
            ("1|6|unix|/s|grpc|AAAA", HandshakeError::Certificate),
            (&padded, HandshakeError::Certificate),
        ] {
            assert_eq!(Handshake::parse(line), Err(reason), "{line}");
        }
    }
}
