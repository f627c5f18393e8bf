//! Buys an order exactly once: look it up, place it, settle what became of it.

pub(crate) mod likeness;
pub(crate) mod lookup;
pub(crate) mod messages;
pub(crate) mod new_order;
pub(crate) mod obtain;
pub(crate) mod open_orders;
pub(crate) mod placed;
pub(crate) mod post;
pub(crate) mod price;
pub(crate) mod shown_price;
pub(crate) mod token_notes;
