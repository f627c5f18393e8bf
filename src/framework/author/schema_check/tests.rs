//! Each rule broken once, and models that do not agree with their schema.

use super::{data_source_violations, model_matches, violations};
use crate::framework::{Attr, Attribute, Nesting, Schema, Set, Type, Value};

crate::model! {
    /// Element of the test model.
    struct Contact { email: Attr<String>, surplus: Attr<bool> }
}
crate::model! {
    /// A model with one field too many at each level, one too few and one of another type.
    struct Order {
        contacts: Attr<Vec<Contact>>, names: Attr<Set<String>>, years: Attr<String>, extra: Attr<i64>,
    }
}

fn schema(attributes: Vec<Attribute>) -> Schema {
    Schema {
        version: 0,
        description: "An order.",
        attributes,
    }
}

fn contacts() -> Attribute {
    let email = Attribute::optional("email", Type::String, "An address.");
    Attribute::optional("contacts", (Nesting::List, vec![email]), "People.")
}

fn names() -> Attribute {
    Attribute::optional("names", Type::set(Type::String), "Names.")
}

#[test]
fn each_rule_is_found_broken() {
    let text = || Attribute::optional("a", Type::String, "Text.");
    for (attribute, rule) in [
        (
            Attribute::optional("A", Type::String, "Text."),
            "A: the name is not lower-case letters, digits and underscores after a letter",
        ),
        (
            Attribute::optional("count", Type::String, "Text."),
            "count: the name is reserved",
        ),
        (
            Attribute::optional("a", Type::String, " "),
            "a: there is no description",
        ),
        (
            Attribute::optional("a", (Nesting::Single, vec![]), "Nothing."),
            "a: there are no nested attributes",
        ),
        (
            Attribute::required("a", Type::String, "Text.").default_value("x"),
            "a: only an optional and computed attribute can have a default",
        ),
        (
            text().default_value(1),
            "a: the default is not a known value of the attribute's type",
        ),
        (
            text().default_value(Value::Null),
            "a: the default is not a known value of the attribute's type",
        ),
        (
            text().keeps_prior_value(),
            "a: only a computed attribute keeps its prior value",
        ),
        (
            Attribute::optional_computed("a", Type::String, "Text.").requires_replace(),
            "a: every update would force a new object: an unknown value counts as changed, so keep the prior value",
        ),
    ] {
        assert_eq!(violations(&schema(vec![attribute])), [rule]);
    }
    assert_eq!(
        violations(&schema(vec![text(), text()])),
        ["a: the name occurs twice"]
    );
    assert_eq!(
        violations(&Schema {
            version: -1,
            description: "",
            attributes: vec![]
        }),
        [
            "the schema version is negative",
            "the schema has no description"
        ]
    );
}

#[test]
fn a_sound_schema_has_no_violations() {
    let hash = Attribute::optional("hash", Type::String, "A hash.").default_value("sha256");
    assert_eq!(
        violations(&schema(vec![contacts(), names(), hash])),
        [""; 0]
    );
}

#[test]
fn fields_without_attribute_are_found_at_every_level() {
    let years = Attribute::optional("years", Type::String, "Years.");
    assert_eq!(
        model_matches::<Order>(&schema(vec![contacts(), names(), years])),
        [
            "contacts.surplus: the schema has no such attribute",
            "extra: the schema has no such attribute"
        ]
    );
}

#[test]
fn attributes_without_field_and_other_types_are_found() {
    let more = Attribute::optional("more", Type::Bool, "More.");
    let years = Attribute::optional("years", Type::Number, "Years.");
    assert_eq!(
        model_matches::<Order>(&schema(vec![more, years])),
        [
            "contacts: the schema has no such attribute",
            "extra: the schema has no such attribute",
            "more: the model has no such field",
            "names: the schema has no such attribute",
            "years: expected a string, found a number (for known attributes)"
        ]
    );
}

#[test]
fn a_data_source_has_nothing_that_only_a_plan_uses() {
    let name = || Attribute::optional("name", Type::String, "A name.");
    let inside = |attribute| Attribute::optional("one", (Nesting::Single, vec![attribute]), "One.");
    let rule = |name: &str| {
        format!(
            "{name}: a data source is never planned: no default, no prior value, no replacement"
        )
    };
    for (attribute, expected) in [
        (name(), vec![]),
        (name().default_value("x"), vec![rule("name")]),
        (name().requires_replace(), vec![rule("name")]),
        (inside(name().keeps_prior_value()), vec![rule("name")]),
    ] {
        assert_eq!(data_source_violations(&schema(vec![attribute])), expected);
    }
    let upgraded = Schema {
        version: 1,
        ..schema(vec![])
    };
    assert_eq!(data_source_violations(&upgraded).len(), 1);
}
