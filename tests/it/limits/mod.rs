//! Many orders at CertCentral's request limits: provider and sandbox share one runtime, whose clock
//! stands still until everybody waits.

mod apply;
mod bed;
mod storm;
