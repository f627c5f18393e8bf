//! Rules about what a text points at.

use std::path::Path;

use super::{Violation, numbered};

/// Nobody else has our directories.
pub(super) fn no_machine_path(_: &str, text: &str) -> Vec<Violation> {
    // In pieces, so that this file keeps its own rule.
    const HOMES: [&str; 4] = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("C:\\", "Users"),
    ];
    let begins_a_path = |line: &str, at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || "._-~}$".contains(character))
    };
    let hits = numbered(text).flat_map(|(number, line)| {
        let homes = HOMES.iter().filter(move |home| {
            line.match_indices(**home)
                .any(|(at, _)| begins_a_path(line, at))
        });
        homes.map(move |home| (number, format!("`{home}` is a path of one machine")))
    });
    hits.collect()
}

/// Invisible differences make noisy ones.
pub(super) fn no_trailing_space(path: &str, text: &str) -> Vec<Violation> {
    if path.ends_with(".md") {
        return Vec::new();
    }
    let hits = numbered(text).filter(|(_, line)| line.ends_with([' ', '\t']));
    hits.map(|(number, _)| (number, "space at the end of the line".to_owned()))
        .collect()
}

/// A merge that was not finished.
pub(super) fn no_merge_marker(_: &str, text: &str) -> Vec<Violation> {
    let hits = numbered(text)
        .filter(|(_, line)| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "));
    hits.map(|(number, _)| (number, "merge marker".to_owned()))
        .collect()
}

/// A path that a page at the root names in backticks is there.
pub(super) fn a_named_path_exists(path: &str, text: &str) -> Vec<Violation> {
    if path.contains('/') || !path.ends_with(".md") {
        return Vec::new();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    let mut fenced = false;
    for (number, line) in numbered(text) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let spans = line.split('`').skip(1).step_by(2);
        let absent = spans
            .filter_map(repository_path)
            .filter(|named| !root.join(named).exists());
        missing.extend(absent.map(|named| (number, format!("`{named}` does not exist"))));
    }
    missing
}

/// The path in a code span, if it looks like one of this repository.
fn repository_path(span: &str) -> Option<&str> {
    const TOP: [&str; 10] = [
        ".ci", "benches", "docs", "examples", "fuzz", "proto", "sandbox", "scripts", "src", "tests",
    ];
    let path = span.split("::").next()?;
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if !path.chars().all(plain) {
        return None;
    }
    let looks_like_a_page =
        !path.contains('/') && (path.ends_with(".md") || path.ends_with(".toml"));
    let below_top = path
        .split_once('/')
        .is_some_and(|(first, _)| TOP.contains(&first));
    (below_top || looks_like_a_page).then_some(path)
}

mod tests {
    use super::*;

    #[test]
    fn a_home_directory_is_found() {
        let sample = format!("see {}/build.log\n", concat!("/ho", "me/somebody"));

        assert_eq!(no_machine_path("CONTRIBUTING.md", &sample).len(), 1);
        assert_eq!(
            no_machine_path(
                "CONTRIBUTING.md",
                &format!("https://a.example{}", concat!("/ho", "me/"))
            ),
            []
        );
    }

    #[test]
    fn trailing_space_is_found_outside_markdown() {
        assert_eq!(no_trailing_space("src/a.rs", "a\nb \nc\t\n").len(), 2);
        assert_eq!(no_trailing_space("README.md", "a  \n"), []);
    }

    #[test]
    fn a_merge_marker_is_found() {
        assert_eq!(
            no_merge_marker(
                "src/a.rs",
                "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> branch\n"
            )
            .len(),
            2
        );
    }

    #[test]
    fn a_page_that_names_a_missing_path_is_found() {
        let sample = "`Cargo.toml` `src/main.rs` `src/lib.rs::serve` `tests/it/` `terraform plan` \
            `/services/v2` `src/*.rs`\n\
            `src/nowhere.rs` and `NOWHERE.md`\n```sh\n`src/also_nowhere.rs`\n```\n";

        let missing = a_named_path_exists("README.md", sample);

        let expected = [
            "`src/nowhere.rs` does not exist",
            "`NOWHERE.md` does not exist",
        ];
        assert_eq!(missing, expected.map(|what| (2, what.to_owned())));
        assert_eq!(a_named_path_exists("docs/index.md", sample), []);
    }
}
