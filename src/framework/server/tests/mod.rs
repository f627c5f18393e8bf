//! A provider over all RPCs, in-process.

mod apply;
mod bed;
mod calls;
mod data_source;
mod defaults;
mod generate;
mod identity;
mod log;
mod moved;
mod plan;
mod state;
mod test_provider;
