//! Schemas as core reads them from the provider, and the types that follow from them.

mod check;
mod decode;
mod identity;
#[cfg(test)]
pub(crate) mod samples;

use std::collections::BTreeMap;

pub(crate) use self::identity::decode as decode_identities;
pub use self::{
    check::check,
    decode::Schemas,
    identity::{IdentityAttribute, IdentitySchema},
};
use crate::{ty::Type, value::Value};

/// The schema of one resource type, or of the provider block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The version that a state is stored with.
    pub version: i64,
    /// The body.
    pub block: Block,
}

/// A body: its attributes and nested blocks by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Nested blocks by type name.
    pub blocks: BTreeMap<String, NestedBlock>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What values it takes.
    pub ty: AttributeType,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Its value is hidden in messages.
    pub sensitive: bool,
    /// Its value never reaches plan or state.
    pub write_only: bool,
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// A type constraint.
    Plain(Type),
    /// Objects with attributes of their own.
    Nested {
        /// One object, or a collection of them. Never [`Nesting::Group`].
        nesting: Nesting,
        /// The attributes of each object.
        attributes: BTreeMap<String, Attribute>,
    },
}

/// A block within a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBlock {
    /// How many, and how they are told apart.
    pub nesting: Nesting,
    /// The body of each.
    pub block: Block,
}

/// How nested objects or blocks are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One, or null.
    Single,
    /// One, never null: what is not written is a body of nulls.
    Group,
    /// A list.
    List,
    /// A set.
    Set,
    /// A map.
    Map,
}

impl Block {
    /// The type of the body's values: core's implied type.
    pub fn implied_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, it)| (name.clone(), it.ty.implied_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, nested)| (name.clone(), nested.nesting.of(nested.block.implied_type())));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// The body of a block in which nothing is written.
    pub fn empty_value(&self) -> Value {
        let attributes = self
            .attributes
            .keys()
            .map(|name| (name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let value = match nested.nesting {
                Nesting::Single => Value::Null,
                Nesting::Group => nested.block.empty_value(),
                Nesting::List => Value::List(vec![]),
                Nesting::Set => Value::set(vec![]),
                Nesting::Map => Value::Map(BTreeMap::new()),
            };
            (name.clone(), value)
        });
        Value::Object(attributes.chain(blocks).collect())
    }
}

impl AttributeType {
    /// The type of the attribute's values.
    pub fn implied_type(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested {
                nesting,
                attributes,
            } => {
                let object = attributes
                    .iter()
                    .map(|(name, it)| (name.clone(), it.ty.implied_type()));
                nesting.of(Type::Object(object.collect()))
            }
        }
    }
}

impl Nesting {
    fn of(self, element: Type) -> Type {
        match self {
            Self::Single | Self::Group => element,
            Self::List => Type::List(Box::new(element)),
            Self::Set => Type::Set(Box::new(element)),
            Self::Map => Type::Map(Box::new(element)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_implied_type_has_attributes_and_blocks() {
        let Type::Object(types) = samples::order().implied_type() else {
            panic!("a body is an object");
        };
        assert_eq!(types["tags"], Type::Set(Box::new(Type::String)));
        let port = [("port", Type::Number), ("rule_id", Type::String)];
        let port = port.map(|(name, ty)| (name.to_owned(), ty)).into();
        assert_eq!(types["rule"], Type::List(Box::new(Type::Object(port))));
        assert_eq!(types.len(), 8);
    }
}
