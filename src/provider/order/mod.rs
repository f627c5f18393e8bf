//! What every resource knows of an order: its status, its domains and its certificate, how it is waited for, and what a person
//! reads of a call that failed.

pub(crate) mod api_error;
pub(crate) mod audit;
pub(crate) mod certificate;
pub(crate) mod domains;
pub(crate) mod status;
pub(crate) mod steps;
pub(crate) mod waiting;
