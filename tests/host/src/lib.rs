//! A small stand-in for Terraform core.

pub mod client;
pub mod codec;
pub mod connection;
pub mod core_rules;
pub mod diagnostic;
pub mod error;
pub mod handshake;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod process;
pub mod proto;
pub mod schema;
pub mod tls;
pub mod ty;
pub mod value;
pub mod workspace;
