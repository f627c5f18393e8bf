//! Configuration, plan and state of `digicert_ssl_order` as structs, and what they know of
//! themselves. Field names are attribute names; their meaning stands in [`super::schema`].
#![expect(missing_docs, reason = "the schema describes every attribute, once")]

mod asked_names;
mod in_force;
mod origin;
mod private;
mod term;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) use self::asked_names::{AskedNames, companions_told};
pub(crate) use self::in_force::InForce;
pub(crate) use self::origin::OrderOrigin;
pub use self::private::SslOrderPrivate;
pub(crate) use self::private::{PendingReissue, ReportedContact, ReportedOrganization};
pub(crate) use self::term::{OLDER_YEARS, ORDER_YEARS, RENEWAL_DAYS, Term};

use crate::certcentral::{OrderId, OrderStatus, Validity};
use crate::framework::{Attr, Diagnostic, Set};
use crate::pki;
use crate::provider::order::chain_age::Held;
use crate::provider::order::lock::Subject;
use crate::provider::order::waiting::LONGEST_TIMEOUT;

/// Bound of an operation where nobody sets another.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Names shown in a sentence before the rest is counted.
const SHOWN_NAMES: usize = 5;

crate::model! {
    /// An order.
    pub struct SslOrderModel {
        pub product_name_id: Attr<String>,
        pub common_name: Attr<String>,
        pub dns_names: Attr<Set<Attr<String>>>,
        pub csr: Attr<String>,
        pub signature_hash: Attr<String>,
        pub organization_units: Attr<Vec<Attr<String>>>,
        pub server_platform_id: Attr<i64>,
        pub profile_option: Attr<String>,
        pub ca_cert_id: Attr<String>,
        pub cert_validity: Attr<Term>,
        pub reissue_trigger: Attr<String>,
        pub validity_years: Attr<i64>,
        pub validity_days: Attr<i64>,
        pub custom_expiration_date: Attr<String>,
        pub order_validity: Attr<Term>,
        pub organization: Attr<OrganizationModel>,
        pub container_id: Attr<i64>,
        pub custom_fields: Attr<Set<Attr<CustomFieldModel>>>,
        pub additional_emails: Attr<Set<Attr<String>>>,
        pub disable_renewal_notifications: Attr<bool>,
        pub auto_renew: Attr<bool>,
        pub auto_reissue: Attr<bool>,
        pub custom_renewal_message: Attr<String>,
        pub comments: Attr<String>,
        pub locale: Attr<String>,
        pub skip_approval: Attr<bool>,
        pub disable_ct: Attr<bool>,
        pub dcv_method: Attr<String>,
        pub payment_method: Attr<String>,
        pub renewal_of_order_id: Attr<i64>,
        pub renewed_thumbprint: Attr<String>,
        pub alternative_order_id: Attr<String>,
        pub order_key: Attr<String>,

        pub wait_for: Attr<String>,
        pub on_destroy: Attr<String>,
        pub revocation_reason: Attr<String>,
        pub claimed_order_id: Attr<i64>,
        pub duplicate_order_check: Attr<String>,
        pub reorder_when_closed: Attr<bool>,
        pub reissue_days_before_expiry: Attr<i64>,
        pub renew_days_before_expiry: Attr<i64>,
        pub on_clock_failure: Attr<String>,
        pub timeouts: Attr<TimeoutsModel>,

        pub id: Attr<String>,
        pub order_id: Attr<i64>,
        pub order_origin: Attr<String>,
        pub certificate_id: Attr<i64>,
        pub requests: Attr<Vec<Attr<RequestModel>>>,
        pub status: Attr<String>,
        pub status_detail: Attr<String>,
        pub certificate_pem: Attr<String>,
        pub chain_pem: Attr<String>,
        pub fullchain_pem: Attr<String>,
        pub root_pem: Attr<String>,
        pub certificate_chain: Attr<Vec<Attr<ChainElementModel>>>,
        pub serial_number: Attr<String>,
        pub thumbprint: Attr<String>,
        pub issuer_common_name: Attr<String>,
        pub extended_key_usages: Attr<Vec<Attr<String>>>,
        pub valid_from: Attr<String>,
        pub valid_till: Attr<String>,
        pub order_valid_till: Attr<String>,
        pub ready_for_reissue: Attr<bool>,
        pub ready_for_renewal: Attr<bool>,
        pub domain_validations: Attr<BTreeMap<String, Attr<DomainValidationModel>>>,
    }
}

