//! MessagePack by type, with the bytes left to `rmpv`. It shares no line with the provider's codec,
//! so that an error cannot hide on both sides.

use std::collections::BTreeMap;

use rmpv::Value as Tree;

use crate::codec::CodecError;
use crate::number::Number;
use crate::path::Path;
use crate::ty::Type;
use crate::value::{Value, normal_form};

/// Writes a value of this type as core does. Fails when the value is not of the type.
pub fn encode(ty: &Type, value: &Value) -> Result<Vec<u8>, CodecError> {
    let tree = to_tree(ty, value, &Path::root())?;
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = rmpv::encode::write_value(&mut bytes, &tree);
    Ok(bytes)
}

/// Reads a value of this type. Refuses what core would refuse: objects must have exactly the
/// attributes of the type, and nothing may follow.
pub fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    let refused = |message| CodecError::new(&Path::root(), message);
    let mut rest = bytes;
    let tree = rmpv::decode::read_value(&mut rest)
        .map_err(|err| refused(format!("the bytes are no MessagePack: {err}")))?;
    if !rest.is_empty() {
        return Err(refused(format!("{} bytes follow the value", rest.len())));
    }
    if holds_reserved(bytes, &tree) {
        return Err(refused("the bytes hold a reserved marker".to_owned()));
    }
    from_tree(ty, &tree, &Path::root())
}

/// Returns whether a marker is the reserved one, which `rmpv` reads as nil: nil in its place gives
/// the same tree. In the place of any other such byte it gives another.
fn holds_reserved(bytes: &[u8], tree: &Tree) -> bool {
    const RESERVED: u8 = 0xc1;
    const NIL: u8 = 0xc0;
    let mut places = (0..bytes.len()).filter(|at| bytes[*at] == RESERVED);
    places.any(|at| {
        let mut other = bytes.to_vec();
        other[at] = NIL;
        rmpv::decode::read_value(&mut &other[..]).is_ok_and(|other| other == *tree)
    })
}

fn to_tree(ty: &Type, value: &Value, path: &Path) -> Result<Tree, CodecError> {
    Ok(match (ty, value) {
        (_, Value::Null) => Tree::Nil,
        (_, Value::Unknown) => Tree::Ext(0, vec![0]),
        (Type::Bool, Value::Bool(truth)) => (*truth).into(),
        (Type::Number, Value::Number(number)) => number_to_tree(number),
        (Type::String, Value::String(text)) => text.as_str().into(),
        (Type::List(element), Value::List(elements))
        | (Type::Set(element), Value::Set(elements)) => {
            let trees = elements.iter().enumerate();
            let trees = trees.map(|(index, value)| to_tree(element, value, &path.index(index)));
            Tree::Array(trees.collect::<Result<_, _>>()?)
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            let trees = types.iter().zip(elements).enumerate();
            let trees = trees.map(|(index, (ty, value))| to_tree(ty, value, &path.index(index)));
            Tree::Array(trees.collect::<Result<_, _>>()?)
        }
        (Type::Map(element), Value::Map(entries)) => {
            let trees = entries.iter();
            let trees = trees.map(|(key, value)| {
                Ok((
                    key.as_str().into(),
                    to_tree(element, value, &path.key(key))?,
                ))
            });
            Tree::Map(trees.collect::<Result<_, CodecError>>()?)
        }
        (Type::Object(types), Value::Object(attributes)) if types.keys().eq(attributes.keys()) => {
            let trees = types.values().zip(attributes).map(|(ty, (name, value))| {
                Ok((
                    name.as_str().into(),
                    to_tree(ty, value, &path.attribute(name))?,
                ))
            });
            Tree::Map(trees.collect::<Result<_, CodecError>>()?)
        }
        (Type::Dynamic, Value::Dynamic(ty, value)) => {
            let json = ty.to_json().to_string().into_bytes();
            Tree::Array(vec![Tree::Binary(json), to_tree(ty, value, path)?])
        }
        _ => {
            return Err(CodecError::new(
                path,
                format!("{} is required", describe(ty)),
            ));
        }
    })
}

/// Returns an integer where it fits, a float only where that is exact and no integer, else digits.
fn number_to_tree(number: &Number) -> Tree {
    let integer = number.as_i64().map(Tree::from);
    integer
        .or_else(|| number.as_exact_fraction().map(Tree::from))
        .unwrap_or_else(|| number.to_string().into())
}

