//! Pass: what the provider will set is unknown until it has.

use super::correlate::for_each_object;
use crate::framework::{Attribute, Kind, Value};

/// Makes every computed attribute unknown that has neither a configured value nor a default. With a prior object, an
/// attribute that keeps its prior value keeps it instead, null included.
pub(super) fn mark(schema: &[Attribute], config: &Value, prior: &Value, planned: &mut Value) {
    let Value::Object(values) = planned else {
        return;
    };
    for attribute in schema {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        let configured = config.attribute(attribute.name);
        let prior_value = prior.attribute(attribute.name);
        if configured.is_null() {
            if !attribute.mode.is_computed() || attribute.default.is_some() {
                continue;
            }
            *value = if attribute.keeps_prior_value && !prior.is_null() {
                prior_value.clone()
            } else {
                Value::Unknown
            };
        } else if let Kind::Nested(nesting, schema) = &attribute.kind {
            let others = [configured, prior_value];
            for_each_object(
                *nesting,
                schema,
                value,
                others,
                |object, [config, prior]| {
                    mark(schema, config, prior, object);
                },
            );
        }
    }
}
