//! Steering the sandbox from outside: the control interface, and what operators do to an order.

pub(crate) mod colleague;
pub(crate) mod operator_actions;
pub(crate) mod routes;
