//! The workspace against a provider in the same process.
