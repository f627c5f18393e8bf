//! Orders, CSRs and fixtures for the tests of this resource.

use std::fs;
use std::time::Duration;

use certcentral_sandbox::Sandbox;
use serde::de::DeserializeOwned;
use time::macros::date;

use super::model::{
    ContactModel, OrganizationModel, PersonModel, SslOrderModel, SslOrderPrivate, Term,
};
use super::plan::{Permissions, Plan, Proposal, Request};
use super::purchase::new_order;
use super::purchase::new_order::Prepared;
use super::purchase::price::PriceDecision;
use super::refresh::state;
use super::{equality, schema};
use crate::certcentral::{ApiKey, BaseUrl, Client, Config, Error, OrderId};
use crate::framework::plan::generic_plan;
use crate::framework::{Attr, AttributePath, FromToValue, ModelError, PlanRequest, Set, Value};
use crate::provider::block::ProviderConfig;
use crate::provider::session::Session;
use crate::provider::settings;
use crate::provider::settings::OrderDefaults;

/// The CSR of the fixtures: RSA 2048, subject `shop.example.com`, no further names.
pub(crate) fn csr() -> String {
    let order: serde_json::Value = fixture("order_create_request.json");
    order["certificate"]["csr"]
        .as_str()
        .expect("a CSR")
        .to_owned()
}

/// A CSR with a new key.
pub(crate) fn csr_for(common_name: &str, dns_names: &[&str]) -> String {
    let key = rcgen::KeyPair::generate().expect("a key");
    params(common_name, dns_names)
        .serialize_request(&key)
        .and_then(|request| request.pem())
        .expect("a CSR")
}

fn params(common_name: &str, dns_names: &[&str]) -> rcgen::CertificateParams {
    let names: Vec<String> = dns_names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).expect("names");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, common_name);
    params
}

/// A certificate for a key of its own, as CertCentral issued it.
pub(crate) struct CertificateInForce {
    key: rcgen::KeyPair,
    /// The CSR that it was issued for.
    pub csr: String,
    pem: String,
}

impl CertificateInForce {
    /// Makes it the certificate of an issued order.
    pub(crate) fn put_into(&self, state: &mut SslOrderModel) {
        state.status = "issued".into();
        state.certificate_id = Attr::Known(7);
        state.serial_number = "0A0B".into();
        state.certificate_pem = Attr::Known(self.pem.clone());
    }

    /// Another CSR for the same key.
    pub(crate) fn another_csr(&self, common_name: &str) -> String {
        let request = params(common_name, &["other.example.com"]).serialize_request(&self.key);
        request.and_then(|request| request.pem()).expect("a CSR")
    }
}

/// A certificate with these names.
pub(crate) fn in_force(common_name: &str, dns_names: &[&str]) -> CertificateInForce {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = params(common_name, dns_names);
    let request = params.serialize_request(&key);
    params.serial_number = Some(vec![0x0A, 0x0B].into());
    CertificateInForce {
        csr: request.and_then(|request| request.pem()).expect("a CSR"),
        pem: params.self_signed(&key).expect("a certificate").pem(),
        key,
    }
}

/// A body of `tests/fixtures/certcentral`.
pub(crate) fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = format!(
        "{}/tests/fixtures/certcentral/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(&path).expect(name);
    serde_json::from_str(&text).expect(name)
}

/// A configuration that no rule objects to, with the defaults of the schema filled in.
pub(crate) fn order() -> SslOrderModel {
    SslOrderModel {
        product_name_id: "ssl_plus".into(),
        common_name: "shop.example.com".into(),
        dns_names: names(&["www.shop.example.com", "api.example.com"]),
        csr: Attr::Known(csr()),
        signature_hash: "sha256".into(),
        server_platform_id: Attr::Known(-1),
        order_validity: Attr::Known(years(1)),
        organization: Attr::Known(OrganizationModel {
            id: Attr::Known(778_812),
            ..OrganizationModel::default()
        }),
        disable_renewal_notifications: Attr::Known(false),
        wait_for: "auto".into(),
        on_destroy: "retain".into(),
        duplicate_order_check: "error".into(),
        reorder_when_closed: Attr::Known(false),
        ..SslOrderModel::default()
    }
}

/// The private data of an order that came by import, or did not.
pub(crate) fn private(imported: bool) -> SslOrderPrivate {
    SslOrderPrivate {
        imported,
        ..SslOrderPrivate::default()
    }
}

/// `dns_names`.
pub(crate) fn names(names: &[&str]) -> Attr<Set<Attr<String>>> {
    Attr::Known(Set(names.iter().map(|name| (*name).into()).collect()))
}

/// `{ years = ... }`.
pub(crate) fn years(years: i64) -> Term {
    Term {
        years: Attr::Known(years),
        ..Term::default()
    }
}

/// A contact of the order that is not a user of the account.
pub(crate) fn contact(contact_type: &str) -> ContactModel {
    ContactModel {
        contact_type: contact_type.into(),
        first_name: "Jill".into(),
        last_name: "Valentine".into(),
        job_title: "STARS Member".into(),
        telephone: "555-555-5555".into(),
        email: "jill@example.com".into(),
        ..ContactModel::default()
    }
}

