//! The dependency arrows of the design: who may name whom, among modules and among crates.

use super::source::code_only;
use super::{Violation, numbered};

/// The modules of the root crate, each with the modules it may use.
const MODULES: [(&str, &[&str]); 5] = [
    ("plugin", &[]),
    ("framework", &[]),
    ("certcentral", &[]),
    ("pki", &[]),
    ("provider", &["framework", "certcentral", "pki"]),
];

/// What the program joins. It reaches the rest through these.
const MAIN_MAY_USE: &[&str] = &["plugin", "framework", "provider"];

/// The crates of the workspace by manifest, each with those it must not depend on, and with which kind of dependency.
const CRATES: [(&str, &[&str], &[&str]); 3] = [
    // The sandbox, the stand-in for core and the fuzzers are for tests and examples: they never ship.
    (
        "Cargo.toml",
        &["certcentral-sandbox", "fuzz-properties", "terraform-host"],
        &["dependencies", "build-dependencies"],
    ),
    (
        "sandbox/Cargo.toml",
        &["terraform-provider-digicert", "terraform-host"],
        EVERY_KIND,
    ),
    (
        "tests/host/Cargo.toml",
        &["terraform-provider-digicert", "certcentral-sandbox"],
        EVERY_KIND,
    ),
];

const EVERY_KIND: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// `main -> plugin, framework, provider`, `provider -> framework, certcentral, pki`; the others use none of ours.
pub(super) fn modules_use_only_what_the_design_allows(path: &str, text: &str) -> Vec<Violation> {
    let Some(place) = Place::of(path) else {
        return Vec::new();
    };
    let code = code_only(text);
    let mut violations = Vec::new();
    for (line, used) in place.roots.iter().flat_map(|root| names_after(&code, root)) {
        let is_ours = MODULES.iter().any(|(name, _)| *name == used);
        if is_ours && used != place.module && !place.may_use.contains(&used.as_str()) {
            let module = place.module;
            violations.push((
                line,
                format!("`{module}` must not use `{used}`: see the arrows in ARCHITECTURE.md"),
            ));
        }
    }
    violations
}

/// Where a file stands in the root crate.
struct Place {
    module: &'static str,
    may_use: &'static [&'static str],
    /// How code in this file can name the root of the crate.
    roots: Vec<String>,
}

impl Place {
    fn of(path: &str) -> Option<Self> {
        if path == "src/main.rs" {
            return Some(Self {
                module: "main",
                may_use: MAIN_MAY_USE,
                roots: vec!["terraform_provider_digicert".to_owned()],
            });
        }
        let below = path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let modules: Vec<&str> = below.split('/').filter(|part| *part != "mod").collect();
        let (module, may_use) = MODULES
            .iter()
            .find(|(name, _)| Some(name) == modules.first())?;
        let upwards = vec!["super"; modules.len()].join("::");
        Some(Self {
            module,
            may_use,
            roots: vec!["crate".to_owned(), upwards],
        })
    }
}

/// Terraform's wire types stop at the door.
pub(super) fn only_the_framework_server_names_generated_types(
    path: &str,
    text: &str,
) -> Vec<Violation> {
    if !path.starts_with("src/")
        || !path.ends_with(".rs")
        || path.starts_with("src/framework/server/")
    {
        return Vec::new();
    }
    // A string such as a route may name the service, but not the one that `include_proto!` takes.
    let code = code_only(text);
    let named = numbered(&code).filter(|(_, line)| line.contains("tfplugin6"));
    let included = numbered(text).filter(|(_, line)| line.contains("include_proto!(\"tfplugin6"));
    let hits = named.chain(included);
    hits.map(|(line, _)| {
        (
            line,
            "`tfplugin6` belongs to src/framework/server".to_owned(),
        )
    })
    .collect()
}

/// The sandbox shares nothing with the client it stands against, and neither ships with the other.
pub(super) fn crates_depend_only_as_the_design_allows(path: &str, text: &str) -> Vec<Violation> {
    let Some((_, forbidden, kinds)) = CRATES.iter().find(|(manifest, ..)| *manifest == path) else {
        return Vec::new();
    };
    let mut section = "";
    let mut violations = Vec::new();
    for (number, line) in numbered(text) {
        let header = line
            .trim()
            .strip_prefix('[')
            .map(|header| header.trim_end_matches(']'));
        section = header.unwrap_or(section);
        // `[dependencies]`, `[target.'cfg(unix)'.dependencies]`, `[dependencies.name]`
        let Some(kind) = kinds
            .iter()
            .find(|kind| section.split('.').any(|part| part == **kind))
        else {
            continue;
        };
        let name = match header {
            Some(header) => header.rsplit('.').next(),
            None => line.split(['=', '.', ' ']).next(),
        };
        let name = name.unwrap_or_default().trim_matches('"');
        if forbidden.contains(&name) {
            violations.push((
                number,
                format!("`{name}` must not be in `{kind}` of {path}"),
            ));
        }
    }
    violations
}

