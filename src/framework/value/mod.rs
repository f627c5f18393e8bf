//! Values as core knows them: known, null or unknown, at every depth.

use std::collections::BTreeMap;

use super::number::Number;
use super::ty::Type;

/// A value of the plugin protocol. Its type is always known from elsewhere (a schema), except for `Dynamic`.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Known only after apply.
    Unknown,
    /// Absent.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A decimal number.
    Number(Number),
    /// Text.
    String(String),
    /// A list or tuple.
    List(Vec<Value>),
    /// A set: equality ignores order and duplicates.
    Set(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object: all attributes of its type, present even when null.
    Object(BTreeMap<String, Value>),
    /// A value whose type travels with it.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// Whether the value is `Null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value itself is unknown; a known list may still hold unknown elements.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether neither the value nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Value::is_wholly_known)
            }
            Self::Map(elements) | Self::Object(elements) => {
                elements.values().all(Value::is_wholly_known)
            }
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The attributes of an object; `None` for anything else.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// One attribute of an object; null when this is not an object or has no such attribute.
    pub fn attribute(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.as_object()
            .and_then(|attributes| attributes.get(name))
            .unwrap_or(NULL)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, Self::Unknown) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => {
                a.iter().all(|x| b.contains(x)) && b.iter().all(|x| a.contains(x))
            }
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Dynamic(a), Self::Dynamic(b)) => a == b,
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}
