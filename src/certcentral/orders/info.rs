//! What CertCentral knows of an order.

use serde::Deserialize;
use time::{Date, OffsetDateTime};

use super::status::{OrderStatus, RequestStatus};
use crate::certcentral::about::About;
use crate::certcentral::flexible;
use crate::certcentral::http::{Call, Client, Error};
use crate::certcentral::id::{CertificateId, ContainerId, OrderId, OrganizationId, RequestId};

/// How to name an order: by its id, or by its primary certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderRef {
    /// Order id.
    Id(OrderId),
    /// Serial number of the primary certificate, hex digits.
    SerialNumber(String),
    /// SHA-1 thumbprint of the primary certificate, 40 hex digits.
    Thumbprint(String),
}

/// An order with its primary certificate.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// Where in its life it is.
    pub status: OrderStatus,
    /// The primary certificate; thin until it is issued. Duplicates never show here.
    #[serde(deserialize_with = "flexible::needed::whole")]
    pub certificate: OrderCertificate,
    /// Whether a later order renews this one.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_renewed: bool,
    /// The order that renews this one.
    #[serde(default, deserialize_with = "flexible::id")]
    pub renewed_order_id: Option<OrderId>,
    /// The order that this one renews.
    #[serde(default, deserialize_with = "flexible::id")]
    pub renewal_of_order_id: Option<OrderId>,
    /// When it was placed.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// Last day of coverage; known once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub order_valid_till: Option<Date>,
    /// Years of coverage.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub validity_years: Option<i64>,
    /// The coverage that was bought, in the unit that was asked for.
    #[serde(default, deserialize_with = "flexible::object")]
    pub order_validity: Option<CertificateValidity>,
    /// Whose name the certificate carries.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization: Option<OrganizationRef>,
    /// The division that it belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<ContainerRef>,
    /// What was bought.
    #[serde(default, deserialize_with = "flexible::object")]
    pub product: Option<ProductRef>,
    /// What was bought, in the newer form; the same as [`ProductRef::name_id`].
    #[serde(default, deserialize_with = "flexible::text")]
    pub product_name_id: Option<String>,
    /// Contact of the organization for this order.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization_contact: Option<OrderContact>,
    /// Technical contact of this order.
    #[serde(default, deserialize_with = "flexible::object")]
    pub technical_contact: Option<OrderContact>,
    /// People who may approve an EV order.
    #[serde(default, deserialize_with = "flexible::list")]
    pub verified_contacts: Vec<OrderContact>,
    /// Approval steps, all of its life.
    #[serde(default, deserialize_with = "flexible::list")]
    pub requests: Vec<OrderInfoRequest>,
    /// Whether renewal e-mails are off. None where the answer does not say.
    #[serde(default, deserialize_with = "flexible::optional_boolean")]
    pub disable_renewal_notifications: Option<bool>,
    /// Whether CertCentral renews the order by itself.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub auto_renew: bool,
    /// Whether CertCentral reissues the certificate by itself. None where the answer does not say,
    /// as in accounts without multi-year plans.
    #[serde(default, deserialize_with = "flexible::optional_boolean")]
    pub auto_reissue: Option<bool>,
    /// Whether the certificate stays out of Certificate Transparency logs.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub disable_ct: bool,
    /// How control of the domains is proven.
    #[serde(default, deserialize_with = "flexible::text")]
    pub dcv_method: Option<String>,
    /// How it was paid.
    #[serde(default, deserialize_with = "flexible::text")]
    pub payment_method: Option<String>,
    /// What it cost, as the API writes the number.
    #[serde(default, deserialize_with = "flexible::text")]
    pub price: Option<String>,
    /// Currency of the price.
    #[serde(default, deserialize_with = "flexible::text")]
    pub currency: Option<String>,
    /// Further recipients of notifications. None where the answer does not say.
    #[serde(default, deserialize_with = "flexible::optional_names")]
    pub additional_emails: Option<Vec<String>>,
    /// Account-specific fields.
    #[serde(default, deserialize_with = "flexible::list")]
    pub custom_fields: Vec<CustomField>,
    /// The caller's own reference.
    #[serde(default, deserialize_with = "flexible::text")]
    pub alternative_order_id: Option<String>,
}

impl Order {
    /// Name id of what was bought, in whichever of the two forms it is told.
    #[must_use]
    pub fn product(&self) -> Option<&str> {
        let nested = self.product.as_ref();
        nested
            .and_then(|product| product.name_id.as_deref())
            .or(self.product_name_id.as_deref())
    }
}

