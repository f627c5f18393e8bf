//! The one integration test binary: what is built is held against what is promised.

// `cfg(test)` on a module of a test binary tells clippy that its functions are test code, where a
// panic is a verdict.
#[cfg(test)]
mod cores;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod host;
#[cfg(test)]
mod http_message;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod network;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod tidy;
