//! Rules about a file as a whole: its length, its head, its name.

use super::Violation;

const LONGEST: usize = 400;

/// A longer file has more than one reason to exist.
pub(super) fn a_rust_file_has_at_most_400_lines(path: &str, text: &str) -> Vec<Violation> {
    let lines = text.lines().count();
    if !path.ends_with(".rs") || lines <= LONGEST {
        return Vec::new();
    }
    vec![(
        0,
        format!(
            "{lines} lines, {LONGEST} are allowed: find the second purpose in it and give that a file"
        ),
    )]
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
        assert_eq!(
            a_rust_file_has_at_most_400_lines("src/a.rs", &"\n".repeat(400)),
            []
        );
        assert_eq!(
            a_rust_file_has_at_most_400_lines("src/a.rs", &"\n".repeat(401)).len(),
            1
        );
        assert_eq!(
            a_rust_file_has_at_most_400_lines("docs/a.md", &"\n".repeat(401)),
            []
        );
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
