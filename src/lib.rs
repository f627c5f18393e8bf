//! Terraform provider for TLS certificates of DigiCert CertCentral.
//!
//! The map:
//!
//! | module | what it is | knows |
//! |---|---|---|
//! | [`plugin`] | how Terraform starts and stops us: handshake, mutual TLS, log, shutdown | nothing of DigiCert |
//! | [`framework`] | schemas, values, plans and the gRPC server, for any provider | nothing of DigiCert |
//! | [`certcentral`] | typed client of the CertCentral Services API | nothing of Terraform |
//! | [`pki`] | CSRs, chains, DNS names; pure | nothing of either |
//! | [`provider`] | joins them: the provider block and a folder per resource | all but `plugin` |
//!
//! Follow one apply of a new order through the files:
//!
//! 1. `framework/server/service.rs`: `apply_resource_change` receives the call,
//! 2. `framework/server/call.rs`: runs it in a task that a dropped connection cannot cancel,
//! 3. `framework/server/apply.rs`: decodes state and plan, sees that this is a create,
//! 4. `provider/ssl_order/create.rs`: look, act once, settle,
//! 5. `provider/ssl_order/new_order.rs`: the plan becomes the body of the POST and its token,
//! 6. `provider/ssl_order/find.rs`: an order that carries the token is adopted,
//! 7. `provider/ssl_order/place.rs`: otherwise the order is placed, once,
//! 8. `certcentral/orders/place.rs`, `certcentral/http/transport.rs`: the POST itself,
//! 9. `provider/ssl_order/observe.rs`, `record.rs`: CertCentral's answers become state,
//! 10. `provider/ssl_order/wait.rs`: waits for the certificate while waiting helps,
//! 11. `framework/conformance/`: the state is held against core's rules, then encoded.

pub mod certcentral;
pub mod framework;
pub mod pki;
pub mod plugin;
pub mod provider;
