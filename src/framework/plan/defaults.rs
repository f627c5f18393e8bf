//! Pass: defaults where the configuration has no value.

use super::correlate::for_each_object;
use crate::framework::{Attribute, Kind, Value};

/// Puts the default of every attribute that is null in `config` into `planned`. Nested attributes are filled in
/// objects that exist; a default does not bring an object about.
pub(super) fn fill(schema: &[Attribute], config: &Value, planned: &mut Value) {
    let Value::Object(values) = planned else {
        return;
    };
    for attribute in schema {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        let configured = config.attribute(attribute.name);
        match (&attribute.default, &attribute.kind) {
            (Some(default), _) if configured.is_null() => *value = default.clone(),
            (_, Kind::Nested(nesting, schema)) if !configured.is_null() => {
                for_each_object(*nesting, schema, value, [configured], |object, [config]| {
                    fill(schema, config, object);
                });
            }
            _ => {}
        }
    }
}
