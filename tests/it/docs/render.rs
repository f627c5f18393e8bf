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
            "docs/{name} differs from the schema in line {}; run `UPDATE_DOCS=1 cargo test --test it docs` and commit the result",
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
