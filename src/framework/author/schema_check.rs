//! Checks of schemas and models that run in tests, so that they cost nothing at start-up: core's
//! own rules for schemas, ours on top, and whether a model has the attributes of its schema.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Model;
use super::resource::{IdentityAttribute, IdentitySchema};
use super::schema::{Attribute, Kind, Mode, Schema};
use crate::framework::conformance::fit;
use crate::framework::value::{AttributePath, Type, Value};

/// Names that Terraform gives a meaning of its own in every resource block.
const RESERVED: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];

/// What is wrong with a schema; empty if nothing is. With a breach of core's rules no configuration
/// loads at all.
pub fn violations(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version < 0 {
        found.push("the schema version is negative".to_owned());
    }
    if schema.description.trim().is_empty() {
        found.push("the schema has no description".to_owned());
    }
    for attribute in &schema.attributes {
        if RESERVED.contains(&attribute.name) {
            found.push(format!("{}: the name is reserved", attribute.name));
        }
    }
    check_all(&schema.attributes, &AttributePath::default(), &mut found);
    found
}

/// What of `M` does not agree with the schema; empty if every attribute has a field of its type and
/// no field is left over.
pub fn model_matches<M: Model>(schema: &Schema) -> Vec<String> {
    model_has_type::<M>(&schema.ty())
}

/// What is wrong with the schema of an identity, and what of `M` does not agree with it.
pub fn identity_violations<M: Model>(schema: &IdentitySchema) -> Vec<String> {
    let mut found = model_has_type::<M>(&schema.ty());
    let mut names = BTreeSet::new();
    for IdentityAttribute {
        name, description, ..
    } in &schema.attributes
    {
        if !is_name(name) || !names.insert(name) {
            found.push(format!("identity {name}: the name is odd or occurs twice"));
        }
        if description.trim().is_empty() {
            found.push(format!("identity {name}: there is no description"));
        }
    }
    if !schema
        .attributes
        .iter()
        .any(|attribute| attribute.required_for_import)
    {
        found.push("identity: nothing is required for import".to_owned());
    }
    found
}

/// Returns what a data source declares that only a managed resource has: plans, and states that are
/// upgraded.
pub(super) fn data_source_violations(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    if schema.version != 0 {
        found.push("a data source has no state to upgrade, so its version stays 0".to_owned());
    }
    let mut left: Vec<&Attribute> = schema.attributes.iter().collect();
    while let Some(attribute) = left.pop() {
        if attribute.default.is_some() || attribute.requires_replace || attribute.keeps_prior_value
        {
            found.push(format!(
                "{}: a data source is never planned: no default, no prior value, no replacement",
                attribute.name
            ));
        }
        if let Kind::Nested(_, attributes) = &attribute.kind {
            left.extend(attributes);
        }
    }
    found
}

fn model_has_type<M: Model>(ty: &Type) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, sample) in [
        ("null", each_attribute(ty, |_| Value::Null)),
        ("unknown", each_attribute(ty, |_| Value::Unknown)),
        ("known", sample(ty)),
    ] {
        match M::from_value(&sample, &AttributePath::default()) {
            Ok(model) => compare(
                &sample,
                &model.to_value(),
                &AttributePath::default(),
                &mut found,
            ),
            Err(error) => found.push(format!("{error} (for {kind} attributes)")),
        }
    }
    found.sort();
    found.dedup();
    found
}

fn check_all(attributes: &[Attribute], path: &AttributePath, found: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    for attribute in attributes {
        let path = path.attribute(attribute.name);
        let broken = rules(attribute)
            .into_iter()
            .filter_map(|(broken, rule)| broken.then_some(rule));
        found.extend(broken.map(|rule| format!("{path}: {rule}")));
        if !names.insert(attribute.name) {
            found.push(format!("{path}: the name occurs twice"));
        }
        if let Kind::Nested(_, attributes) = &attribute.kind {
            check_all(attributes, &path, found);
        }
    }
}

/// Every rule with whether `attribute` breaks it.
fn rules(attribute: &Attribute) -> [(bool, &'static str); 8] {
    let ty = attribute.ty();
    let default = attribute.default.as_ref();
    let computed = attribute.mode.is_computed();
    [
        (
            !is_name(attribute.name),
            "the name is not lower-case letters, digits and underscores after a letter",
        ),
        (
            attribute.description.trim().is_empty(),
            "there is no description",
        ),
        (
            matches!(&attribute.kind, Kind::Nested(_, attributes) if attributes.is_empty()),
            "there are no nested attributes",
        ),
        (
            default.is_some() && attribute.mode != Mode::OptionalComputed,
            "only an optional and computed attribute can have a default",
        ),
        (
            default.is_some_and(|default| !is_constant(default, &ty)),
            "the default is not a known value of the attribute's type",
        ),
        (
            attribute.keeps_prior_value && !computed,
            "only a computed attribute keeps its prior value",
        ),
        (
            attribute.keeps_prior_value && default.is_some(),
            "an attribute with a default never keeps its prior value",
        ),
        (
            attribute.requires_replace
                && computed
                && default.is_none()
                && !attribute.keeps_prior_value,
            "every update would force a new object: an unknown value counts as changed, so keep \
             the prior value",
        ),
    ]
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn is_constant(default: &Value, ty: &Type) -> bool {
    !default.is_null() && default.is_wholly_known() && fit(default.clone(), ty).1.is_empty()
}

/// A value of the type with every attribute and one element set at every level.
fn sample(ty: &Type) -> Value {
    match ty {
        Type::String => Value::from("text"),
        Type::Number => Value::from(1),
        Type::Bool => Value::from(true),
        Type::List(element) => Value::List(vec![sample(element)]),
        Type::Set(element) => Value::Set(vec![sample(element)]),
        Type::Map(element) => Value::Map(BTreeMap::from([("key".to_owned(), sample(element))])),
        Type::Object(_) => each_attribute(ty, sample),
    }
}

fn each_attribute(ty: &Type, value: impl Fn(&Type) -> Value) -> Value {
    match ty {
        Type::Object(attributes) => Value::Object(
            attributes
                .iter()
                .map(|(name, ty)| (name.clone(), value(ty)))
                .collect(),
        ),
        _ => Value::Null,
    }
}

/// Where the value that went through the model came back different.
fn compare(sent: &Value, back: &Value, path: &AttributePath, found: &mut Vec<String>) {
    match (sent, back) {
        (Value::Object(sent), Value::Object(back)) => {
            for (name, sent) in sent {
                let path = path.attribute(name);
                match back.get(name) {
                    Some(back) => compare(sent, back, &path, found),
                    None => found.push(format!("{path}: the model has no such field")),
                }
            }
            for name in back.keys().filter(|name| !sent.contains_key(*name)) {
                let path = path.attribute(name);
                found.push(format!("{path}: the schema has no such attribute"));
            }
        }
        (Value::List(sent), Value::List(back)) | (Value::Set(sent), Value::Set(back)) => {
            for (sent, back) in sent.iter().zip(back) {
                compare(sent, back, path, found);
            }
        }
        (Value::Map(sent), Value::Map(back)) => {
            for (sent, back) in sent.values().zip(back.values()) {
                compare(sent, back, path, found);
            }
        }
        (sent, back) if sent != back => {
            found.push(format!("{path}: the model changes the value"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
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
                "a: every update would force a new object: an unknown value counts as changed, so \
                 keep the prior value",
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
        let inside =
            |attribute| Attribute::optional("one", (Nesting::Single, vec![attribute]), "One.");
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
}
