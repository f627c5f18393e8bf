//! The sandbox seen through a real HTTP client: whole flows, values asserted.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod client;
