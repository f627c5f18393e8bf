//! Orders through real Terraform cores against the sandbox, proven by its journal.

mod answers;
mod attachment;
mod bad_input;
mod canary;
mod chain;
mod configuration;
mod data_sources;
mod destroy;
mod every_argument;
mod evidence;
mod guards;
mod identity;
mod import;
mod interruption;
mod issuance;
#[cfg(target_os = "linux")]
mod kill;
mod lifecycle;
mod log;
mod lost_answers;
mod many;
mod moved;
mod outage;
mod price;
mod replacement;
mod years;
