//! Pass: write-only values stay out of plan and state.

use crate::framework::path::AttributePath;
use crate::framework::schema::{Attribute, Kind};
use crate::framework::value::Value;

/// Makes every write-only attribute null.
pub fn clear_write_only(schema: &[Attribute], value: &mut Value) {
    let Value::Object(values) = value else {
        return;
    };
    for attribute in schema {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        if attribute.write_only {
            *value = Value::Null;
        } else if let Kind::Nested(_, schema) = &attribute.kind {
            for_each_element(value, |object| clear_write_only(schema, object));
        }
    }
}

/// The write-only attributes that have a value, with the path of the innermost attribute that can be addressed.
pub fn set_write_only(
    schema: &[Attribute],
    value: &Value,
    path: &AttributePath,
) -> Vec<AttributePath> {
    let mut paths = Vec::new();
    for attribute in schema {
        let value = value.attribute(attribute.name);
        let path = path.attribute(attribute.name);
        if attribute.write_only && !value.is_null() {
            paths.push(path);
        } else if let Kind::Nested(_, schema) = &attribute.kind {
            match value {
                Value::List(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        paths.extend(set_write_only(schema, element, &path.index(index)));
                    }
                }
                Value::Map(elements) => {
                    for (key, element) in elements {
                        paths.extend(set_write_only(schema, element, &path.key(key)));
                    }
                }
                single => paths.extend(set_write_only(schema, single, &path)),
            }
        }
    }
    paths
}

fn for_each_element(value: &mut Value, mut visit: impl FnMut(&mut Value)) {
    match value {
        Value::Object(_) => visit(value),
        Value::List(elements) | Value::Set(elements) => elements.iter_mut().for_each(visit),
        Value::Map(elements) => elements.values_mut().for_each(visit),
        _ => {}
    }
}
