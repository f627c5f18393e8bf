//! The bytes of a `DynamicValue`: MessagePack, led by the type that the schema gives.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;
