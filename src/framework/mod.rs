//! A small framework for Terraform providers: schemas, values, plans, and the server that core talks to.
//!
//! A resource author sees [`Resource`], [`Schema`], [`Attr`] and [`model!`](crate::model); everything about the wire stays in
//! [`server`]. The framework knows nothing of DigiCert.
//!
//! One call, from the wire and back: [`server`] decodes ([`msgpack`], [`json`]) to [`Value`]s, [`plan`] runs the generic passes,
//! the resource does its part on models ([`Model`]), [`conformance`] holds the answer against core's own rules, and [`server`]
//! encodes it. In tests, [`schema_check`] holds schemas and models against each other.

mod attr;
pub mod conformance;
mod diagnostics;
pub mod generated;
mod identity;
pub mod json;
mod model;
mod moved;
pub mod msgpack;
mod normal_form;
mod number;
mod path;
pub mod plan;
mod private_state;
mod provider;
mod resource;
pub mod schema;
pub mod schema_check;
pub mod server;
mod ty;
mod value;
mod value_error;

pub use attr::Attr;
pub use diagnostics::{Diagnostic, Diagnostics, Severity, Warnings};
pub use identity::{IdentityAttribute, IdentitySchema, NoIdentity};
pub use model::{FromToValue, Model, ModelError, Set, mismatch};
pub use moved::{MoveSource, Moved};
pub use number::{Number, NumberError};
pub use path::{AttributePath, Step};
pub use private_state::PrivateState;
pub use provider::Provider;
pub use resource::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, Imported, PlanRequest, Planned, Read,
    ReadRequest, Resource, UpdateRequest, Updated,
};
pub use schema::{Attribute, Kind, Mode, Nesting, Schema};
pub use ty::Type;
pub use value::Value;
pub use value_error::ValueError;
