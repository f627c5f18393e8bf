//! A provider over all RPCs, in-process.

mod apply;
mod bed;
mod calls;
mod log;
mod plan;
mod state;
mod test_provider;
