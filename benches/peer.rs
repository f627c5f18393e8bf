//! Builds the peer on `tf-provider`, which lives outside the workspace because it needs `protoc`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::contender::Provider;

/// The peer, or why there is none. Cargo's progress goes to standard error.
pub(crate) fn build() -> Result<Provider, String> {
    if !answers("protoc") {
        return Err(
            "its build needs protoc, which is not on PATH (Debian: protobuf-compiler)".to_owned(),
        );
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/tf-provider");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "--target-dir", "target"])
        .current_dir(&package)
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if !status.success() {
        return Err(format!("its build failed with {status}"));
    }
    Ok(Provider::peer(
        &package.join("target/release/terraform-provider-peer"),
    ))
}

fn answers(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}
