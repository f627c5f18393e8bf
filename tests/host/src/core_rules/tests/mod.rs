//! Tables of good and bad answers, one per rule.

mod data_source;
mod plan;
mod proposed_new;
mod result;

use serde_json::Value as Json;

use super::*;
use crate::{
    json::{config, unknown},
    schema::{Block, NestedBlock, Nesting, samples},
    value::Value,
};

/// A body of the sample schema; null for JSON null.
fn order(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        json => config(&samples::order(), &json).unwrap(),
    }
}

fn lines(violations: Vec<Violation>) -> Vec<String> {
    violations
        .into_iter()
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

fn a_set_of_rules() -> Block {
    let attributes = [
        ("port", samples::attribute("number", "required")),
        ("rule_id", samples::attribute("string", "computed")),
    ];
    let nested: NestedBlock = samples::block(Nesting::Set, attributes);
    Block {
        blocks: [("rule".to_owned(), nested)].into(),
        ..Block::default()
    }
}
