//! The generic passes of a plan: pure functions of values, in the order of [`generic_plan`].
//!
//! Core plans twice in one command and compares, so nothing here may depend on anything but its arguments.

mod correlate;
mod defaults;
#[cfg(test)]
mod properties;
mod replace;
#[cfg(test)]
mod tests;
mod unknowns;

use crate::framework::{AttributePath, Schema, Value};

/// A plan before the resource itself refines it.
#[derive(Clone, Debug, PartialEq)]
pub struct GenericPlan {
    /// The state after apply, as far as it can be known.
    pub planned_state: Value,
    /// Attributes whose change forces a new object; none for a create.
    pub requires_replace: Vec<AttributePath>,
}

/// Plans a create (`prior` is null) or an update, starting from the state that core proposes. `keep_equal_values`
/// puts prior values back where the new ones mean the same; it runs for updates only.
pub fn generic_plan<E>(
    schema: &Schema,
    config: &Value,
    prior: &Value,
    proposed: Value,
    keep_equal_values: impl FnOnce(&Value) -> Result<Value, E>,
) -> Result<GenericPlan, E> {
    let attributes = &schema.attributes;
    let mut planned = proposed;
    defaults::fill(attributes, config, &mut planned);
    if !prior.is_null() {
        planned = keep_equal_values(&planned)?;
    }
    if planned == *prior {
        // The same value may be written differently: sets have no order.
        planned = prior.clone();
    } else {
        unknowns::mark(attributes, config, prior, &mut planned);
    }
    let requires_replace = if prior.is_null() {
        Vec::new()
    } else {
        replace::changed_paths(attributes, prior, &planned)
    };
    Ok(GenericPlan {
        planned_state: planned,
        requires_replace,
    })
}

/// Returns what must come of a configuration that is read rather than planned: what it sets as it is, everything else
/// that the provider may set as unknown.
pub fn expected_of_config(schema: &Schema, config: &Value) -> Value {
    let mut expected = config.clone();
    unknowns::mark(&schema.attributes, config, &Value::Null, &mut expected);
    expected
}
