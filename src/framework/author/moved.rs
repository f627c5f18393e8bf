//! Taking over objects of other resource types: what a `moved` block across types brings, and what becomes of it.

use std::fmt;

use super::diagnostics::{Diagnostic, Warnings};
use super::resource::Resource;

/// The object of another resource type, as its provider stored it. What that provider kept in private is not here: only it
/// could read it.
#[derive(Clone, PartialEq)]
pub struct MoveSource {
    /// `registry.terraform.io/namespace/type`.
    pub provider_address: String,
    /// The resource type there.
    pub type_name: String,
    /// The schema version that wrote `state`.
    pub schema_version: i64,
    /// The JSON of the state file.
    pub state: serde_json::Value,
    /// The JSON of its identity with the version that wrote it, if it has one.
    pub identity: Option<(i64, serde_json::Value)>,
}

impl MoveSource {
    /// `type of provider`, for a message. Both come from a state file, so what could move a cursor is escaped.
    pub fn origin(&self) -> String {
        let (type_name, provider) = (&self.type_name, &self.provider_address);
        format!(
            "{} of {}",
            type_name.escape_debug(),
            provider.escape_debug()
        )
    }
}

/// Says where it comes from only: a foreign state may hold secrets.
impl fmt::Debug for MoveSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoveSource")
            .field("provider_address", &self.provider_address)
            .field("type_name", &self.type_name)
            .field("schema_version", &self.schema_version)
            .finish_non_exhaustive()
    }
}

/// An object that was taken over.
#[derive(Clone, Debug)]
pub struct Moved<R: Resource> {
    /// Enough for a read.
    pub state: R::Model,
    /// Kept beside it.
    pub private: R::Private,
    /// What a person should know, such as what was left behind.
    pub warnings: Warnings,
}

/// The refusal of a type that takes over nothing.
pub(super) fn nothing_moves_here(type_name: &str, source: &MoveSource) -> Diagnostic {
    Diagnostic::error(
        "Move not supported",
        format!(
            "A {} cannot become a {type_name}: no other resource type can. Remove the `moved` block and import the object.",
            source.origin(),
        ),
    )
}
