//! The JSON of a state file to values and back, led by the type.
//!
//! Numbers pass through the 64-bit forms of `serde_json`; text of any length is taken as a number
//! too.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::Value;
use super::number::Number;
use super::path::{AttributePath, Step};
use super::ty::Type;
use super::{ValueError, nfc};

/// Reads a value of type `ty`. An attribute that is missing reads as null: the state may be older
/// than the attribute. One that the type does not have is an error: it would be lost without a
/// word.
pub fn decode(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (Json::Bool(flag), Type::Bool) => Ok(Value::Bool(*flag)),
        (Json::Number(number), Type::Number) => decimal(&number.to_string()),
        (Json::String(text), Type::Number) => decimal(text),
        (Json::String(text), Type::String) => Ok(Value::String(nfc(text).into_owned())),
        (Json::Array(elements), Type::List(element)) => {
            decode_list(elements, element).map(Value::List)
        }
        (Json::Array(elements), Type::Set(element)) => elements
            .iter()
            .map(|json| decode(json, element))
            .collect::<Result<_, _>>()
            .map(Value::Set)
            // Elements of sets have no address, so the path ends at the set.
            .map_err(|error| ValueError {
                path: AttributePath::default(),
                ..error
            }),
        (Json::Object(entries), Type::Map(element)) => entries
            .iter()
            .map(|(key, json)| {
                let value = decode(json, element);
                let value = value.map_err(|error| error.under(Step::Key(key.clone())))?;
                Ok((nfc(key).into_owned(), value))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Json::Object(entries), Type::Object(attributes)) => decode_object(entries, attributes),
        (json, ty) => Err(ValueError::new(ty.noun(), json_kind(json))),
    }
}

/// Takes out what an object of type `ty` does not have, so that [`decode`] reads the rest.
///
/// Only for a version that wrote the type as it is today: an upgrade may need what today's type
/// lacks.
pub fn without_surplus(json: Json, ty: &Type) -> Json {
    match (json, ty) {
        (Json::Array(elements), Type::List(element) | Type::Set(element)) => elements
            .into_iter()
            .map(|json| without_surplus(json, element))
            .collect(),
        (Json::Object(entries), Type::Map(element)) => entries
            .into_iter()
            .map(|(key, json)| (key, without_surplus(json, element)))
            .collect(),
        (Json::Object(entries), Type::Object(attributes)) => entries
            .into_iter()
            .filter_map(|(name, json)| {
                let json = without_surplus(json, attributes.get(&name)?);
                Some((name, json))
            })
            .collect(),
        (json, _) => json,
    }
}

/// Writes a value as a state file has it. Unknown values have no JSON form.
pub fn encode(value: &Value) -> Result<Json, ValueError> {
    match value {
        Value::Null => Ok(Json::Null),
        Value::Unknown => Err(ValueError::new("a known value", value.kind())),
        Value::Bool(flag) => Ok(json!(flag)),
        Value::Number(number) => Ok(encode_number(number)),
        Value::String(text) => Ok(json!(text)),
        Value::List(elements) | Value::Set(elements) => elements
            .iter()
            .map(encode)
            .collect::<Result<_, _>>()
            .map(Json::Array),
        Value::Map(entries) | Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| Ok((key.clone(), encode(value)?)))
            .collect::<Result<_, _>>()
            .map(Json::Object),
    }
}

fn decode_list(elements: &[Json], ty: &Type) -> Result<Vec<Value>, ValueError> {
    elements
        .iter()
        .enumerate()
        .map(|(index, json)| decode(json, ty).map_err(|error| error.under(Step::at(index))))
        .collect()
}

fn decode_object(
    entries: &Map<String, Json>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, ValueError> {
    if let Some(name) = entries.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(ValueError::new(
            "only attributes of the schema",
            format!("the attribute {name:?}"),
        ));
    }
    attributes
        .iter()
        .map(|(name, ty)| {
            let value = decode(entries.get(name).unwrap_or(&Json::Null), ty);
            let value = value.map_err(|error| error.under(Step::Attribute(name.clone())))?;
            Ok((name.clone(), value))
        })
        .collect::<Result<_, _>>()
        .map(Value::Object)
}

