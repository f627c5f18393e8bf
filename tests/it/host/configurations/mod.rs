//! Configurations, wrong and odd, against the built binary: no key, no network, and nothing is
//! ordered.

mod accepted;
mod cores;
mod refused;
mod refused_names;
mod refused_provider;
mod refused_values;

use rcgen::{CertificateParams, DnType, KeyPair, SignatureAlgorithm};
use serde_json::Value as Json;
use terraform_host::{Diagnostic, Resource, Workspace};

use crate::host::bed::{SHOP, order_with, plain_launch};

/// What is changed of the smallest order, and what the provider says to it.
struct Row {
    /// Arguments that are set, or taken away with null.
    edit: Json,
    /// The attribute that the sentence points at, as Terraform writes it.
    path: &'static str,
    /// A part of the sentence, the headline included.
    says: &'static str,
}

fn row(edit: Json, path: &'static str, says: &'static str) -> Row {
    Row { edit, path, says }
}

/// A workspace of somebody without a key, whose provider could reach nothing.
fn offline() -> Workspace {
    let launch = plain_launch().env("DIGICERT_BASE_URL", "http://127.0.0.1:9/services/v2");
    Workspace::new(launch).keep_process()
}

/// What `terraform validate` says to an order.
async fn said(terraform: &mut Workspace, order: Json) -> Vec<Diagnostic> {
    let order = [Resource::new(SHOP, order)];
    let report = terraform.validate(&order).await.unwrap();
    report.expect_valid();
    report.diagnostics
}

/// Why what the provider says is not what the row expects; none if it is.
fn mismatch(row: &Row, said: &[Diagnostic]) -> Option<String> {
    let errors: Vec<_> = said.iter().filter(|it| it.is_error()).collect();
    let is_expected = match errors.as_slice() {
        [only] => {
            let text = format!("{}. {}", only.summary, only.detail);
            only.path.to_string() == row.path
                && text.contains(row.says)
                && only.detail.ends_with('.')
        }
        _ => false,
    };
    (!is_expected).then(|| {
        let all: Vec<_> = said.iter().map(ToString::to_string).collect();
        format!(
            "{}\n  expected one error at {}: {}\n  found {}",
            row.edit,
            row.path,
            row.says,
            all.join("\n  and ")
        )
    })
}

/// Fails with every row that the provider does not refuse as expected.
async fn each_is_refused(rows: &[Row]) {
    let mut terraform = offline();
    let mut wrong = Vec::new();
    for row in rows {
        let said = said(&mut terraform, order_with(row.edit.clone())).await;
        wrong.extend(mismatch(row, &said));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A signing request with a new key of a kind.
fn csr_of(algorithm: &'static SignatureAlgorithm, common_name: &str, dns_names: &[&str]) -> String {
    let names: Vec<String> = dns_names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    let key = KeyPair::generate_for(algorithm).unwrap();
    params.serialize_request(&key).unwrap().pem().unwrap()
}