fn from_tree(ty: &Type, tree: &Tree, path: &Path) -> Result<Value, CodecError> {
    let wrong_form = || CodecError::new(path, format!("{} is required, got {tree}", describe(ty)));
    match (ty, tree) {
        (_, Tree::Nil) => Ok(Value::Null),
        // The payload may refine the unknown, which may be ignored.
        (_, Tree::Ext(..)) => Ok(Value::Unknown),
        (Type::Bool, Tree::Boolean(truth)) => Ok(Value::Bool(*truth)),
        (Type::Number, _) => {
            let number = number_from_tree(tree).map(Value::Number);
            number.ok_or_else(wrong_form)
        }
        (Type::String, Tree::String(text)) => {
            let text = text.as_str().map(Value::text);
            text.ok_or_else(|| CodecError::new(path, "a string is not UTF-8"))
        }
        (Type::List(element), Tree::Array(trees)) => {
            elements(trees, std::iter::repeat(&**element), path).map(Value::List)
        }
        (Type::Set(element), Tree::Array(trees)) => {
            elements(trees, std::iter::repeat(&**element), path).map(Value::set)
        }
        (Type::Tuple(types), Tree::Array(trees)) if types.len() == trees.len() => {
            elements(trees, types, path).map(Value::List)
        }
        (Type::Map(element), Tree::Map(trees)) => {
            entries(trees, "key", path, |key| Ok((element, path.key(key)))).map(Value::Map)
        }
        (Type::Object(types), Tree::Map(trees)) => {
            let attributes = entries(trees, "attribute", path, |name| {
                let unsupported = || format!("unsupported attribute {name:?}");
                let ty = types.get(name);
                let ty = ty.ok_or_else(|| CodecError::new(path, unsupported()))?;
                Ok((ty, path.attribute(name)))
            })?;
            match types.keys().find(|name| !attributes.contains_key(*name)) {
                None => Ok(Value::Object(attributes)),
                Some(missing) => {
                    let message = format!("{} is required: {missing:?} is missing", describe(ty));
                    Err(CodecError::new(path, message))
                }
            }
        }
        (Type::Dynamic, Tree::Array(pair)) => {
            let [json, value] = &pair[..] else {
                return Err(wrong_form());
            };
            let json = json.as_slice().ok_or_else(wrong_form)?;
            let ty =
                Type::from_slice(json).map_err(|err| CodecError::new(path, err.to_string()))?;
            let value = from_tree(&ty, value, path)?;
            Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
        }
        _ => Err(wrong_form()),
    }
}

/// Returns the number of any form: what no float holds arrives as text.
fn number_from_tree(tree: &Tree) -> Option<Number> {
    match tree {
        Tree::Integer(integer) => {
            let negative = || integer.as_i64().map(Number::from);
            integer.as_u64().map(Number::from).or_else(negative)
        }
        Tree::F32(float) => Number::from_f64(f64::from(*float)),
        Tree::F64(float) => Number::from_f64(*float),
        Tree::String(text) => text.as_str()?.parse().ok(),
        _ => None,
    }
}

fn elements<'t>(
    trees: &[Tree],
    types: impl IntoIterator<Item = &'t Type>,
    path: &Path,
) -> Result<Vec<Value>, CodecError> {
    let elements = trees.iter().zip(types).enumerate();
    elements
        .map(|(index, (tree, ty))| from_tree(ty, tree, &path.index(index)))
        .collect()
}

/// Reads what has keys; `of` knows the type and the path of each.
fn entries<'t>(
    trees: &[(Tree, Tree)],
    what: &str,
    path: &Path,
    of: impl Fn(&str) -> Result<(&'t Type, Path), CodecError>,
) -> Result<BTreeMap<String, Value>, CodecError> {
    let mut entries = BTreeMap::new();
    for (key, tree) in trees {
        let key = key.as_str().map(normal_form);
        let key = key.ok_or_else(|| CodecError::new(path, "a key is not a string"))?;
        let (ty, path_of_entry) = of(&key)?;
        let value = from_tree(ty, tree, &path_of_entry)?;
        if entries.insert(key.clone(), value).is_some() {
            return Err(CodecError::new(path, format!("duplicate {what} {key:?}")));
        }
    }
    Ok(entries)
}

fn describe(ty: &Type) -> String {
    match ty {
        Type::Bool => "a bool".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Dynamic => "a dynamic value".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Set(_) => "a set".to_owned(),
        Type::Map(_) => "a map".to_owned(),
        Type::Object(attributes) => format!("an object with {} attributes", attributes.len()),
        Type::Tuple(elements) => format!("a tuple of length {}", elements.len()),
    }
}

/// The codec against vectors that the oracle (go-cty) wrote.
#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use serde_json::json;

    use super::*;

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
            ("ccc1", "193"),
            ("ce000000c1", "193"),
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
            ("82 a161 c0 a162 03", ".b: a string is required, got 3"),
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
            (Type::String, "c1"),
            (Type::List(Box::new(Type::Number)), "92 ccc1 c1"),
        ] {
            assert!(decode(&ty, &bytes(hex)).is_err(), "{ty:?} {hex}");
        }
        assert!(encode(&Type::Bool, &Value::string("x")).is_err());
    }
}
