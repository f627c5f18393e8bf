//! Orders that are placed, found again, or refused.

mod adoption;
mod answers;
mod duplicates;
mod lost_answers;
mod price;
mod refused;
mod repeats;
mod request_body;
mod succession;
mod unknowns;
mod waiting;
