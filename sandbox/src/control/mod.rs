//! Steering the sandbox from outside the imitated API: its routes, and what operators do to single orders.

pub(crate) mod operator_actions;
pub(crate) mod routes;
