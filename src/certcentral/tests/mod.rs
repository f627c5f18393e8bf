//! The client against a server that plays a script, and against the API's own examples.

mod concurrent_orders;
mod every_call;
mod fixtures;
mod lists;
mod retry;
pub(super) mod server;
mod transport;
mod wire;
