//! The section "Schema" of a page: arguments and attributes by who sets them, nested ones in
//! sections of their own.

use std::fmt::Write as _;

use terraform_provider_digicert::framework::{Attribute, Kind, Mode, Nesting, Type};

/// A group of attributes: its name, and whether an attribute of that mode belongs to it.
type Group = (&'static str, fn(Mode) -> bool);

/// The groups of a section, in their order.
const GROUPS: [Group; 3] = [
    ("Required", |mode| mode == Mode::Required),
    ("Optional", |mode| {
        matches!(mode, Mode::Optional | Mode::OptionalComputed)
    }),
    ("Read-Only", |mode| mode == Mode::Computed),
];

/// The whole section, nested attributes included.
pub(super) fn schema_section(attributes: &[Attribute]) -> String {
    let mut text = "\n## Schema\n".to_owned();
    for (name, belongs) in GROUPS {
        group(&mut text, &format!("### {name}"), "", attributes, belongs);
    }
    nested_sections(&mut text, "", attributes);
    text
}

fn nested_sections(text: &mut String, parent: &str, attributes: &[Attribute]) {
    for attribute in attributes {
        let Kind::Nested(_, members) = &attribute.kind else {
            continue;
        };
        let path = path(parent, attribute.name);
        write!(
            text,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{path}`\n",
            anchor(&path)
        )
        .unwrap();
        for (name, belongs) in GROUPS {
            group(text, &format!("{name}:"), &path, members, belongs);
        }
        nested_sections(text, &path, members);
    }
}

fn group(
    text: &mut String,
    heading: &str,
    parent: &str,
    attributes: &[Attribute],
    belongs: fn(Mode) -> bool,
) {
    let mut members = attributes
        .iter()
        .filter(|attribute| belongs(attribute.mode))
        .peekable();
    if members.peek().is_none() {
        return;
    }
    write!(text, "\n{heading}\n\n").unwrap();
    for attribute in members {
        writeln!(text, "- {}", line(parent, attribute)).unwrap();
    }
}

/// `name` (type, marks) description, and where the nested attributes are.
fn line(parent: &str, attribute: &Attribute) -> String {
    let mut kind = kind_name(&attribute.kind);
    if attribute.sensitive {
        kind.push_str(", Sensitive");
    }
    let mut line = format!("`{}` ({kind}) {}", attribute.name, attribute.description);
    if matches!(attribute.kind, Kind::Nested(..)) {
        let anchor = anchor(&path(parent, attribute.name));
        write!(line, " (see [below for nested schema](#{anchor}))").unwrap();
    }
    line
}

fn kind_name(kind: &Kind) -> String {
    match kind {
        Kind::Plain(ty) => type_name(ty),
        Kind::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        Kind::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Kind::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        Kind::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        other => panic!("the pages have no word for the type {other:?} yet"),
    }
}

fn path(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

fn anchor(path: &str) -> String {
    format!("nestedatt--{}", path.replace('.', "--"))
}

mod tests {
    use super::*;

    #[test]
    fn a_section_groups_by_who_sets_and_marks_what_needs_care() {
        let attributes = [
            Attribute::computed("id", Type::Number, "The id."),
            Attribute::optional("key", Type::String, "The key.").sensitive(),
            Attribute::optional("flags", Type::list(Type::Bool), "Flags."),
            Attribute::required(
                "owner",
                (
                    Nesting::List,
                    vec![Attribute::required("name", Type::String, "Name.")],
                ),
                "Owners.",
            ),
        ];

        let expected = "
## Schema

### Required

- `owner` (Attributes List) Owners. (see [below for nested schema](#nestedatt--owner))

### Optional

- `key` (String, Sensitive) The key.
- `flags` (List of Boolean) Flags.

### Read-Only

- `id` (Number) The id.

<a id=\"nestedatt--owner\"></a>
### Nested Schema for `owner`

Required:

- `name` (String) Name.
";
        assert_eq!(schema_section(&attributes), expected);
    }
}
