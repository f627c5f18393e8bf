//! Real cores, Terraform and OpenTofu, each driving the built provider in a directory of its own.
//!
//! `cores()` lists what is on this machine; a test runs its story on every one of them:
//!
//! ```ignore
//! for core in cores() {
//!     let workdir = Workdir::new(&core, &[("main.tf", CONFIGURATION)]);
//!     workdir.apply();
//!     workdir.assert_empty_plan();
//!     workdir.destroy();
//! }
//! ```

mod core;
mod harness;
mod running;
mod workdir;

pub(crate) use self::core::{Core, Feature, Product, Version, cores, having};
pub(crate) use self::running::{Lifeline, Running};
pub(crate) use self::workdir::{HOSTS, Output, Workdir, overrides};
