//! Irregular forms of the real service's JSON: a client must read all of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One irregularity that clients of the real service have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Ids as strings of digits.
    IdsAsStrings,
    /// Prices and small counts as strings.
    NumbersAsStrings,
    /// Flags as 1 and 0, or as "1" and "0".
    FlagsAsNumbers,
    /// An empty list of names as a list of one empty name.
    EmptyNames,
    /// An object without members as an empty list, as PHP writes it: `organization` of listed
    /// orders.
    ObjectsAsLists,
    /// Hash names in upper case, countries in lower case.
    OtherCase,
    /// PEM with plain line feeds.
    LineFeeds,
    /// Members that nobody has heard of, of every type, in every object that has any: `{}` stays
    /// the API's way to write an empty list.
    UnknownFields,
    /// `errors` as one object instead of a list.
    ErrorsAsObject,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 9] = [
        Self::IdsAsStrings,
        Self::NumbersAsStrings,
        Self::FlagsAsNumbers,
        Self::EmptyNames,
        Self::ObjectsAsLists,
        Self::OtherCase,
        Self::LineFeeds,
        Self::UnknownFields,
        Self::ErrorsAsObject,
    ];

    /// Writes a body in this form.
    pub(crate) fn apply(self, body: &mut Value) {
        if self == Self::ObjectsAsLists {
            let items = body.get_mut("orders").and_then(Value::as_array_mut);
            for item in items.into_iter().flatten() {
                item["organization"] = json!([]);
            }
        }
        self.walk(body);
    }

    fn walk(self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    self.member(name, member);
                    self.walk(member);
                }
                self.object(members);
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    fn member(self, name: &str, value: &mut Value) {
        const COUNTS: [&str; 6] = [
            "receipt_id",
            "purchased_dns_names",
            "price",
            "total_price",
            "base_price",
            "server_licenses",
        ];
        const FLAGS: [&str; 5] = [
            "auto_renew",
            "auto_reissue",
            "archived",
            "is_active",
            "is_renewed",
        ];
        let is_id = || name == "id" || name.ends_with("_id");
        match (self, &*value) {
            (Self::IdsAsStrings, Value::Number(number)) if is_id() => {
                *value = number.to_string().into();
            }
            (Self::NumbersAsStrings, Value::Number(number)) if COUNTS.contains(&name) => {
                *value = number.to_string().into();
            }
            (Self::FlagsAsNumbers, Value::Bool(flag)) if FLAGS.contains(&name) => {
                *value = match name {
                    "is_active" => json!(u8::from(*flag).to_string()),
                    _ => json!(u8::from(*flag)),
                };
            }
            (Self::EmptyNames, Value::Array(names)) if name == "dns_names" && names.is_empty() => {
                *value = json!([""]);
            }
            (Self::OtherCase, Value::String(text)) if name == "signature_hash" => {
                *value = text.to_uppercase().into();
            }
            (Self::OtherCase, Value::String(text)) if name == "country" => {
                *value = text.to_lowercase().into();
            }
            (Self::LineFeeds, Value::String(text)) if text.starts_with("-----BEGIN ") => {
                *value = text.replace("\r\n", "\n").into();
            }
            (Self::ErrorsAsObject, Value::Array(errors)) if name == "errors" => {
                *value = errors.first().cloned().unwrap_or_default();
            }
            _ => {}
        }
    }

    fn object(self, members: &mut Map<String, Value>) {
        if self != Self::UnknownFields || members.is_empty() {
            return;
        }
        let unheard = [
            ("x_text", json!("new")),
            ("x_number", json!(1.5)),
            ("x_flag", json!(true)),
            ("x_nothing", Value::Null),
            ("x_list", json!([{ "id": [] }])),
            ("x_object", json!({ "id": { "id": "x" } })),
        ];
        members.extend(unheard.map(|(name, value)| (name.to_owned(), value)));
    }
}

