//! The types of values, and their JSON form in a schema.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `"bool"`
    Bool,
    /// `"number"`
    Number,
    /// `"string"`
    String,
    /// `"dynamic"`: the value brings its type along.
    Dynamic,
    /// `["list", element]`
    List(Box<Type>),
    /// `["set", element]`
    Set(Box<Type>),
    /// `["map", element]`
    Map(Box<Type>),
    /// `["object", {name: type}]`
    Object(BTreeMap<String, Type>),
    /// `["tuple", [type]]`
    Tuple(Vec<Type>),
}

/// A JSON value that stands for no type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{json} is not a type constraint")]
pub struct NotAType {
    json: String,
}

impl Type {
    /// Reads the JSON bytes of a schema's attribute type.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, NotAType> {
        serde_json::from_slice(bytes)
            .map_err(|_| NotAType {
                json: String::from_utf8_lossy(bytes).into_owned(),
            })
            .and_then(|json| Self::from_json(&json))
    }

    /// Reads a type constraint such as `["list","string"]`.
    pub fn from_json(json: &Json) -> Result<Self, NotAType> {
        let refused = || NotAType {
            json: json.to_string(),
        };
        if let Some(name) = json.as_str() {
            return match name {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(refused()),
            };
        }
        let Some([kind, inner, ..]) = json.as_array().map(Vec::as_slice) else {
            return Err(refused());
        };
        let element = || Self::from_json(inner).map(Box::new);
        match kind.as_str() {
            Some("list") => Ok(Self::List(element()?)),
            Some("set") => Ok(Self::Set(element()?)),
            Some("map") => Ok(Self::Map(element()?)),
            Some("object") => inner
                .as_object()
                .ok_or_else(refused)?
                .iter()
                .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            Some("tuple") => inner
                .as_array()
                .ok_or_else(refused)?
                .iter()
                .map(Self::from_json)
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            _ => Err(refused()),
        }
    }

    /// The type constraint as JSON.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                json!(["object", attributes])
            }
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json).collect::<Vec<_>>()
                ])
            }
        }
    }

    /// Whether a value of this type may bring a type along somewhere within.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_survives_its_json_form() {
        for json in [
            json!("bool"),
            json!(["list", ["object", {"id": "number", "tags": ["map", "string"]}]]),
            json!(["set", ["tuple", ["string", "dynamic"]]]),
        ] {
            assert_eq!(Type::from_json(&json).unwrap().to_json(), json);
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for json in [
            json!("int"),
            json!(["list"]),
            json!({}),
            json!(["object", []]),
        ] {
            assert!(Type::from_json(&json).is_err(), "{json}");
        }
        assert!(Type::from_slice(b"string").is_err());
    }
}
