//! Vectors made with core's own codec, what must be refused, and properties.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::strategy::BoxedStrategy;

use super::{decode, encode};
use crate::framework::{AttributePath, Type, Value};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn object(ty: [(&str, Type); 2]) -> Type {
    Type::Object(ty.map(|(name, ty)| (name.to_owned(), ty)).into())
}

fn person() -> Type {
    object([("age", Type::Number), ("name", Type::String)])
}

/// Vectors of go-cty: bytes, type, value, and whether we write the same bytes.
#[test]
fn vectors_of_core_decode_and_encode() {
    let vectors: [(&[u8], Type, Value); 12] = [
        (b"\xd4\x00\x00", Type::String, Value::Unknown),
        (b"\xc0", Type::String, Value::Null),
        (b"\xa30.1", Type::Number, number("0.1")),
        (b"\x03", Type::Number, 3.into()),
        (b"\xff", Type::Number, (-1).into()),
        (b"\xcd\x01\x00", Type::Number, 256.into()),
        (
            b"\xcf\x80\x00\x00\x00\x00\x00\x00\x00",
            Type::Number,
            number("9223372036854775808"),
        ),
        (
            b"\xb418446744073709551616",
            Type::Number,
            number("18446744073709551616"),
        ),
        (b"\xc3", Type::Bool, true.into()),
        (b"\xc2", Type::Bool, false.into()),
        (b"\x90", Type::list(Type::String), Value::List(vec![])),
        (
            b"\x91\xa1x",
            Type::set(Type::String),
            Value::Set(vec!["x".into()]),
        ),
    ];
    for (bytes, ty, value) in vectors {
        assert_eq!(decode(bytes, &ty), Ok(value.clone()), "{bytes:02x?}");
        assert_eq!(encode(&value, &ty).unwrap(), bytes, "{value:?}");
    }
}

#[test]
fn other_spellings_of_core_decode() {
    let vectors: [(&[u8], Type, Value); 8] = [
        (b"\xcb\x3f\xe0\0\0\0\0\0\0", Type::Number, number("0.5")),
        (b"\xca\x3f\x00\0\0", Type::Number, number("0.5")),
        (
            b"\xcb\x43\xe0\0\0\0\0\0\0",
            Type::Number,
            number("9223372036854775808"),
        ),
        (b"\xcb\x40\x08\0\0\0\0\0\0", Type::Number, 3.into()),
        (
            b"\xa41e30",
            Type::Number,
            number("1000000000000000000000000000000"),
        ),
        (
            b"\xd3\xff\xff\xff\xff\xff\xff\xff\xfe",
            Type::Number,
            (-2).into(),
        ),
        // Unknown with a refinement: not null, prefix "a".
        (
            b"\xc7\x06\x0c\x82\x01\xc2\x02\xa1a",
            Type::String,
            Value::Unknown,
        ),
        (b"\xc7\x00\x00", Type::String, Value::Unknown),
    ];
    for (bytes, ty, value) in vectors {
        assert_eq!(decode(bytes, &ty), Ok(value), "{bytes:02x?}");
    }
}

#[test]
fn text_is_normalised_both_ways() {
    let composed = Value::from("\u{e9}");
    assert_eq!(decode(b"\xa3e\xcc\x81", &Type::String), Ok(composed));
    let written = encode(&Value::from("e\u{301}"), &Type::String);
    assert_eq!(written.unwrap(), b"\xa2\xc3\xa9");
}

