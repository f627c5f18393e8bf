//! The order POST: what is sent, what comes back, and the call itself.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::status::RequestStatus;
use super::validation::DcvToken;
use crate::certcentral::flexible;
use crate::certcentral::http::{Action, Answer, Call, Change, Client, Error};
use crate::certcentral::id::{
    CertificateId, ContainerId, DomainId, OrderId, OrganizationId, RequestId,
};

/// The body of an order. Absent members are not sent.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewOrder {
    /// What is to be issued.
    pub certificate: NewCertificate,
    /// Years of coverage, the older form: 1 or 2. Overridden by the two that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_years: Option<i64>,
    /// Days of coverage, the older form. Overrides `validity_years`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_days: Option<i64>,
    /// Last day of coverage, `yyyy-MM-dd`, the older form. Overrides both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_expiration_date: Option<String>,
    /// Coverage of the order, today's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_validity: Option<Validity>,
    /// Note to the approver; kept on the request, not on the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// Whether CertCentral renews the order by itself. Sent as 0 or 1.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "zero_or_one"
    )]
    pub auto_renew: Option<bool>,
    /// Whether CertCentral reissues the certificate by itself; multi-year plans only. Sent as 0 or
    /// 1.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "zero_or_one"
    )]
    pub auto_reissue: Option<bool>,
    /// Text for the renewal e-mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_renewal_message: Option<String>,
    /// Whether renewal e-mails are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_renewal_notifications: Option<bool>,
    /// Further recipients of notifications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_emails: Vec<String>,
    /// Language of e-mails, such as `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// `balance`, `card`, `profile` or another method of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<String>,
    /// Whether to skip the approval step; ignored if the user of the key may not approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_approval: Option<bool>,
    /// How control of the domains is proven, such as `dns-txt-token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcv_method: Option<String>,
    /// Whether the certificate stays out of Certificate Transparency logs, where the account allows
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_ct: Option<bool>,
    /// Whose name the certificate carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrderOrganization>,
    /// The division to order in; the key's own if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<OrderContainer>,
    /// Account-specific fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomFieldValue>,
    /// The order that this one renews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewal_of_order_id: Option<OrderId>,
    /// SHA-1 thumbprint, 40 hex digits, of the primary certificate of the order that this one
    /// renews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewed_thumbprint: Option<String>,
    /// The caller's own reference. CertCentral does not make it unique; see
    /// [`Client::orders_by_alternative_id`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative_order_id: Option<String>,
    /// What the order is expected to cost, such as `250.00 USD`: for the audit log, and not sent.
    #[serde(skip)]
    pub price_estimate: Option<String>,
}

/// The certificate part of an order.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewCertificate {
    /// Main name. CertCentral takes no name from the CSR.
    pub common_name: String,
    /// Further names; CertCentral adds the common name by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// PKCS#10 in PEM.
    pub csr: String,
    /// Type of the server; -1 is "other".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_platform: Option<ServerPlatformId>,
    /// `sha256`, or another hash that the product allows.
    pub signature_hash: String,
    /// Departments; ignored for public TLS since 2022.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organization_units: Vec<String>,
    /// Name of a certificate profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_option: Option<String>,
    /// Issuing intermediate, where the product lets one choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_cert_id: Option<String>,
    /// Validity of the first certificate, within that of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_validity: Option<Validity>,
}

/// Reference to a server platform.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ServerPlatformId {
    /// Number of the platform; -1 is "other", so this is no [`OrderId`]-like id.
    pub id: i64,
}

/// A length of time, in the one unit that its member names.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Whole years.
    Years(i64),
    /// Days.
    Days(i64),
    /// Last day, `yyyy-MM-dd`.
    CustomExpirationDate(String),
}

/// The organization of an order: one that CertCentral knows, or a new one.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderOrganization {
    /// An organization of the account.
    Existing(ExistingOrganization),
    /// A new organization, added with the order. It has to be validated, so the order stays
    /// pending.
    New(Box<NewOrganization>),
}

/// Reference to an organization of the account.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExistingOrganization {
    /// Which one.
    pub id: OrganizationId,
    /// Contacts of this order; empty for those of the organization.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// An organization that the account does not have yet.
///
/// Source: <https://dev.digicert.com/services-api/organizations/create-organization/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewOrganization {
    /// Legal name, at most 64 characters.
    pub name: String,
    /// Name it does business as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_name: Option<String>,
    /// Street and number.
    pub address: String,
    /// Second line of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// ISO 3166 code of two letters.
    pub country: String,
    /// Telephone number of the organization.
    pub telephone: String,
    /// Person whom DigiCert contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_contact: Option<Person>,
    /// Contacts of this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// A contact of an order: a user of the account, or a person who is named here.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// `organization_contact`, `technical_contact`, `verified_contact` or `ev_approver`.
    pub contact_type: String,
    /// User or contact of the account. Person members beside it change that user's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A person, as `organization_contact` of a new organization.
///
/// Source: <https://dev.digicert.com/services-api/organizations/create-organization/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Extension of the telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone_extension: Option<String>,
    /// E-mail address.
    pub email: String,
}

