//! A directory with a configuration, and the commands that one Terraform core runs in it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::core::Core;
use super::running::{Lifeline, Running};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-digicert");
const SAVED_PLAN: &str = "saved.plan";

/// Whose registry Terraform, and whose OpenTofu, means by a source address without a host.
pub(crate) const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// A temporary directory in which one core runs the built provider, alone with an environment of
/// its own.
///
/// Nothing of the caller's environment but `PATH` gets in: no `DIGICERT_*` key, no `TF_*` switch,
/// no home directory.
pub(crate) struct Workdir {
    core: Core,
    environment: BTreeMap<OsString, OsString>,
    directory: TempDir,
}

/// What a finished command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// The command as a person would type it, after the core's name.
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// The same output of a command that must have ended with 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.exits_with(0)
    }

    /// The same output of a command that must have ended with `code`.
    #[track_caller]
    pub(crate) fn exits_with(self, code: i32) -> Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "{}: {}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            self.command,
            self.status,
            self.stdout,
            self.stderr,
        );
        self
    }
}

impl Workdir {
    /// Writes `files` (name, text) into a new directory, with a CLI configuration that puts the
    /// built provider in the place of `certcentral/digicert`, so that no `init` is needed.
    pub(crate) fn new(core: &Core, files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [home, temporary] = ["home", "tmp"].map(|name| directory.path().join(name));
        fs::create_dir(&home).unwrap();
        fs::create_dir(&temporary).unwrap();
        let cli_configuration = home.join("terraform.tfrc");
        let built = Path::new(PROVIDER).parent().unwrap();
        let overridden = overrides(&[("certcentral/digicert", built)]);
        fs::write(&cli_configuration, overridden).unwrap();
        fs::create_dir(directory.path().join("configuration")).unwrap();

        let mut workdir = Self {
            core: core.clone(),
            environment: BTreeMap::new(),
            directory,
        };
        workdir
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TMPDIR", temporary)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", cli_configuration)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0");
        for command in ["validate", "plan", "apply", "destroy", "import"] {
            workdir.env(format!("TF_CLI_ARGS_{command}"), "-no-color");
        }
        for (name, text) in files {
            workdir.write(name, text);
        }
        workdir
    }

    /// Where the configuration and the state are.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("configuration")
    }

    /// Writes or overwrites a file of the configuration.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    /// Sets a variable for every command that follows.
    pub(crate) fn env(
        &mut self,
        name: impl Into<OsString>,
        value: impl Into<OsString>,
    ) -> &mut Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Runs a command to its end, whatever that is.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        Output {
            command: self.line(arguments),
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a command in a process group of its own, as a shell does, so that a signal reaches
    /// Terraform and the provider.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        Running::start(self.line(arguments), command.process_group(0))
    }

    /// As `spawn`, and tells when nothing of it is left, whatever became of Terraform.
    pub(crate) fn spawn_watched(&self, arguments: &[&str]) -> (Running, Lifeline) {
        let (lifeline, input) = Lifeline::new();
        let mut command = self.command(arguments);
        command.stdin(input).process_group(0);
        let running = Running::start(self.line(arguments), &mut command);
        (running, lifeline)
    }

    /// `plan`, saved for `apply_saved`; the output is for tests of warnings. Must succeed.
    #[track_caller]
    pub(crate) fn plan(&self) -> Output {
        self.run(&["plan", &format!("-out={SAVED_PLAN}")]).success()
    }

    /// The plan as `show -json` gives it. Must succeed.
    #[track_caller]
    pub(crate) fn plan_json(&self) -> Value {
        self.plan();
        self.show(&[SAVED_PLAN])
    }

    /// Applies exactly the plan that `plan` or `plan_json` saved. Must succeed.
    #[track_caller]
    pub(crate) fn apply_saved(&self) -> Output {
        self.run(&["apply", SAVED_PLAN]).success()
    }

    /// Plans and applies. Must succeed.
    #[track_caller]
    pub(crate) fn apply(&self) -> Output {
        self.run(&["apply", "-auto-approve"]).success()
    }

    /// A plan that must change nothing.
    #[track_caller]
    pub(crate) fn assert_empty_plan(&self) {
        self.run(&["plan", "-detailed-exitcode"]).success();
    }

    /// Imports the object `id` at `address`. Must succeed.
    #[track_caller]
    pub(crate) fn import(&self, address: &str, id: &str) -> Output {
        self.run(&["import", address, id]).success()
    }

    /// Destroys everything in state. Must succeed.
    #[track_caller]
    pub(crate) fn destroy(&self) -> Output {
        self.run(&["destroy", "-auto-approve"]).success()
    }

    /// The state as `show -json` gives it.
    #[track_caller]
    pub(crate) fn state(&self) -> Value {
        self.show(&[])
    }

    /// The attributes in state of one resource instance of the root module, or `None` when it is
    /// not there.
    #[track_caller]
    pub(crate) fn attributes(&self, address: &str) -> Option<Value> {
        let state = self.state();
        let resources = state.pointer("/values/root_module/resources")?.as_array()?;
        let resource = resources
            .iter()
            .find(|resource| resource["address"] == address)?;
        Some(resource["values"].clone())
    }

    #[track_caller]
    fn show(&self, arguments: &[&str]) -> Value {
        let output = self
            .run(&[&["show", "-json"], arguments].concat())
            .success();
        serde_json::from_str(&output.stdout).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.core.path);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    fn line(&self, arguments: &[&str]) -> String {
        format!("{}: {}", self.core.name, arguments.join(" "))
    }
}

/// A CLI configuration in which programs in these directories stand for these providers, wherever a
/// core looks for them.
pub(crate) fn overrides(providers: &[(&str, &Path)]) -> String {
    let lines: String = providers
        .iter()
        .flat_map(|(address, directory)| {
            // A Rust string literal of a path is an HCL string literal too: both escape quotes and
            // backslashes alike.
            HOSTS.map(|host| format!("    \"{host}/{address}\" = {directory:?}\n"))
        })
        .collect();
    format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n")
}
