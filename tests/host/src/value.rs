//! Values as core holds them: known, null or unknown at every level.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    number::Number,
    path::{Path, Step},
    ty::Type,
};

/// A value. Objects have exactly the attributes of their type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not known before apply.
    Unknown,
    /// Absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// An exact decimal number.
    Number(Number),
    /// Text, in Unicode normal form C as core holds it.
    String(String),
    /// A list, or a tuple.
    List(Vec<Value>),
    /// A set, in canonical order: make it with [`Value::set`], so that equal sets are equal values.
    Set(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object, or a block.
    Object(BTreeMap<String, Value>),
    /// A known value of a dynamic attribute, with its type.
    Dynamic(Box<Type>, Box<Value>),
}

static NULL: Value = Value::Null;

impl Value {
    /// Text as core holds it: in Unicode's normal form C.
    pub fn text(text: &str) -> Self {
        Self::String(normal_form(text))
    }

    /// A set of these elements: the order is lost and equal elements coalesce, except unknown ones,
    /// which may still turn out to differ.
    pub fn set(mut elements: Vec<Self>) -> Self {
        elements.sort();
        elements.dedup_by(|left, right| left == right && left.is_wholly_known());
        Self::Set(elements)
    }

    /// Text.
    pub fn string(text: &str) -> Self {
        Self::String(text.to_owned())
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value itself is known; parts of it may still be unknown.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Whether no part of the value is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.unknown_paths().is_empty()
    }

    /// An attribute of an object; null where there is none, as of a null object.
    pub fn attribute(&self, name: &str) -> &Self {
        match self {
            Self::Object(attributes) => attributes.get(name).unwrap_or(&NULL),
            Self::Unknown => &Self::Unknown,
            _ => &NULL,
        }
    }

    /// The elements of a list or set; none of anything else.
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) | Self::Set(elements) => elements,
            _ => &[],
        }
    }

    /// The entries of a map or object.
    pub fn entries(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Map(entries) | Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The part of the value at a path. `None` where the path leads nowhere: core calls that an
    /// invalid path. Whatever is below an unknown is unknown.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Unknown, _) => Some(value),
                (Self::Object(attributes), Step::Attribute(name)) => attributes.get(name),
                (Self::Map(entries), Step::Key(key)) => entries.get(key),
                (Self::List(elements), Step::Index(index)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| elements.get(index)),
                _ => None,
            })
    }

    /// Where the value is unknown.
    pub fn unknown_paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.walk(&Path::root(), &mut |path, value| {
            if !value.is_known() {
                found.push(path.clone());
            }
        });
        found
    }

    /// The value with null in place of every unknown, as core saves an object that is not wholly
    /// known.
    pub fn unknown_as_null(&self) -> Self {
        let entries = |entries: &BTreeMap<String, Self>| {
            entries
                .iter()
                .map(|(name, value)| (name.clone(), value.unknown_as_null()))
                .collect()
        };
        let elements = |elements: &[Self]| elements.iter().map(Self::unknown_as_null).collect();
        match self {
            Self::Unknown => Self::Null,
            Self::List(list) => Self::List(elements(list)),
            Self::Set(set) => Self::set(elements(set)),
            Self::Map(map) => Self::Map(entries(map)),
            Self::Object(object) => Self::Object(entries(object)),
            Self::Dynamic(ty, value) => {
                Self::Dynamic(ty.clone(), Box::new(value.unknown_as_null()))
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self.clone(),
        }
    }

    /// Calls `visit` for the value and every part of it, from the root down.
    pub fn walk(&self, path: &Path, visit: &mut impl FnMut(&Path, &Self)) {
        visit(path, self);
        match self {
            Self::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    element.walk(&path.index(index), visit);
                }
            }
            Self::Set(elements) => {
                for element in elements {
                    let step = Step::Element(crate::json::to_json(element).to_string());
                    element.walk(&path.with(step), visit);
                }
            }
            Self::Map(entries) => {
                for (key, value) in entries {
                    value.walk(&path.key(key), visit);
                }
            }
            Self::Object(attributes) => {
                for (name, value) in attributes {
                    value.walk(&path.attribute(name), visit);
                }
            }
            Self::Dynamic(_, value) => value.walk(path, visit),
            Self::Unknown | Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
        }
    }
}

/// A text in Unicode's normal form C, which ASCII has already.
pub(crate) fn normal_form(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_equal_in_any_order_and_known_duplicates_coalesce() {
        let (a, b) = (Value::string("a"), Value::string("b"));
        assert_eq!(
            Value::set(vec![b.clone(), a.clone(), a.clone()]),
            Value::set(vec![a, b])
        );
        let unknown = Value::set(vec![Value::Unknown, Value::Unknown]);
        assert_eq!(unknown.elements().len(), 2);
    }

    #[test]
    fn unknown_parts_are_found_and_saved_as_null() {
        let list = Value::List(vec![Value::Bool(true), Value::Unknown]);
        let object = Value::Object([("a".to_owned(), list)].into());
        assert_eq!(
            object.unknown_paths(),
            [Path::root().attribute("a").index(1)]
        );
        assert_eq!(
            object.unknown_as_null().attribute("a"),
            &Value::List(vec![Value::Bool(true), Value::Null])
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_has_no_value() {
        let object = Value::Object([("a".to_owned(), Value::Null)].into());
        assert_eq!(object.at(&Path::root().attribute("a")), Some(&Value::Null));
        assert_eq!(object.at(&Path::root().attribute("b")), None);
        assert_eq!(object.at(&Path::root().attribute("a").index(0)), None);
    }
}
