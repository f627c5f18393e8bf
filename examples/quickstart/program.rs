//! Runs the job with `terraform` or `tofu`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::request::SigningRequest;
use crate::{API_KEY, Result, heading};

const CONFIGURATION: &str = include_str!("main.tf");
const SAVED_PLAN: &str = "saved.plan";

/// Terraform warns of `dev_overrides` in every command. This is what the quickstart set up itself.
const OVERRIDE_WARNING: &str = "Provider development overrides are in effect";

/// A Terraform or OpenTofu program.
pub(crate) struct Program {
    name: &'static str,
    path: PathBuf,
}

/// A directory with the configuration, in which the program runs.
struct Session<'a> {
    program: &'a Program,
    directory: TempDir,
    base_url: &'a str,
    csr: &'a str,
}

impl Program {
    /// The first of `terraform` and `tofu` on `PATH`.
    pub(crate) fn find() -> Option<Self> {
        let search_path = env::var_os("PATH")?;
        ["terraform", "tofu"].into_iter().find_map(|name| {
            let path = env::split_paths(&search_path)
                .map(|directory| directory.join(name))
                .find(|path| path.is_file())?;
            Some(Self { name, path })
        })
    }

    /// Plans, applies and plans again. Returns the attributes in state.
    pub(crate) fn order(
        &self,
        provider: &Path,
        base_url: &str,
        request: &SigningRequest,
    ) -> Result<Value> {
        let session = Session {
            program: self,
            directory: tempfile::tempdir()?,
            base_url,
            csr: request.pem(),
        };
        session.write(provider)?;

        heading(&format!("{} plan", self.name));
        let saved = format!("-out={SAVED_PLAN}");
        let planned = session.run(&["plan", "-json", "-input=false", &saved])?;
        let shown = session.run(&["show", "-no-color", SAVED_PLAN])?;
        println!("{}", String::from_utf8(shown.stdout)?.trim());
        let warned = diagnostics(&planned, "warning");
        print_warnings(&warned, &[]);

        heading(&format!("{} apply", self.name));
        let applied = session.run(&["apply", "-json", "-input=false", SAVED_PLAN])?;
        print_progress(&applied);
        print_warnings(&diagnostics(&applied, "warning"), &warned);

        heading(&format!("{} plan, a second time", self.name));
        session.run(&["plan", "-json", "-input=false", "-detailed-exitcode"])?;
        println!("No changes.");

        let state: Value = serde_json::from_slice(&session.run(&["show", "-json"])?.stdout)?;
        state
            .pointer("/values/root_module/resources/0/values")
            .cloned()
            .ok_or_else(|| "the state holds no order".into())
    }
}

impl Session<'_> {
    fn write(&self, provider: &Path) -> Result<()> {
        let folder = provider.parent().ok_or("the provider has no folder")?;
        // A Rust string literal of a path is an HCL string literal too: both escape quotes and
        // backslashes alike.
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \
             \"registry.terraform.io/certcentral/digicert\" = {folder:?}\n    \
             \"registry.opentofu.org/certcentral/digicert\" = {folder:?}\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(self.path("main.tf"), CONFIGURATION)?;
        fs::write(self.path("terraform.tfrc"), overrides)?;
        Ok(())
    }

    /// Runs a command that must end with 0.
    fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(&self.program.path);
        // What this shell has set for real work must not reach the sandbox, and the other way
        // round.
        for (name, _) in env::vars_os() {
            let shown = name.to_string_lossy();
            if shown.starts_with("TF_") || shown.starts_with("DIGICERT_") {
                command.env_remove(&name);
            }
        }
        let output = command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("DIGICERT_API_KEY", API_KEY)
            .env("DIGICERT_BASE_URL", self.base_url)
            .env("NO_PROXY", "127.0.0.1")
            .env("TF_CLI_CONFIG_FILE", self.path("terraform.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_VAR_csr", self.csr)
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(output);
        }
        let mut problem = format!(
            "`{} {}` ended with {}",
            self.program.name,
            arguments.join(" "),
            output.status
        );
        for (summary, detail) in diagnostics(&output, "error") {
            problem.push_str(&format!("\n{summary}\n{detail}"));
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        problem.push_str(&format!("\n{}", complaint.trim()));
        Err(problem.into())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn print_progress(output: &Output) {
    for event in events(output) {
        let told = matches!(
            event["type"].as_str(),
            Some("apply_complete" | "change_summary")
        );
        if let (true, Some(message)) = (told, event["@message"].as_str()) {
            println!("{message}");
        }
    }
}

/// Summary and detail of a diagnostic.
type Message = (String, String);

/// Prints the warnings that were not `shown` before: an apply repeats those of its plan.
fn print_warnings(warnings: &[Message], shown: &[Message]) {
    for warning in warnings {
        let (summary, detail) = warning;
        if summary != OVERRIDE_WARNING && !shown.contains(warning) {
            println!("\nWarning: {summary}\n{detail}");
        }
    }
}

/// The diagnostics of one severity in the output of a `-json` command.
fn diagnostics(output: &Output, severity: &str) -> Vec<Message> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events(output)
        .map(|event| event["diagnostic"].clone())
        .filter(|diagnostic| diagnostic["severity"] == severity)
        .map(|diagnostic| (word(&diagnostic["summary"]), word(&diagnostic["detail"])))
        .collect()
}

fn events(output: &Output) -> impl Iterator<Item = Value> {
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
}
