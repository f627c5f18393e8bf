//! A local stand-in for DigiCert CertCentral with a real throw-away certificate authority.
//!
//! [`Sandbox::start`] listens on a loopback port until the value is dropped. It runs on a thread of
//! its own, so it serves plain and asynchronous tests alike. Point a client at
//! [`Sandbox::base_url`] with any key that starts with `sandbox-`, let it work, then ask
//! [`Sandbox::journal`] and [`Sandbox::summary`] what really happened.
//!
//! ```
//! use certcentral_sandbox::{Sandbox, Settings};
//!
//! let sandbox = Sandbox::start(Settings::default())?;
//! assert!(sandbox.base_url().ends_with("/services/v2"));
//! assert_eq!(sandbox.summary().orders_created, 0);
//! # Ok::<(), certcentral_sandbox::StartError>(())
//! ```

mod account;
mod api;
mod control;
mod faults;
mod journal;
mod listener;
mod sandbox;
mod settings;

pub use account::dcv::{DnsRecord, LookupFailure};
pub use control::colleague::ColleagueReissue;
pub use control::operator_actions::{Move, MoveError};
pub use faults::{At, ChainForm, Fault, FaultRule, Form, Framing, Hold, HoldStage, Route};
pub use journal::{Entry, Summary};
pub use sandbox::{CertificateSeen, OrderSeen, Sandbox, StartError};
pub use settings::{Approval, Behavior, Dcv, Issuance, RateLimit, Seed, Settings};
