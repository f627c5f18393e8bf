//! What `build.rs` made of `proto/`. Nothing but the client and the process names these modules.

/// The provider service of the Terraform plugin protocol 6.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    reason = "generated code"
)]
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// The services that go-plugin expects beside the provider.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    reason = "generated code"
)]
pub mod plugin {
    tonic::include_proto!("plugin");
}
