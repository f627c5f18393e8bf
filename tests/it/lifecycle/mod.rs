//! `digicert_ssl_order` from plan to destroy: the built binary between core's rules and a sandbox that counts orders.

mod adoption;
mod answers;
pub(crate) mod bed;
mod calls;
mod changes;
mod clocks;
mod closed;
mod destroy;
mod destroy_faults;
mod destroy_matrix;
mod destroy_revoke;
mod duplicates;
mod import;
mod in_place;
mod lost_answers;
mod outside;
mod price;
mod refresh;
mod refused;
mod reissue;
mod renewal;
mod request_body;
mod spellings;
mod succession;
mod unknowns;
mod validations;
mod waiting;
