//! Calls over HTTPS: from what an endpoint wants to what CertCentral answered, whatever happens on the way.

pub(crate) mod action;
pub(crate) mod answer;
pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod certainty;
pub(crate) mod client;
mod clock;
pub(crate) mod config;
pub(crate) mod error;
mod escapes;
mod gate;
mod jitter;
mod patience;
mod quote;
pub(crate) mod rate_limit;
mod redaction;
mod retry;
mod retry_after;
mod retry_policy;
pub(crate) mod transport;
