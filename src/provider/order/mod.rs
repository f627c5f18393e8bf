//! What every resource knows of an order: its status words, its polling, its errors.

pub(crate) mod api_error;
pub(crate) mod audit;
pub(crate) mod backoff;
pub(crate) mod dcv_record;
pub(crate) mod polling;
pub(crate) mod status;
