//! The protocol's types to ours.

use super::proto;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::ty::Type;
use crate::framework::value::Value;
use crate::framework::value_error::ValueError;
use crate::framework::{json, msgpack};

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

/// Reads what core never leaves out and always knows as a whole: a configuration that is validated or taken over.
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

fn unreadable(error: ValueError) -> Diagnostic {
    Diagnostic::error(
        "Value not readable",
        format!(
            "Terraform sent a value that does not have the type of the schema: {error}. The value comes from another \
             release of the provider, or this is a bug in the provider.",
        ),
    )
    .at(error.path)
}
