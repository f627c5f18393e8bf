//! Decoders for the types that the API does not keep to: booleans as `1` and `"1"`, numbers as
//! strings, `[]` for an empty object, `{}` for an empty list, PEM with CRLF.
//!
//! Use them with `#[serde(default, deserialize_with = "flexible::…")]`; a missing key gives the
//! default. So does a value that is something else altogether: a member on which nothing depends
//! never makes an answer unreadable. The few members on which something depends are read by
//! [`needed`], which refuses such a value.

pub(crate) mod needed;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use time::{Date, OffsetDateTime};

pub(crate) use needed::normalize_pem;

/// Declares, for a decoder of [`needed`], the one that gives the default for an odd value.
macro_rules! lenient {
    ($($name:ident -> $type:ty,)+) => {$(
        #[doc = concat!("Reads as [`needed::", stringify!($name), "`], and an odd value as none.")]
        pub(crate) fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            lenient(deserializer, needed::$name)
        }
    )+};
}

lenient! {
    boolean -> bool,
    optional_boolean -> Option<bool>,
    integer -> Option<i64>,
    text -> Option<String>,
    pem -> Option<String>,
    date -> Option<Date>,
    timestamp -> Option<OffsetDateTime>,
    optional_names -> Option<Vec<String>>,
}

/// Reads as [`needed::id`], and an odd value as none.
pub(crate) fn id<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
    T::Error: fmt::Display,
{
    lenient(deserializer, needed::id)
}

/// Reads as [`needed::object`], and an odd value as none.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    lenient(deserializer, needed::object)
}

/// Reads a word, such as a status; an odd value is none.
pub(crate) fn word<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    lenient(deserializer, Option::deserialize)
}

/// Reads as [`needed::list`], without the items that are odd.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items = match Value::deserialize(deserializer)? {
        Value::Array(items) => items,
        Value::Object(entries) => entries.into_iter().map(|(_, item)| item).collect(),
        _ => Vec::new(),
    };
    // No item is a list; as one, it would be read member by member.
    let items = items.into_iter().filter(|item| !item.is_array());
    Ok(items.filter_map(|item| T::deserialize(item).ok()).collect())
}

/// Reads as [`needed::names`], without the names that are odd.
pub(crate) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut names: Vec<String> = list(deserializer)?;
    names.retain(|name| !name.is_empty());
    Ok(names)
}

fn lenient<'de, D: Deserializer<'de>, T: Default>(
    deserializer: D,
    read: impl FnOnce(Value) -> Result<T, serde_json::Error>,
) -> Result<T, D::Error> {
    // What is no JSON fails here, and stays an error.
    let value = Value::deserialize(deserializer)?;
    Ok(read(value).unwrap_or_default())
}

/// The members of an object, taken one by one. Those that are odd are remembered by their names.
#[derive(Debug, Default)]
pub(crate) struct Members {
    values: BTreeMap<String, Value>,
    twice: Vec<String>,
    odd: Vec<&'static str>,
}

impl Members {
    /// Takes the member without which the object is nothing.
    pub(crate) fn required<'de, T: Deserialize<'de>, E: de::Error>(
        &mut self,
        name: &'static str,
    ) -> Result<T, E> {
        if self.twice.iter().any(|twice| twice == name) {
            return Err(E::duplicate_field(name));
        }
        let value = self.values.remove(name);
        T::deserialize(value.ok_or_else(|| E::missing_field(name))?).map_err(E::custom)
    }

    /// Takes a member by its decoder of [`needed`]; one that is odd by the decoder that forgives.
    pub(crate) fn optional<T: Default>(
        &mut self,
        name: &'static str,
        strict: fn(Value) -> Result<T, serde_json::Error>,
        forgiving: fn(Value) -> Result<T, serde_json::Error>,
    ) -> T {
        let Some(value) = self.values.remove(name) else {
            return T::default();
        };
        strict(value.clone()).unwrap_or_else(|_| {
            self.odd.push(name);
            forgiving(value).unwrap_or_default()
        })
    }

    /// Returns the names of the members that were odd.
    pub(crate) fn odd(self) -> Vec<&'static str> {
        self.odd
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some((name, value)) = entries.next_entry::<String, Value>()? {
                    match members.values.entry(name) {
                        Entry::Vacant(free) => {
                            free.insert(value);
                        }
                        Entry::Occupied(taken) => members.twice.push(taken.key().clone()),
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_any(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::certcentral::id::OrderId;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Probe {
        #[serde(deserialize_with = "boolean")]
        boolean: bool,
        #[serde(deserialize_with = "optional_boolean")]
        optional_boolean: Option<bool>,
        #[serde(deserialize_with = "integer")]
        integer: Option<i64>,
        #[serde(deserialize_with = "id")]
        id: Option<OrderId>,
        #[serde(deserialize_with = "text")]
        text: Option<String>,
        #[serde(deserialize_with = "pem")]
        pem: Option<String>,
        #[serde(deserialize_with = "date")]
        date: Option<Date>,
        #[serde(deserialize_with = "timestamp")]
        timestamp: Option<OffsetDateTime>,
        #[serde(deserialize_with = "word")]
        word: Option<String>,
        #[serde(deserialize_with = "list")]
        list: Vec<OrderId>,
        #[serde(deserialize_with = "names")]
        names: Vec<String>,
        #[serde(deserialize_with = "optional_names")]
        optional_names: Option<Vec<String>>,
        #[serde(deserialize_with = "object")]
        object: Option<BTreeMap<String, i64>>,
    }

    fn probe(member: &str, value: &Value) -> Probe {
        let text = json!({ member: value }).to_string();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    #[test]
    fn an_odd_value_is_no_value() {
        let table = [
            ("boolean", json!(["yes"])),
            ("boolean", json!(2)),
            ("optional_boolean", json!({"value": true})),
            ("integer", json!(1.5)),
            ("integer", json!({})),
            ("id", json!("7f1d4c57-9c0e-4d9b-8a51-c0aa3f0a4c1e")),
            ("id", json!(-3)),
            ("text", json!({"en": "text"})),
            ("text", json!([[]])),
            ("pem", json!({})),
            ("date", json!([2026])),
            ("timestamp", json!(true)),
            ("word", json!(5)),
            ("list", json!("5")),
            ("list", json!([null, {"id": 5}, [5]])),
            ("names", json!([5, null, ""])),
            ("optional_names", json!([5])),
            ("object", json!("a")),
            ("object", json!([1])),
            ("object", json!({"n": "many"})),
        ];
        for (member, value) in table {
            assert_eq!(probe(member, &value), Probe::default(), "{member}: {value}");
        }
    }

    #[test]
    fn what_is_good_of_a_list_stays() {
        let ids = probe("list", &json!([null, 5, "6", {}, 1.5])).list;
        assert_eq!(ids.iter().map(|id| id.get()).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(probe("names", &json!(["a", 5, "b"])).names, ["a", "b"]);
    }

    #[test]
    fn what_is_no_json_is_an_error_all_the_same() {
        for text in [r#"{"text":"#, r#"{"list":[1,}"#, r#"{"object":{"n":1}"#] {
            assert!(serde_json::from_str::<Probe>(text).is_err(), "{text}");
        }
    }
}
