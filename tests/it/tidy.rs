//! The habits of this repository, checked: each rule is a function of a file's path and text.
//!
//! A rule answers with the lines (or the file) that break it. Every rule has a test of its own that
//! it catches a bad sample.

mod arrows;
mod fault_table;
mod files;
mod named_tests;
mod references;
mod source;

use std::fs;
use std::path::Path;

/// What breaks a rule: the line, counted from 1 (0 is the whole file), and what is wrong with it.
type Violation = (usize, String);

/// A rule over one file: its path from the root of the repository with forward slashes, and its
/// text.
type Rule = fn(&str, &str) -> Vec<Violation>;

const RULES: [Rule; 14] = [
    arrows::modules_use_only_what_the_design_allows,
    arrows::crates_depend_only_as_the_design_allows,
    files::a_rust_file_has_at_most_600_lines_without_its_tests,
    files::a_rust_file_opens_with_its_purpose,
    files::a_file_is_named_after_what_it_holds,
    source::no_test_is_ignored,
    source::no_test_sleeps,
    source::a_rule_names_its_source,
    references::no_machine_path,
    references::no_trailing_space,
    references::no_merge_marker,
    references::a_named_path_exists,
    fault_table::the_fault_table_names_tests_that_exist,
    named_tests::a_named_test_exists,
];

/// Directories that hold nothing of ours.
const FOREIGN: [&str; 4] = [".git", ".cores", "target", ".terraform"];

/// Files whose text is given from elsewhere or generated.
const GIVEN: [&str; 6] = [
    "LICENSE",
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "fuzz/corpus/",
    "tests/fixtures/",
    "benches/peers/tf-provider/Cargo.lock",
];

#[test]
fn every_file_keeps_every_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, "", &mut files);
    assert!(
        files.iter().any(|(path, _)| path == "tests/it/tidy.rs"),
        "the walk did not find this file"
    );

    let violations: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| {
            let found = RULES.iter().flat_map(move |rule| rule(path, text));
            found.map(move |(line, what)| format!("{path}:{line}: {what}"))
        })
        .collect();

    assert!(
        violations.is_empty(),
        "{} violations\n{}",
        violations.len(),
        violations.join("\n")
    );
}

/// Reads all text files of the repository, in the order of their paths.
fn collect(root: &Path, directory: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(root.join(directory))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = if directory.is_empty() {
            name.clone()
        } else {
            format!("{directory}/{name}")
        };
        if FOREIGN.contains(&name.as_str()) || GIVEN.iter().any(|given| path.starts_with(given)) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push((path, text));
        }
    }
}

/// The lines of `text` with their numbers, counted from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}