/// Every first name after `root::`, also inside `root::{...}`, with its line.
fn names_after(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(&format!("{root}::")) {
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        if code[..at].chars().next_back().is_some_and(is_name) {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + root.len() + 2..];
        match rest.strip_prefix('{') {
            None => names.push((
                line,
                rest.chars()
                    .take_while(|character| is_name(*character))
                    .collect(),
            )),
            Some(group) => {
                names.extend(top_level_names(group).into_iter().map(|name| (line, name)));
            }
        }
    }
    names
}

/// The first names of `a::b, c::{d, e}}`, up to the brace that closes the group.
fn top_level_names(group: &str) -> Vec<String> {
    let (mut names, mut name, mut depth, mut reading) = (Vec::new(), String::new(), 0, true);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                reading = true;
            }
            ':' => reading &= depth > 0,
            _ if reading && depth == 0 && !character.is_whitespace() => name.push(character),
            _ => {}
        }
    }
    names.push(name);
    names
}

mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_the_design_does_not_have_is_found() {
        let sample = "//! See crate::provider.\nuse crate::framework::value::Value;\nlet a = crate::pki::Csr::parse(pem);\n";

        let violations =
            modules_use_only_what_the_design_allows("src/certcentral/orders/place.rs", sample);

        assert_eq!(
            violations.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 3]
        );
        assert!(
            violations[0]
                .1
                .starts_with("`certcentral` must not use `framework`")
        );
        assert_eq!(
            modules_use_only_what_the_design_allows("src/provider/config.rs", sample),
            []
        );
    }

    #[test]
    fn a_way_around_through_super_is_found() {
        let sample = "use super::super::pki::Csr;\nuse super::provider;\n";

        let lines = |path| -> Vec<usize> {
            modules_use_only_what_the_design_allows(path, sample)
                .into_iter()
                .map(|(line, _)| line)
                .collect()
        };

        assert_eq!(lines("src/framework/server/mod.rs"), [1]);
        assert_eq!(lines("src/framework/provider.rs"), [1]);
        assert_eq!(lines("src/framework/mod.rs"), [1, 2]);
        assert!(lines("src/framework/server/resource.rs").is_empty());
    }

    #[test]
    fn a_grouped_import_is_read_name_by_name() {
        let sample = "use crate::{\n    framework::{schema::Schema, plugin},\n    pki,\n    plugin::serve,\n};\n";

        let violations = modules_use_only_what_the_design_allows("src/provider/mod.rs", sample);

        assert_eq!(violations.len(), 1);
        assert!(
            violations[0]
                .1
                .starts_with("`provider` must not use `plugin`"),
            "{violations:?}"
        );
    }

    #[test]
    fn the_program_reaches_the_client_only_through_the_provider() {
        let sample = "use terraform_provider_digicert::{certcentral, plugin};\n";

        let violations = modules_use_only_what_the_design_allows("src/main.rs", sample);

        assert_eq!(violations.len(), 1);
        assert!(
            violations[0]
                .1
                .starts_with("`main` must not use `certcentral`")
        );
    }

    #[test]
    fn generated_types_outside_the_server_are_found() {
        let sample = "// tfplugin6 is the wire.\nuse super::tfplugin6::Schema;\n\
                      let route = \"/tfplugin6.Provider/\";\ntonic::include_proto!(\"tfplugin6\");\n";

        let found =
            only_the_framework_server_names_generated_types("src/framework/schema.rs", sample);

        assert_eq!(
            found.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 4]
        );
        assert_eq!(
            only_the_framework_server_names_generated_types("src/framework/server/mod.rs", sample),
            []
        );
    }

    #[test]
    fn a_crate_that_must_not_be_depended_on_is_found() {
        let root = "[dependencies]\ncertcentral-sandbox = { path = \"sandbox\" }\n[dev-dependencies]\nterraform-host.path = \"a\"\n";
        let sandbox = "[dev-dependencies.terraform-provider-digicert]\npath = \"..\"\n[target.'cfg(unix)'.dependencies]\nterraform-host.path = \"\"\n";
        let sandbox_itself =
            "[package]\nname = \"certcentral-sandbox\"\n[dependencies]\nurl.workspace = true\n";

        let lines = |path, text| -> Vec<usize> {
            crates_depend_only_as_the_design_allows(path, text)
                .into_iter()
                .map(|(line, _)| line)
                .collect()
        };

        assert_eq!(lines("Cargo.toml", root), [2]);
        assert_eq!(lines("sandbox/Cargo.toml", sandbox), [1, 4]);
        assert!(lines("sandbox/Cargo.toml", sandbox_itself).is_empty());
    }
}
