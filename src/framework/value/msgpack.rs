//! The bytes of a `DynamicValue`: MessagePack, led by the type that the schema gives. Nothing is
//! allocated on the word of a length that the input does not have.

use std::collections::BTreeMap;
use std::convert::Infallible;

use rmp::Marker;
use rmp::encode::{ByteBuf, ValueWriteError};

use crate::framework::value::{AttributePath, Number, Step, Type, Value, ValueError, nfc};

/// Reads one value of type `ty` that takes up all of `bytes`. Unknown values come as any extension
/// type; objects must have exactly the attributes of their type; strings are normalised to NFC, as
/// core does.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty)?;
    match reader.rest.len() {
        0 => Ok(value),
        left => Err(ValueError::new(
            "the end of the value",
            format!("{left} more bytes"),
        )),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type) -> Result<Value, ValueError> {
        match self.marker()? {
            Marker::Null => Ok(Value::Null),
            marker if is_extension(marker) => {
                self.skip_extension(marker)?;
                Ok(Value::Unknown)
            }
            marker => self.known(marker, ty),
        }
    }

    fn known(&mut self, marker: Marker, ty: &Type) -> Result<Value, ValueError> {
        match ty {
            Type::String => self.text(marker).map(Value::String),
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                other => Err(unexpected("a bool", other)),
            },
            Type::Number => self.number(marker).map(Value::Number),
            Type::List(element) => self.elements(marker, element, "a list").map(Value::List),
            Type::Set(element) => self.set(marker, element),
            Type::Map(element) => self.map(marker, element),
            Type::Object(attributes) => self.object(marker, attributes),
        }
    }

    fn text(&mut self, marker: Marker) -> Result<String, ValueError> {
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => self.length(1)?,
            Marker::Str16 => self.length(2)?,
            Marker::Str32 => self.length(4)?,
            other => return Err(unexpected("a string", other)),
        };
        let text = std::str::from_utf8(self.take(length)?)
            .map_err(|_| ValueError::new("UTF-8 text", "other bytes"))?;
        Ok(nfc(text).into_owned())
    }

    fn number(&mut self, marker: Marker) -> Result<Number, ValueError> {
        let refused = |_| ValueError::new("a decimal number", "an infinite number or other text");
        Ok(match marker {
            Marker::FixPos(value) => Number::from(u64::from(value)),
            Marker::U8 => Number::from(u64::from(u8::from_be_bytes(self.array()?))),
            Marker::U16 => Number::from(u64::from(u16::from_be_bytes(self.array()?))),
            Marker::U32 => Number::from(u64::from(u32::from_be_bytes(self.array()?))),
            Marker::U64 => Number::from(u64::from_be_bytes(self.array()?)),
            Marker::FixNeg(value) => Number::from(i64::from(value)),
            Marker::I8 => Number::from(i64::from(i8::from_be_bytes(self.array()?))),
            Marker::I16 => Number::from(i64::from(i16::from_be_bytes(self.array()?))),
            Marker::I32 => Number::from(i64::from(i32::from_be_bytes(self.array()?))),
            Marker::I64 => Number::from(i64::from_be_bytes(self.array()?)),
            Marker::F32 => {
                Number::try_from(f64::from(f32::from_be_bytes(self.array()?))).map_err(refused)?
            }
            Marker::F64 => Number::try_from(f64::from_be_bytes(self.array()?)).map_err(refused)?,
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                self.text(marker)?.parse().map_err(refused)?
            }
            other => return Err(unexpected("a number", other)),
        })
    }

    fn elements(
        &mut self,
        marker: Marker,
        element: &Type,
        expected: &str,
    ) -> Result<Vec<Value>, ValueError> {
        let mut values = Vec::new();
        for index in 0..self.array_length(marker, expected)? {
            let value = self.value(element);
            values.push(value.map_err(|error| error.under(Step::at(index)))?);
        }
        Ok(values)
    }

    fn set(&mut self, marker: Marker, element: &Type) -> Result<Value, ValueError> {
        let mut values = Vec::new();
        for _ in 0..self.array_length(marker, "a set")? {
            // Elements of sets have no address, so the path of an error ends at the set.
            let value = self.value(element).map_err(|error| ValueError {
                path: AttributePath::default(),
                ..error
            })?;
            values.push(value);
        }
        Ok(Value::Set(values))
    }

    fn map(&mut self, marker: Marker, element: &Type) -> Result<Value, ValueError> {
        let mut values = BTreeMap::new();
        for _ in 0..self.map_length(marker, "a map")? {
            let key = self.key()?;
            let value = self
                .value(element)
                .map_err(|error| error.under(Step::Key(key.clone())))?;
            values.insert(key, value);
        }
        Ok(Value::Map(values))
    }

    fn object(
        &mut self,
        marker: Marker,
        attributes: &BTreeMap<String, Type>,
    ) -> Result<Value, ValueError> {
        let mut values = BTreeMap::new();
        for _ in 0..self.map_length(marker, "an object")? {
            let name = self.key()?;
            let Some(ty) = attributes.get(&name) else {
                return Err(ValueError::new(
                    format!("one of the attributes {}", names(attributes.keys())),
                    format!("the attribute {name:?}"),
                ));
            };
            let value = self
                .value(ty)
                .map_err(|error| error.under(Step::Attribute(name.clone())))?;
            values.insert(name, value);
        }
        if values.len() != attributes.len() {
            let missing = attributes.keys().filter(|name| !values.contains_key(*name));
            return Err(ValueError::new(
                format!("an object with the attributes {}", names(missing)),
                "an object without them",
            ));
        }
        Ok(Value::Object(values))
    }

    fn key(&mut self) -> Result<String, ValueError> {
        let marker = self.marker()?;
        self.text(marker)
            .map_err(|error| ValueError::new("a key", error.found))
    }

    fn skip_extension(&mut self, marker: Marker) -> Result<(), ValueError> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length(1)?,
            Marker::Ext16 => self.length(2)?,
            _ => self.length(4)?,
        };
        // One byte says which extension it is; a refinement of the unknown value may follow, which
        // is no promise that a provider has to use.
        self.take(1)?;
        self.take(length)?;
        Ok(())
    }

    fn array_length(&mut self, marker: Marker, expected: &str) -> Result<usize, ValueError> {
        match marker {
            Marker::FixArray(length) => Ok(usize::from(length)),
            Marker::Array16 => self.length(2),
            Marker::Array32 => self.length(4),
            other => Err(unexpected(expected, other)),
        }
    }

    fn map_length(&mut self, marker: Marker, expected: &str) -> Result<usize, ValueError> {
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => self.length(2),
            Marker::Map32 => self.length(4),
            other => Err(unexpected(expected, other)),
        }
    }

    /// A length in `width` big-endian bytes.
    fn length(&mut self, width: usize) -> Result<usize, ValueError> {
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn marker(&mut self) -> Result<Marker, ValueError> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ValueError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ValueError> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or_else(cut_off)?;
        self.rest = rest;
        Ok(head)
    }
}

