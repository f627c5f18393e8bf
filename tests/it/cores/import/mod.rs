//! Orders that were made elsewhere, through the cores that know a way to take them.

mod identity;
mod moved;
mod orders;
mod profile;