crate::model! {
    /// The organization of an order: an existing one by id, or a new one inline.
    pub struct OrganizationModel {
        pub id: Attr<i64>,
        pub contacts: Attr<Vec<Attr<ContactModel>>>,
        pub name: Attr<String>,
        pub assumed_name: Attr<String>,
        pub address: Attr<String>,
        pub address2: Attr<String>,
        pub city: Attr<String>,
        pub state: Attr<String>,
        pub zip: Attr<String>,
        pub country: Attr<String>,
        pub telephone: Attr<String>,
        pub organization_contact: Attr<PersonModel>,
    }
}

crate::model! {
    /// A contact of an order.
    pub struct ContactModel {
        pub contact_type: Attr<String>,
        pub user_id: Attr<i64>,
        pub first_name: Attr<String>,
        pub last_name: Attr<String>,
        pub job_title: Attr<String>,
        pub telephone: Attr<String>,
        pub email: Attr<String>,
    }
}

crate::model! {
    /// A person.
    pub struct PersonModel {
        pub first_name: Attr<String>,
        pub last_name: Attr<String>,
        pub job_title: Attr<String>,
        pub telephone: Attr<String>,
        pub email: Attr<String>,
    }
}

crate::model! {
    /// A custom field of the account with the order's value.
    pub struct CustomFieldModel {
        pub metadata_id: Attr<i64>,
        pub value: Attr<String>,
    }
}

crate::model! {
    /// Bounds of the operations.
    pub struct TimeoutsModel {
        pub create: Attr<String>,
        pub update: Attr<String>,
        pub delete: Attr<String>,
    }
}

crate::model! {
    /// An approval request of an order.
    pub struct RequestModel {
        pub id: Attr<i64>,
        pub status: Attr<String>,
    }
}

crate::model! {
    /// A certificate of the chain, in the form of the API's immediate answer.
    pub struct ChainElementModel {
        pub subject_common_name: Attr<String>,
        pub pem: Attr<String>,
    }
}

crate::model! {
    /// How control over a name is proven.
    pub struct DomainValidationModel {
        pub method: Attr<String>,
        pub status: Attr<String>,
        pub record_name: Attr<String>,
        pub record_type: Attr<String>,
        pub record_value: Attr<String>,
        pub http_url: Attr<String>,
        pub http_content: Attr<String>,
        pub expires_at: Attr<String>,
    }
}

impl DomainValidationModel {
    /// Returns whether there is a value that proves control.
    pub(crate) fn has_a_value(&self) -> bool {
        self.record_value.known().is_some() || self.http_content.known().is_some()
    }

    /// Returns whether control is proven without a value, as by e-mail.
    pub(crate) fn needs_no_value(&self) -> bool {
        self.method
            .as_str()
            .is_some_and(|method| !method.contains("token"))
    }
}

impl OrganizationModel {
    fn drop_empty_texts(&mut self) {
        drop_empty([
            &mut self.name,
            &mut self.assumed_name,
            &mut self.address,
            &mut self.address2,
            &mut self.city,
            &mut self.state,
            &mut self.zip,
            &mut self.country,
            &mut self.telephone,
        ]);
        if let Attr::Known(person) = &mut self.organization_contact {
            drop_empty([
                &mut person.first_name,
                &mut person.last_name,
                &mut person.job_title,
                &mut person.telephone,
                &mut person.email,
            ]);
            if *person == PersonModel::default() {
                self.organization_contact = Attr::Null;
            }
        }
        let contacts = match &mut self.contacts {
            Attr::Known(contacts) => contacts.as_mut_slice(),
            Attr::Null | Attr::Unknown => &mut [],
        };
        for contact in contacts {
            if let Attr::Known(contact) = contact {
                drop_empty([
                    &mut contact.first_name,
                    &mut contact.last_name,
                    &mut contact.job_title,
                    &mut contact.telephone,
                    &mut contact.email,
                ]);
            }
        }
    }
}

/// A value of `on_destroy`: what becomes of the order when Terraform lets go of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDestroy {
    /// Nothing is called.
    Retain,
    /// An order that is not issued is taken back.
    Cancel,
    /// As `Cancel`, and an issued order is revoked.
    Revoke,
}

/// A value of `on_clock_failure`: what a failure means of something that only a clock asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnClockFailure {
    /// The apply fails.
    Error,
    /// The apply warns and goes on while there is time to try again.
    Warn,
}

