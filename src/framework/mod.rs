//! A small framework for Terraform providers: schemas, values, plans, and the server that core
//! talks to.
//!
//! An author sees [`Provider`], [`Resource`], [`DataSource`], [`Schema`], [`Attr`] and
//! [`model!`](crate::model); everything about the wire stays in [`server`]. The framework knows
//! nothing of DigiCert.
//!
//! One call, from the wire and back: [`server`] decodes ([`msgpack`], [`json`]) to [`Value`]s,
//! [`plan`] runs the generic passes, the resource does its part on models ([`Model`]),
//! [`conformance`] holds the answer against core's own rules, and [`server`] encodes it. In tests,
//! [`schema_check`] holds schemas and models against each other.

mod author;
pub mod config_from_state;
pub mod conformance;
pub mod plan;
pub mod server;
mod value;

pub use author::{
    Attr, Attribute, Call, Catalog, CatalogEntry, CreateRequest, Created, DataSource,
    DeleteRequest, Deleted, Diagnostic, Diagnostics, FromToValue, IdentityAttribute,
    IdentitySchema, Imported, Kind, Mode, Model, ModelError, MoveSource, Moved, Nesting,
    NoIdentity, NoPrivate, PlanRequest, Planned, PrivateState, Provider, Read, ReadRequest,
    Resource, Schema, Set, Severity, Types, UpdateRequest, Updated, Warnings, mismatch,
    schema_check,
};
pub use value::{AttributePath, Number, NumberError, Step, Type, Value, ValueError, json, msgpack};
