//! Schemas: what a configuration may say, what a state holds, and how a plan treats each attribute.
//!
//! Only attributes, no blocks: protocol 6 has nested attributes, which read the same in a
//! configuration and can be computed, sensitive or optional as a whole.

use std::collections::BTreeMap;

use crate::framework::value::{Type, Value};

/// The schema of a provider block or a resource type.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Raised with every change of a stored attribute's meaning or type; older states are then
    /// upgraded.
    pub version: i64,
    /// What it is, in Markdown; the head of its documentation page.
    pub description: &'static str,
    /// In the order of the documentation.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The type of a whole configuration or state.
    pub fn ty(&self) -> Type {
        object_type(&self.attributes)
    }

    /// The root attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }
}

/// One attribute. Built with one of the four constructors, each of which asks for a description,
/// then refined.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name in configurations and state.
    pub name: &'static str,
    /// Meaning, units and allowed values, in Markdown.
    pub description: &'static str,
    /// A type, or nested attributes.
    pub kind: Kind,
    /// Who sets it.
    pub mode: Mode,
    /// Hidden in plans and outputs.
    pub sensitive: bool,
    /// The value where the configuration has none. Makes the attribute computed as well.
    pub default: Option<Value>,
    /// Changing it on an existing object means a new object.
    pub requires_replace: bool,
    /// A computed value that an update does not change by itself: plans show it instead of "known
    /// after apply".
    pub keeps_prior_value: bool,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value of a type.
    Plain(Type),
    /// Nested attributes, once or in a collection.
    Nested(Nesting, Vec<Attribute>),
}

/// How often nested attributes occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The configuration may; the provider does where it does not.
    OptionalComputed,
    /// Only the provider.
    Computed,
}

impl Mode {
    /// Whether the provider may set it.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

impl Attribute {
    /// Returns what `config` sets of it. That of a value which only the provider sets counts as
    /// none: `ignore_changes` puts the prior value of one into the configuration that the provider
    /// is shown, and has no other effect.
    pub fn configured<'v>(&self, config: &'v Value) -> &'v Value {
        match self.mode {
            Mode::Computed => &Value::Null,
            Mode::Required | Mode::Optional | Mode::OptionalComputed => config.attribute(self.name),
        }
    }

    /// An argument that must be set.
    pub fn required(name: &'static str, kind: impl Into<Kind>, description: &'static str) -> Self {
        Self::new(name, kind.into(), Mode::Required, description)
    }

    /// An argument that may be set.
    pub fn optional(name: &'static str, kind: impl Into<Kind>, description: &'static str) -> Self {
        Self::new(name, kind.into(), Mode::Optional, description)
    }

    /// An argument that may be set and that the provider sets otherwise.
    pub fn optional_computed(
        name: &'static str,
        kind: impl Into<Kind>,
        description: &'static str,
    ) -> Self {
        Self::new(name, kind.into(), Mode::OptionalComputed, description)
    }

    /// An attribute that only the provider sets.
    pub fn computed(name: &'static str, kind: impl Into<Kind>, description: &'static str) -> Self {
        Self::new(name, kind.into(), Mode::Computed, description)
    }

    /// Hides the value in plans and outputs.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The value where the configuration has none; an optional argument becomes optional and
    /// computed, as core demands.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        if self.mode == Mode::Optional {
            self.mode = Mode::OptionalComputed;
        }
        self
    }

    /// Changing it means a new object.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// An update does not change it by itself.
    #[must_use]
    pub fn keeps_prior_value(mut self) -> Self {
        self.keeps_prior_value = true;
        self
    }

    /// The type of its value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = object_type(attributes);
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }

    fn new(name: &'static str, kind: Kind, mode: Mode, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            mode,
            sensitive: false,
            default: None,
            requires_replace: false,
            keeps_prior_value: false,
        }
    }
}

impl From<Type> for Kind {
    fn from(ty: Type) -> Self {
        Self::Plain(ty)
    }
}

impl From<(Nesting, Vec<Attribute>)> for Kind {
    fn from((nesting, attributes): (Nesting, Vec<Attribute>)) -> Self {
        Self::Nested(nesting, attributes)
    }
}

fn object_type(attributes: &[Attribute]) -> Type {
    Type::Object(
        attributes
            .iter()
            .map(|a| (a.name.to_owned(), a.ty()))
            .collect::<BTreeMap<_, _>>(),
    )
}
