//! Data sources on the built binary, a file for each.

mod organization;
