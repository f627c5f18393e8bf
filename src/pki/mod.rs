//! Certificate signing requests, certificate chains and DNS names. Pure: no network, no clock, no
//! Terraform.
//!
//! | question | file |
//! |---|---|
//! | is this a CSR that can be sent, and which key and names has it | `csr.rs` |
//! | does this text hold a private key, which belongs nowhere | `private_key.rs` |
//! | what a certificate says, and who signed it | `certificate.rs` |
//! | which of these certificates is ours, and in which order do they chain | `chain.rs` |
//! | are these two names the same name, and may a certificate hold it | `dns_name.rs`, `dns_rules.rs` |

mod certificate;
pub mod chain;
pub mod csr;
pub mod dns_name;
pub mod dns_rules;
mod pem;
pub mod private_key;

pub use certificate::Certificate;
pub use chain::{Chain, ChainError};
pub use csr::{Csr, CsrError, KeyAlgorithm, is_same_request};
pub use dns_name::{DnsNameError, canonical, canonical_names, certificate_names};
pub use private_key::holds_private_key;
