//! The life of an order, a file per group of endpoints.
//!
//! | question | file |
//! |---|---|
//! | the order POST | [`place`] |
//! | an order by its id; orders by filter, reference or change | [`info`], [`list`] |
//! | what it waits for, control of its domains | [`validation`] |
//! | reissues, duplicates, chains | [`certificates`] |
//! | contacts, settings, notes | [`update`] |
//! | canceling, revoking | [`end`] |
//! | what it costs, where it stands | [`price`], [`status`] |

pub(crate) mod certificates;
pub(crate) mod end;
pub(crate) mod info;
pub(crate) mod list;
pub(crate) mod place;
pub(crate) mod price;
pub(crate) mod status;
pub(crate) mod update;
pub(crate) mod validation;
