//! The dependency arrows of the design: who may name whom, among modules and among crates.

use super::{Violation, numbered};

/// The modules of the root crate, each with those that it may use.
const MODULES: [(&str, &[&str]); 6] = [
    ("main", &["plugin", "framework", "provider"]),
    ("plugin", &[]),
    ("framework", &[]),
    ("certcentral", &[]),
    ("pki", &[]),
    ("provider", &["framework", "certcentral", "pki"]),
];

/// The manifests of the workspace, each with the crates that it must not name, and whether its
/// tests may.
const MANIFESTS: [(&str, &[&str], bool); 3] = [
    // The sandbox, the stand-in for core and the fuzzers are for tests and examples: they never
    // ship.
    (
        "Cargo.toml",
        &["certcentral-sandbox", "fuzz-properties", "terraform-host"],
        true,
    ),
    (
        "sandbox/Cargo.toml",
        &["terraform-provider-digicert", "terraform-host"],
        false,
    ),
    (
        "tests/host/Cargo.toml",
        &["terraform-provider-digicert", "certcentral-sandbox"],
        false,
    ),
];

/// `main -> plugin, framework, provider`, `provider -> framework, certcentral, pki`; the others use
/// none of ours.
pub(super) fn modules_use_only_what_the_design_allows(path: &str, text: &str) -> Vec<Violation> {
    let below = path
        .strip_prefix("src/")
        .and_then(|it| it.strip_suffix(".rs"));
    let parts: Vec<&str> = below
        .into_iter()
        .flat_map(|below| below.split('/'))
        .filter(|part| *part != "mod")
        .collect();
    let Some((module, may_use)) = MODULES.iter().find(|it| parts.first() == Some(&it.0)) else {
        return Vec::new();
    };
    // What code in this file can call the root of the crate.
    let roots = match *module {
        "main" => vec!["terraform_provider_digicert::".to_owned()],
        _ => vec!["crate::".to_owned(), "super::".repeat(parts.len())],
    };
    let is_ours = |name: &str| MODULES.iter().any(|(module, _)| *module == name);
    let mut violations = Vec::new();
    for (number, line) in numbered(text) {
        let code = line.split("//").next().unwrap_or_default();
        for used in roots.iter().flat_map(|root| names_after(code, root)) {
            if is_ours(used) && used != *module && !may_use.contains(&used) {
                let what = format!("`{module}` must not use `{used}`: see ARCHITECTURE.md");
                violations.push((number, what));
            }
        }
        if roots
            .iter()
            .any(|root| code.trim_end() == format!("use {root}{{"))
        {
            violations.push((
                number,
                "each of our modules has a `use` of its own".to_owned(),
            ));
        }
    }
    violations
}

/// The name that follows `root` in a line, each time, and all names of a group.
fn names_after<'a>(code: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let begins = move |at: usize| !code[..at].ends_with(|it: char| is_name(it) || it == ':');
    code.match_indices(root)
        .filter(move |(at, _)| begins(*at))
        .flat_map(move |(at, root)| {
            let rest = &code[at + root.len()..];
            let names = if rest.starts_with('{') { usize::MAX } else { 1 };
            let words = rest.split(move |it| !is_name(it));
            words.filter(|word| !word.is_empty()).take(names)
        })
}

/// The sandbox shares nothing with the client it stands against, and neither ships with the other.
pub(super) fn crates_depend_only_as_the_design_allows(path: &str, text: &str) -> Vec<Violation> {
    let manifest = MANIFESTS.iter().find(|(manifest, ..)| *manifest == path);
    let Some((_, forbidden, but_in_tests)) = manifest else {
        return Vec::new();
    };
    let mut depends = false;
    let mut violations = Vec::new();
    for (number, line) in numbered(text) {
        if line.starts_with('[') {
            depends = line.contains("dependencies")
                && !(*but_in_tests && line.contains("dev-dependencies"));
        }
        let found = forbidden.iter().filter(|name| line.contains(**name));
        if depends {
            violations.extend(found.map(|name| (number, format!("`{name}` must not be here"))));
        }
    }
    violations
}

mod tests {
    use super::*;

    fn lines(found: &[Violation]) -> Vec<usize> {
        found.iter().map(|(line, _)| *line).collect()
    }

    #[test]
    fn an_arrow_that_the_design_does_not_have_is_found() {
        let sample = "//! See crate::provider.\nuse crate::framework::Value;\nlet a = \
            crate::pki::Csr;\n\
            use super::super::plugin::serve;\nuse super::provider;\n";
        let main = "use terraform_provider_digicert::certcentral;\nuse \
            terraform_provider_digicert::{plugin, pki};\nuse terraform_provider_digicert::{\n";
        let table: [(&str, &str, &[usize]); 6] = [
            ("src/certcentral/order.rs", sample, &[2, 3, 4]),
            ("src/certcentral/orders/place.rs", sample, &[2, 3]),
            ("src/provider/config.rs", sample, &[4]),
            ("src/framework/mod.rs", sample, &[3, 5]),
            ("src/lib.rs", sample, &[]),
            ("src/main.rs", main, &[1, 2, 3]),
        ];
        for (path, text, expected) in table {
            let found = modules_use_only_what_the_design_allows(path, text);
            assert_eq!(lines(&found), expected, "{path}: {found:?}");
        }
    }

    #[test]
    fn a_crate_that_must_not_be_depended_on_is_found() {
        let root = "[dependencies]\ncertcentral-sandbox = { path = \"sandbox\" \
            }\n[dev-dependencies]\nterraform-host.path = \"a\"\n";
        let sandbox = "[package]\nname = \"certcentral-sandbox\"\n[dev-dependencies.terraform-provider-digicert]\npath = \"..\"\n\
            [target.'cfg(unix)'.dependencies]\nterraform-host.path = \"\"\n";
        for (path, text, expected) in [
            ("Cargo.toml", root, [2].as_slice()),
            ("sandbox/Cargo.toml", sandbox, &[3, 6]),
            ("fuzz/Cargo.toml", root, &[]),
        ] {
            let found = crates_depend_only_as_the_design_allows(path, text);
            assert_eq!(lines(&found), expected, "{path}: {found:?}");
        }
    }
}