#[test]
fn what_does_not_fit_is_refused_with_place_expected_and_found() {
    let people = Type::Object([("people".to_owned(), Type::list(person()))].into());
    for (bytes, path, message) in [
        (
            &b"\x81\xa6people\x91\x82\xa3age\xc3\xa4name\xc0"[..],
            "people[0].age",
            "expected a number, found a bool",
        ),
        (
            b"\x81\xa6people\x91\x81\xa3age\xc0",
            "people[0]",
            "expected an object with the attributes \"name\", found an object without them",
        ),
        (
            b"\x81\xa6people\x91\x83\xa3age\xc0\xa4name\xc0\xa1x\xc0",
            "people[0]",
            "expected one of the attributes \"age\", \"name\", found the attribute \"x\"",
        ),
        (
            b"\x81\xa6people\xa1x",
            "people",
            "expected a list, found a string",
        ),
        (
            b"\x81\xa6people\xdd\xff\xff\xff\xff\xc0",
            "people[1]",
            "expected a whole value, found the end of the bytes",
        ),
        (
            b"\x81\xa6people\x90\xc0",
            "",
            "expected the end of the value, found 1 more bytes",
        ),
        (b"\x81\x01\xc0", "", "expected a key, found a number"),
        (
            b"",
            "",
            "expected a whole value, found the end of the bytes",
        ),
    ] {
        let error = decode(bytes, &people).unwrap_err();
        assert_eq!(
            (error.path.to_string(), error.to_string()),
            (path.to_owned(), message.to_owned())
        );
    }
    let inf = b"\xcb\x7f\xf0\0\0\0\0\0\0";
    assert!(decode(inf, &Type::Number).is_err());
    assert!(decode(b"\xa11\xa12", &Type::Number).is_err());
    assert!(decode(b"\xa1\xff", &Type::String).is_err());
}

#[test]
fn an_element_of_a_set_has_no_address() {
    let error = decode(
        b"\x92\x81\xa1a\xc3\xc0",
        &Type::set(Type::map(Type::String)),
    );
    assert_eq!(error.unwrap_err().path, AttributePath::default());
}

#[test]
fn a_length_claim_allocates_nothing_that_is_not_there() {
    for marker in [0xdb_u8, 0xdd, 0xdf, 0xc6, 0xc9] {
        let bytes = [&[marker][..], &[0xff; 4]].concat();
        for ty in [Type::String, Type::list(Type::Bool), Type::map(Type::Bool)] {
            assert!(decode(&bytes, &ty).is_err(), "{marker:x} as {ty:?}");
        }
    }
}

#[test]
fn a_value_of_another_type_is_not_written() {
    let list = Type::list(person());
    let value = Value::List(vec![Value::Object(BTreeMap::from([
        ("age".to_owned(), "x".into()),
        ("name".to_owned(), Value::Null),
    ]))]);
    let error = encode(&value, &list).unwrap_err();
    assert_eq!(error.path.to_string(), "[0].age");
    assert_eq!(error.to_string(), "expected a number, found a string");
    let empty = Value::List(vec![Value::Object(BTreeMap::new())]);
    assert_eq!(encode(&empty, &list).unwrap_err().path.to_string(), "[0]");
    let surplus = Value::Object(BTreeMap::from([("x".to_owned(), Value::Null)]));
    assert!(encode(&surplus, &person()).is_err());
}

fn types() -> BoxedStrategy<Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            btree_map("[a-c]", inner, 0..3).prop_map(Type::Object),
        ]
    })
    .boxed()
}

fn values(ty: &Type) -> BoxedStrategy<Value> {
    let known = match ty {
        // Text that NFC leaves alone, so that what is read equals what was written.
        Type::String => "[a-z0-9 é]{0,8}".prop_map(Value::from).boxed(),
        Type::Number => (any::<i64>(), -30_i32..30)
            .prop_map(|(digits, shift)| number(&format!("{digits}e{shift}")))
            .boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::List(element) => vec(values(element), 0..3).prop_map(Value::List).boxed(),
        Type::Set(element) => vec(values(element), 0..3).prop_map(Value::Set).boxed(),
        Type::Map(element) => btree_map("[a-z]{1,3}", values(element), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        Type::Object(attributes) => {
            let names: Vec<_> = attributes.keys().cloned().collect();
            attributes
                .values()
                .map(values)
                .collect::<Vec<_>>()
                .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
    };
    prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
}

fn typed_values() -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(|ty| {
        let values = values(&ty);
        (Just(ty), values)
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back((ty, value) in typed_values()) {
        let bytes = encode(&value, &ty).unwrap();
        assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn any_bytes_are_read_or_refused(ty in types(), bytes in vec(any::<u8>(), 0..64)) {
        let _ = decode(&bytes, &ty);
    }

    #[test]
    fn damaged_values_are_read_or_refused((ty, value) in typed_values(), at in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = encode(&value, &ty).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = decode(&bytes, &ty);
        let _ = decode(&bytes[..at], &ty);
    }
}