fn decimal(text: &str) -> Result<Value, ValueError> {
    text.parse()
        .map(Value::Number)
        .map_err(|_| ValueError::new("a decimal number", "other text"))
}

fn encode_number(number: &Number) -> Json {
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => json!(integer),
        (None, Some(integer)) => json!(integer),
        // JSON numbers are floats to many readers; text keeps every digit and core reads it as a
        // number.
        (None, None) => json!(number.to_string()),
    }
}

fn json_kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{any, proptest};
    use serde_json::json;

    use super::{decode, encode, without_surplus};
    use crate::framework::{Type, Value};

    fn ty() -> Type {
        Type::Object(BTreeMap::from([
            ("number".to_owned(), Type::Number),
            ("people".to_owned(), Type::list(Type::map(Type::Bool))),
            ("tags".to_owned(), Type::set(Type::String)),
        ]))
    }

    #[test]
    fn a_state_reads_and_writes_the_same() {
        let state = json!({
            "number": "0.1",
            "people": [{"a": true, "b": null}],
            "tags": ["a", "b"],
        });
        let value = decode(&state, &ty()).unwrap();
        assert_eq!(
            value.attribute("number"),
            &Value::Number("0.1".parse().unwrap())
        );
        assert_eq!(encode(&value).unwrap(), state);
    }

    #[test]
    fn missing_attributes_read_as_null() {
        let value = decode(&json!({"number": 0.1}), &ty()).unwrap();
        assert_eq!(
            value.attribute("number"),
            &Value::Number("0.1".parse().unwrap())
        );
        assert_eq!(value.attribute("tags"), &Value::Null);
        assert_eq!(value.as_object().map(BTreeMap::len), Some(3));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        for (state, path, message) in [
            (
                json!({"x": 1}),
                "",
                "expected only attributes of the schema, found the attribute \"x\"",
            ),
            (
                json!({"people": [{"a": 1}]}),
                "people[0][\"a\"]",
                "expected a bool, found a number",
            ),
            (
                json!({"tags": [1]}),
                "tags",
                "expected a string, found a number",
            ),
            (
                json!({"tags": {}}),
                "tags",
                "expected a set, found an object",
            ),
            (
                json!({"number": "many"}),
                "number",
                "expected a decimal number, found other text",
            ),
            (json!([]), "", "expected an object, found an array"),
        ] {
            let error = decode(&state, &ty()).unwrap_err();
            assert_eq!(
                (error.path.to_string(), error.to_string()),
                (path.to_owned(), message.to_owned())
            );
        }
    }

    #[test]
    fn a_surplus_is_taken_out_wherever_it_is() {
        let ty = Type::Object(BTreeMap::from([
            ("inner".to_owned(), Type::list(Type::map(ty()))),
            ("text".to_owned(), Type::String),
        ]));
        let state = json!({
            "inner": [{ "a": { "number": 1, "later": true, "tags": ["t"] } }, null],
            "text": "t",
            "newer": { "x": [] },
        });
        let rest = json!({ "inner": [{ "a": { "number": 1, "tags": ["t"] } }, null], "text": "t" });
        assert_eq!(without_surplus(state, &ty), rest);
        assert_eq!(without_surplus(json!("odd"), &ty), json!("odd"));
    }

    #[test]
    fn unknown_values_have_no_json() {
        assert!(encode(&Value::List(vec![Value::Unknown])).is_err());
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused(text in ".*", bytes in any::<Vec<u8>>()) {
            if let Ok(json) = serde_json::from_slice(&bytes) {
                let _ = decode(&json, &ty());
            }
            let _ = decode(&json!({"number": text, "tags": [bytes]}), &ty());
        }
    }
}
