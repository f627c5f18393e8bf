//! Typed client of the CertCentral Services API v2. Names no Terraform type; could be published alone.
//!
//! A call that changes something is repeated only after a failure that proves that nothing happened, and any call only after one
//! that may pass; redirects are refused. After a failed call that changes something, [`Error::certainty`] says whether it is
//! proven that nothing happened. The calls of a process to one account keep to CertCentral's request limits.
//!
//! | question | file |
//! |---|---|
//! | where, with which key, how long | `config.rs` |
//! | what a changing call is for, which ones are let through | `change.rs`, `gate.rs` |
//! | the file that tells every changing call | `audit.rs` |
//! | which failures are repeated, and when | `retry.rs`, `retry_after.rs`, `jitter.rs` |
//! | whose turn it is | `rate_limit.rs` |
//! | a call with its turn and its repeats, and the bounds of both | `repeat.rs`, `patience.rs` |
//! | one attempt: headers, deadline, size limit, decoding | `transport.rs` |
//! | the day on CertCentral's clock | `clock.rs` |
//! | what went wrong, and what that proves | `error.rs`, `outcome.rs` |
//! | the order POST | `order.rs` |
//! | reading orders | `order_info.rs`, `list.rs`, `alternate.rs`, `validation.rs` |
//! | issued certificates, status changes, domain control | `issued.rs`, `changes.rs`, `dcv.rs` |
//! | reissuing, duplicating, revoking | `reissue.rs`, `revoke.rs` |
//! | changing an order in place, notes | `order_update.rs`, `note.rs` |
//! | approving, cancelling, chains | `request.rs`, `cancel.rs`, `certificate.rs` |
//! | look-ups | `organization.rs`, `domain.rs`, `product.rs`, `account.rs`, `finance.rs` |
//! | the API's irregular JSON | `flexible.rs` |

mod account;
mod alternate;
mod audit;
mod cancel;
mod certificate;
mod change;
mod changes;
mod client;
mod clock;
mod config;
mod dcv;
mod domain;
mod error;
mod finance;
mod flexible;
mod gate;
mod id;
mod issued;
mod jitter;
mod list;
mod note;
mod order;
mod order_info;
mod order_update;
mod organization;
mod outcome;
mod patience;
mod product;
mod quote;
mod rate_limit;
mod reissue;
mod repeat;
mod request;
mod retry;
mod retry_after;
mod revoke;
mod status;
mod transport;
mod validation;

#[cfg(test)]
mod concurrent_orders;
#[cfg(test)]
mod every_call;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod server;
#[cfg(test)]
mod wire;

pub use account::{AccessRole, Account, Container, CurrentUser, CustomFieldDefinition};
pub use alternate::AlternateOrder;
pub use audit::AuditLog;
pub use certificate::CertificateChain;
pub use client::Client;
pub use config::{
    ApiKey, BaseUrl, CaBundle, Config, ConfigError, DEFAULT_MAX_RETRIES, ProxyUrl, Timeouts,
};
pub use dcv::{DcvCheck, NameCheck, RandomValue};
pub use domain::{Domain, DomainValidation};
pub use error::{ApiError, Error, ErrorItem, GaveUp, NotSent, TransportKind};
pub use finance::{Amount, Balance, NotAnAmount, PriceEstimate, PriceQuery, PricedNames};
pub use id::{CertificateId, ContainerId, DomainId, InvalidId, OrderId, OrganizationId, RequestId};
pub use issued::IssuedCertificate;
pub use list::{ListedCertificate, ListedOrder, OrderFilter};
pub use note::Note;
pub use order::{
    ChainItem, Contact, CustomFieldValue, DcvToken, ExistingOrganization, NewCertificate, NewOrder,
    NewOrganization, OrderContainer, OrderDomain, OrderOrganization, OrderRequest, Person,
    PlacedOrder, ServerPlatformId, Validity,
};
pub use order_info::{
    CaCert, CertificateValidity, ContainerRef, CustomField, Order, OrderCertificate, OrderContact,
    OrderInfoRequest, OrderRef, OrganizationRef, ProductRef, ServerPlatform,
};
pub use order_update::ContactUpdate;
pub use organization::{
    Approver, Approvers, Organization, OrganizationContainer, OrganizationValidation,
};
pub use outcome::Certainty;
pub use product::{HashType, HashTypes, Product};
pub use rate_limit::RateWindow;
pub use reissue::{Duplicate, Reissue};
pub use request::{Decision, Request, RequestCertificate, RequestOrder, User};
pub use revoke::{Revocation, RevocationReason, Revoked};
pub use status::{OrderStatus, RequestStatus};
pub use validation::{DnsNameValidation, OrganizationProgress, ValidationStatus};
