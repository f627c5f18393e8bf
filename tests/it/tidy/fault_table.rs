//! The table of faults names tests that exist, enough of them, each for one outcome, and leaves out
//! no fault of the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{Violation, numbered};

/// Where the table is.
const TABLE: &str = "tests/FAULTS.md";

/// Fewer rows than this are no catalogue.
const LEAST_ROWS: usize = 60;

/// The faults of the catalogue are numbered up to this.
const CATALOGUE: usize = 100;

/// A row of the table of faults.
struct Row<'a> {
    line: usize,
    numbers: &'a str,
    outcome: &'a str,
    tests: Vec<&'a str>,
}

/// Every row names tests that are there; no test stands for two outcomes; every outcome is
/// explained.
pub(super) fn the_fault_table_names_tests_that_exist(path: &str, text: &str) -> Vec<Violation> {
    if path != TABLE {
        return Vec::new();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = check(text, |test| exists(root, test));
    let missing = without_a_row(text);
    if !missing.is_empty() {
        found.push((0, format!("no row for the faults {missing:?}")));
    }
    found
}

/// The faults of the catalogue that no row names.
fn without_a_row(text: &str) -> Vec<usize> {
    let numbers: BTreeSet<usize> = rows(text)
        .iter()
        .flat_map(|row| {
            row.numbers
                .split(',')
                .filter_map(|it| it.trim().parse().ok())
        })
        .collect();
    (1..=CATALOGUE)
        .filter(|number| !numbers.contains(number))
        .collect()
}

fn check(text: &str, exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let rows = rows(text);
    let explained: Vec<&str> = cells(text, 2).map(|(_, cells)| cells[0]).collect();
    let mut found = Vec::new();
    if rows.len() < LEAST_ROWS {
        found.push((
            0,
            format!("{} rows, {LEAST_ROWS} are the least", rows.len()),
        ));
    }
    let mut outcomes: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &rows {
        if !explained.contains(&row.outcome) {
            found.push((row.line, format!("`{}` is not explained", row.outcome)));
        }
        if row.tests.is_empty() {
            found.push((row.line, "no test".to_owned()));
        }
        for test in &row.tests {
            if !exists(test) {
                found.push((row.line, format!("`{test}` is no test")));
            }
            let first = *outcomes.entry(*test).or_insert(row.outcome);
            if first != row.outcome {
                let what = format!("`{test}` stands for `{first}` and for `{}`", row.outcome);
                found.push((row.line, what));
            }
        }
    }
    found
}

fn rows(text: &str) -> Vec<Row<'_>> {
    cells(text, 5)
        .map(|(line, cells)| Row {
            line,
            numbers: cells[0],
            outcome: cells[2],
            tests: cells[4].split('`').skip(1).step_by(2).collect(),
        })
        .collect()
}

/// The rows of the tables with this many columns, without their heads.
fn cells(text: &str, columns: usize) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let lines: Vec<_> = numbered(text).collect();
    let is_rule = |line: &str| line.starts_with("|---");
    let is_head: Vec<bool> = lines
        .iter()
        .skip(1)
        .map(|(_, line)| is_rule(line))
        .chain([false])
        .collect();
    lines
        .into_iter()
        .zip(is_head)
        .filter(move |((_, line), head)| line.starts_with('|') && !is_rule(line) && !head)
        .map(|((number, line), _)| {
            let cells = line.trim_matches('|').split(" | ").map(str::trim);
            (number, cells.collect::<Vec<_>>())
        })
        .filter(move |(_, cells)| cells.len() == columns)
}

/// Whether `a::b::name` is a test, of `tests/it` or beside the code in `src`.
fn exists(root: &Path, test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else {
        return false;
    };
    let module = module.replace("::", "/");
    let beside_the_code = module.strip_suffix("/tests").unwrap_or(&module);
    ["tests/it", "src"].iter().any(|top| {
        [&module, beside_the_code].iter().any(|module| {
            ["", "/mod"].iter().any(|end| {
                let file = root.join(format!("{top}/{module}{end}.rs"));
                fs::read_to_string(file).is_ok_and(|text| has_test(&text, name))
            })
        })
    })
}

/// Whether a text has a function of this name with an attribute that makes it a test.
pub(super) fn has_test(text: &str, name: &str) -> bool {
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, function)) = line.split_once("fn ") {
            if is_test && function.split('(').next() == Some(name) {
                return true;
            }
            is_test = false;
        }
    }
    false
}

mod tests {
    use super::*;

    fn table(rows: &str, filler: usize) -> String {
        let mut text =
            "| outcome | means |\n|---|---|\n| kept | it stays |\n| found | it is there |\n\n\
             | no. | fault | outcome | what is promised | tests |\n|---|---|---|---|---|\n"
                .to_owned();
        text.push_str(rows);
        for number in 0..filler {
            text.push_str(&format!("| {number} | a | kept | b | `a::filler` |\n"));
        }
        text
    }

    fn violations(rows: &str, filler: usize) -> Vec<String> {
        let known = ["a::filler", "a::known"];
        check(&table(rows, filler), |test| known.contains(&test))
            .into_iter()
            .map(|(_, what)| what)
            .collect()
    }

    #[test]
    fn a_good_table_passes() {
        let row = "| 1 | a | found | b | `a::known`<br>`a::known` |\n";
        assert_eq!(violations(row, LEAST_ROWS), [""; 0]);
    }

    #[test]
    fn each_fault_of_a_table_is_found() {
        for (row, what) in [
            (
                "| 1 | a | kept | b | `a::unknown` |\n",
                "`a::unknown` is no test",
            ),
            (
                "| 1 | a | found | b | `a::known`<br>`a::filler` |\n",
                "`a::filler` stands for `found` and for `kept`",
            ),
            ("| 1 | a | kept | b | none |\n", "no test"),
            (
                "| 1 | a | lost | b | `a::known` |\n",
                "`lost` is not explained",
            ),
        ] {
            assert_eq!(violations(row, LEAST_ROWS)[0], what);
        }
        assert_eq!(violations("", 59), ["59 rows, 60 are the least"]);
    }

    #[test]
    fn a_fault_of_the_catalogue_without_a_row_is_found() {
        let row = "| 61, 62 | a | found | b | `a::known` |\n| - | a | found | b | `a::known` |\n";
        let missing: Vec<usize> = (63..=CATALOGUE).collect();
        assert_eq!(without_a_row(&table(row, 61)), missing);
    }

    #[test]
    fn a_test_is_known_by_its_file_and_its_attribute() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let here = "tidy::fault_table::a_test_is_known_by_its_file_and_its_attribute";
        assert!(exists(root, here));
        assert!(!exists(root, "tidy::fault_table::violations"));
        assert!(exists(root, "tidy::every_file_keeps_every_rule"));
        assert!(exists(
            root,
            "certcentral::http::certainty::tests::only_proof_counts_as_nothing_happened"
        ));
        assert!(!exists(
            root,
            "certcentral::http::certainty::nothing_of_this_name"
        ));
    }
}
