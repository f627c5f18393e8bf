//! The end of an order: what `on_destroy` asks for, and what becomes of it.

mod failures;
pub(crate) mod matrix;
mod on_destroy;
mod owners;
mod revoke;
