//! Compiles `proto/` in pure Rust: no `protoc` on the machine, nothing fetched. The server side
//! serves the crate's own tests.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../proto");
    let descriptors = protox::compile(
        ["../../proto/tfplugin6.proto", "../../proto/go_plugin.proto"],
        ["../../proto"],
    )?;
    tonic_prost_build::configure()
        .build_server(true)
        .compile_fds(descriptors)?;
    Ok(())
}
