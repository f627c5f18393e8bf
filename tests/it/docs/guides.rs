//! The guides under `docs/guides` are pages of the Registry, and every configuration in them is
//! formatted and valid.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cores::driver::{Version, Workdir, cores};

pub(super) const VERSIONS: &str = "terraform {\n  required_providers {\n    digicert = {\n      source = \"certcentral/digicert\"\n    }\n  }\n}\n";

#[test]
fn every_guide_has_the_front_matter_of_the_registry() {
    for guide in guides() {
        let text = fs::read_to_string(&guide).unwrap();
        let shown = guide.display();
        let (front, page) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n\n"))
            .unwrap_or_else(|| panic!("{shown} has no front matter"));
        for key in ["page_title: \"", "subcategory: \"", "description: |-\n  "] {
            assert!(front.contains(key), "{shown}: no {key}");
        }
        assert!(page.starts_with("# "), "{shown}: no heading");
    }
}

#[test]
fn every_configuration_in_a_guide_is_formatted_and_valid() {
    let guides: Vec<_> = guides()
        .into_iter()
        .map(|guide| (fs::read_to_string(&guide).unwrap(), guide))
        .collect();
    let blocks: Vec<_> = guides
        .iter()
        .flat_map(|(text, guide)| {
            blocks_of(text, "terraform").map(move |block| (block, guide.display()))
        })
        .collect();
    assert!(!blocks.is_empty(), "no guide holds a configuration");
    for core in cores() {
        for (block, guide) in &blocks {
            if core.version < oldest_core(block) {
                let mark = block.lines().next().unwrap_or_default();
                writeln!(io::stderr(), "skipped on {}: {guide}, {mark}", core.name)
                    .expect("standard error is open");
                continue;
            }
            let workdir = Workdir::new(&core, &[("main.tf", block)]);
            if !block.contains("required_providers") {
                workdir.write("versions.tf", VERSIONS);
            }
            for file in files_read_by(block) {
                workdir.write(file, &csr());
            }
            let shown = format!("{guide} on {}:\n{block}", core.name);
            let format = workdir.run(&["fmt", "-check", "-diff"]);
            assert!(format.status.success(), "{shown}{}", format.stdout);
            let validation = workdir.run(&["validate"]);
            assert!(
                validation.status.success(),
                "{shown}{}{}",
                validation.stdout,
                validation.stderr
            );
        }
    }
}

#[test]
fn a_block_says_in_its_first_line_which_core_it_needs() {
    for (block, core) in [
        ("# Terraform 1.12 and later\nimport {}\n", (1, 12, 0)),
        ("# Terraform knows this\nimport {}\n", (0, 0, 0)),
        ("import {}\n# Terraform 1.12 and later\n", (0, 0, 0)),
    ] {
        assert_eq!(oldest_core(block), core, "{block}");
    }
}

/// The oldest core that knows a block, which its first line tells readers: `# Terraform 1.12 and
/// later`.
fn oldest_core(block: &str) -> Version {
    block
        .lines()
        .next()
        .and_then(|line| {
            line.strip_prefix("# Terraform ")?
                .strip_suffix(" and later")
        })
        .and_then(|version| version.split_once('.'))
        .map_or((0, 0, 0), |(major, minor)| {
            (major.parse().unwrap(), minor.parse().unwrap(), 0)
        })
}

/// Excerpts with resources of other providers, which no test machine has, are marked `hcl`.
#[test]
fn every_excerpt_in_a_guide_is_formatted() {
    for core in cores() {
        for guide in guides() {
            let text = fs::read_to_string(&guide).unwrap();
            for block in blocks_of(&text, "hcl") {
                let workdir = Workdir::new(&core, &[("main.tf", block)]);
                let format = workdir.run(&["fmt", "-check", "-diff"]);
                let shown = guide.display();
                assert!(format.status.success(), "{shown}: {}", format.stdout);
            }
        }
    }
}

/// The blocks of code in a language.
pub(super) fn blocks_of<'a>(page: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!("```{language}\n");
    let starts: Vec<_> = page
        .match_indices(&opening)
        .map(|(at, _)| at + opening.len())
        .collect();
    starts
        .into_iter()
        .map(|start| page[start..].split_once("```").unwrap().0)
}

/// The names in calls of `file("...")`.
pub(super) fn files_read_by(block: &str) -> impl Iterator<Item = &str> {
    block
        .split("file(\"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0)
}

/// A CSR that lists no name, so that it fits every order.
pub(super) fn csr() -> String {
    let mut parameters = rcgen::CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    let key = rcgen::KeyPair::generate().unwrap();
    parameters.serialize_request(&key).unwrap().pem().unwrap()
}

fn guides() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides");
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "there is no guide");
    found
}