/// Reference to a container, the API's word for a division.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OrderContainer {
    /// Which one.
    pub id: ContainerId,
}

/// Value of an account-specific field.
///
/// Source: <https://dev.digicert.com/services-api/orders/edit-custom-field/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomFieldValue {
    /// Which field.
    pub metadata_id: i64,
    /// Its value; the account decides which are valid.
    pub value: String,
}

/// An order that CertCentral has accepted. Whether a certificate is issued shows in
/// `certificate_chain` only: a `certificate_id` may point to one that is still to come.
///
/// The id is all that makes it one. Every other member may be missing or odd.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedOrder {
    /// The order.
    pub id: OrderId,
    /// Approval steps; empty if approval was skipped.
    pub requests: Vec<OrderRequest>,
    /// The certificate to come, once no approval is needed any more.
    pub certificate_id: Option<CertificateId>,
    /// The certificate and those that certify it, if it was issued at once. Find the leaf by its
    /// key.
    pub certificate_chain: Vec<ChainItem>,
    /// Random value for domain control validation by token; one for all names.
    pub dcv_random_value: Option<String>,
    /// Domains whose control is to be proven.
    pub domains: Vec<OrderDomain>,
    /// Names of the members that were of another type than they should be, and were left out in
    /// whole or in part.
    pub odd_members: Vec<&'static str>,
}

impl<'de> Deserialize<'de> for PlacedOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use flexible::needed;
        let mut members = flexible::Members::deserialize(deserializer)?;
        Ok(Self {
            id: members.required("id")?,
            requests: members.optional("requests", needed::list, flexible::list),
            certificate_id: members.optional("certificate_id", needed::id, flexible::id),
            certificate_chain: members.optional("certificate_chain", needed::list, flexible::list),
            dcv_random_value: members.optional("dcv_random_value", needed::text, flexible::text),
            domains: members.optional("domains", needed::list, flexible::list),
            odd_members: members.odd(),
        })
    }
}

/// An approval step of the order.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderRequest {
    /// The request.
    pub id: RequestId,
    /// How far it is; absent in answers to a reissue.
    #[serde(default, deserialize_with = "flexible::word")]
    pub status: Option<RequestStatus>,
}

/// One certificate of a chain.
///
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChainItem {
    /// Common name of the subject.
    #[serde(default, deserialize_with = "flexible::text")]
    pub subject_common_name: Option<String>,
    /// The certificate in PEM, with LF line ends.
    #[serde(default, deserialize_with = "flexible::pem")]
    pub pem: Option<String>,
}

/// A domain of the order with its validation token.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderDomain {
    /// The domain in the account.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<DomainId>,
    #[serde(default, deserialize_with = "flexible::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "flexible::text")]
    dns_name: Option<String>,
    /// What to publish.
    #[serde(default, deserialize_with = "flexible::object")]
    pub dcv_token: Option<DcvToken>,
}

impl OrderDomain {
    /// The domain; the API writes it as `name`, as `dns_name`, or both.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.dns_name.as_deref().or(self.name.as_deref())
    }
}

impl PlacedOrder {
    /// Returns whether it names a value that proves control of a domain.
    #[must_use]
    pub fn names_a_value(&self) -> bool {
        let tokens = self
            .domains
            .iter()
            .filter_map(|domain| domain.dcv_token.as_ref());
        let mut values = tokens.filter_map(|token| token.token.as_ref());
        self.dcv_random_value.is_some() || values.next().is_some()
    }
}

impl NewOrder {
    /// An order of this certificate with nothing else set.
    #[must_use]
    pub fn new(certificate: NewCertificate) -> Self {
        Self {
            certificate,
            ..Self::default()
        }
    }
}

impl Serialize for OrderOrganization {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Existing(organization) => organization.serialize(serializer),
            Self::New(organization) => organization.serialize(serializer),
        }
    }
}

impl Client {
    /// Places a paid order of `product` (a product name id such as `ssl_basic`). Sent exactly once,
    /// on a connection of its own, and never repeated here.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::certainty`] says whether it is proven that nothing was ordered, and
    /// [`Error::repeat_after`] whether it may be sent again after a look. An answer without an
    /// order id is an error of unknown outcome.
    ///
    /// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
    pub async fn place_order(&self, product: &str, order: &NewOrder) -> Result<PlacedOrder, Error> {
        let action = match order.renewal_of_order_id {
            Some(_) => Action::Renewal,
            None => Action::Order,
        };
        let change = Change {
            token: order.alternative_order_id.as_deref(),
            price: order.price_estimate.as_deref(),
            ..Change::new(action)
        };
        let call = Call::post(change, &["order", "certificate", product]).with_body(order)?;
        self.call(call.once().repeated_by_caller(), Answer::taken)
            .await
    }
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes the member by reference"
)]
fn zero_or_one<S: Serializer>(flag: &Option<bool>, serializer: S) -> Result<S::Ok, S::Error> {
    match flag {
        Some(flag) => serializer.serialize_u8(u8::from(*flag)),
        None => serializer.serialize_none(),
    }
}
