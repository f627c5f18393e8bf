//! Bytes to values. Everything that core would refuse is refused.

use std::collections::BTreeMap;

use super::encode::describe;
use crate::{
    codec::CodecError,
    number::Number,
    path::Path,
    ty::Type,
    value::{Value, normal_form},
};
use rmp::Marker;

/// Reads a value of this type. Objects must have exactly the attributes of the type, and nothing may follow.
pub fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, &Path::root())?;
    if !reader.rest.is_empty() {
        let message = format!("{} bytes follow the value", reader.rest.len());
        return Err(CodecError::new(&Path::root(), message));
    }
    Ok(value)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type, path: &Path) -> Result<Value, CodecError> {
        let marker = self.marker(path)?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(length) = self.extension_length(marker, path)? {
            // The type code and the payload: refinements of an unknown may be ignored.
            self.take(length + 1, path)?;
            return Ok(Value::Unknown);
        }
        match ty {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(wrong_form(ty, marker, path)),
            },
            Type::Number => self.number(marker, path),
            Type::String => self
                .text(marker, path)?
                .map(Value::text)
                .ok_or_else(|| wrong_form(ty, marker, path)),
            Type::List(element) => self
                .elements(ty, marker, path, |_| Some(element))
                .map(Value::List),
            Type::Set(element) => self
                .elements(ty, marker, path, |_| Some(element))
                .map(Value::set),
            Type::Tuple(types) => {
                let elements = self.elements(ty, marker, path, |index| types.get(index))?;
                if elements.len() != types.len() {
                    return Err(CodecError::new(
                        path,
                        format!("{} is required", describe(ty)),
                    ));
                }
                Ok(Value::List(elements))
            }
            Type::Map(element) => self.map(ty, element, marker, path),
            Type::Object(types) => self.object(ty, types, marker, path),
            Type::Dynamic => self.dynamic(marker, path),
        }
    }

    fn number(&mut self, marker: Marker, path: &Path) -> Result<Value, CodecError> {
        let number = match marker {
            Marker::FixPos(small) => Some(Number::from(u64::from(small))),
            Marker::FixNeg(small) => Some(Number::from(i64::from(small))),
            Marker::U8 => Some(Number::from(self.unsigned(1, path)?)),
            Marker::U16 => Some(Number::from(self.unsigned(2, path)?)),
            Marker::U32 => Some(Number::from(self.unsigned(4, path)?)),
            Marker::U64 => Some(Number::from(self.unsigned(8, path)?)),
            Marker::I8 => Some(Number::from(i64::from(i8::from_be_bytes(
                self.array(path)?,
            )))),
            Marker::I16 => Some(Number::from(i64::from(i16::from_be_bytes(
                self.array(path)?,
            )))),
            Marker::I32 => Some(Number::from(i64::from(i32::from_be_bytes(
                self.array(path)?,
            )))),
            Marker::I64 => Some(Number::from(i64::from_be_bytes(self.array(path)?))),
            Marker::F32 => Number::from_f64(f64::from(f32::from_be_bytes(self.array(path)?))),
            Marker::F64 => Number::from_f64(f64::from_be_bytes(self.array(path)?)),
            _ => self.text(marker, path)?.and_then(|text| text.parse().ok()),
        };
        number
            .map(Value::Number)
            .ok_or_else(|| wrong_form(&Type::Number, marker, path))
    }

    fn elements<'t>(
        &mut self,
        ty: &Type,
        marker: Marker,
        path: &Path,
        element: impl Fn(usize) -> Option<&'t Type>,
    ) -> Result<Vec<Value>, CodecError>
