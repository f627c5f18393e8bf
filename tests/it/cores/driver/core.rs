//! Finds the Terraform programs on this machine, and says which ones are missing.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use serde_json::Value;

/// The cores that `tests/cores/install.sh` installs: minor version, release and checksum a line.
const INSTALLABLE: &str = include_str!("../../../cores/cores.txt");

/// A `terraform` or `tofu` program.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    /// What a failing test calls it, as in `Terraform 1.6` or `terraform on PATH`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Major and minor version, for rules that a newer core brought.
    pub(crate) version: (u64, u64),
}

/// The cores to test with: those under `.cores/`, then `terraform` and `tofu` on `PATH`.
///
/// The missing ones are named on standard error with the name of the calling test. They fail it instead when
/// `REQUIRE_CORES=1` (any core of `tests/cores/cores.txt`) or `REQUIRE_TERRAFORM=1` (neither `terraform` nor `tofu`).
pub(crate) fn cores() -> Vec<Core> {
    static FOUND: OnceLock<Inventory> = OnceLock::new();
    let inventory = FOUND.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        take_inventory(&root.join(".cores"), env::var_os("PATH").as_deref())
    });
    let required = |name: &str| env::var(name).is_ok_and(|value| value == "1");
    if let Err(reason) =
        inventory.satisfies(required("REQUIRE_CORES"), required("REQUIRE_TERRAFORM"))
    {
        panic!("{reason}");
    }
    if let Some(missing) = inventory.missing() {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        // Not `eprintln!`, which the test runner would swallow: a skip that nobody sees looks like a pass.
        writeln!(io::stderr(), "skipped in {test}: {missing}").expect("standard error is open");
    }
    inventory.found.clone()
}

/// What is on this machine and what is not.
#[derive(Debug, Default)]
struct Inventory {
    found: Vec<Core>,
    missing_cores: Vec<String>,
    missing_programs: Vec<&'static str>,
}

impl Inventory {
    /// Fails with advice when something is missing that the environment declares to be required.
    fn satisfies(&self, require_cores: bool, require_terraform: bool) -> Result<(), String> {
        if require_cores && !self.missing_cores.is_empty() {
            let missing = self.missing_cores.join(", ");
            return Err(format!(
                "REQUIRE_CORES=1, but Terraform {missing} is not installed: run tests/cores/install.sh"
            ));
        }
        if require_terraform && self.missing_programs.len() == PROGRAMS.len() {
            return Err(
                "REQUIRE_TERRAFORM=1, but neither terraform nor tofu is on PATH".to_owned(),
            );
        }
        Ok(())
    }

    /// One sentence about what is missing.
    fn missing(&self) -> Option<String> {
        let mut parts = Vec::new();
        if !self.missing_cores.is_empty() {
            let cores = self.missing_cores.join(", ");
            parts.push(format!(
                "Terraform {cores} (tests/cores/install.sh installs them)"
            ));
        }
        parts.extend(
            self.missing_programs
                .iter()
                .map(|program| format!("{program} on PATH")),
        );
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

const PROGRAMS: [&str; 2] = ["terraform", "tofu"];

fn take_inventory(cores: &Path, search_path: Option<&std::ffi::OsStr>) -> Inventory {
    let mut inventory = Inventory::default();
    for minor in installable_minors() {
        let path = cores.join(minor).join("terraform");
        match parse_minor(minor).filter(|_| path.is_file()) {
            Some(version) => inventory.found.push(Core {
                name: format!("Terraform {minor}"),
                path,
                version,
            }),
            None => inventory.missing_cores.push(minor.to_owned()),
        }
    }
    for program in PROGRAMS {
        let candidates = search_path.into_iter().flat_map(env::split_paths);
        let path = candidates
            .map(|directory| directory.join(program))
            .find(|path| path.is_file());
        match path.and_then(|path| Some((reported_version(&path)?, path))) {
            Some((version, path)) => inventory.found.push(Core {
                name: format!("{program} on PATH"),
                path,
                version,
            }),
            None => inventory.missing_programs.push(program),
        }
    }
    inventory
}

fn installable_minors() -> impl Iterator<Item = &'static str> {
    INSTALLABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
}

/// `1.6` or `1.6.2` as `(1, 6)`.
fn parse_minor(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Asks the program; `None` for a program that cannot be run or answers something else.
fn reported_version(program: &Path) -> Option<(u64, u64)> {
    let output = Command::new(program)
        .args(["version", "-json"])
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
    parse_minor(answer.get("terraform_version")?.as_str()?)
}

mod tests {
    use super::*;

    #[test]
    fn an_empty_machine_misses_every_core_and_says_how_to_get_them() {
        let nowhere = tempfile::tempdir().unwrap();

        let inventory = take_inventory(nowhere.path(), None);

        assert!(inventory.found.is_empty());
        assert_eq!(
            inventory.missing().unwrap(),
            "Terraform 1.6, 1.8, 1.11, 1.12, 1.15 (tests/cores/install.sh installs them); terraform on PATH; tofu on PATH",
        );
        assert_eq!(inventory.satisfies(false, false), Ok(()));
        assert_eq!(
            inventory.satisfies(true, false).unwrap_err(),
            "REQUIRE_CORES=1, but Terraform 1.6, 1.8, 1.11, 1.12, 1.15 is not installed: run tests/cores/install.sh",
        );
        assert_eq!(
            inventory.satisfies(false, true).unwrap_err(),
            "REQUIRE_TERRAFORM=1, but neither terraform nor tofu is on PATH",
        );
    }

    #[test]
    fn either_program_on_the_path_satisfies_require_terraform() {
        let inventory = Inventory {
            missing_programs: vec!["terraform"],
            ..Inventory::default()
        };

        assert_eq!(inventory.satisfies(true, true), Ok(()));
        assert_eq!(inventory.missing().unwrap(), "terraform on PATH");
    }

    #[test]
    fn a_version_is_its_major_and_minor_number() {
        assert_eq!(parse_minor("1.15.5"), Some((1, 15)));
        assert_eq!(parse_minor("1.6"), Some((1, 6)));
        assert_eq!(parse_minor("banana"), None);
    }
}
