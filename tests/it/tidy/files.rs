//! Rules about a file as a whole: its length, its head, its name.

use super::Violation;

const LONGEST: usize = 600;

/// A longer file has more than one reason to exist. Tests stay beside what they test, so they do
/// not count there.
pub(super) fn a_rust_file_has_at_most_600_lines_without_its_tests(
    path: &str,
    text: &str,
) -> Vec<Violation> {
    let lines = if is_all_tests(path) {
        text.lines().count()
    } else {
        lines_before_tests(text)
    };
    if !path.ends_with(".rs") || lines <= LONGEST {
        return Vec::new();
    }
    vec![(
        0,
        format!(
            "{lines} lines, {LONGEST} are allowed: find the second purpose in it and give that a \
             file"
        ),
    )]
}

/// Whether a file holds nothing but tests and what they need.
pub(super) fn is_all_tests(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "tests" || part == "tests.rs")
}

/// The number of lines up to the module of tests that a file ends with.
pub(super) fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests = |pair: &[&str]| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    };
    lines
        .windows(2)
        .position(opens_tests)
        .unwrap_or(lines.len())
}

/// The first line of a file says what the file is for.
pub(super) fn a_rust_file_opens_with_its_purpose(path: &str, text: &str) -> Vec<Violation> {
    let purpose = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "));
    if !path.ends_with(".rs") || purpose.is_some_and(|purpose| !purpose.trim().is_empty()) {
        return Vec::new();
    }
    vec![(
        1,
        "the first line must say the purpose of the file, as `//! Does this.`".to_owned(),
    )]
}

/// What has no name has no home yet.
pub(super) fn a_file_is_named_after_what_it_holds(path: &str, _: &str) -> Vec<Violation> {
    const NAMELESS: [&str; 8] = [
        "util", "utils", "helper", "helpers", "common", "misc", "manager", "shared",
    ];
    let names = path
        .strip_suffix(".rs")
        .into_iter()
        .flat_map(|stem| stem.split('/'));
    names
        .filter(|name| NAMELESS.contains(name))
        .map(|name| (0, format!("`{name}` says nothing about what is in it")))
        .collect()
}

mod tests {
    use super::*;

    #[test]
    fn the_line_after_the_longest_is_one_too_many() {
        let long = "\n".repeat(600);
        let tested = format!("{long}#[cfg(test)]\nmod tests {{\n{long}}}\n");
        let lines = |path, text: &str| {
            a_rust_file_has_at_most_600_lines_without_its_tests(path, text).len()
        };

        assert_eq!(lines("src/a.rs", &long), 0);
        assert_eq!(lines("src/a.rs", &tested), 0);
        for too_long in [
            format!("\n{long}"),
            format!("\n{tested}"),
            format!("{long}#[cfg(test)]\nmod tests;\n"),
            format!("{long}#[cfg(test)]\nuse a;\n"),
        ] {
            assert_eq!(lines("src/a.rs", &too_long), 1);
            assert_eq!(lines("docs/a.md", &too_long), 0);
        }
        for path in [
            "src/a/tests.rs",
            "src/a/tests/b.rs",
            "tests/it/a.rs",
            "sandbox/tests/a.rs",
        ] {
            assert_eq!(lines(path, &tested), 1);
        }
    }

    #[test]
    fn a_file_without_purpose_is_found() {
        assert_eq!(
            a_rust_file_opens_with_its_purpose("src/a.rs", "//! Counts.\n"),
            []
        );
        assert_eq!(
            a_rust_file_opens_with_its_purpose("src/a.rs", "//! \n").len(),
            1
        );
        assert_eq!(
            a_rust_file_opens_with_its_purpose("src/a.rs", "use std::fs;\n//! Late.\n").len(),
            1
        );
        assert_eq!(a_rust_file_opens_with_its_purpose("src/a.rs", "").len(), 1);
    }

    #[test]
    fn a_nameless_file_or_folder_is_found() {
        assert_eq!(
            a_file_is_named_after_what_it_holds("src/provider/utils.rs", "").len(),
            1
        );
        assert_eq!(
            a_file_is_named_after_what_it_holds("tests/it/common/mod.rs", "").len(),
            1
        );
        assert_eq!(
            a_file_is_named_after_what_it_holds("src/certcentral/common_name.rs", ""),
            []
        );
    }
}