/// Sets what a JSON pointer names, or takes it out. A pointer into nothing changes nothing.
pub(crate) fn set(body: &mut Value, pointer: &str, value: Option<&Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        if let Some(value) = value {
            *body = value.clone();
        }
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => {
            members.insert(name, value.clone());
        }
        (Some(Value::Object(members)), None) => {
            members.remove(&name);
        }
        (Some(Value::Array(items)), value) => {
            let Some(at) = name.parse().ok().filter(|at: &usize| *at < items.len()) else {
                return;
            };
            match value {
                Some(value) => items[at] = value.clone(),
                None => {
                    items.remove(at);
                }
            }
        }
        _ => {}
    }
}

/// Leaves only the members of these names; of a list in the answer, only those of its items.
pub(crate) fn only(body: &mut Value, members: &[String]) {
    let Value::Object(object) = body else {
        return;
    };
    for value in object.values_mut() {
        if let Value::Array(items) = value {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.retain(|name, _| members.contains(name));
            }
        }
    }
    object.retain(|name, value| value.is_array() || members.contains(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(form: Form, mut body: Value) -> Value {
        form.apply(&mut body);
        body
    }

    #[test]
    fn each_form_changes_what_it_is_named_after() {
        let pem = "-----BEGIN X-----\r\nAA==\r\n-----END X-----\r\n";
        let table = [
            (
                Form::IdsAsStrings,
                json!({ "id": 7, "a": [{ "user_id": 8, "price": 9 }] }),
                json!({ "id": "7", "a": [{ "user_id": "8", "price": 9 }] }),
            ),
            (
                Form::NumbersAsStrings,
                json!({ "id": 7, "price": 9 }),
                json!({ "id": 7, "price": "9" }),
            ),
            (
                Form::FlagsAsNumbers,
                json!({ "auto_renew": true, "is_active": false }),
                json!({ "auto_renew": 1, "is_active": "0" }),
            ),
            (
                Form::EmptyNames,
                json!({ "dns_names": [] }),
                json!({ "dns_names": [""] }),
            ),
            (
                Form::ObjectsAsLists,
                json!({ "orders": [{ "organization": { "id": 1 } }] }),
                json!({ "orders": [{ "organization": [] }] }),
            ),
            (
                Form::OtherCase,
                json!({ "signature_hash": "sha256", "country": "US" }),
                json!({ "signature_hash": "SHA256", "country": "us" }),
            ),
            (
                Form::LineFeeds,
                json!({ "pem": pem }),
                json!({ "pem": pem.replace('\r', "") }),
            ),
            (
                Form::ErrorsAsObject,
                json!({ "errors": [{ "code": "a" }, { "code": "b" }] }),
                json!({ "errors": { "code": "a" } }),
            ),
        ];
        for (form, body, expected) in table {
            assert_eq!(after(form, body), expected, "{form:?}");
        }
        let strange = after(Form::UnknownFields, json!({ "a": { "id": 1 } }));
        assert_eq!(strange["a"]["id"], 1);
        assert_eq!(strange["a"]["x_list"], strange["x_list"]);
        assert_eq!(after(Form::UnknownFields, json!({})), json!({}));
    }

    #[test]
    fn an_answer_that_says_less_keeps_its_lists() {
        let mut body = json!({ "id": 1, "status": "issued", "certificate": {},
            "orders": [{ "id": 2, "status": "pending", "x": 3 }] });
        only(&mut body, &["id".to_owned(), "status".to_owned()]);
        let expected =
            json!({ "id": 1, "status": "issued", "orders": [{ "id": 2, "status": "pending" }] });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_pointer_sets_and_removes_members_and_items() {
        let mut body = json!({ "a": [{ "b": 1 }, 2], "c": 3 });
        set(&mut body, "/a/0/b", Some(&json!("x")));
        set(&mut body, "/a/1", None);
        set(&mut body, "/c", None);
        set(&mut body, "/d", Some(&Value::Null));
        set(&mut body, "/nowhere/e", Some(&json!(1)));
        assert_eq!(body, json!({ "a": [{ "b": "x" }], "d": null }));
        set(&mut body, "", Some(&json!([])));
        assert_eq!(body, json!([]));
    }
}