/// A new organization, complete.
pub(crate) fn new_organization() -> OrganizationModel {
    OrganizationModel {
        name: "Example Widgets LLC".into(),
        address: "1 Main St".into(),
        city: "Lehi".into(),
        state: "Utah".into(),
        zip: "84043".into(),
        country: "us".into(),
        telephone: "801-555-0100".into(),
        organization_contact: Attr::Known(PersonModel {
            first_name: "Rui".into(),
            last_name: "Salas".into(),
            job_title: "Operations Lead".into(),
            telephone: "801-555-0117".into(),
            email: "rui.salas@example.com".into(),
        }),
        ..OrganizationModel::default()
    }
}

/// The order as it is sent to `www.digicert.com`.
pub(crate) fn prepared(order: &SslOrderModel) -> Prepared {
    new_order::prepare(order, None, None, "www.digicert.com").expect("a complete order")
}

/// Places [`order`].
pub(crate) async fn place(client: &Client) -> Result<OrderId, Error> {
    let prepared = prepared(&order());
    let placed = client.place_order(&prepared.product, &prepared.body).await;
    placed.map(|placed| placed.id)
}

/// A client of a base URL that repeats no call.
pub(crate) fn client(base_url: &str) -> Client {
    Client::new(config(base_url)).expect("a client")
}

/// A client that gives an order this long.
pub(crate) fn impatient_client(base_url: &str, patience: Duration) -> Client {
    let mut config = config(base_url);
    config.timeouts.order = patience;
    Client::new(config).expect("a client")
}

fn config(base_url: &str) -> Config {
    let mut config = Config::new(
        BaseUrl::new(base_url).expect("a base URL"),
        ApiKey::new("sandbox-unit").expect("a key"),
    );
    config.max_retries = 0;
    config
}

/// A session of a provider that talks to the sandbox and repeats no call.
pub(crate) fn session(sandbox: &Sandbox) -> Session {
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_retries: Attr::Known(0),
        ..ProviderConfig::default()
    };
    session_of(&config)
}

/// A session of this provider block.
pub(crate) fn session_of(config: &ProviderConfig) -> Session {
    let session = Session::default();
    session.configure(settings::resolve(config, "1.11.4", &|_| None).expect("settings"));
    session
}

/// The plan of a configuration as the framework and this resource make it, on 2026-11-23. Arguments
/// in `config` that have a default are given, so that core's proposal is the configuration with the
/// computed attributes of the prior state.
pub(crate) fn plan(
    config: &SslOrderModel,
    prior: Option<&SslOrderModel>,
    private: SslOrderPrivate,
) -> Plan {
    let everything = Permissions {
        allow_revocation: true,
        read_only: false,
    };
    plan_with(config, prior, private, everything)
}

/// The same where the provider block allows less.
pub(crate) fn plan_with(
    config: &SslOrderModel,
    prior: Option<&SslOrderModel>,
    private: SslOrderPrivate,
    permissions: Permissions,
) -> Plan {
    Proposal::of(request(config, prior, private), None, date!(2026 - 11 - 23)).plan(
        Some(&OrderDefaults::default()),
        PriceDecision::default(),
        permissions,
    )
}

/// What the framework asks this resource for the plan of a configuration, under a Terraform that
/// keeps no private data of plans.
pub(crate) fn request(
    config: &SslOrderModel,
    prior: Option<&SslOrderModel>,
    private: SslOrderPrivate,
) -> Request {
    let schema = schema::schema();
    let prior_value = prior.map_or(Value::Null, FromToValue::to_value);
    let config_value = config.to_value();
    let Value::Object(mut proposed) = config_value.clone() else {
        panic!("a model is an object");
    };
    for attribute in &schema.attributes {
        if attribute.mode.is_computed() && config_value.attribute(attribute.name).is_null() {
            let kept = prior_value.attribute(attribute.name).clone();
            proposed.insert(attribute.name.to_owned(), kept);
        }
    }
    let read = |value: &Value| SslOrderModel::from_value(value, &AttributePath::default());
    let keep = |planned: &Value| {
        let mut planned = read(planned)?;
        if let Some(prior) = prior {
            equality::keep_equal_values(prior, &mut planned);
        }
        Ok::<_, ModelError>(planned.to_value())
    };
    let proposed = Value::Object(proposed);
    let generic =
        generic_plan(&schema, &config_value, &prior_value, proposed, keep).expect("a model");
    PlanRequest {
        config: config.clone(),
        prior_state: prior.cloned(),
        planned_state: read(&generic.planned_state).expect("a model"),
        requires_replace: generic.requires_replace,
        private,
        private_is_kept: false,
        reviewed: None,
    }
}

/// The state of an order of the configuration, as soon as it is placed with order id 2147500123.
pub(crate) fn placed(config: &SslOrderModel) -> SslOrderModel {
    let planned = plan(config, None, SslOrderPrivate::default()).state;
    let token = prepared(config).token;
    state::placed(
        planned,
        OrderId::try_from(2_147_500_123).expect("an id"),
        &token,
    )
}
