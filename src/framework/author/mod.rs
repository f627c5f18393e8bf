//! What the author of a provider writes and uses. Nothing here knows how it travels.

mod data_source;
mod diagnostics;
mod model;
pub(super) mod private_state;
mod provider;
mod resource;
mod schema;
pub mod schema_check;

pub use data_source::DataSource;
pub use diagnostics::{Diagnostic, Diagnostics, Severity, Warnings};
pub use model::{Attr, FromToValue, Model, ModelError, Set, mismatch};
pub use private_state::{NoPrivate, PrivateState};
pub use provider::{Call, Catalog, CatalogEntry, Provider, Types};
pub use resource::{
    CreateRequest, Created, DeleteRequest, Deleted, IdentityAttribute, IdentitySchema, Imported,
    MoveSource, Moved, NoIdentity, PlanRequest, Planned, Read, ReadRequest, Resource,
    UpdateRequest, Updated,
};
pub use schema::{Attribute, Kind, Mode, Nesting, Schema};
