//! Types of values, as core's type system has them, and their JSON constraint form.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text, compared after NFC normalisation.
    String,
    /// A decimal number of any size.
    Number,
    /// True or false.
    Bool,
    /// Ordered elements of one type.
    List(Box<Type>),
    /// Elements of one type without order or duplicates.
    Set(Box<Type>),
    /// Elements of one type by string key.
    Map(Box<Type>),
    /// Named attributes, each of its own type; every one is always present, perhaps null.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// The constraint form: `"string"`, `["list","string"]`, `["object",{"id":"number"}]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
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
        }
    }

    /// Reads the constraint form; `None` for anything else.
    pub fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Some(Self::String),
                "number" => Some(Self::Number),
                "bool" => Some(Self::Bool),
                _ => None,
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), argument] => Self::of_kind(kind, argument),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a value of this type is called in messages: "a string".
    pub fn noun(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
        }
    }

    fn of_kind(kind: &str, argument: &Json) -> Option<Self> {
        match kind {
            "list" => Self::from_json(argument).map(Self::list),
            "set" => Self::from_json(argument).map(Self::set),
            "map" => Self::from_json(argument).map(Self::map),
            "object" => argument
                .as_object()?
                .iter()
                .map(|(name, ty)| Some((name.clone(), Self::from_json(ty)?)))
                .collect::<Option<_>>()
                .map(Self::Object),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::Type;

    #[test]
    fn types_and_their_constraint_form_agree() {
        let object = Type::Object(BTreeMap::from([
            ("id".to_owned(), Type::Number),
            ("tags".to_owned(), Type::map(Type::Bool)),
        ]));
        for (ty, form) in [
            (Type::String, json!("string")),
            (Type::list(Type::String), json!(["list", "string"])),
            (Type::set(Type::Number), json!(["set", "number"])),
            (
                object,
                json!(["object", {"id": "number", "tags": ["map", "bool"]}]),
            ),
        ] {
            assert_eq!(ty.to_json(), form);
            assert_eq!(Type::from_json(&form), Some(ty));
        }
    }

    #[test]
    fn what_is_no_constraint_form_is_refused() {
        for form in [
            json!("text"),
            json!(null),
            json!(["list"]),
            json!(["list", "string", "string"]),
            json!(["object", []]),
            json!("dynamic"),
            json!(["tuple", ["bool"]]),
            json!(["array", "string"]),
            json!([1, "string"]),
        ] {
            assert_eq!(Type::from_json(&form), None, "{form}");
        }
    }
}
