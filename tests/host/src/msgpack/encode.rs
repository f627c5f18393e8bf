//! Values to bytes, in the forms that core sends.

use rmp::encode::{self, ByteBuf};

use crate::{codec::CodecError, number::Number, path::Path, ty::Type, value::Value};

/// Writes a value of this type as core does. Fails when the value is not of the type.
pub fn encode(ty: &Type, value: &Value) -> Result<Vec<u8>, CodecError> {
    let mut buffer = ByteBuf::new();
    write(&mut buffer, ty, value, &Path::root())?;
    Ok(buffer.into_vec())
}

fn write(out: &mut ByteBuf, ty: &Type, value: &Value, path: &Path) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => infallible(encode::write_nil(out)),
        // Extension type 0 with one zero byte.
        (_, Value::Unknown) => out.as_mut_vec().extend([0xd4, 0, 0]),
        (Type::Bool, Value::Bool(truth)) => infallible(encode::write_bool(out, *truth)),
        (Type::Number, Value::Number(number)) => write_number(out, number),
        (Type::String, Value::String(text)) => infallible(encode::write_str(out, text)),
        (Type::List(element), Value::List(elements))
        | (Type::Set(element), Value::Set(elements)) => {
            write_length(out, elements.len(), path, encode::write_array_len)?;
            for (index, value) in elements.iter().enumerate() {
                write(out, element, value, &path.index(index))?;
            }
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            write_length(out, elements.len(), path, encode::write_array_len)?;
            for (index, (ty, value)) in types.iter().zip(elements).enumerate() {
                write(out, ty, value, &path.index(index))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            write_length(out, entries.len(), path, encode::write_map_len)?;
            for (key, value) in entries {
                infallible(encode::write_str(out, key));
                write(out, element, value, &path.key(key))?;
            }
        }
        (Type::Object(types), Value::Object(attributes)) if types.keys().eq(attributes.keys()) => {
            write_length(out, attributes.len(), path, encode::write_map_len)?;
            for (name, value) in attributes {
                infallible(encode::write_str(out, name));
                let Some(ty) = types.get(name) else { continue };
                write(out, ty, value, &path.attribute(name))?;
            }
        }
        (Type::Dynamic, Value::Dynamic(ty, value)) => {
            infallible(encode::write_array_len(out, 2));
            infallible(encode::write_bin(out, ty.to_json().to_string().as_bytes()));
            write(out, ty, value, path)?;
        }
        _ => {
            return Err(CodecError::new(
                path,
                format!("{} is required", describe(ty)),
            ));
        }
    }
    Ok(())
}

/// An integer where it fits, a float only where that is exact and not integral, else decimal digits.
fn write_number(out: &mut ByteBuf, number: &Number) {
    if let Some(integer) = number.as_i64() {
        infallible(encode::write_sint(out, integer));
    } else if let Some(float) = number.as_exact_fraction() {
        infallible(encode::write_f64(out, float));
    } else {
        infallible(encode::write_str(out, &number.to_string()));
    }
}

fn write_length<T, E>(
    out: &mut ByteBuf,
    length: usize,
    path: &Path,
    write: impl FnOnce(&mut ByteBuf, u32) -> Result<T, E>,
) -> Result<(), CodecError> {
    let length = u32::try_from(length).map_err(|_| CodecError::new(path, "too many elements"))?;
    infallible(write(out, length));
    Ok(())
}

/// Writing to memory cannot fail, but `rmp` returns a result because it also writes to sockets.
fn infallible<T, E>(_: Result<T, E>) {}

pub(super) fn describe(ty: &Type) -> String {
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
