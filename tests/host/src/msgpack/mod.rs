//! MessagePack by type, written anew from the wire format: it shares no line with the provider's codec, so that
//! an error cannot hide on both sides.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use self::{decode::decode, encode::encode};
