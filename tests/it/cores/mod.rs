//! Orders through real Terraform cores against the sandbox, proven by its journal.

mod attachment;
mod canary;
mod chain;
mod configuration;
mod create;
mod data_sources;
mod destroy;
pub(crate) mod driver;
mod every_argument;
pub(crate) mod evidence;
mod import;
mod issuance;
#[cfg(target_os = "linux")]
mod kill;
mod lifecycle;
mod log;
mod owners;
mod processes;
mod reissue;
mod replacement;
mod years;
