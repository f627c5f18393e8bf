//! The imitated account: what it holds, what happens to its orders, and the time that passes.

pub(crate) mod ca;
pub(crate) mod catalog;
pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod csr;
pub(crate) mod dcv;
pub(crate) mod issuance;
pub(crate) mod limits;
pub(crate) mod order;
pub(crate) mod placement;
pub(crate) mod renewal;
pub(crate) mod request;
pub(crate) mod revocation;
pub(crate) mod snapshots;
pub(crate) mod state;
pub(crate) mod term;
