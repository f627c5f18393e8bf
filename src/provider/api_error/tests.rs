//! Every code and every kind of failure, as a person reads it.
