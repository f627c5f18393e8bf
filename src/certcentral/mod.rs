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
mod domain;
mod flexible;
mod http;
mod id;
mod orders;
mod organization;
mod product;
mod request;
#[cfg(test)]
mod tests;

pub use account::{AccessRole, Account, Container, CurrentUser, CustomFieldDefinition};
pub use domain::{Domain, DomainValidation};
pub use http::audit::AuditLog;
pub use http::certainty::Certainty;
pub use http::client::Client;
pub use http::config::{
    ApiKey, BaseUrl, CaBundle, Config, ConfigError, DEFAULT_MAX_RETRIES, ProxyUrl, Timeouts,
};
pub use http::error::{ApiError, Error, ErrorItem, GaveUp, NotSent, TransportKind};
pub use http::rate_limit::RateWindow;
pub use id::{CertificateId, ContainerId, DomainId, InvalidId, OrderId, OrganizationId, RequestId};
pub use orders::by_reference::AlternateOrder;
pub use orders::certificate::CertificateChain;
pub use orders::dcv::{DcvCheck, NameCheck, RandomValue};
pub use orders::info::{
    CaCert, CertificateValidity, ContainerRef, CustomField, Order, OrderCertificate, OrderContact,
    OrderInfoRequest, OrderRef, OrganizationRef, ProductRef, ServerPlatform,
};
pub use orders::issued::IssuedCertificate;
pub use orders::list::{ListedCertificate, ListedOrder, OrderFilter};
pub use orders::note::Note;
pub use orders::place::{
    ChainItem, Contact, CustomFieldValue, DcvToken, ExistingOrganization, NewCertificate, NewOrder,
    NewOrganization, OrderContainer, OrderDomain, OrderOrganization, OrderRequest, Person,
    PlacedOrder, ServerPlatformId, Validity,
};
pub use orders::price::{Amount, Balance, NotAnAmount, PriceEstimate, PriceQuery, PricedNames};
pub use orders::reissue::{Duplicate, Reissue};
pub use orders::revoke::{Revocation, RevocationReason, Revoked};
pub use orders::status::{OrderStatus, RequestStatus};
pub use orders::update::ContactUpdate;
pub use orders::validation::{DnsNameValidation, OrganizationProgress, ValidationStatus};
pub use organization::{
    Approver, Approvers, Organization, OrganizationContainer, OrganizationValidation,
};
pub use product::{HashType, HashTypes, Product};
pub use request::{Decision, Request, RequestCertificate, RequestOrder, User};
