//! Replays the corpus: every file that a fuzzer found worth keeping, and every crash that was
//! mended.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crate::{Form, TARGETS, api_bodies};

/// Larger inputs slow a fuzzer down.
const LARGEST_FILE: u64 = 20 * 1024;
const LARGEST_CORPUS: u64 = 1024 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// Holds the property of a target against its corpus. How a property fails is on standard error;
/// which file it was, is told at the end.
fn replay(target: &str) {
    let (_, hold) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let mut files = sorted(&corpus().join(target));
    assert!(files.len() >= 10, "only {} files", files.len());
    files.retain(|file| {
        let input = fs::read(file).unwrap();
        !matches!(catch_unwind(|| hold(&input)), Ok(Form::Fits))
    });
    assert_eq!(files, [] as [PathBuf; 0]);
}

#[test]
fn answers_of_the_api_keep_their_properties() {
    replay("api_bodies");
}

#[test]
fn signing_requests_chains_and_names_keep_their_properties() {
    replay("csr_pem");
}

#[test]
fn environments_keep_their_properties() {
    replay("handshake_environment");
}

#[test]
fn values_in_msgpack_keep_their_properties() {
    replay("msgpack");
}

#[test]
fn states_in_json_keep_their_properties() {
    replay("state_json");
}

#[test]
fn every_target_has_a_corpus_and_a_fuzzer() {
    let names: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stems = |folder: &Path| -> BTreeSet<String> {
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        sorted(folder).into_iter().map(stem).collect()
    };
    assert_eq!(stems(&corpus()), names);
    assert_eq!(stems(&corpus().join("../fuzz_targets")), names);
}

#[test]
fn the_corpus_stays_small() {
    let mut total = 0;
    for (target, _) in TARGETS {
        for file in sorted(&corpus().join(target)) {
            let size = fs::metadata(&file).unwrap().len();
            assert!(size <= LARGEST_FILE, "{}: {size} bytes", file.display());
            total += size;
        }
    }
    assert!(total <= LARGEST_CORPUS, "{total} bytes");
}

#[test]
fn every_call_of_the_client_is_fuzzed() {
    let mut folders = vec![corpus().join("../../src/certcentral")];
    let mut written = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in sorted(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let calls = text.lines().filter_map(|line| {
                let signature = line.strip_prefix("    pub async fn ")?;
                Some(signature.split(['(', '<']).next()?.to_owned())
            });
            written.extend(calls);
        }
    }
    let fuzzed: BTreeSet<_> = api_bodies::CALLS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(written, fuzzed);
}
