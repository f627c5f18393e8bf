//! Which of the paths that an answer names really force a replacement.

use super::{Rule, Violation};
use crate::{
    path::Path,
    path::Step,
    schema::{AttributeType, Block},
    value::Value,
};

/// The paths that count, and what is wrong with the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplacePaths {
    /// Paths at which prior and planned differ. Any makes the change a replacement.
    pub effective: Vec<Path>,
    /// Paths that lead nowhere in both values.
    pub violations: Vec<Violation>,
}

/// Sorts the `requires_replace` of an answer. A path counts where the values differ, where the
/// planned one is unknown, or where it names a write-only attribute. On create none counts.
pub fn replace_paths(
    block: &Block,
    prior: &Value,
    planned: &Value,
    named: &[Path],
) -> ReplacePaths {
    let mut paths = ReplacePaths::default();
    if prior.is_null() {
        return paths;
    }
    for path in named {
        let (before, after) = (prior.at(path), planned.at(path));
        if before.is_none() && after.is_none() {
            paths.violations.push(Violation::new(
                Rule::InvalidPlan,
                path,
                "requires replacement on a non-existent attribute path",
            ));
        } else if is_write_only(block, path)
            || before.unwrap_or(&Value::Null) != after.unwrap_or(&Value::Null)
            || after.is_some_and(|value| !value.is_wholly_known())
        {
            paths.effective.push(path.clone());
        }
    }
    paths
}

fn is_write_only(block: &Block, path: &Path) -> bool {
    let mut names = path.steps().iter().filter_map(|step| match step {
        Step::Attribute(name) => Some(name),
        _ => None,
    });
    let mut block = block;
    let mut attribute = loop {
        let Some(name) = names.next() else {
            return false;
        };
        match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) => break attribute,
            (None, Some(nested)) => block = &nested.block,
            (None, None) => return false,
        }
    };
    for name in names {
        let AttributeType::Nested { attributes, .. } = &attribute.ty else {
            return false;
        };
        match attributes.get(name) {
            Some(inner) => attribute = inner,
            None => return false,
        }
    }
    attribute.write_only
}
