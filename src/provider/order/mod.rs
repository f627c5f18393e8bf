//! What every resource knows of an order: its status, its domains and its certificate, how it is
//! waited for and locked, how a call is tried again, and what a person reads of one that failed.

pub(crate) mod api_error;
pub(crate) mod attempts;
pub(crate) mod audit;
pub(crate) mod certificate;
pub(crate) mod chain_age;
pub(crate) mod domains;
pub(crate) mod first_look;
pub(crate) mod lock;
pub(crate) mod status;
pub(crate) mod steps;
pub(crate) mod waiting;
