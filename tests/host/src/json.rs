//! Values from and to JSON: what a test writes as configuration, and what core stores as state.

use std::collections::BTreeMap;

use crate::{
    codec::CodecError,
    number::Number,
    path::Path,
    schema::{Attribute, AttributeType, Block, Nesting},
    ty::Type,
    value::Value,
};
use serde_json::{Map, Value as Json, json};

/// The JSON object that stands for an unknown value in a configuration.
pub fn unknown() -> Json {
    json!({ "$unknown": true })
}

/// A configuration as core hands it over: what is not written is null, a list or set of blocks that
/// is not written is empty. [`unknown`] stands for a value that is not known yet. A name that the
/// schema does not have is an error.
pub fn config(block: &Block, json: &Json) -> Result<Value, CodecError> {
    block_value(block, json, &Path::root())
}

/// Reads the JSON form that an answer may have in place of msgpack: objects with exactly their
/// attributes.
pub fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    let json = serde_json::from_slice(bytes)
        .map_err(|err| CodecError::new(&Path::root(), format!("the value is not JSON: {err}")))?;
    typed(ty, &json, &Path::root(), &Missing::IsAnError)
}

/// The value as JSON, as core writes it into a state; an unknown becomes [`unknown`].
pub fn to_json(value: &Value) -> Json {
    let entries = |entries: &BTreeMap<String, Value>| {
        let map: Map<_, _> = entries
            .iter()
            .map(|(name, value)| (name.clone(), to_json(value)))
            .collect();
        Json::Object(map)
    };
    match value {
        Value::Unknown => unknown(),
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Number(number) => number_to_json(number),
        Value::String(text) => json!(text),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(to_json).collect(),
        Value::Map(map) | Value::Object(map) => entries(map),
        Value::Dynamic(ty, value) => json!({ "type": ty.to_json(), "value": to_json(value) }),
    }
}

enum Missing {
    IsNull,
    IsAnError,
}

fn block_value(block: &Block, json: &Json, path: &Path) -> Result<Value, CodecError> {
    let object = object(json, path)?;
    if let Some(name) = object
        .keys()
        .find(|name| !block.attributes.contains_key(*name) && !block.blocks.contains_key(*name))
    {
        return Err(CodecError::new(
            path,
            format!("unsupported argument {name:?}"),
        ));
    }
    let mut values = attribute_values(&block.attributes, object, path)?;
    for (name, nested) in &block.blocks {
        let path = path.attribute(name);
        let json = object.get(name).unwrap_or(&Json::Null);
        let element = |json: &Json, path: &Path| block_value(&nested.block, json, path);
        let value = match (nested.nesting, json) {
            (_, json) if *json == unknown() => Value::Unknown,
            (Nesting::Single, Json::Null) => Value::Null,
            (Nesting::Group, Json::Null) => element(&json!({}), &path)?,
            (Nesting::List, Json::Null) => Value::List(vec![]),
            (Nesting::Set, Json::Null) => Value::set(vec![]),
            (Nesting::Map, Json::Null) => Value::Map(BTreeMap::new()),
            (nesting, json) => nested_value(nesting, json, &path, element)?,
        };
        values.insert(name.clone(), value);
    }
    Ok(Value::Object(values))
}

fn attribute_values(
    attributes: &BTreeMap<String, Attribute>,
    object: &Map<String, Json>,
    path: &Path,
) -> Result<BTreeMap<String, Value>, CodecError> {
    attributes
        .iter()
        .map(|(name, attribute)| {
            let path = path.attribute(name);
            let json = object.get(name).unwrap_or(&Json::Null);
            let value = match &attribute.ty {
                AttributeType::Plain(ty) => typed(ty, json, &path, &Missing::IsNull)?,
                AttributeType::Nested { .. } if json.is_null() => Value::Null,
                AttributeType::Nested { .. } if *json == unknown() => Value::Unknown,
                AttributeType::Nested {
                    nesting,
                    attributes,
                } => nested_value(*nesting, json, &path, |json, path| {
                    nested_object(attributes, json, path)
                })?,
            };
            Ok((name.clone(), value))
        })
        .collect()
}

fn nested_object(
    attributes: &BTreeMap<String, Attribute>,
    json: &Json,
    path: &Path,
) -> Result<Value, CodecError> {
    if *json == unknown() {
        return Ok(Value::Unknown);
    }
    let object = object(json, path)?;
    if let Some(name) = object.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(CodecError::new(
            path,
            format!("unsupported argument {name:?}"),
        ));
    }
    attribute_values(attributes, object, path).map(Value::Object)
}

fn nested_value(
    nesting: Nesting,
    json: &Json,
    path: &Path,
    element: impl Fn(&Json, &Path) -> Result<Value, CodecError>,
) -> Result<Value, CodecError> {
    let list = || {
        let elements = array(json, path)?.iter().enumerate();
        elements
            .map(|(index, json)| element(json, &path.index(index)))
            .collect::<Result<Vec<_>, _>>()
    };
    match nesting {
        Nesting::Single | Nesting::Group => element(json, path),
        Nesting::List => list().map(Value::List),
        Nesting::Set => list().map(Value::set),
        Nesting::Map => object(json, path)?
            .iter()
            .map(|(key, json)| Ok((key.clone(), element(json, &path.key(key))?)))
            .collect::<Result<_, _>>()
            .map(Value::Map),
    }
}

