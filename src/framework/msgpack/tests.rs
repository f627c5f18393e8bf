//! Vectors made with core's own codec, what must be refused, and properties.
