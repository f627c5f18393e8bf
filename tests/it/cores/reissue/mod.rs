//! Reissues on real cores: what a plan says of the certificate in force, what hangs on values that
//! are not known yet, and what consumers of the certificate see of it.

mod in_force;
mod unknown;
mod usages;

use certcentral_sandbox::Sandbox;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value, json};

use crate::cores::driver::Workdir;
use crate::cores::evidence::changing_calls;
use crate::host::bed::http;

/// A resource that is replaced whenever the certificate is another one.
const CONSUMER: &str = "\nresource \"terraform_data\" \"consumer\" \
    {\n  input            = digicert_ssl_order.example.certificate_pem\n  triggers_replace = [digicert_ssl_order.example.serial_number, digicert_ssl_order.example.certificate_id]\n}\n";

/// Signing requests for one key.
fn requests<const N: usize>() -> [String; N] {
    let key = KeyPair::generate().unwrap();
    std::array::from_fn(|at| {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::OrganizationName, format!("Example {at}"));
        params.serialize_request(&key).unwrap().pem().unwrap()
    })
}

/// Reissues the only order without Terraform. The first name is the common name.
fn reissue_by_hand(sandbox: &Sandbox, csr: &str, names: &[&str]) {
    let order = sandbox.orders()[0].id;
    let url = format!("{}/order/certificate/{order}/reissue", sandbox.base_url());
    let body = json!({
        "certificate": { "common_name": names[0], "dns_names": names[1..], "csr": csr, "signature_hash": "sha256" },
        "skip_approval": true,
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let call = http().post(url).header("X-DC-DEVKEY", "sandbox-by-hand");
        let answer = call.json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    });
}

/// How many reissues the account has had, whoever sent them.
fn reissues(sandbox: &Sandbox) -> usize {
    let calls = changing_calls(sandbox);
    calls
        .iter()
        .filter(|call| call.ends_with("/reissue"))
        .count()
}

/// What a plan does to each resource of the root module, by address.
fn actions(workdir: &Workdir) -> Value {
    let plan = workdir.plan_json();
    let changes = plan["resource_changes"].as_array().unwrap();
    let actions = changes.iter().map(|change| {
        let address = change["address"].as_str().unwrap().to_owned();
        (address, change["change"]["actions"].clone())
    });
    Value::Object(actions.collect())
}
