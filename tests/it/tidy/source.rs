//! Rules about code, and the eye that tells code from comments and strings.

use super::{Violation, numbered};

/// No placeholder survives a commit.
pub(super) fn nothing_is_left_to_do(path: &str, text: &str) -> Vec<Violation> {
    find(path, text, &["todo!", "unimplemented!", "dbg!"])
}

/// A test that does not run protects nothing.
pub(super) fn no_test_is_ignored(path: &str, text: &str) -> Vec<Violation> {
    find(path, text, &["#[ignore"])
}

/// Tests wait for events and turn clocks by hand: a sleep is either too short or too long.
///
/// On tokio's paused clock a sleep is a date in the story, so a file may have it whose every tokio test starts paused.
pub(super) fn no_test_sleeps(path: &str, text: &str) -> Vec<Violation> {
    let is_test_file = ["tests/it/", "tests/simulation/"]
        .iter()
        .any(|top| path.starts_with(top))
        || path.contains("/tests/")
        || path.ends_with("/tests.rs");
    let tests_begin = if is_test_file {
        Some(1)
    } else {
        first_test_line(text)
    };
    let Some(tests_begin) = tests_begin else {
        return Vec::new();
    };
    let blocking = find(path, text, &["thread::sleep("]);
    let on_a_clock = if clock_is_paused(text) {
        Vec::new()
    } else {
        find(path, text, &["sleep("])
    };
    let found = blocking.into_iter().chain(on_a_clock);
    found.filter(|(line, _)| *line >= tests_begin).collect()
}

/// Whether there are tokio tests and all of them start with a paused clock.
fn clock_is_paused(text: &str) -> bool {
    let code = code_only(text);
    let mut attributes = code
        .lines()
        .filter(|line| line.trim().starts_with("#[tokio::test"))
        .peekable();
    attributes.peek().is_some()
        && attributes.all(|attribute| attribute.contains("start_paused = true"))
}

/// Terraform reads the handshake on standard output: whoever else prints there breaks the start.
pub(super) fn standard_output_belongs_to_the_handshake(path: &str, text: &str) -> Vec<Violation> {
    if !path.starts_with("src/") || path == "src/main.rs" || path.starts_with("src/plugin/") {
        return Vec::new();
    }
    find(path, text, &["stdout()"])
}

/// A rule about configurations, and a limit in their table, says in its doc comment where it comes from.
pub(super) fn a_rule_names_its_source(path: &str, text: &str) -> Vec<Violation> {
    let is_a_rule = |item: &str| {
        item.contains(" fn ")
            && item.contains("order: &SslOrderModel")
            && item.contains("Vec<Diagnostic>")
    };
    let is_a_limit = |item: &str| path.ends_with("/limits.rs") && item.contains(" const ");
    let of_the_rules = path.starts_with("src/provider/ssl_order/rules/");
    if !of_the_rules || path.contains("/tests/") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let items = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("pub("));
    items
        .filter(|(index, _)| {
            let item = lines[*index..].join(" ");
            let head = item.split(['{', ';']).next().unwrap_or_default();
            is_a_rule(head) || is_a_limit(head)
        })
        .filter(|(index, _)| {
            let comment = lines[..*index].iter().rev();
            !comment
                .take_while(|line| line.starts_with("///"))
                .any(|line| line.contains("Source"))
        })
        .map(|(index, _)| (index + 1, "no source in the doc comment".to_owned()))
        .collect()
}

/// The first line after which tests follow: by habit they stand at the end of a file.
fn first_test_line(text: &str) -> Option<usize> {
    let code = code_only(text);
    let mut lines = numbered(&code).skip_while(|(_, line)| line.trim() != "#[cfg(test)]");
    let (attribute, _) = lines.next()?;
    // `mod tests;` names another file, which the rule sees by its path.
    let (_, item) = lines.next()?;
    (!item.trim().ends_with(';')).then_some(attribute)
}

fn find(path: &str, text: &str, needles: &[&str]) -> Vec<Violation> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let code = code_only(text);
    let mut found = Vec::new();
    for (number, line) in numbered(&code) {
        for needle in needles.iter().filter(|needle| contains_word(line, needle)) {
            found.push((number, format!("`{needle}`")));
        }
    }
    found
}

/// Whether `line` has `needle` where no longer name ends in it.
fn contains_word(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

/// The text with every comment and the inside of every string literal blanked; the lines keep their numbers.
pub(super) fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = comment_length(rest)
            .or_else(|| literal_length(rest, &code))
            .unwrap_or(0);
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let blank = |character| if character == '\n' { '\n' } else { ' ' };
            code.extend(rest[..length].chars().map(blank));
            rest = &rest[length..];
        }
    }
    code
}

fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(text.len())
}

