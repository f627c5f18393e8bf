//! The README's example is valid, and its table of provider arguments names what the schema has.

use std::fs;
use std::process::Command;

use certcentral_sandbox::{Sandbox, Settings};
use terraform_provider_digicert::framework::Provider as _;
use terraform_provider_digicert::provider::DigicertProvider;

use super::guides::{VERSIONS, blocks_of, csr, files_read_by};
use crate::cores::driver::{Workdir, cores};

const README: &str = include_str!("../../../README.md");
const KEYS: &str = include_str!("../../../docs/guides/keys-and-csrs.md");

/// The rows of the table below a heading, each as its cells.
fn table<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    text.lines()
        .skip_while(|line| *line != heading)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The texts of a cell that stand in backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The environment variable that a description names.
fn variable(description: &str) -> Option<&str> {
    quoted(description).find(|text| {
        text.contains('_')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    })
}

#[test]
fn every_provider_argument_stands_in_the_readme_with_its_variable() {
    let rows = table(README, "## Provider arguments");
    let mut documented: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            let environment = quoted(row[1]).next();
            quoted(row[0]).map(move |argument| (argument, environment))
        })
        .collect();
    let schema = DigicertProvider::new(|_| {}).schema();
    let mut expected: Vec<_> = schema
        .attributes
        .iter()
        .map(|attribute| (attribute.name, variable(attribute.description)))
        .collect();
    documented.sort_unstable();
    expected.sort_unstable();
    assert_eq!(documented, expected);
}

/// README and the guide make a key and its CSR by a command. What it leaves is what their
/// configurations read.
#[test]
fn the_commands_for_a_key_make_the_csr_that_the_configurations_read() {
    for (page, block) in [(README, "output"), (KEYS, "resource")] {
        let command = blocks_of(page, "sh").find(|it| it.starts_with("openssl req"));
        let mut configurations = blocks_of(page, "terraform");
        let configuration = configurations.find(|it| it.contains(block)).unwrap();
        let core = cores().swap_remove(0);
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Workdir::new(&core, &[("main.tf", configuration)]);
        workdir
            .env("DIGICERT_BASE_URL", sandbox.base_url())
            .env("DIGICERT_API_KEY", "sandbox-docs");
        if !configuration.contains("required_providers") {
            workdir.write("versions.tf", VERSIONS);
        }
        let mut shell = Command::new("sh");
        shell
            .args(["-c", command.unwrap()])
            .current_dir(workdir.path());
        let made = shell.output().unwrap();
        assert!(made.status.success(), "{made:?}");
        assert!(workdir.path().join("shop.example.com.key").exists());
        workdir.apply();
        workdir.assert_empty_plan();
        let ordered: Vec<_> = sandbox.orders().into_iter().map(|it| it.csr).collect();
        let csr = fs::read_to_string(workdir.path().join("shop.example.com.csr")).unwrap();
        assert_eq!(ordered.len(), 1);
        // PEM travels with CRLF.
        assert_eq!(ordered[0].replace('\r', "").trim(), csr.trim());
    }
}

#[test]
fn the_example_of_the_readme_is_formatted_and_valid() {
    let examples: Vec<_> = blocks_of(README, "terraform").collect();
    assert_eq!(examples.len(), 1);
    for core in cores() {
        let workdir = Workdir::new(&core, &[("main.tf", examples[0])]);
        for file in files_read_by(examples[0]) {
            workdir.write(file, &csr());
        }
        workdir.run(&["fmt", "-check", "-diff"]).success();
        workdir.run(&["validate"]).success();
    }
}
