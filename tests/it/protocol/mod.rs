//! The built binary as a plugin: how it starts, whom it answers, and how it ends without losing an
//! order.

mod dropped;
mod logging;
mod memory;
mod messages;
mod shutdown;
mod socket;
mod start;
mod state_versions;
mod stop;
mod tls;
pub(crate) mod waiting;