fn typed(ty: &Type, json: &Json, path: &Path, missing: &Missing) -> Result<Value, CodecError> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    if matches!(missing, Missing::IsNull) && *json == unknown() {
        return Ok(Value::Unknown);
    }
    let wrong = || CodecError::new(path, format!("{} is required, got {json}", ty.to_json()));
    let list = |element: &Type| {
        let elements = array(json, path)?.iter().enumerate();
        elements
            .map(|(index, json)| typed(element, json, &path.index(index), missing))
            .collect::<Result<Vec<_>, _>>()
    };
    match ty {
        Type::Bool => json.as_bool().map(Value::Bool).ok_or_else(wrong),
        Type::Number => match json {
            Json::Number(number) => number.to_string().parse().ok(),
            Json::String(text) => text.parse().ok(),
            _ => None,
        }
        .map(Value::Number)
        .ok_or_else(wrong),
        Type::String => json.as_str().map(Value::text).ok_or_else(wrong),
        Type::List(element) => list(element).map(Value::List),
        Type::Set(element) => list(element).map(Value::set),
        Type::Map(element) => object(json, path)?
            .iter()
            .map(|(key, json)| Ok((key.clone(), typed(element, json, &path.key(key), missing)?)))
            .collect::<Result<_, _>>()
            .map(Value::Map),
        Type::Object(types) => {
            let object = object(json, path)?;
            if let Some(name) = object.keys().find(|name| !types.contains_key(*name)) {
                return Err(CodecError::new(
                    path,
                    format!("unsupported attribute {name:?}"),
                ));
            }
            types
                .iter()
                .map(|(name, ty)| match (object.get(name), missing) {
                    (None, Missing::IsAnError) => Err(CodecError::new(
                        path,
                        format!("attribute {name:?} is required"),
                    )),
                    (json, _) => {
                        let json = json.unwrap_or(&Json::Null);
                        Ok((
                            name.clone(),
                            typed(ty, json, &path.attribute(name), missing)?,
                        ))
                    }
                })
                .collect::<Result<_, _>>()
                .map(Value::Object)
        }
        Type::Tuple(types) => {
            let elements = array(json, path)?;
            if elements.len() != types.len() {
                return Err(wrong());
            }
            types
                .iter()
                .zip(elements)
                .enumerate()
                .map(|(index, (ty, json))| typed(ty, json, &path.index(index), missing))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        Type::Dynamic => {
            let (Some(of), Some(inner)) = (json.get("type"), json.get("value")) else {
                return Err(wrong());
            };
            let of = Type::from_json(of).map_err(|err| CodecError::new(path, err.to_string()))?;
            let value = typed(&of, inner, path, missing)?;
            Ok(Value::Dynamic(Box::new(of), Box::new(value)))
        }
    }
}

fn object<'j>(json: &'j Json, path: &Path) -> Result<&'j Map<String, Json>, CodecError> {
    json.as_object()
        .ok_or_else(|| CodecError::new(path, format!("an object is required, got {json}")))
}

fn array<'j>(json: &'j Json, path: &Path) -> Result<&'j Vec<Json>, CodecError> {
    json.as_array()
        .ok_or_else(|| CodecError::new(path, format!("a list is required, got {json}")))
}

/// A JSON number where that loses nothing, else the digits as a string, which core reads as well.
fn number_to_json(number: &Number) -> Json {
    let text = number.to_string();
    serde_json::from_str(&text)
        .ok()
        .filter(|json: &Json| {
            json.as_number()
                .is_some_and(|number| number.to_string() == text)
        })
        .unwrap_or_else(|| json!(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::samples;

    #[test]
    fn what_a_configuration_leaves_out_is_null_or_an_empty_list_of_blocks() {
        let value = config(&samples::order(), &json!({ "name": "a" })).unwrap();
        assert_eq!(
            to_json(&value),
            json!({
                "name": "a", "id": null, "note": null, "tags": null, "secret": null,
                "contacts": null, "timeouts": null, "rule": [],
            })
        );
    }

    #[test]
    fn unknowns_and_nested_values_follow_the_schema() {
        let written = json!({
            "name": unknown(), "tags": ["b", "a"],
            "contacts": [{ "email": "x" }], "rule": [{ "port": 0.1 }], "timeouts": { "create": "1h" },
        });
        let value = config(&samples::order(), &written).unwrap();
        assert_eq!(value.attribute("name"), &Value::Unknown);
        assert_eq!(to_json(value.attribute("tags")), json!(["a", "b"]));
        assert_eq!(
            to_json(value.attribute("contacts")),
            json!([{ "email": "x", "contact_id": null }])
        );
        assert_eq!(
            to_json(value.attribute("rule")),
            json!([{ "port": 0.1, "rule_id": null }])
        );
    }

    #[test]
    fn names_outside_the_schema_and_wrong_types_are_refused_with_their_path() {
        for (written, message) in [
            (
                json!({ "nam": "a" }),
                r#"root object: unsupported argument "nam""#,
            ),
            (
                json!({ "name": 1 }),
                r#".name: "string" is required, got 1"#,
            ),
            (
                json!({ "contacts": [{ "mail": "x" }] }),
                r#".contacts[0]: unsupported argument "mail""#,
            ),
        ] {
            let err = config(&samples::order(), &written).unwrap_err();
            assert_eq!(err.to_string(), message);
        }
    }

    #[test]
    fn an_answer_in_json_needs_every_attribute() {
        let ty = Type::from_json(&json!(["object", { "a": "number", "b": "string" }])).unwrap();
        let value = decode(&ty, br#"{"a": "18446744073709551616", "b": null}"#).unwrap();
        assert_eq!(
            to_json(&value),
            json!({ "a": "18446744073709551616", "b": null })
        );
        assert!(decode(&ty, br#"{"a": 1}"#).is_err());
        assert!(decode(&ty, br#"{"a": 1, "b": null, "c": 1}"#).is_err());
    }
}