/// Makes each text that is empty absent.
fn drop_empty<'a>(texts: impl IntoIterator<Item = &'a mut Attr<String>>) {
    for text in texts {
        if text.as_str() == Some("") {
            *text = Attr::Null;
        }
    }
}

impl SslOrderModel {
    /// Returns the order as it is meant: an optional text that is empty is absent, at any depth,
    /// because a module has no other way to pass on that nothing is set. State keeps what is
    /// configured; whatever is compared, checked or sent is read from here. A text with a closed
    /// list of values, and `alternative_order_id`, which the provider sets otherwise, cannot be
    /// empty.
    pub(crate) fn as_meant(&self) -> Self {
        let mut order = self.clone();
        drop_empty([
            &mut order.profile_option,
            &mut order.ca_cert_id,
            &mut order.reissue_trigger,
            &mut order.custom_expiration_date,
            &mut order.custom_renewal_message,
            &mut order.comments,
            &mut order.locale,
            &mut order.renewed_thumbprint,
            &mut order.order_key,
        ]);
        for validity in [&mut order.cert_validity, &mut order.order_validity] {
            if let Attr::Known(term) = validity {
                drop_empty([&mut term.custom_expiration_date]);
            }
        }
        if let Attr::Known(organization) = &mut order.organization {
            organization.drop_empty_texts();
        }
        if let Attr::Known(timeouts) = &mut order.timeouts {
            drop_empty([
                &mut timeouts.create,
                &mut timeouts.update,
                &mut timeouts.delete,
            ]);
        }
        order
    }

    /// Returns the order id, once there is one.
    pub fn known_order_id(&self) -> Option<i64> {
        self.order_id.known().copied()
    }

    /// Returns the order id, or the error of a state without one: its order cannot be `changed`.
    pub(crate) fn order_id_to_be(&self, changed: &str) -> Result<OrderId, Diagnostic> {
        self.known_order_id()
            .and_then(|id| OrderId::try_from(id).ok())
            .ok_or_else(|| {
                Diagnostic::error(
                    "State without an order id",
                    format!(
                        "The state of this resource holds no order id, so its order cannot be \
                         {changed}. Restore the state from a backup, or remove the resource with \
                         `terraform state rm` and import the order."
                    ),
                )
            })
    }

    /// Returns the status of the order; a status that is not known is open and has no certificate.
    pub(crate) fn order_status(&self) -> OrderStatus {
        OrderStatus::from(self.status.as_str().unwrap_or_default())
    }

