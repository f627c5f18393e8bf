//! The configurations of these tests: an order with its provider block, changed argument by
//! argument.

use std::sync::OnceLock;

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde_json::{Value, json};

use crate::cores::driver::{Core, Workdir};

/// Where the order of every configuration is.
pub(super) const ORDER: &str = "digicert_ssl_order.example";

/// A key that every sandbox accepts.
pub(super) const KEY: &str = "sandbox-acceptance";

/// One provider block and one order. Values are JSON, which is HCL too: `${...}` in a text is an
/// expression.
#[derive(Clone)]
pub(super) struct Configuration {
    provider: Vec<(String, Value)>,
    label: String,
    order: Vec<(String, Value)>,
    rest: String,
}

impl Configuration {
    /// An order with nothing but what every order needs, and a name that the account has validated.
    pub(super) fn small(base_url: &str) -> Self {
        Self {
            provider: vec![("base_url".to_owned(), base_url.into())],
            label: "example".to_owned(),
            order: Vec::new(),
            rest: String::new(),
        }
        .set("product_name_id", "ssl_plus")
        .set("common_name", "example.com")
        .set("csr", csr())
        .set("validity_years", 2)
        .set("organization", json!({ "id": 123_456 }))
    }

    /// The example of the API page, argument by argument.
    pub(super) fn seed(base_url: &str) -> Self {
        Self::small(base_url)
            .set("dns_names", json!(["sub.example.com", "app.example.com"]))
            .set("server_platform_id", 45)
            .set("signature_hash", "sha256")
            .set("organization_units", json!(["Accounting department"]))
            .set("comments", "Message for the approver")
            .set("disable_renewal_notifications", true)
            .set("locale", "en")
            .set("payment_method", "balance")
            .set("skip_approval", true)
            .set(
                "custom_fields",
                json!([{ "metadata_id": 11, "value": "Invoice #00001" }]),
            )
    }

    /// Sets an argument of the order.
    pub(super) fn set(mut self, argument: &str, value: impl Into<Value>) -> Self {
        put(&mut self.order, argument, value.into());
        self
    }

    /// Sets an argument of the provider block.
    pub(super) fn provider(mut self, argument: &str, value: impl Into<Value>) -> Self {
        put(&mut self.provider, argument, value.into());
        self
    }

    /// Gives the resource another name than `example`.
    pub(super) fn named(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// Adds further blocks.
    pub(super) fn with(mut self, blocks: &str) -> Self {
        self.rest.push_str(blocks);
        self
    }

    /// The text of `main.tf`, one argument a line.
    pub(super) fn text(&self) -> String {
        format!(
            "terraform {{\n  required_providers {{\n    digicert = {{ source = \
             \"certcentral/digicert\" }}\n  }}\n}}\n\n\
             provider \"digicert\" {{\n{}}}\n\nresource \"digicert_ssl_order\" \"{}\" {{\n{}}}\n{}",
            lines(&self.provider),
            self.label,
            lines(&self.order),
            self.rest,
        )
    }

    /// Where an argument of order or provider is, as core says it: `main.tf line 12`.
    pub(super) fn line_of(&self, argument: &str) -> String {
        let start = format!("  {argument} = ");
        let text = self.text();
        let index = text.lines().position(|line| line.starts_with(&start));
        format!("main.tf line {}", index.unwrap() + 1)
    }

    /// A new directory with this configuration and [`KEY`] in the environment.
    pub(super) fn workdir(&self, core: &Core) -> Workdir {
        let mut workdir = self.workdir_without_key(core);
        workdir.env("DIGICERT_API_KEY", KEY);
        workdir
    }

    /// A new directory with this configuration for a person who holds no key.
    pub(super) fn workdir_without_key(&self, core: &Core) -> Workdir {
        Workdir::new(core, &[("main.tf", &self.text())])
    }

    /// Puts this configuration in the place of the one that `workdir` holds.
    pub(super) fn replace_in(&self, workdir: &Workdir) {
        workdir.write("main.tf", &self.text());
    }
}

/// A CSR that lists no name, so that it fits every order. The same one for the whole process.
pub(super) fn csr() -> &'static str {
    static CSR: OnceLock<String> = OnceLock::new();
    CSR.get_or_init(new_csr)
}

/// As `csr`, for a key that nothing else has.
pub(super) fn new_csr() -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    let key = KeyPair::generate().unwrap();
    parameters.serialize_request(&key).unwrap().pem().unwrap()
}

fn put(arguments: &mut Vec<(String, Value)>, argument: &str, value: Value) {
    arguments.retain(|(name, _)| name != argument);
    arguments.push((argument.to_owned(), value));
}

fn lines(arguments: &[(String, Value)]) -> String {
    let lines = arguments
        .iter()
        .map(|(name, value)| format!("  {name} = {value}\n"));
    lines.collect()
}
