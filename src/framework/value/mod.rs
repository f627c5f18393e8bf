//! Values as core knows them: known, null or unknown, at every depth.
//!
//! A value is read and written by its type: as MessagePack on the wire ([`msgpack`]), as JSON in a
//! state file ([`json`]).

pub mod json;
pub mod msgpack;
mod number;
mod path;
mod ty;

use std::borrow::Cow;
use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, is_nfc};

pub use number::{Number, NumberError};
pub use path::{AttributePath, Step};
pub use ty::Type;

/// A value of the plugin protocol. Its type is always known from elsewhere: from a schema.
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
    /// A list.
    List(Vec<Value>),
    /// A set: equality ignores order and duplicates.
    Set(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object: all attributes of its type, present even when null.
    Object(BTreeMap<String, Value>),
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
        }
    }

    /// Names the kind of the value, for messages that must not show the value itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unknown => "an unknown value",
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
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

/// Bytes or a value that do not fit the type they shall have. Names kinds of values, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct ValueError {
    /// Where.
    pub path: AttributePath,
    /// What the type asks for.
    pub expected: String,
    /// What stood there.
    pub found: String,
}

impl ValueError {
    /// An error about the value itself; the callers on the way out add where it stands with
    /// [`Self::under`].
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            path: AttributePath::default(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same error, seen from one level further out.
    #[must_use]
    pub fn under(mut self, step: Step) -> Self {
        self.path = self.path.under(step);
        self
    }
}

/// A text in normal form C. Most have it: PEM, names and ids are ASCII.
pub(in crate::framework) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_only_to_be_changed() {
        for text in ["", "shop.example.com", "b\u{fc}cher"] {
            assert!(matches!(nfc(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(nfc("bu\u{308}cher"), "b\u{fc}cher");
    }
}
