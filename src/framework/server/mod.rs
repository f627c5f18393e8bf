//! The server that core talks to: decode, call, encode. The only code that names generated types.
//!
//! A kind of Terraform object is one trait of RPCs and the struct that hosts an author's type
//! behind it: `ResourceRpc` and `Hosted`, whose RPCs stand in a file each.

mod apply;
mod call;
mod data_source;
mod from_proto;
mod hosted;
mod import;
mod outgoing;
mod plan;
mod provider;
mod read;
mod service;
mod stored;
#[cfg(test)]
mod tests;
mod to_proto;

/// The generated messages and service of `proto/tfplugin6.proto`.
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    reason = "generated code; which of these it trips depends on the build"
)]
mod proto {
    tonic::include_proto!("tfplugin6");
}

pub use call::Stop;
pub use service::{MAX_MESSAGE_BYTES, Server};
