//! One certificate for another: what a reissue, a renewal or an import changes beside what its
//! arguments say. Names and key, usages, issuer, organization, signature and life of the
//! certificate in force are held against the one to come.
//!
//! What can be known before (`foreseen`) is said in the plan. What only the new certificate shows
//! (`seen`) is a warning of the apply that made it, or of the refresh that sees it first. What ends
//! by a known date (`ends`) is data.

mod ends;
mod foreseen;
#[cfg(test)]
mod looks;
mod profile;
mod remembered;
mod seen;

pub(crate) use self::ends::{of_a_new_order, of_an_order};
pub(crate) use self::foreseen::{Asked, Foreseen, Said};
pub(crate) use self::profile::{
    follow_certificate, has_what_is_asked, keep_unasked, without_ended,
};
pub(crate) use self::remembered::{configured, drop_what_was_taken_away};
pub(crate) use self::seen::{
    Awaited, at_refresh, by_apply, by_successor, first, renamed_organization,
};
