//! The codec against vectors that the oracle (go-cty) wrote.

use data_encoding::HEXLOWER;
use serde_json::json;

use super::*;
use crate::{ty::Type, value::Value};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    HEXLOWER.decode(hex.replace(' ', "").as_bytes()).unwrap()
}

fn dynamic_string(value: Value) -> Value {
    Value::Dynamic(Box::new(Type::String), Box::new(value))
}

#[test]
fn values_are_written_and_read_as_the_oracle_does() {
    let list = Type::List(Box::new(Type::String));
    for (ty, value, hex) in [
        (Type::String, Value::Unknown, "d40000"),
        (Type::String, Value::Null, "c0"),
        (Type::Number, number("0.1"), "a3302e31"),
        (Type::Number, number("0.5"), "cb3fe0000000000000"),
        (Type::Number, number("3"), "03"),
        (Type::Number, number("-1"), "ff"),
        (
            Type::Number,
            number("9223372036854775808"),
            "b3 39323233333732303336383534373735383038",
        ),
        (
            Type::Dynamic,
            dynamic_string(Value::string("x")),
            "92 c408 22737472696e6722 a178",
        ),
        (
            Type::Dynamic,
            dynamic_string(Value::Unknown),
            "92 c408 22737472696e6722 d40000",
        ),
        (Type::Dynamic, Value::Unknown, "d40000"),
        (Type::Dynamic, Value::Null, "c0"),
        (list, Value::List(vec![]), "90"),
    ] {
        assert_eq!(
            HEXLOWER.encode(&encode(&ty, &value).unwrap()),
            hex.replace(' ', "")
        );
        assert_eq!(decode(&ty, &bytes(hex)).unwrap(), value, "{hex}");
    }
}

#[test]
fn every_other_form_that_core_accepts_is_read() {
    for (hex, expected) in [
        ("cc80", "128"),
        ("cd0100", "256"),
        ("ce00010000", "65536"),
        ("cfffffffffffffffff", "18446744073709551615"),
        ("d080", "-128"),
        ("d1ff00", "-256"),
        ("d2ffff0000", "-65536"),
        ("d38000000000000000", "-9223372036854775808"),
        ("ca3fc00000", "1.5"),
        ("cb4008000000000000", "3"),
        ("cb43e0000000000000", "9223372036854775808"),
    ] {
        assert_eq!(
            decode(&Type::Number, &bytes(hex)).unwrap(),
            number(expected),
            "{hex}"
        );
    }
    // An extension of length 0, and a refined unknown.
    for hex in ["c70000", "c7030c8101c2"] {
        assert_eq!(
            decode(&Type::String, &bytes(hex)).unwrap(),
            Value::Unknown,
            "{hex}"
        );
    }
}

#[test]
fn strings_are_read_in_normal_form_c() {
    let mut wire = vec![0xa3];
    wire.extend("e\u{301}".as_bytes());
    assert_eq!(
        decode(&Type::String, &wire).unwrap(),
        Value::string("\u{e9}")
    );
}

#[test]
fn an_object_with_missing_extra_or_doubled_keys_is_refused() {
    let ty = Type::from_json(&json!(["object", {"a": "string", "b": "string"}])).unwrap();
    for (hex, message) in [
        (
            "81 a161 c0",
            r#"root object: an object with 2 attributes is required: "b" is missing"#,
        ),
        (
            "83 a161 c0 a162 c0 a163 c0",
            r#"root object: unsupported attribute "c""#,
        ),
        (
            "82 a161 c0 a161 c0",
            r#"root object: duplicate attribute "a""#,
        ),
        (
            "82 a161 c0 a162 03",
            ".b: a string is required, got FixPos(3)",
        ),
    ] {
        assert_eq!(decode(&ty, &bytes(hex)).unwrap_err().to_string(), message);
    }
}

#[test]
fn wrong_forms_are_refused() {
    for (ty, hex) in [
        (Type::Bool, "01"),
        (Type::String, "c3"),
        (Type::Number, "a178"),
        (Type::Number, "cb7ff8000000000000"),
        (Type::String, "a2 61"),
        (Type::String, "a161 c0"),
        (Type::String, "a1ff"),
        (Type::Set(Box::new(Type::String)), "80"),
        (Type::Map(Box::new(Type::String)), "8101c0"),
        (Type::Dynamic, "a178"),
        (Type::Tuple(vec![Type::Bool]), "92c3c3"),
    ] {
        assert!(decode(&ty, &bytes(hex)).is_err(), "{ty:?} {hex}");
    }
    assert!(encode(&Type::Bool, &Value::string("x")).is_err());
}
