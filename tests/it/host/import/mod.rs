//! Orders that were made elsewhere: imported, or moved from another provider.

mod by_id;
mod identity;
mod moved;
mod orders;
