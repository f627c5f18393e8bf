//! States of data sources: what core refuses, and what it would take although an argument is
//! another one.

use super::super::{Rule, Violation, check_data_source};
use crate::{
    schema::{Attribute, AttributeType, Block, Nesting},
    ty::Type,
    value::Value,
};

fn attribute(ty: AttributeType, computed: bool) -> Attribute {
    Attribute {
        ty,
        required: false,
        optional: true,
        computed,
        sensitive: false,
        write_only: false,
    }
}

fn text(computed: bool) -> Attribute {
    attribute(AttributeType::Plain(Type::String), computed)
}

fn block() -> Block {
    let nested = AttributeType::Nested {
        nesting: Nesting::List,
        attributes: [("label".to_owned(), text(false))].into(),
    };
    Block {
        attributes: [
            ("id".to_owned(), text(true)),
            ("name".to_owned(), text(false)),
            ("parts".to_owned(), attribute(nested, false)),
        ]
        .into(),
        ..Block::default()
    }
}

fn object(id: Value, name: Value, labels: &[&str]) -> Value {
    let part = |label: &&str| Value::Object([("label".to_owned(), Value::string(label))].into());
    Value::Object(
        [
            ("id".to_owned(), id),
            ("name".to_owned(), name),
            (
                "parts".to_owned(),
                Value::List(labels.iter().map(part).collect()),
            ),
        ]
        .into(),
    )
}

fn shown(found: &[Violation]) -> Vec<String> {
    let line = |it: &Violation| format!("{:?} {} {}", it.rule, it.path, it.message);
    found.iter().map(line).collect()
}

#[test]
fn a_state_with_its_arguments_and_known_attributes_is_valid() {
    let config = object(Value::Null, Value::string("a"), &["x"]);
    let state = object(Value::string("1"), Value::string("a"), &["x"]);
    assert_eq!(check_data_source(&block(), &config, &state), []);
}

#[test]
fn what_changes_an_argument_is_no_state() {
    let config = object(Value::Null, Value::string("a"), &["x"]);
    for (state, violation) in [
        (
            Value::Null,
            "InvalidDataSource root object the data source returned no object",
        ),
        (
            object(Value::Unknown, Value::string("a"), &["x"]),
            "UnknownResult .id the value is still unknown",
        ),
        (
            object(Value::string("1"), Value::string("A"), &["x"]),
            "InvalidDataSource .name the argument is not as it was configured",
        ),
        (
            object(Value::string("1"), Value::string("a"), &["y"]),
            "InvalidDataSource .parts[0].label the argument is not as it was configured",
        ),
        (
            object(Value::string("1"), Value::string("a"), &[]),
            "InvalidDataSource .parts the argument has other elements than were configured",
        ),
    ] {
        assert_eq!(
            shown(&check_data_source(&block(), &config, &state)),
            [violation]
        );
    }
    let config = object(Value::Null, Value::Null, &["x"]);
    let state = object(Value::string("1"), Value::string("a"), &["x"]);
    assert_eq!(
        shown(&check_data_source(&block(), &config, &state)),
        ["InvalidDataSource .name the argument was not configured, and has a value"]
    );
    assert_eq!(
        check_data_source(&block(), &config, &Value::Null)[0].rule,
        Rule::InvalidDataSource
    );
}
