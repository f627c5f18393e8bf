//! The guards of the provider block: `read_only`, `max_orders_per_apply` and `audit_log_path`,
//! proven by the sandbox's journal.

mod audit_log;
mod order_limit;
mod read_only;

use crate::host::bed::{Bed, PRICE};

/// The calls since the first `seen` that change something.
fn changing_calls(bed: &Bed, seen: usize) -> Vec<String> {
    let mut calls = bed.calls_after(seen);
    calls.retain(|call| !call.starts_with("GET ") && call != PRICE);
    calls
}
