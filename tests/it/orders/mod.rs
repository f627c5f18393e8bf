//! Orders through real Terraform cores against the sandbox, proven by its journal.

mod answers;
mod attachment;
mod bad_input;
mod chain;
mod configuration;
mod evidence;
mod identity;
mod interruption;
mod lifecycle;
mod log;
mod many;
mod moved;
mod outage;
mod replacement;
