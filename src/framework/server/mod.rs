//! The server that core talks to: decode, call, encode. The only code that names generated types.

mod apply;
mod call;
mod erased;
mod from_proto;
mod generate;
mod identity;
mod moved;
mod outgoing;
mod plan;
mod provider;
mod resource;
mod service;
mod stop;
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

pub use erased::{ErasedResource, erase};
pub use service::Server;
pub use stop::Stop;
