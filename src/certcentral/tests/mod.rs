//! The client against a server that plays a script, and against the API's own examples.

mod about;
mod bodies;
mod concurrent_orders;
mod every_call;
mod fixtures;
mod lists;
mod odd_members;
mod order_bodies;
mod retry;
pub(crate) mod server;
mod transport;
mod wire;
