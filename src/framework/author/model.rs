//! Typed models over values: a struct whose fields are the attributes of a schema.
//!
//! [`model!`](crate::model) writes the struct and both conversions. A model and its schema must
//! have the same attributes and types; [`crate::framework::schema_check`] holds one against the
//! other in tests.

use std::collections::BTreeMap;

use crate::framework::value::{AttributePath, Value};

/// What a number of a model is; the protocol has others.
const WHOLE_NUMBER: &str = "a whole number of 64 bits";
/// How [`ModelError::found`] names a null.
const NULL: &str = "null";

/// A value did not have the form that the model expects. Cannot happen with values that match the
/// schema, except for numbers that are not whole and for elements that are null.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct ModelError {
    /// Where.
    pub path: AttributePath,
    /// What the model wanted.
    pub expected: &'static str,
    /// What kind of value stood there.
    pub found: &'static str,
}

impl ModelError {
    /// Whether the value is a number, and not a whole one, which the schema cannot forbid.
    pub fn is_another_number(&self) -> bool {
        self.expected == WHOLE_NUMBER && self.found != NULL
    }

    /// Whether an element or a whole object is null where the model has none, which the schema
    /// cannot forbid either.
    pub fn is_null_inside(&self) -> bool {
        self.found == NULL && !self.path.steps().is_empty()
    }
}

/// A Rust type that stands for a protocol value.
pub trait FromToValue: Sized {
    /// Reads the value; `path` is where it stands, for the error.
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError>;

    /// Writes the value.
    fn to_value(&self) -> Value;
}

/// A struct for a whole object, made by [`model!`](crate::model).
pub trait Model:
    FromToValue + Clone + Default + std::fmt::Debug + PartialEq + Send + Sync + 'static
{
}

/// The value of one attribute in a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Attr<T> {
    /// Set.
    Known(T),
    /// Absent.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
}

impl<T> Attr<T> {
    /// The value, if it is known and set.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, if it is known and set.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether it is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it becomes known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl Attr<String> {
    /// The text, if it is known and set.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }

    /// Returns the text, if it is known and says something: where nothing can be said, modules pass
    /// `""`.
    pub fn given(&self) -> Option<&str> {
        self.as_str().filter(|text| !text.is_empty())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// Elements without order: a set of the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set<T>(pub Vec<T>);

impl<T: FromToValue> FromToValue for Attr<T> {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown => Ok(Self::Unknown),
            known => T::from_value(known, path).map(Self::Known),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(value) => value.to_value(),
        }
    }
}

impl FromToValue for String {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(mismatch(path, "a string", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.clone())
    }
}

impl FromToValue for bool {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            other => Err(mismatch(path, "a bool", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl FromToValue for i64 {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::Number(number) => number
                .as_i64()
                .ok_or_else(|| mismatch(path, WHOLE_NUMBER, value)),
            other => Err(mismatch(path, "a number", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(*self)
    }
}

impl<T: FromToValue> FromToValue for Vec<T> {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::List(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, element)| T::from_value(element, &path.index(index)))
                .collect(),
            other => Err(mismatch(path, "a list", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: FromToValue> FromToValue for Set<T> {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::Set(elements) => elements
                .iter()
                .map(|element| T::from_value(element, path))
                .collect::<Result<_, _>>()
                .map(Self),
            other => Err(mismatch(path, "a set", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Set(self.0.iter().map(T::to_value).collect())
    }
}

impl<T: FromToValue> FromToValue for BTreeMap<String, T> {
    fn from_value(value: &Value, path: &AttributePath) -> Result<Self, ModelError> {
        match value {
            Value::Map(elements) => elements
                .iter()
                .map(|(key, element)| {
                    Ok((key.clone(), T::from_value(element, &path.key(key.clone()))?))
                })
                .collect(),
            other => Err(mismatch(path, "a map", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Map(
            self.iter()
                .map(|(key, element)| (key.clone(), element.to_value()))
                .collect(),
        )
    }
}

/// The error for a value of the wrong form; used by the code that [`model!`](crate::model) writes.
pub fn mismatch(path: &AttributePath, expected: &'static str, found: &Value) -> ModelError {
    ModelError {
        path: path.clone(),
        expected,
        found: found.kind(),
    }
}

/// Declares a model: a struct whose field names are attribute names, with both conversions.
///
/// ```
/// use terraform_provider_digicert::framework::{Attr, AttributePath, FromToValue, Value};
///
/// terraform_provider_digicert::model! {
///     /// The container of an order.
///     pub struct Container {
///         /// Its id.
///         pub id: Attr<i64>,
///     }
/// }
///
/// let container = Container { id: Attr::Known(7) };
/// let value = container.to_value();
/// assert_eq!(value.attribute("id"), &Value::from(7));
/// assert_eq!(Container::from_value(&value, &AttributePath::default()), Ok(container));
/// ```
#[macro_export]
macro_rules! model {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $( $(#[$field_attribute:meta])* $field_visibility:vis $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $visibility struct $name {
            $( $(#[$field_attribute])* $field_visibility $field: $ty, )*
        }

        impl $crate::framework::FromToValue for $name {
            fn from_value(
                value: &$crate::framework::Value,
                path: &$crate::framework::AttributePath,
            ) -> Result<Self, $crate::framework::ModelError> {
                if value.as_object().is_none() {
                    return Err($crate::framework::mismatch(path, "an object", value));
                }
                Ok(Self {
                    $( $field: $crate::framework::FromToValue::from_value(
                        value.attribute(stringify!($field)),
                        &path.attribute(stringify!($field)),
                    )?, )*
                })
            }

            fn to_value(&self) -> $crate::framework::Value {
                $crate::framework::Value::Object(
                    [$( (
                        stringify!($field).to_owned(),
                        $crate::framework::FromToValue::to_value(&self.$field),
                    ), )*]
                    .into_iter()
                    .collect(),
                )
            }
        }

        impl $crate::framework::Model for $name {}
    };
}
