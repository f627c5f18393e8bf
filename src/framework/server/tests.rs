//! A provider over all RPCs, in-process.
