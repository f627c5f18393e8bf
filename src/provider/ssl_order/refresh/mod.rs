//! Reads an order and turns CertCentral's answers into state.

pub(crate) mod auto_reissue;
pub(crate) mod clocks;
pub(crate) mod external_changes;
pub(crate) mod observer;
pub(crate) mod outcome;
pub(crate) mod read;
pub(crate) mod state;
pub(crate) mod succession;
