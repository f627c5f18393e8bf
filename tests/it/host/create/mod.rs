//! Orders that are placed, found again, or refused.

mod adoption;
mod answers;
mod duplicates;
mod looks;
mod price;
mod refused;
mod request_body;
mod succession;
mod unknowns;
mod waiting;