fn is_extension(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    )
}

fn unexpected(expected: &str, marker: Marker) -> ValueError {
    let found = match marker {
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary data",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Null => "null",
        marker if is_extension(marker) => "an unknown value",
        Marker::Reserved => "a reserved byte",
        _ => "a number",
    };
    ValueError::new(expected, found)
}

fn cut_off() -> ValueError {
    ValueError::new("a whole value", "the end of the bytes")
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ")
}

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
            sure(rmp::encode::write_array_len(out, length(elements.len())?));
            for (index, value) in elements.iter().enumerate() {
                write(out, value, element).map_err(|error| error.under(Step::at(index)))?;
            }
        }
        (Value::Set(elements), Type::Set(element)) => {
            sure(rmp::encode::write_array_len(out, length(elements.len())?));
            for value in elements {
                write(out, value, element)?;
            }
        }
        (Value::Map(elements), Type::Map(element)) => {
            sure(rmp::encode::write_map_len(out, length(elements.len())?));
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
        sure(rmp::encode::write_sint(out, integer));
    } else if let Some(integer) = number.as_u64() {
        sure(rmp::encode::write_uint(out, integer));
    } else {
        sure(rmp::encode::write_str(out, &number.to_string()));
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
    sure(rmp::encode::write_map_len(out, length(attributes.len())?));
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
    sure(rmp::encode::write_str(out, &nfc(text)));
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

#[cfg(test)]
mod tests;
