//! Configuration, plan and state of `digicert_ssl_order` as structs. Field names are attribute names;
//! their meaning stands in [`super::schema`].
#![expect(missing_docs, reason = "the schema describes every attribute, once")]

use std::collections::BTreeMap;

use crate::framework::{Attr, Set};

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
        pub cert_validity: Attr<ValidityModel>,
        pub validity_years: Attr<i64>,
        pub validity_days: Attr<i64>,
        pub custom_expiration_date: Attr<String>,
        pub order_validity: Attr<ValidityModel>,
        pub organization: Attr<OrganizationModel>,
        pub container_id: Attr<i64>,
        pub custom_fields: Attr<Set<Attr<CustomFieldModel>>>,
        pub additional_emails: Attr<Set<Attr<String>>>,
        pub disable_renewal_notifications: Attr<bool>,
        pub auto_renew: Attr<bool>,
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
        pub duplicate_order_check: Attr<String>,
        pub reorder_when_closed: Attr<bool>,
        pub reissue_days_before_expiry: Attr<i64>,
        pub renew_days_before_expiry: Attr<i64>,
        pub timeouts: Attr<TimeoutsModel>,

        pub id: Attr<String>,
        pub order_id: Attr<i64>,
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
        pub valid_from: Attr<String>,
        pub valid_till: Attr<String>,
        pub order_valid_till: Attr<String>,
        pub ready_for_reissue: Attr<bool>,
        pub ready_for_renewal: Attr<bool>,
        pub domain_validations: Attr<BTreeMap<String, Attr<DomainValidationModel>>>,
    }
}

crate::model! {
    /// A period in one of three units.
    pub struct ValidityModel {
        pub years: Attr<i64>,
        pub days: Attr<i64>,
        pub custom_expiration_date: Attr<String>,
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

impl SslOrderModel {
    /// The order id, once there is one.
    pub fn known_order_id(&self) -> Option<i64> {
        self.order_id.known().copied()
    }

    /// The configured names beside the common name that are known.
    pub fn known_dns_names(&self) -> impl Iterator<Item = &str> {
        self.dns_names
            .known()
            .into_iter()
            .flat_map(|names| names.0.iter().filter_map(Attr::as_str))
    }

    /// Whether every name of the order is known.
    pub fn names_are_known(&self) -> bool {
        self.common_name.known().is_some()
            && match &self.dns_names {
                Attr::Known(names) => names.0.iter().all(|name| name.known().is_some()),
                Attr::Null => true,
                Attr::Unknown => false,
            }
    }
}
