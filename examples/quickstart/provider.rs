//! Builds the provider's program.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;

const NAME: &str = env!("CARGO_PKG_NAME");

/// Builds the program and returns its path.
///
/// Cargo does not build a package's programs for an example. The example is named here too, so that
/// Cargo takes the dependencies with the features that it has just built them with, instead of
/// building them once more.
pub(crate) fn build() -> Result<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--example", "quickstart", "--bin", NAME])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("`cargo build --bin {NAME}` ended with {}", output.status).into());
    }
    String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find_map(|message| executable(&message))
        .ok_or_else(|| format!("cargo built no program {NAME}").into())
}

fn executable(message: &Value) -> Option<PathBuf> {
    (message["target"]["name"] == NAME)
        .then(|| message["executable"].as_str().map(PathBuf::from))
        .flatten()
}
