//! A value to bytes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use rmp::Marker;
use rmp::encode::{self, ByteBuf, ValueWriteError};

use crate::framework::value::{Number, Step, Type, Value, ValueError, nfc};

/// What core itself writes for an unknown value: extension 0 with one zero byte.
const UNKNOWN: [u8; 3] = [0xd4, 0x00, 0x00];

/// Writes `value` as a value of type `ty`.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut out = ByteBuf::new();
    write(&mut out, value, ty)?;
    Ok(out.into_vec())
}

fn write(out: &mut ByteBuf, value: &Value, ty: &Type) -> Result<(), ValueError> {
    match (value, ty) {
        (Value::Null, _) => out.as_mut_vec().push(Marker::Null.to_u8()),
        (Value::Unknown, _) => out.as_mut_vec().extend(UNKNOWN),
        (Value::Bool(true), Type::Bool) => out.as_mut_vec().push(Marker::True.to_u8()),
        (Value::Bool(false), Type::Bool) => out.as_mut_vec().push(Marker::False.to_u8()),
        (Value::Number(number), Type::Number) => write_number(out, number),
        (Value::String(text), Type::String) => write_text(out, text),
        (Value::List(elements), Type::List(element)) => {
            sure(encode::write_array_len(out, length(elements.len())?));
            for (index, value) in elements.iter().enumerate() {
                write(out, value, element).map_err(|error| error.under(Step::at(index)))?;
            }
        }
        (Value::Set(elements), Type::Set(element)) => {
            sure(encode::write_array_len(out, length(elements.len())?));
            for value in elements {
                write(out, value, element)?;
            }
        }
        (Value::Map(elements), Type::Map(element)) => {
            sure(encode::write_map_len(out, length(elements.len())?));
            for (key, value) in elements {
                write_text(out, key);
                write(out, value, element).map_err(|error| error.under(Step::Key(key.clone())))?;
            }
        }
        (Value::Object(values), Type::Object(attributes)) => write_object(out, values, attributes)?,
        (value, ty) => return Err(ValueError::new(ty.noun(), value.kind())),
    }
    Ok(())
}

/// Integers as such, everything else as decimal text: a float would lose digits.
fn write_number(out: &mut ByteBuf, number: &Number) {
    if let Some(integer) = number.as_i64() {
        sure(encode::write_sint(out, integer));
    } else if let Some(integer) = number.as_u64() {
        sure(encode::write_uint(out, integer));
    } else {
        sure(encode::write_str(out, &number.to_string()));
    }
}

fn write_object(
    out: &mut ByteBuf,
    values: &BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<(), ValueError> {
    if let Some(name) = values.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(ValueError::new(
            "only attributes of the schema",
            format!("the attribute {name:?}"),
        ));
    }
    sure(encode::write_map_len(out, length(attributes.len())?));
    for (name, ty) in attributes {
        let Some(value) = values.get(name) else {
            return Err(ValueError::new(
                format!("the attribute {name:?}"),
                "an object without it",
            ));
        };
        write_text(out, name);
        write(out, value, ty).map_err(|error| error.under(Step::Attribute(name.clone())))?;
    }
    Ok(())
}

fn write_text(out: &mut ByteBuf, text: &str) {
    sure(encode::write_str(out, &nfc(text)));
}

/// Writing to memory has no error to return; the types say so.
fn sure<T>(written: Result<T, ValueWriteError<Infallible>>) -> T {
    let Ok(written) = written;
    written
}

fn length(length: usize) -> Result<u32, ValueError> {
    u32::try_from(length)
        .map_err(|_| ValueError::new("at most 2^32 elements", format!("{length} elements")))
}