    /// Returns what the state holds of the chain.
    pub(crate) fn held_chain(&self) -> Held<'_> {
        Held {
            leaf: self.certificate_pem.as_str(),
            intermediates: self.chain_pem.as_str(),
            root: self.root_pem.as_str(),
            csr: self.csr.as_str(),
        }
    }

    /// Returns what a failure means of something that only a clock asked for.
    pub(crate) fn on_clock_failure(&self) -> OnClockFailure {
        match self.on_clock_failure.as_str() {
            Some("warn") => OnClockFailure::Warn,
            _ => OnClockFailure::Error,
        }
    }

    /// Returns what becomes of the order on a destroy. Whatever is not known to mean an end of the
    /// order means none.
    pub(crate) fn on_destroy(&self) -> OnDestroy {
        match self.on_destroy.as_str() {
            Some("cancel") => OnDestroy::Cancel,
            Some("revoke") => OnDestroy::Revoke,
            _ => OnDestroy::Retain,
        }
    }

    /// Returns how this object came by its order, as far as state tells.
    pub(crate) fn origin(&self) -> Option<OrderOrigin> {
        OrderOrigin::of(&self.order_origin)
    }

    /// Returns whether `claimed_order_id` names the order that this object holds.
    pub(crate) fn claims_its_order(&self) -> bool {
        let claimed = self.claimed_order_id.known();
        claimed.is_some() && claimed == self.order_id.known()
    }

    /// Returns the bound of a create, waiting included.
    pub(crate) fn create_timeout(&self) -> Duration {
        self.timeout(|timeouts| &timeouts.create)
    }

    /// Returns the bound of an update, waiting included.
    pub(crate) fn update_timeout(&self) -> Duration {
        self.timeout(|timeouts| &timeouts.update)
    }

    /// Returns the bound of a delete, waiting included.
    pub(crate) fn delete_timeout(&self) -> Duration {
        self.timeout(|timeouts| &timeouts.delete)
    }

    fn timeout(&self, operation: fn(&TimeoutsModel) -> &Attr<String>) -> Duration {
        self.timeouts
            .known()
            .and_then(|timeouts| operation(timeouts).given())
            .and_then(|text| humantime::parse_duration(text).ok())
            // A state may hold more than a configuration can say, and a clock cannot be set that
            // far.
            .map_or(DEFAULT_TIMEOUT, |time| time.min(LONGEST_TIMEOUT))
    }

    /// Returns the configured names beside the common name that are known.
    pub fn known_dns_names(&self) -> impl Iterator<Item = &str> {
        self.dns_names
            .known()
            .into_iter()
            .flat_map(|names| names.0.iter().filter_map(Attr::as_str))
    }

    /// Returns whether every name of the order is known.
    pub fn names_are_known(&self) -> bool {
        self.common_name.known().is_some()
            && match &self.dns_names {
                Attr::Known(names) => names.0.iter().all(|name| name.known().is_some()),
                Attr::Null => true,
                Attr::Unknown => false,
            }
    }

    /// Returns the canonical names of the order, the common name among them.
    pub(crate) fn canonical_names(&self) -> BTreeSet<String> {
        pki::canonical_names(
            self.common_name.as_str().unwrap_or_default(),
            self.known_dns_names(),
        )
    }

    /// Returns what a lock of the order in state is about.
    pub(crate) fn subject(&self, host: &str) -> Subject {
        let token = self.alternative_order_id.as_str().unwrap_or_default();
        Subject::new(host, token, &self.canonical_names(), String::new())
    }

    /// Returns the three older arguments of the validity as one.
    pub(crate) fn older_term(&self) -> Term {
        Term {
            years: self.validity_years.clone(),
            days: self.validity_days.clone(),
            custom_expiration_date: self.custom_expiration_date.clone(),
        }
    }

    /// Returns the term of the order in the form that is sent: `order_validity`, or the older one
    /// where that is not known.
    pub(crate) fn term(&self) -> Term {
        match &self.order_validity {
            Attr::Known(term) => term.clone(),
            Attr::Null | Attr::Unknown => self.older_term(),
        }
    }

    /// Returns the order id for a sentence.
    pub(crate) fn shown_id(&self) -> String {
        self.known_order_id()
            .map_or_else(|| "without an id".to_owned(), |id| id.to_string())
    }

    /// Returns whether orders are to be renewed by the clock.
    pub(crate) fn renews(&self) -> bool {
        self.renew_days_before_expiry
            .known()
            .is_some_and(|days| *days > 0)
    }

    /// Returns the names of the order for a sentence.
    pub(crate) fn shown_names(&self) -> String {
        if !self.names_are_known() {
            return "names that are known after apply".to_owned();
        }
        let common_name = self.common_name.as_str().unwrap_or_default();
        let all = self.canonical_names();
        let own = pki::canonical_names(common_name, std::iter::empty());
        let others: Vec<_> = all.difference(&own).collect();
        let shown: Vec<_> = others
            .iter()
            .take(SHOWN_NAMES - 1)
            .map(|name| name.as_str())
            .collect();
        let mut text = [&[common_name], shown.as_slice()].concat().join(", ");
        if others.len() > shown.len() {
            text.push_str(&format!(" and {} more names", others.len() - shown.len()));
        }
        text
    }

    /// Returns the term of the order for a sentence.
    pub(crate) fn shown_term(&self) -> String {
        match self.term().planned() {
            Some(Validity::CustomExpirationDate(date)) => format!("valid until {date}"),
            Some(Validity::Days(days)) => format!("valid for {days} days"),
            Some(Validity::Years(1)) => "valid for 1 year".to_owned(),
            Some(Validity::Years(years)) => format!("valid for {years} years"),
            None => "with a validity that is known after apply".to_owned(),
        }
    }

    /// Returns the organization of the order for a sentence.
    pub(crate) fn shown_organization(&self) -> String {
        match &self.organization {
            Attr::Known(organization) => match (&organization.id, organization.name.given()) {
                (Attr::Known(id), _) => format!("organization {id}"),
                (Attr::Null, Some(name)) => format!("new organization {name:?}"),
                (Attr::Null, None) => "the provider's organization".to_owned(),
                (Attr::Unknown, _) => "an organization that is known after apply".to_owned(),
            },
            Attr::Null => "the provider's organization".to_owned(),
            Attr::Unknown => "an organization that is known after apply".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
