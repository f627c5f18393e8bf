//! Orders that change: in place, by a reissue, or by the order that renews them.

mod auto_reissue;
mod changes;
mod clocks;
mod in_force;
mod in_place;
mod lapsed;
mod reissue;
mod renewal;
mod spellings;
mod trigger;
