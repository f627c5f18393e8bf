//! A page that says which test shows something says so of a test that is there.

use std::fs;
use std::path::Path;

use super::fault_table::has_test;
use super::{Violation, numbered};

/// A test that a page names as `path/to/file.rs::test` is a function of that file.
pub(super) fn a_named_test_exists(path: &str, text: &str) -> Vec<Violation> {
    if !path.ends_with(".md") {
        return Vec::new();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let missing = numbered(text).flat_map(|(number, line)| {
        let names = line.split('`').skip(1).step_by(2).filter_map(test_of);
        let absent = names.filter(|(file, test)| {
            !fs::read_to_string(root.join(file)).is_ok_and(|text| has_test(&text, test))
        });
        absent.map(move |(file, test)| (number, format!("`{file}` has no test `{test}`")))
    });
    missing.collect()
}

/// File and function, if a code span names a test: `tests/it/tidy.rs::every_file_keeps_every_rule`.
fn test_of(span: &str) -> Option<(&str, &str)> {
    let (file, test) = span.split_once(".rs::")?;
    let file = &span[..file.len() + ".rs".len()];
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    test.chars().all(is_name).then_some((file, test))
}

mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_not_there_is_found() {
        let sample = "`tests/it/tidy.rs::every_file_keeps_every_rule` and `tests/it/tidy.rs`\n\
                      | `tests/it/tidy.rs::numbered` | `tests/it/tidy.rs::no_such_test` |\n\
                      `tests/it/nowhere.rs::anything` `std::fs::read`\n";

        let missing = a_named_test_exists("docs/anything.md", sample);

        let expected = [
            (2, "`tests/it/tidy.rs` has no test `numbered`"),
            (2, "`tests/it/tidy.rs` has no test `no_such_test`"),
            (3, "`tests/it/nowhere.rs` has no test `anything`"),
        ];
        assert_eq!(
            missing,
            expected.map(|(line, what)| (line, what.to_owned()))
        );
        assert_eq!(a_named_test_exists("src/lib.rs", sample), []);
    }
}
