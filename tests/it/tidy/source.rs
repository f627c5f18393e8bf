//! Rules about code that neither the compiler nor clippy knows.

use super::files::{is_all_tests, lines_before_tests};
use super::{Violation, numbered};

/// How the attribute begins that keeps a test from running. In pieces, so that nobody takes this
/// file for one that has it.
const IGNORED: &str = concat!("#[", "ignore");

/// A test that does not run protects nothing.
pub(super) fn no_test_is_ignored(path: &str, text: &str) -> Vec<Violation> {
    let is_ignored = |line: &str| line.trim_start().starts_with(IGNORED);
    let found = numbered(text).filter(|(_, line)| path.ends_with(".rs") && is_ignored(line));
    found
        .map(|(number, _)| (number, "this test does not run".to_owned()))
        .collect()
}

/// Tests wait for events and turn clocks by hand: a sleep is either too short or too long.
///
/// On tokio's paused clock a sleep is a date in the story, so a file may have it whose every tokio
/// test starts paused. Clippy refuses the sleep that blocks a thread.
pub(super) fn no_test_sleeps(path: &str, text: &str) -> Vec<Violation> {
    let tests_begin = if is_all_tests(path) {
        0
    } else {
        lines_before_tests(text)
    };
    let tests = numbered(text)
        .skip(tests_begin)
        .filter(|(_, line)| path.ends_with(".rs") && !line.trim_start().starts_with("//"));
    let mut clocks = text
        .lines()
        .filter(|line| line.trim_start().starts_with("#[tokio::test"))
        .peekable();
    if clocks.peek().is_some() && clocks.all(|line| line.contains("start_paused = true")) {
        return Vec::new();
    }
    let sleeps = |line: &str| {
        line.match_indices(concat!("sleep", "("))
            .any(|(at, _)| !line[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_'))
    };
    tests
        .filter(|(_, line)| sleeps(line))
        .map(|(number, _)| (number, "a sleep on a running clock".to_owned()))
        .collect()
}

/// Where the rules about configurations are.
const RULES: &str = "src/provider/ssl_order/rules/";

/// A rule about configurations, and a limit in their table, says in its doc comment where it comes
/// from.
pub(super) fn a_rule_names_its_source(path: &str, text: &str) -> Vec<Violation> {
    let lines: Vec<&str> = text.lines().collect();
    let names_its_source = |item: usize| {
        let comment = lines[..item].iter().rev();
        let mut comment = comment.take_while(|line| line.starts_with("///"));
        comment.any(|line| line.contains("Source"))
    };
    let rules = rules_and_limits(path, &lines).into_iter();
    rules
        .filter(|item| !names_its_source(*item))
        .map(|item| (item + 1, "no source in the doc comment".to_owned()))
        .collect()
}

/// The indices of the lines in which a rule or a limit begins.
fn rules_and_limits(path: &str, lines: &[&str]) -> Vec<usize> {
    if !path.starts_with(RULES) || path.contains("/tests/") {
        return Vec::new();
    }
    let is_a_rule = |head: &str| {
        head.contains(" fn ")
            && head.contains("order: &SslOrderModel")
            && head.contains("Vec<Diagnostic>")
    };
    let is_a_limit = |head: &str| path.ends_with("/limits.rs") && head.contains(" const ");
    let items = (0..lines.len()).filter(|index| lines[*index].starts_with("pub("));
    items
        .filter(|index| {
            let item = lines[*index..].join(" ");
            let head = item.split(['{', ';']).next().unwrap_or_default();
            is_a_rule(head) || is_a_limit(head)
        })
        .collect()
}

mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn lines(found: &[Violation]) -> Vec<usize> {
        found.iter().map(|(line, _)| *line).collect()
    }

    #[test]
    fn an_ignored_test_is_found() {
        let sample = format!("#[test]\n{IGNORED} = \"slow\"]\nfn a() {{}}\n// {IGNORED}]\n");

        assert_eq!(lines(&no_test_is_ignored("tests/it/a.rs", &sample)), [2]);
    }

    #[test]
    fn a_sleep_is_found_in_tests_and_left_alone_elsewhere() {
        // In pieces, so that this file keeps its own rule.
        let call = concat!("sle", "ep(second)");
        let sample = format!(
            "fn wait() {{ {call} }}\n#[cfg(test)]\nmod tests {{\n    fn a() {{ {call} }}\n    // \
             {call}\n}}\n"
        );
        let table: [(&str, &[usize]); 3] = [
            ("src/a.rs", &[4]),
            ("tests/it/a.rs", &[1, 4]),
            ("src/a/tests.rs", &[1, 4]),
        ];
        for (path, expected) in table {
            assert_eq!(lines(&no_test_sleeps(path, &sample)), expected, "{path}");
        }
        let paused = format!("#[tokio::test(start_paused = true)]\nasync fn a() {{ {call} }}\n");
        let running = "#[tokio::test]\nasync fn b() { fall_asleep() }\n";
        assert_eq!(no_test_sleeps("tests/it/a.rs", &paused), []);
        assert_eq!(no_test_sleeps("tests/it/a.rs", running), []);
        let both = format!("{paused}{running}");
        assert_eq!(lines(&no_test_sleeps("tests/it/a.rs", &both)), [2]);
    }

    #[test]
    fn a_rule_without_a_source_is_found() {
        let sample = "/// Source: a page.\npub(super) fn a(order: &SslOrderModel) -> Vec<Diagnostic> {\n}\n\n\
            /// No page.\npub(super) fn b(\n order: &SslOrderModel,\n) -> Vec<Diagnostic> {\n}\n\n\
            /// No page.\npub(super) fn c(text: &str) -> bool {\n}\n\n/// Ten.\npub(super) const D:
            /// i64 = 10;\n";
        let table: [(&str, &[usize]); 3] = [
            ("src/provider/ssl_order/rules/a.rs", &[6]),
            ("src/provider/ssl_order/rules/limits.rs", &[6, 16]),
            ("src/provider/ssl_order/plan/mod.rs", &[]),
        ];
        for (path, expected) in table {
            assert_eq!(lines(&a_rule_names_its_source(path, sample)), expected);
        }
    }

    #[test]
    fn the_rules_are_where_they_are_looked_for() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(RULES);
        let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        let found = files.filter_map(|file| {
            let text = fs::read_to_string(&file).ok()?;
            let path = format!("{RULES}{}", file.file_name()?.to_str()?);
            Some(rules_and_limits(&path, &text.lines().collect::<Vec<_>>()).len())
        });
        let found: usize = found.sum();
        assert!(found >= 40, "{found} rules and limits");
    }
}