/// The primary certificate of an order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderCertificate {
    /// Known once the request is approved.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<CertificateId>,
    /// Sometimes present; the status of the order counts.
    #[serde(default, deserialize_with = "flexible::word")]
    pub status: Option<OrderStatus>,
    /// SHA-1, 40 upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub thumbprint: Option<String>,
    /// Upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub serial_number: Option<String>,
    /// Main name.
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub common_name: Option<String>,
    /// All names, the common name among them.
    #[serde(default, deserialize_with = "flexible::needed::names")]
    pub dns_names: Vec<String>,
    /// First day of validity; once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub valid_from: Option<Date>,
    /// Last day of validity; once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub valid_till: Option<Date>,
    /// The validity that was asked for, in the unit that was used; absent if none was.
    #[serde(default, deserialize_with = "flexible::object")]
    pub cert_validity: Option<CertificateValidity>,
    /// The CSR in PEM, maybe wrapped otherwise than it was sent.
    #[serde(default, deserialize_with = "flexible::pem")]
    pub csr: Option<String>,
    /// Hash of the signature, such as `sha256`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub signature_hash: Option<String>,
    /// Bits of the key.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub key_size: Option<i64>,
    /// Type of the server.
    #[serde(default, deserialize_with = "flexible::object")]
    pub server_platform: Option<ServerPlatform>,
    /// Departments; old orders only.
    #[serde(default, deserialize_with = "flexible::names")]
    pub organization_units: Vec<String>,
    /// Issuing intermediate.
    #[serde(default, deserialize_with = "flexible::object")]
    pub ca_cert: Option<CaCert>,
}

/// The validity that was asked for a certificate or an order, in one of three units.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CertificateValidity {
    /// Whole years.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub years: Option<i64>,
    /// Days.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub days: Option<i64>,
    /// Last day.
    #[serde(default, deserialize_with = "flexible::date")]
    pub custom_expiration_date: Option<Date>,
}

/// Type of a server.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServerPlatform {
    /// Number; -1 is "other".
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// Name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

/// An issuing intermediate.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaCert {
    /// Sixteen hex digits; the `ca_cert_id` of an order.
    #[serde(default, deserialize_with = "flexible::text")]
    pub id: Option<String>,
    /// Common name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

/// An organization as other objects name it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrganizationRef {
    /// Which one.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<OrganizationId>,
    /// Legal name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

/// A container as other objects name it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ContainerRef {
    /// Which one.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<ContainerId>,
    /// Its name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

/// A product as other objects name it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProductRef {
    /// Product name id, such as `ssl_basic`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name_id: Option<String>,
    /// Name for people.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
    /// `ov` or `ev`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub validation_type: Option<String>,
}

/// A contact of an order.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderContact {
    /// Number of the contact or user.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// Given name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub last_name: Option<String>,
    /// Job title.
    #[serde(default, deserialize_with = "flexible::text")]
    pub job_title: Option<String>,
    /// Telephone number.
    #[serde(default, deserialize_with = "flexible::text")]
    pub telephone: Option<String>,
    /// Extension of the telephone number.
    #[serde(default, deserialize_with = "flexible::text")]
    pub telephone_extension: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "flexible::text")]
    pub email: Option<String>,
}

/// An approval step as order info shows it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderInfoRequest {
    /// The request.
    pub id: RequestId,
    /// How far it is.
    #[serde(default, deserialize_with = "flexible::word")]
    pub status: Option<RequestStatus>,
    /// `new_request`, `reissue`, `duplicate` or `revoke`; old orders write spaces for underscores.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// Note to the approver.
    #[serde(default, deserialize_with = "flexible::text")]
    pub comments: Option<String>,
}

/// An account-specific field with its value.
///
/// Source: <https://dev.digicert.com/services-api/orders/edit-custom-field/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CustomField {
    /// Which field.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub metadata_id: Option<i64>,
    /// Its label.
    #[serde(default, deserialize_with = "flexible::text")]
    pub label: Option<String>,
    /// Its value.
    #[serde(default, deserialize_with = "flexible::text")]
    pub value: Option<String>,
}

impl OrderRef {
    fn segment(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::SerialNumber(hex) | Self::Thumbprint(hex) => hex.clone(),
        }
    }

    /// Refuses an order that is not the one that is named.
    fn hold(&self, order: &Order) -> Result<(), Error> {
        let certificate = &order.certificate;
        match self {
            Self::Id(id) => About::Order.hold(id, Some(order.id)),
            Self::SerialNumber(hex) => {
                About::SerialNumber.hold(hex, certificate.serial_number.as_ref())
            }
            Self::Thumbprint(hex) => About::Thumbprint.hold(hex, certificate.thumbprint.as_ref()),
        }
    }
}

impl Order {
    /// Refuses an order that a look-up by `reference` has shown and that bears another one. An
    /// order that tells none may have lost it.
    ///
    /// # Errors
    ///
    /// [`Error::AboutAnother`].
    pub fn hold_against_reference(&self, reference: &str) -> Result<(), Error> {
        About::Reference.hold(reference, self.alternative_order_id.as_ref())
    }
}

impl From<OrderId> for OrderRef {
    fn from(id: OrderId) -> Self {
        Self::Id(id)
    }
}

impl Client {
    /// Reads an order by its id, or by serial number or thumbprint of its primary certificate.
    ///
    /// # Errors
    ///
    /// [`Error`]; a 404 with `not_found|order` also means that the key does not see the order, and
    /// [`Error::AboutAnother`] that the answer is about another one.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
    pub async fn order(&self, order: impl Into<OrderRef>) -> Result<Order, Error> {
        let asked = order.into();
        let call = Call::get(&["order", "certificate", &asked.segment()]);
        let order: Order = self.fetch(call).await?;
        asked.hold(&order)?;
        Ok(order)
    }
}
