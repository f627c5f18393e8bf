//! Terraform provider for TLS certificates of DigiCert CertCentral.
//!
//! | module | what it is | knows |
//! |---|---|---|
//! | [`plugin`] | how Terraform starts and stops us: handshake, mutual TLS, log, shutdown | nothing of DigiCert |
//! | [`framework`] | schemas, values, plans and the gRPC server, for any provider | nothing of DigiCert |
//! | [`certcentral`] | typed client of the CertCentral Services API | nothing of Terraform |
//! | [`pki`] | CSRs, certificates, chains, DNS names; pure | nothing of either |
//! | [`provider`] | joins them: the provider block and a folder per resource or data source | all but `plugin` |
//!
//! `ARCHITECTURE.md` follows one apply of a new order through the files.

pub mod certcentral;
pub mod framework;
pub mod pki;
pub mod plugin;
pub mod provider;
