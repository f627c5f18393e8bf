//! Core's check of a plan (AssertPlanValid): the provider may decide computed values, the
//! configuration the rest.

use std::collections::BTreeMap;

use super::{Rule, Violation, set_correlation::check_sets_correlate};
use crate::{
    json::to_json,
    path::Path,
    schema::{Attribute, AttributeType, Block, NestedBlock, Nesting},
    value::Value,
};

/// What of the plan core refuses, given the prior state and the configuration. Each may be null.
pub fn check_plan_valid(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Violation> {
    body(block, prior, config, planned, &Path::root())
}

fn invalid(path: &Path, message: impl Into<String>) -> Vec<Violation> {
    vec![Violation::new(Rule::InvalidPlan, path, message)]
}

fn body(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Vec<Violation> {
    match (config, planned) {
        (Value::Null, Value::Null) => return vec![],
        (_, Value::Null) => return invalid(path, "planned for absence but config wants existence"),
        (Value::Null, _) => return invalid(path, "planned for existence but config wants absence"),
        (_, Value::Unknown) if config.is_known() => {
            return invalid(path, "planned unknown for configured value");
        }
        _ => {}
    }
    let mut found = attributes(&block.attributes, prior, config, planned, path);
    for (name, nested) in &block.blocks {
        found.extend(nested_block(
            nested,
            prior.attribute(name),
            config.attribute(name),
            planned.attribute(name),
            &path.attribute(name),
        ));
    }
    found
}

fn attributes(
    schema: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Vec<Violation> {
    let each = schema.iter().flat_map(|(name, it)| {
        let (prior, config, planned) = (
            prior.attribute(name),
            config.attribute(name),
            planned.attribute(name),
        );
        attribute(it, prior, config, planned, &path.attribute(name))
    });
    each.collect()
}

fn attribute(
    it: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Vec<Violation> {
    if it.write_only {
        return match planned {
            Value::Null => vec![],
            _ => vec![Violation::new(
                Rule::WriteOnly,
                path,
                "the planned value of a write-only attribute is not null",
            )],
        };
    }
    if planned == config {
        return vec![];
    }
    // Any value will do, even where `ignore_changes` has put the prior one into the configuration.
    if it.computed && !it.optional {
        return vec![];
    }
    if config.is_null() {
        return match (it.computed, it.sensitive) {
            (true, _) => vec![],
            (false, true) => invalid(path, "sensitive planned value for a non-computed attribute"),
            (false, false) => invalid(
                path,
                format!(
                    "planned value {} for a non-computed attribute",
                    to_json(planned)
                ),
            ),
        };
    }
    // A difference that means nothing may be suppressed.
    if planned == prior && !prior.is_null() {
        return vec![];
    }
    if let AttributeType::Nested {
        nesting,
        attributes: schema,
    } = &it.ty
    {
        return nested_attribute(*nesting, schema, prior, config, planned, path);
    }
    if it.sensitive {
        return invalid(path, "sensitive planned value does not match config value");
    }
    let (planned, config) = (to_json(planned), to_json(config));
    let or_prior = match prior {
        Value::Null => String::new(),
        _ => format!(" nor prior value {}", to_json(prior)),
    };
    invalid(
        path,
        format!("planned value {planned} does not match config value {config}{or_prior}"),
    )
}

fn nested_attribute(
    nesting: Nesting,
    schema: &BTreeMap<String, Attribute>,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Vec<Violation> {
    if !config.is_known() {
        return invalid(path, "planned a known value for an unknown config value");
    }
    if planned.is_null() {
        return invalid(path, "planned for absence but config wants existence");
    }
    if !planned.is_known() {
        return invalid(path, "planned unknown for configured value");
    }
    let object = |prior: &Value, config: &Value, planned: &Value, path: &Path| {
        if planned == config {
            return vec![];
        }
        match (config, planned) {
            (Value::Object(_), Value::Object(_)) => {
                attributes(schema, prior, config, planned, path)
            }
            _ => invalid(path, "planned value does not match config value"),
        }
    };
    match nesting {
        // A set cannot be correlated; core counts only.
        Nesting::Set => same_count(config, planned, path, "count"),
        _ => collection(
            nesting,
            prior,
            config,
            planned,
            path,
            ["count", "map key"],
            object,
        ),
    }
}

fn nested_block(
    nested: &NestedBlock,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
) -> Vec<Violation> {
    if planned == config {
        return vec![];
    }
    if !config.is_known() {
        return invalid(
            path,
            format!(
                "planned value {} for unknown dynamic block",
                to_json(planned)
            ),
        );
    }
    if !planned.is_known() {
        return invalid(
            path,
            "attribute representing nested block must not be unknown itself; set nested attribute \
             values to unknown instead",
        );
    }
    let inner = |prior: &Value, config: &Value, planned: &Value, path: &Path| {
        body(&nested.block, prior, config, planned, path)
    };
    if planned.is_null() && !matches!(nested.nesting, Nesting::Single | Nesting::Group) {
        return invalid(
            path,
            "attribute representing nested blocks must be empty to indicate no blocks, not null",
        );
    }
    match nested.nesting {
        Nesting::Set => {
            let mut found = same_count(config, planned, path, "block count");
            found.extend(check_sets_correlate(
                Rule::InvalidPlan,
                config.elements(),
                planned.elements(),
                path,
                |config, planned| inner(&Value::Null, config, planned, path).is_empty(),
            ));
            found
        }
        nesting => collection(
            nesting,
            prior,
            config,
            planned,
            path,
            ["block count", "block key"],
            inner,
        ),
    }
}

fn collection(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    [count, key_noun]: [&str; 2],
    inner: impl Fn(&Value, &Value, &Value, &Path) -> Vec<Violation>,
) -> Vec<Violation> {
    match (nesting, config, planned) {
        (Nesting::List, Value::List(config_elements), Value::List(planned_elements)) => {
            let mut found = same_count(config, planned, path, count);
            if !found.is_empty() {
                return found;
            }
            for (index, (config, planned)) in
                config_elements.iter().zip(planned_elements).enumerate()
            {
                let prior = prior.elements().get(index).unwrap_or(&Value::Null);
                found.extend(inner(prior, config, planned, &path.index(index)));
            }
            found
        }
        (Nesting::Map, Value::Map(config), Value::Map(planned)) => {
            let mut found = Vec::new();
            for (key, planned) in planned {
                let before = prior
                    .entries()
                    .and_then(|entries| entries.get(key))
                    .unwrap_or(&Value::Null);
                match config.get(key) {
                    Some(config) => found.extend(inner(before, config, planned, &path.key(key))),
                    None => found.extend(invalid(
                        path,
                        format!("{key_noun} {key:?} from plan is not present in config"),
                    )),
                }
            }
            for key in config.keys().filter(|key| !planned.contains_key(*key)) {
                found.extend(invalid(
                    path,
                    format!("{key_noun} {key:?} from config is not present in plan"),
                ));
            }
            found
        }
        _ => inner(prior, config, planned, path),
    }
}

fn same_count(config: &Value, planned: &Value, path: &Path, noun: &str) -> Vec<Violation> {
    let (in_config, in_plan) = (config.elements().len(), planned.elements().len());
    // Unknown elements of a set may turn out to be equal, so only an upper bound holds.
    let may_coalesce =
        matches!(config, Value::Set(_)) && !config.is_wholly_known() && in_plan <= in_config;
    if in_config == in_plan || may_coalesce {
        return vec![];
    }
    invalid(
        path,
        format!("{noun} in plan ({in_plan}) disagrees with count in config ({in_config})"),
    )
}
