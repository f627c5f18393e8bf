//! What can go wrong between the host and the provider's process, apart from what the provider
//! answers.

use std::{io, time::Duration};

use crate::{codec::CodecError, handshake::HandshakeError};

/// A failure of the host. What the provider says about its work are diagnostics; what it answers
/// against core's rules are violations; neither is an error here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The binary could not be started, or a pipe to it broke.
    #[error("the provider's process failed: {0}")]
    Process(#[from] io::Error),
    /// The process ended, or said nothing, before its handshake line.
    #[error("no handshake line within {limit:?}; stderr was: {stderr}")]
    NoHandshake {
        /// How long the host waited at most.
        limit: Duration,
        /// What the process wrote on stderr so far.
        stderr: String,
    },
    /// The handshake line is not as go-plugin asks for.
    #[error("the handshake line {line:?} is not valid")]
    Handshake {
        /// The line.
        line: String,
        /// What is wrong with it.
        #[source]
        source: HandshakeError,
    },
    /// A certificate could not be made or used.
    #[error("mutual TLS failed: {0}")]
    Tls(String),
    /// No connection to the address of the handshake line.
    #[error("no connection to the provider")]
    Connect(#[from] tonic::transport::Error),
    /// A call failed below the protocol.
    #[error("the call failed")]
    Call(#[from] Box<tonic::Status>),
    /// A configuration that a test wrote does not fit the schema.
    #[error("the configuration does not fit the schema")]
    Config(#[from] CodecError),
    /// A resource type that the provider does not have.
    #[error("the provider has no resource type {type_name:?}")]
    UnknownType {
        /// The type.
        type_name: String,
    },
    /// A resource type whose objects have no identity.
    #[error("objects of type {type_name:?} have no identity")]
    NoIdentity {
        /// The type.
        type_name: String,
    },
    /// An address that the workspace does not hold.
    #[error("there is no resource {address:?}")]
    UnknownAddress {
        /// The address.
        address: String,
    },
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Self {
        Self::Call(Box::new(status))
    }
}
