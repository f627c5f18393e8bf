//! Orders that a real core places, and those that it must not.

mod answers;
mod bad_input;
mod guards;
mod interruption;
mod lost_answers;
mod many;
mod outage;