where {
        let length = match marker {
            Marker::FixArray(length) => usize::from(length),
            Marker::Array16 => self.length(2, path)?,
            Marker::Array32 => self.length(4, path)?,
            _ => return Err(wrong_form(ty, marker, path)),
        };
        (0..length)
            .map(|index| match element(index) {
                Some(element) => self.value(element, &path.index(index)),
                None => Err(CodecError::new(
                    path,
                    format!("{} is required", describe(ty)),
                )),
            })
            .collect()
    }

    fn map(
        &mut self,
        ty: &Type,
        element: &Type,
        marker: Marker,
        path: &Path,
    ) -> Result<Value, CodecError> {
        let mut entries = BTreeMap::new();
        for _ in 0..self.map_length(ty, marker, path)? {
            let key = self.key(path)?;
            let value = self.value(element, &path.key(&key))?;
            if entries.insert(key.clone(), value).is_some() {
                return Err(CodecError::new(path, format!("duplicate key {key:?}")));
            }
        }
        Ok(Value::Map(entries))
    }

    fn object(
        &mut self,
        ty: &Type,
        types: &BTreeMap<String, Type>,
        marker: Marker,
        path: &Path,
    ) -> Result<Value, CodecError> {
        let mut attributes = BTreeMap::new();
        for _ in 0..self.map_length(ty, marker, path)? {
            let name = self.key(path)?;
            let Some(ty) = types.get(&name) else {
                return Err(CodecError::new(
                    path,
                    format!("unsupported attribute {name:?}"),
                ));
            };
            let value = self.value(ty, &path.attribute(&name))?;
            if attributes.insert(name.clone(), value).is_some() {
                return Err(CodecError::new(
                    path,
                    format!("duplicate attribute {name:?}"),
                ));
            }
        }
        if let Some(missing) = types.keys().find(|name| !attributes.contains_key(*name)) {
            let message = format!("{} is required: {missing:?} is missing", describe(ty));
            return Err(CodecError::new(path, message));
        }
        Ok(Value::Object(attributes))
    }

    fn dynamic(&mut self, marker: Marker, path: &Path) -> Result<Value, CodecError> {
        if marker != Marker::FixArray(2) {
            return Err(wrong_form(&Type::Dynamic, marker, path));
        }
        let marker = self.marker(path)?;
        let json = match marker {
            Marker::Bin8 => {
                let length = self.length(1, path)?;
                self.take(length, path)?
            }
            Marker::Bin16 => {
                let length = self.length(2, path)?;
                self.take(length, path)?
            }
            _ => self
                .text(marker, path)?
                .ok_or_else(|| wrong_form(&Type::Dynamic, marker, path))?
                .as_bytes(),
        };
        let ty = Type::from_slice(json).map_err(|err| CodecError::new(path, err.to_string()))?;
        let value = self.value(&ty, path)?;
        Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
    }

    fn map_length(&mut self, ty: &Type, marker: Marker, path: &Path) -> Result<usize, CodecError> {
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => self.length(2, path),
            Marker::Map32 => self.length(4, path),
            _ => Err(wrong_form(ty, marker, path)),
        }
    }

    fn key(&mut self, path: &Path) -> Result<String, CodecError> {
        let marker = self.marker(path)?;
        match self.text(marker, path)? {
            Some(text) => Ok(normal_form(text)),
            None => Err(CodecError::new(path, "a key is not a string")),
        }
    }

    /// The text that follows the marker; `None` if it is not the marker of a string.
    fn text(&mut self, marker: Marker, path: &Path) -> Result<Option<&'a str>, CodecError> {
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => self.length(1, path)?,
            Marker::Str16 => self.length(2, path)?,
            Marker::Str32 => self.length(4, path)?,
            _ => return Ok(None),
        };
        std::str::from_utf8(self.take(length, path)?)
            .map(Some)
            .map_err(|_| CodecError::new(path, "a string is not UTF-8"))
    }

    fn extension_length(
        &mut self,
        marker: Marker,
        path: &Path,
    ) -> Result<Option<usize>, CodecError> {
        Ok(Some(match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length(1, path)?,
            Marker::Ext16 => self.length(2, path)?,
            Marker::Ext32 => self.length(4, path)?,
            _ => return Ok(None),
        }))
    }

    fn marker(&mut self, path: &Path) -> Result<Marker, CodecError> {
        let [byte] = self.array(path)?;
        Ok(Marker::from_u8(byte))
    }

    fn length(&mut self, width: usize, path: &Path) -> Result<usize, CodecError> {
        usize::try_from(self.unsigned(width, path)?)
            .map_err(|_| CodecError::new(path, "a length does not fit the memory"))
    }

    fn unsigned(&mut self, width: usize, path: &Path) -> Result<u64, CodecError> {
        let bytes = self.take(width, path)?;
        Ok(bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn array<const N: usize>(&mut self, path: &Path) -> Result<[u8; N], CodecError> {
        let (head, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| cut_short(path))?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: usize, path: &Path) -> Result<&'a [u8], CodecError> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| cut_short(path))?;
        self.rest = rest;
        Ok(head)
    }
}

fn cut_short(path: &Path) -> CodecError {
    CodecError::new(path, "the bytes end before the value does")
}

fn wrong_form(ty: &Type, marker: Marker, path: &Path) -> CodecError {
    CodecError::new(
        path,
        format!("{} is required, got {marker:?}", describe(ty)),
    )
}
