//! A working directory in which Terraform runs timed commands with one provider.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Outcome;

/// A temporary directory with a configuration and an environment of its own.
pub(crate) struct Directory {
    terraform: PathBuf,
    environment: Vec<(OsString, OsString)>,
    directory: TempDir,
}

impl Directory {
    /// Writes `files` (name, text) into a new directory.
    pub(crate) fn new(terraform: &Path, files: &[(&str, &str)]) -> Outcome<Self> {
        let directory = scratch()?;
        for name in ["home", "tmp", "overrides"] {
            fs::create_dir(directory.path().join(name))?;
        }
        for (name, text) in files {
            fs::write(directory.path().join(name), text)?;
        }
        let mut own = Self {
            terraform: terraform.to_owned(),
            environment: Vec::new(),
            directory,
        };
        own.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        own.env("HOME", own.path().join("home"));
        own.env("TMPDIR", own.path().join("tmp"));
        own.env("CHECKPOINT_DISABLE", "1");
        own.env("TF_IN_AUTOMATION", "1");
        // Without an override file nothing may come from the machine's own configuration either.
        own.env("TF_CLI_CONFIG_FILE", "/dev/null");
        Ok(own)
    }

    /// Has Terraform start `program` for the provider at `source`, as in `certcentral/digicert`,
    /// without `init`.
    pub(crate) fn override_provider(&mut self, source: &str, program: &Path) -> Outcome<()> {
        let provider_type = source.rsplit('/').next().unwrap_or(source);
        let overrides = self.path().join("overrides");
        symlink(
            program,
            overrides.join(format!("terraform-provider-{provider_type}")),
        )?;
        let configuration = self.path().join("bench.tfrc");
        let text = format!(
            "provider_installation {{\n  dev_overrides {{\n    {source:?} = {overrides:?}\n  \
             }}\n}}\n"
        );
        fs::write(&configuration, text)?;
        self.env("TF_CLI_CONFIG_FILE", configuration);
        Ok(())
    }

    /// Sets a variable for every command that follows.
    pub(crate) fn env(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.environment.push((name.into(), value.into()));
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a command and times it from start to end. An error quotes what Terraform wrote to
    /// standard error.
    pub(crate) fn time(&self, arguments: &[&str]) -> Outcome<Duration> {
        let mut command = Command::new(&self.terraform);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let begin = Instant::now();
        let output = command.output()?;
        let elapsed = begin.elapsed();
        if output.status.success() {
            return Ok(elapsed);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "terraform {}: {}\n{}",
            arguments.join(" "),
            output.status,
            errors.trim()
        )
        .into())
    }
}

/// A temporary directory with a path short enough for Unix sockets below it.
pub(crate) fn scratch() -> Outcome<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("bench")
        .rand_bytes(4)
        .tempdir()?)
}

/// `terraform` on `PATH`, or else the newest core that `tests/cores/install.sh` installed.
pub(crate) fn terraform() -> Outcome<PathBuf> {
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&search_path).map(|directory| directory.join("terraform"));
    let cores = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cores");
    let installed =
        ["1.15", "1.12", "1.11", "1.8", "1.6"].map(|minor| cores.join(minor).join("terraform"));
    let mut candidates = on_path.chain(installed);
    let found = candidates.find(|path| path.is_file());
    found.ok_or_else(|| {
        "terraform is not on PATH, and tests/cores/install.sh has installed none".into()
    })
}
