//! The protocol's types to ours.

use super::proto;
use crate::framework::{AttributePath, Diagnostic, Model, Type, Value, ValueError, json, msgpack};

/// Reads a value in either of its encodings; an absent one is null.
pub(super) fn value(encoded: Option<&proto::DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    let Some(encoded) = encoded else {
        return Ok(Value::Null);
    };
    if !encoded.msgpack.is_empty() {
        return msgpack::decode(&encoded.msgpack, ty).map_err(unreadable);
    }
    if encoded.json.is_empty() {
        return Ok(Value::Null);
    }
    let text = serde_json::from_slice(&encoded.json)
        .map_err(|_| unreadable(ValueError::new("JSON", "other bytes")))?;
    json::decode(&text, ty).map_err(unreadable)
}

/// Reads what core never leaves out and always knows as a whole: a configuration that is validated
/// or taken over.
pub(super) fn object(
    encoded: Option<&proto::DynamicValue>,
    ty: &Type,
) -> Result<Value, Diagnostic> {
    match value(encoded, ty)? {
        Value::Null => Err(unreadable(ValueError::new("an object", "null"))),
        Value::Unknown => Err(unreadable(ValueError::new("an object", "an unknown value"))),
        object => Ok(object),
    }
}

/// Reads a value as a model. A number or a null may be none of a model; any other failure means
/// that model and schema disagree, which [`schema_check`] finds in tests.
///
/// [`schema_check`]: crate::framework::schema_check
pub(super) fn model<M: Model>(value: &Value) -> Result<M, Diagnostic> {
    M::from_value(value, &AttributePath::default()).map_err(|error| {
        if error.is_another_number() {
            let detail = format!(
                "`{}` takes a whole number, without a fraction and of 64 bits at most. Correct the \
                 value.",
                error.path
            );
            return Diagnostic::error("Invalid number", detail).at(error.path);
        }
        if error.is_null_inside() {
            let detail = format!(
                "`{}` is null, and {} is needed there. Leave it out, or give it a value.",
                error.path, error.expected
            );
            return Diagnostic::error("Invalid null", detail).at(error.path);
        }
        Diagnostic::bug(format!(
            "A value does not have the form of its model. {error}."
        ))
        .at(error.path)
    })
}

fn unreadable(error: ValueError) -> Diagnostic {
    Diagnostic::error(
        "Value not readable",
        format!(
            "Terraform sent a value that does not have the type of the schema: {error}. The value \
             comes from another release of the provider, or this is a bug in the provider.",
        ),
    )
    .at(error.path)
}
