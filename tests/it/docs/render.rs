//! The pages under `docs/` say what the schema says.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use terraform_provider_digicert::framework::{Catalog, CatalogEntry, Provider as _};
use terraform_provider_digicert::provider::DigicertProvider;

use super::page;

#[test]
fn pages_match_the_schema() {
    let docs = root().join("docs");
    let pages = pages();
    if env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        for (name, text) in &pages {
            let path = docs.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    for (name, text) in &pages {
        let stored = fs::read_to_string(docs.join(name)).unwrap_or_default();
        let differs = stored
            .lines()
            .zip(text.lines())
            .position(|(stored, rendered)| stored != rendered)
            .unwrap_or_else(|| stored.lines().count().min(text.lines().count()));
        assert!(
            stored == *text,
            "docs/{name} differs from the schema in line {}; run `UPDATE_DOCS=1 cargo test --test \
             it docs` and commit the result",
            differs + 1,
        );
    }

    let mut stored = vec!["index.md".to_owned()];
    for (folder, _) in KINDS {
        let entries = fs::read_dir(docs.join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        stored.extend(names.map(|name| format!("{folder}/{name}")));
    }
    stored.sort();
    assert_eq!(stored, pages.into_keys().collect::<Vec<_>>());
}

/// What the checker of the Registry (`tfplugindocs validate`) refuses of a page at `path` below
/// `docs`.
fn refused(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let folder = match path.split('/').collect::<Vec<_>>().as_slice() {
        [_] => "",
        [folder, _] => *folder,
        _ => return vec!["a folder in a folder".to_owned()],
    };
    let folders = ["", "resources", "data-sources", "guides"];
    if !folders.contains(&folder) || folder.is_empty() && path != "index.md" {
        found.push("an unknown place".to_owned());
    }
    if !path.ends_with(".md") {
        found.push("no page".to_owned());
    }
    if text.len() > 500_000 {
        found.push("more than 500,000 bytes".to_owned());
    }
    let front = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    let (front, _) = front.unwrap_or_default();
    let has = |key: &str| {
        front
            .lines()
            .any(|line| line.starts_with(&format!("{key}:")))
    };
    for key in ["layout", "sidebar_current"] {
        if has(key) {
            found.push(format!("`{key}`"));
        }
    }
    if has("subcategory") && path == "index.md" {
        found.push("`subcategory` of the index".to_owned());
    }
    if !has("page_title") && folder == "guides" {
        found.push("a guide without `page_title`".to_owned());
    }
    found
}

#[test]
fn every_page_passes_the_checker_of_the_registry() {
    let docs = root().join("docs");
    let mut folders = vec![String::new()];
    let mut pages = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(docs.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = format!("{folder}{name}");
            if entry.file_type().unwrap().is_dir() {
                folders.push(format!("{path}/"));
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            assert_eq!(refused(&path, &text), [] as [&str; 0], "docs/{path}");
            pages += 1;
        }
    }
    assert!(pages > self::pages().len(), "the guides, too");
    assert!(!root().join("website").exists());
}

#[test]
fn what_the_checker_of_the_registry_refuses_is_found() {
    for (path, text, expected) in [
        (
            "index.md",
            "---\nsubcategory: \"\"\n---\n",
            "`subcategory` of the index",
        ),
        ("resources/x.md", "---\nlayout: x\n---\n", "`layout`"),
        (
            "guides/x.md",
            "---\nsubcategory: \"\"\n---\n",
            "a guide without `page_title`",
        ),
        ("guides/deep/x.md", "", "a folder in a folder"),
        ("functions-of-ours/x.md", "", "an unknown place"),
        ("notes.md", "", "an unknown place"),
        ("resources/x.txt", "", "no page"),
    ] {
        assert_eq!(refused(path, text), [expected], "{path}");
    }
    let fine = "---\npage_title: \"x\"\nsubcategory: \"\"\n---\nlayout: of the page";
    assert_eq!(refused("guides/x.md", fine), [] as [&str; 0]);
}

/// The text of a page about one type.
type Page = fn(&CatalogEntry) -> String;

/// The folder of each kind of type below `docs`, and its pages.
const KINDS: [(&str, Page); 2] = [
    ("data-sources", page::data_source),
    ("resources", page::resource),
];

/// Path below `docs` and text of every page.
fn pages() -> BTreeMap<String, String> {
    let provider = DigicertProvider::new(|_| {});
    let mut pages = BTreeMap::from([("index.md".to_owned(), page::provider(&provider.schema()))]);
    let catalog = Catalog::of(&provider);
    for ((folder, page), entries) in KINDS
        .iter()
        .zip([&catalog.data_sources, &catalog.resources])
    {
        for entry in entries {
            let short = entry.type_name.strip_prefix("digicert_").unwrap();
            pages.insert(format!("{folder}/{short}.md"), page(entry));
        }
    }
    pages
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
