//! Ends an order, or lets go of it.

pub(crate) mod decision;
pub(crate) mod delete;
pub(crate) mod messages;
