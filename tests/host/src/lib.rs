//! A small stand-in for Terraform core, for tests of a provider.
//!
//! It starts the built binary as Terraform does, shakes hands with mutual TLS, speaks msgpack by
//! schema, walks through core's sequences of calls, and holds **every answer** against core's own
//! rules. It depends on nothing of the provider, so that an error of a codec cannot hide on both
//! sides.
//!
//! ```no_run
//! # async fn test() -> Result<(), terraform_host::Error> {
//! use serde_json::json;
//! use terraform_host::{Action, Launch, Resource, Workspace};
//!
//! // In an integration test: env!("CARGO_BIN_EXE_terraform-provider-digicert").
//! let launch = Launch::new("target/debug/terraform-provider-digicert")
//!     .env("DIGICERT_API_KEY", "sandbox-test");
//! let mut terraform = Workspace::new(launch).provider_config(json!({ "region": "eu" }));
//!
//! let shop = [Resource::new("digicert_ssl_order.shop", json!({ "common_name": "shop.example.com" }))];
//! let plan = terraform.plan(&shop).await?.expect_success();
//! assert_eq!(plan.action("digicert_ssl_order.shop"), Some(Action::Create));
//!
//! let _applied = terraform.apply(&plan).await?.expect_success();
//! assert!(terraform.plan(&shop).await?.expect_success().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! What the provider does against the rules never panics by itself: it is a [`Violation`] in the
//! [`Report`] of the operation, next to the provider's own [`Diagnostic`]s, and `expect_valid()`
//! turns it into a failing test. Write [`json::unknown`] into a configuration for a value that is
//! not known before apply, and hand over the known configuration with [`Workspace::apply_with`].
//!
//! From outside to inside: [`workspace`] (sequences and state), [`core_rules`], [`client`] (one
//! method per call),
//! [`process`], [`tls`] and [`connection`] (go-plugin), [`schema`], [`value`], [`msgpack`] and
//! [`json`].

pub mod client;
pub mod codec;
pub mod connection;
pub mod core_rules;
pub mod diagnostic;
pub mod error;
pub mod handshake;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod path;
pub mod process;
pub mod proto;
pub mod schema;
pub mod tls;
pub mod ty;
pub mod value;
pub mod workspace;

pub use crate::{
    client::{Provider, Release, Source},
    core_rules::{Rule, Violation},
    diagnostic::{Diagnostic, Severity},
    error::Error,
    path::Path,
    process::{Closed, Launch, Process, Tls},
    value::Value,
    workspace::{
        Action, Applied, Change, DataRead, Plan, Report, Resource, StoredIdentity, StoredObject,
        Workspace,
    },
};
