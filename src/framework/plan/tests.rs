//! The passes, one by one and in their order.
