//! `digicert_ssl_order` from plan to destroy: the built binary between core's rules and a sandbox that counts orders.

mod adoption;
mod answers;
pub(crate) mod bed;
mod calls;
mod changes;
mod closed;
mod destroy;
mod duplicates;
mod identity;
mod import;
mod lost_answers;
mod moved;
mod refresh;
mod refused;
mod request_body;
mod spellings;
mod unknowns;
mod validations;
mod waiting;
