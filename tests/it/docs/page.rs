//! The pages as the Terraform Registry wants them: front matter, description, examples, schema,
//! import.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use terraform_provider_digicert::framework::{CatalogEntry, Schema};

use super::schema_section::schema_section;

/// A further example on a page: its heading and its folder below `examples`.
type Guide = (&'static str, &'static str);

const PROVIDER_GUIDES: [Guide; 2] = [
    ("Review without an API key", "guides/review_without_api_key"),
    ("Several environments", "guides/several_environments"),
];

/// The further examples of a resource.
fn resource_guides(type_name: &str) -> &'static [Guide] {
    match type_name {
        "digicert_ssl_order" => &[("An EV order with contacts", "guides/ev_order")],
        _ => &[],
    }
}

/// `docs/index.md`.
pub(super) fn provider(schema: &Schema) -> String {
    let mut page = head("digicert Provider", None, "DigiCert Provider", schema);
    page.push_str("\n## Example Usage\n");
    code(&mut page, "terraform", "provider/provider.tf");
    guides(&mut page, &PROVIDER_GUIDES);
    page.push_str(&schema_section(&schema.attributes));
    page
}

/// `docs/resources/<name>.md`. A resource whose examples hold no `import.sh` cannot be imported.
pub(super) fn resource(entry: &CatalogEntry) -> String {
    let CatalogEntry {
        type_name, schema, ..
    } = entry;
    let title = format!("{type_name} Resource - digicert");
    let mut page = head(&title, Some(""), &format!("{type_name} (Resource)"), schema);
    page.push_str("\n## Example Usage\n");
    let folder = format!("resources/{type_name}");
    code(&mut page, "terraform", &format!("{folder}/resource.tf"));
    guides(&mut page, resource_guides(type_name));
    page.push_str(&schema_section(&schema.attributes));
    if example(&format!("{folder}/import.sh")).exists() {
        page.push_str("\n## Import\n");
        code(&mut page, "shell", &format!("{folder}/import.sh"));
        code(&mut page, "terraform", &format!("{folder}/import.tf"));
    }
    page
}

/// `docs/data-sources/<name>.md`.
pub(super) fn data_source(entry: &CatalogEntry) -> String {
    let CatalogEntry {
        type_name, schema, ..
    } = entry;
    let title = format!("{type_name} Data Source - digicert");
    let mut page = head(
        &title,
        Some(""),
        &format!("{type_name} (Data Source)"),
        schema,
    );
    page.push_str("\n## Example Usage\n");
    let file = format!("data-sources/{type_name}/data-source.tf");
    code(&mut page, "terraform", &file);
    page.push_str(&schema_section(&schema.attributes));
    page
}

/// The front matter and the first paragraph. The Registry's checker refuses an index that has a
/// `subcategory`.
fn head(title: &str, subcategory: Option<&str>, heading: &str, schema: &Schema) -> String {
    let summary = schema.description.split("\n\n").next().unwrap();
    let subcategory = subcategory
        .map(|name| format!("subcategory: \"{name}\"\n"))
        .unwrap_or_default();
    format!(
        "---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {summary}\n---\n\n\
         <!-- Rendered from the schema. To change it, change the schema and run `UPDATE_DOCS=1 \
         cargo test --test it docs`. -->\n\n\
         # {heading}\n\n{}\n",
        schema.description
    )
}

fn guides(page: &mut String, guides: &[Guide]) {
    for (heading, folder) in guides {
        write!(page, "\n### {heading}\n").unwrap();
        code(page, "terraform", &format!("{folder}/main.tf"));
    }
}

/// A file below `examples` as a block of code.
fn code(page: &mut String, language: &str, path: &str) {
    let text = fs::read_to_string(example(path))
        .unwrap_or_else(|error| panic!("examples/{path}: {error}"));
    write!(page, "\n```{language}\n{}\n```\n", text.trim_end()).unwrap();
}

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path)
}
