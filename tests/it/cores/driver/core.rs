//! Finds Terraform and OpenTofu on this machine, says which ones are missing, and knows what a core
//! can do.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// The cores that `tests/cores/install.sh` installs: minor version, release and checksum a line.
const INSTALLABLE: &str = include_str!("../../../cores/cores.txt");

/// A `terraform` or `tofu` program.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    /// What a failing test calls it, as in `Terraform 1.6` or `OpenTofu 1.12.6 on PATH`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) product: Product,
    /// Major, minor and patch version. The patch of a core under `.cores/` counts as 0.
    pub(crate) version: Version,
    pub(crate) on_path: bool,
}

/// Whose program a core is. The versions of one say nothing about those of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Terraform,
    OpenTofu,
}

pub(crate) type Version = (u64, u64, u64);

/// What some cores can do and others cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// An `import` block that names an identity instead of an id.
    ImportByIdentity,
    /// A `moved` block from a resource of another type and provider.
    MoveAcrossProviders,
    /// `plan -generate-config-out` for an `import` block without a resource.
    GeneratedConfiguration,
    /// `parallel` and `state_key` in the runs of `test`.
    ParallelTests,
    /// A diagnostic about what stands inside an attribute has the line of the attribute.
    LineInsideAttribute,
}

impl Core {
    pub(crate) fn has(&self, feature: Feature) -> bool {
        let (major, minor, patch) = self.version;
        let since = |version: (u64, u64)| (major, minor) >= version;
        match (feature, self.product) {
            (Feature::ImportByIdentity, _) => since((1, 12)),
            (Feature::MoveAcrossProviders, Product::Terraform) => since((1, 8)),
            (Feature::MoveAcrossProviders, Product::OpenTofu) => since((1, 10)),
            // Those releases look for the provider under `hashicorp/` (hashicorp/terraform#39144).
            (Feature::GeneratedConfiguration, Product::Terraform) => {
                since((1, 5)) && !((major, minor) == (1, 16) && patch <= 2)
            }
            (Feature::GeneratedConfiguration, Product::OpenTofu) => true,
            (Feature::ParallelTests, Product::Terraform) => since((1, 12)),
            (Feature::ParallelTests, Product::OpenTofu) => false,
            (Feature::LineInsideAttribute, Product::Terraform) => since((1, 15)),
            (Feature::LineInsideAttribute, Product::OpenTofu) => false,
        }
    }
}

/// Those of `cores` that have a feature; the others are named on standard error.
pub(crate) fn having(feature: Feature, mut cores: Vec<Core>) -> Vec<Core> {
    cores.retain(|core| {
        let has = core.has(feature);
        if !has {
            say(&format!(
                "skipped in {}: {} lacks {feature:?}",
                test_name(),
                core.name
            ));
        }
        has
    });
    cores
}

/// The cores to test with: those under `.cores/`, then `terraform` and `tofu` on `PATH`.
///
/// They are named on standard error once, and the missing ones with each test that asks. A missing
/// core fails the test instead when `REQUIRE_CORES=1` (any core of `tests/cores/cores.txt`) or
/// `REQUIRE_TERRAFORM=1` (neither `terraform` nor `tofu`).
pub(crate) fn cores() -> Vec<Core> {
    static FOUND: OnceLock<Inventory> = OnceLock::new();
    let inventory = FOUND.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let inventory = take_inventory(&root.join(".cores"), env::var_os("PATH").as_deref());
        let names: Vec<_> = inventory.found.iter().map(|it| it.name.as_str()).collect();
        say(&format!("real cores: {}", names.join(", ")));
        inventory
    });
    let required = |name: &str| env::var(name).is_ok_and(|value| value == "1");
    if let Err(reason) =
        inventory.satisfies(required("REQUIRE_CORES"), required("REQUIRE_TERRAFORM"))
    {
        panic!("{reason}");
    }
    if let Some(missing) = inventory.missing() {
        say(&format!("skipped in {}: {missing}", test_name()));
    }
    inventory.found.clone()
}

fn test_name() -> String {
    thread::current().name().unwrap_or("a test").to_owned()
}

