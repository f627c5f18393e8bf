//! Typed client of the CertCentral Services API v2. Names no Terraform type; could be published
//! alone.
//!
//! A call that changes something is repeated only after a failure that proves that nothing
//! happened, and any call only after one that may pass; redirects are refused. After a failed call
//! that changes something, [`Error::certainty`] says whether it is proven that nothing happened.
//! The calls of a process to one account keep to CertCentral's request limits.
//!
//! `http` makes calls; the endpoints stand in a file per group, those of orders in `orders`.
//! `flexible` reads the API's irregular JSON, and `about` holds an answer against what was asked.

mod about;
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

pub use account::{AccessRole, Account, Balance, Container, CurrentUser, CustomFieldDefinition};
pub use domain::{Domain, DomainValidation};
pub use http::answer::ServerDay;
pub use http::api_key::ApiKey;
pub use http::audit::AuditLog;
pub use http::certainty::Certainty;
pub use http::client::Client;
pub use http::config::{
    BaseUrl, CaBundle, Config, DEFAULT_MAX_RETRIES, Leave, ProxyName, ProxyUrl, Timeouts,
    goes_directly,
};
pub use http::connect::{ProxyFault, RootSource, TlsFailure, TlsFault};
pub use http::error::{ApiError, ConfigError, Error, ErrorItem, GaveUp, NotSent, TransportKind};
pub use http::rate_limit::RateWindow;
pub use id::{
    CertificateId, ContainerId, DomainId, InvalidId, OrderId, OrganizationId, RequestId,
    SerialNumber,
};
pub use orders::certificates::{CertificateChain, Duplicate, IssuedCertificate, Reissue};
pub use orders::end::{Revocation, RevocationReason, Revoked};
pub use orders::info::{
    CaCert, CertificateValidity, ContainerRef, CustomField, Order, OrderCertificate, OrderContact,
    OrderInfoRequest, OrderRef, OrganizationRef, ProductRef, ServerPlatform,
};
pub use orders::list::{ListedCertificate, ListedOrder, OrderFilter, OrderSummary};
pub use orders::place::{
    ChainItem, Contact, CustomFieldValue, ExistingOrganization, NewCertificate, NewOrder,
    NewOrganization, OrderContainer, OrderDomain, OrderOrganization, OrderRequest, Person,
    PlacedOrder, ServerPlatformId, Validity,
};
pub use orders::price::{Amount, NotAnAmount, PriceEstimate, PriceQuery, PricedNames};
pub use orders::status::{OrderStatus, RequestStatus};
pub use orders::update::{ContactUpdate, Note};
pub use orders::validation::{
    DcvCheck, DcvToken, DnsNameValidation, NameCheck, OrganizationStep, RandomValue,
    ValidationStatus,
};
pub use organization::{Approver, Approvers, Organization, OrganizationValidation};
pub use product::{HashType, HashTypes, Product};
pub use request::{Decision, Request, RequestCertificate, RequestOrder, User};
