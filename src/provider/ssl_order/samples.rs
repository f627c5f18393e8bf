//! Orders, CSRs and fixtures for the tests of this resource.

use std::fs;

use certcentral_sandbox::Sandbox;
use serde::de::DeserializeOwned;

use super::model::{ContactModel, OrganizationModel, PersonModel, SslOrderModel, ValidityModel};
use super::new_order::{self, Prepared};
use crate::certcentral::{ApiKey, BaseUrl, Client, Config};
use crate::framework::{Attr, Set};
use crate::provider::config::ProviderConfig;
use crate::provider::session::Session;
use crate::provider::settings;

/// The CSR of the fixtures: RSA 2048, subject `shop.example.com`, no further names.
pub(super) fn csr() -> String {
    let order: serde_json::Value = fixture("order_create_request.json");
    order["certificate"]["csr"]
        .as_str()
        .expect("a CSR")
        .to_owned()
}

/// A CSR with a new key.
pub(super) fn csr_for(common_name: &str, dns_names: &[&str]) -> String {
    let names: Vec<String> = dns_names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).expect("names");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, common_name);
    let key = rcgen::KeyPair::generate().expect("a key");
    params
        .serialize_request(&key)
        .and_then(|request| request.pem())
        .expect("a CSR")
}

/// A body of `tests/fixtures/certcentral`.
pub(super) fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = format!(
        "{}/tests/fixtures/certcentral/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(&path).expect(name);
    serde_json::from_str(&text).expect(name)
}

/// A configuration that no rule objects to, with the defaults of the schema filled in.
pub(super) fn order() -> SslOrderModel {
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

/// `dns_names`.
pub(super) fn names(names: &[&str]) -> Attr<Set<Attr<String>>> {
    Attr::Known(Set(names.iter().map(|name| (*name).into()).collect()))
}

/// `{ years = ... }`.
pub(super) fn years(years: i64) -> ValidityModel {
    ValidityModel {
        years: Attr::Known(years),
        ..ValidityModel::default()
    }
}

/// A contact of the order that is not a user of the account.
pub(super) fn contact(contact_type: &str) -> ContactModel {
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
pub(super) fn new_organization() -> OrganizationModel {
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
pub(super) fn prepared(order: &SslOrderModel) -> Prepared {
    new_order::prepare(order, None, "www.digicert.com").expect("a complete order")
}

/// A client of a base URL.
pub(super) fn client(base_url: &str) -> Client {
    let config = Config::new(
        BaseUrl::new(base_url).expect("a base URL"),
        ApiKey::new("sandbox-unit").expect("a key"),
    );
    Client::new(config).expect("a client")
}

/// A session of a provider that talks to the sandbox.
pub(super) fn session(sandbox: &Sandbox) -> Session {
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        ..ProviderConfig::default()
    };
    let session = Session::default();
    session.configure(settings::resolve(&config, "1.11.4", &|_| None).expect("settings"));
    session
}
