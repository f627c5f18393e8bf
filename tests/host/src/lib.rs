//! A small stand-in for Terraform core.

pub mod codec;
pub mod core_rules;
pub mod diagnostic;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod proto;
pub mod schema;
pub mod ty;
pub mod value;