/// The length of the string or character literal that `text` starts with; `before` tells `r"` from the end of a name.
fn literal_length(text: &str, before: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r').filter(|_| !ends_in_name(before)) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = body
            .find(&close)
            .map_or(body.len(), |end| end + close.len());
        return Some(1 + hashes + 1 + end);
    }
    if text.starts_with('"') {
        return Some(escaped_length(text, '"'));
    }
    let character = text.strip_prefix('\'')?;
    let one = character.chars().next()?;
    // A lifetime has no closing quote after its first character.
    (one == '\\' || character[one.len_utf8()..].starts_with('\''))
        .then(|| escaped_length(text, '\''))
}

/// Whether a name ends here, so that the `r` that follows is part of it. In `br"` the `b` is a prefix of its own.
fn ends_in_name(before: &str) -> bool {
    let mut back = before.chars().rev();
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    match back.next() {
        Some('b') => back.next().is_some_and(is_name),
        last => last.is_some_and(is_name),
    }
}

fn escaped_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_not_code() {
        let text = "let a = \"x\\\"y\"; // z\n/* b /* c */ d */ e('\\'', 'f', r#\"g\"h\"#, br\"i\", for_r\"j\"); fn k<'l>()";

        let code = code_only(text);

        let words: Vec<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(words, ["let", "a", "e", "b", "for_r", "fn", "k", "l"]);
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn placeholders_are_found_in_code_only() {
        let sample =
            "//! Says todo!.\nfn a() { todo!() }\nlet b = \"dbg!\";\nstd::dbg!(b);\nmy_todo!();\n";

        let lines: Vec<usize> = nothing_is_left_to_do("src/a.rs", sample)
            .into_iter()
            .map(|(line, _)| line)
            .collect();

        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn an_ignored_test_is_found() {
        assert_eq!(
            no_test_is_ignored("tests/it/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}").len(),
            1
        );
    }

    #[test]
    fn a_sleep_is_found_in_tests_and_left_alone_elsewhere() {
        let sample = "fn wait() { sleep(second) }\n#[cfg(test)]\nmod tests {\n    fn a() { sleep(second) }\n}\n";
        let without_tests = "fn wait() { sleep(second) }\n#[cfg(test)]\nmod tests;\n";

        assert_eq!(no_test_sleeps("src/a.rs", sample).len(), 1);
        assert_eq!(no_test_sleeps("src/a.rs", sample)[0].0, 4);
        assert_eq!(no_test_sleeps("tests/it/a.rs", sample).len(), 2);
        assert_eq!(no_test_sleeps("src/a/tests.rs", sample).len(), 2);
        assert_eq!(no_test_sleeps("src/a.rs", without_tests), []);
    }

    #[test]
    fn a_sleep_on_a_paused_clock_is_no_sleep() {
        let paused = "#[tokio::test(start_paused = true)]\nasync fn a() { sleep(second).await }\n";
        let running = "#[tokio::test]\nasync fn b() {}\n";
        let blocking = "fn c() { thread::sleep(second) }\n";

        assert_eq!(no_test_sleeps("tests/it/a.rs", paused), []);
        assert_eq!(
            no_test_sleeps("tests/it/a.rs", &[paused, running].concat())[0].0,
            2
        );
        assert_eq!(
            no_test_sleeps("tests/it/a.rs", &[paused, blocking].concat())[0].0,
            3
        );
    }

    #[test]
    fn standard_output_is_found_outside_the_handshake() {
        let sample = "writeln!(io::stdout(), \"hello\")";

        assert_eq!(
            standard_output_belongs_to_the_handshake("src/provider/mod.rs", sample).len(),
            1
        );
        assert_eq!(
            standard_output_belongs_to_the_handshake("src/plugin/handshake.rs", sample),
            []
        );
    }
    #[test]
    fn a_rule_without_a_source_is_found() {
        let sample = "/// Source: a page.\npub(super) fn a(order: &SslOrderModel) -> Vec<Diagnostic> {\n}\n\n\
            /// No page.\npub(super) fn b(\n    order: &SslOrderModel,\n) -> Vec<Diagnostic> {\n}\n\n\
            /// No page.\npub(super) fn c(text: &str) -> bool {\n}\n\n/// Ten.\npub(super) const D: i64 = 10;\n";
        let lines = |path: &str| -> Vec<usize> {
            a_rule_names_its_source(path, sample)
                .into_iter()
                .map(|(line, _)| line)
                .collect()
        };
        assert_eq!(lines("src/provider/ssl_order/rules/a.rs"), [6]);
        assert_eq!(lines("src/provider/ssl_order/rules/limits.rs"), [6, 16]);
        assert_eq!(lines("src/provider/ssl_order/plan.rs"), [0; 0]);
    }
}
