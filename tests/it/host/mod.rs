//! `digicert_ssl_order` from plan to destroy: the built binary between core's rules and a sandbox
//! that counts orders.

pub(crate) mod bed;
mod calls;
mod configurations;
mod create;
mod data_sources;
pub(crate) mod destroy;
mod guards;
mod import;
mod issuance;
mod refresh;
mod repeats;
mod reviewed;
mod update;