/// Not `eprintln!`, which the test runner would swallow: a skip that nobody sees looks like a pass.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("standard error is open");
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
                "REQUIRE_CORES=1, but Terraform {missing} is not installed: run \
                 tests/cores/install.sh"
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
        match parse_version(minor).filter(|_| path.is_file()) {
            Some(version) => inventory.found.push(Core {
                name: format!("Terraform {minor}"),
                path,
                product: Product::Terraform,
                version,
                on_path: false,
            }),
            None => inventory.missing_cores.push(minor.to_owned()),
        }
    }
    for program in PROGRAMS {
        let candidates = search_path.into_iter().flat_map(env::split_paths);
        let path = candidates
            .map(|directory| directory.join(program))
            .find(|path| path.is_file());
        match path.and_then(|path| Some((first_line(&path)?, path))) {
            Some((line, path)) => inventory.found.extend(core_on_path(&line, path)),
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

/// A program that calls itself `Terraform v1.11.4` or `OpenTofu v1.12.6`.
fn core_on_path(line: &str, path: PathBuf) -> Option<Core> {
    let (name, version) = line.split_once(" v")?;
    let product = match name {
        "Terraform" => Product::Terraform,
        "OpenTofu" => Product::OpenTofu,
        _ => return None,
    };
    Some(Core {
        name: format!("{name} {version} on PATH"),
        path,
        product,
        version: parse_version(version)?,
        on_path: true,
    })
}

/// `1.6`, `1.6.2` or `1.16.0-rc2` as numbers.
fn parse_version(version: &str) -> Option<Version> {
    let numbers = version.split('-').next()?;
    let mut parts = numbers.split('.').map(str::parse);
    let mut next = || parts.next();
    let (major, minor) = (next()?.ok()?, next()?.ok()?);
    Some((major, minor, next().unwrap_or(Ok(0)).ok()?))
}

/// What a program says first of itself; `None` for one that cannot be run.
fn first_line(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .arg("version")
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let stdout = String::from_utf8(output.stdout).ok()?;
    Some(stdout.lines().next()?.trim().to_owned())
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
            "Terraform 1.6, 1.8, 1.11, 1.12, 1.15 (tests/cores/install.sh installs them); \
             terraform on PATH; tofu on PATH",
        );
        assert_eq!(inventory.satisfies(false, false), Ok(()));
        assert_eq!(
            inventory.satisfies(true, false).unwrap_err(),
            "REQUIRE_CORES=1, but Terraform 1.6, 1.8, 1.11, 1.12, 1.15 is not installed: run \
             tests/cores/install.sh",
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
    fn a_core_is_known_by_the_first_line_it_prints() {
        let core = |line: &str| core_on_path(line, PathBuf::new());
        let terraform = core("Terraform v1.16.0-rc2").unwrap();
        assert_eq!(terraform.product, Product::Terraform);
        assert_eq!(terraform.version, (1, 16, 0));
        let tofu = core("OpenTofu v1.12.6").unwrap();
        assert_eq!(tofu.product, Product::OpenTofu);
        assert_eq!(tofu.name, "OpenTofu 1.12.6 on PATH");
        assert!(core("Packer v1.9.2").is_none());
        assert_eq!(parse_version("1.6"), Some((1, 6, 0)));
        assert_eq!(parse_version("banana"), None);
    }

    #[test]
    fn what_a_core_can_do_depends_on_product_and_version() {
        use Feature::{GeneratedConfiguration, ImportByIdentity, MoveAcrossProviders};
        for (line, can, cannot) in [
            (
                "Terraform v1.6.6",
                &[GeneratedConfiguration][..],
                &[ImportByIdentity, MoveAcrossProviders][..],
            ),
            ("Terraform v1.16.0-rc2", &[], &[GeneratedConfiguration]),
            ("Terraform v1.16.2", &[], &[GeneratedConfiguration]),
            ("Terraform v1.16.3", &[GeneratedConfiguration], &[]),
            (
                "OpenTofu v1.10.10",
                &[GeneratedConfiguration, MoveAcrossProviders],
                &[ImportByIdentity],
            ),
            (
                "OpenTofu v1.9.4",
                &[GeneratedConfiguration],
                &[MoveAcrossProviders],
            ),
            ("OpenTofu v1.11.12", &[MoveAcrossProviders], &[]),
            (
                "OpenTofu v1.12.3",
                &[ImportByIdentity, MoveAcrossProviders],
                &[],
            ),
            (
                "OpenTofu v1.12.6",
                &[ImportByIdentity, MoveAcrossProviders],
                &[],
            ),
        ] {
            let core = core_on_path(line, PathBuf::new()).unwrap();
            assert!(can.iter().all(|it| core.has(*it)), "{line}");
            assert!(!cannot.iter().any(|it| core.has(*it)), "{line}");
        }
    }
}
