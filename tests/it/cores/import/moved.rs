//! A `moved` block from `st-digicert_certificate`, on the cores that move across providers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::{Value, json};

use crate::cores::configuration::{Configuration, ORDER, csr};
use crate::cores::driver::{Core, Feature, Workdir, cores, having, overrides};
use crate::cores::evidence::{assert_says, order_posts, printed};

/// A state file with one certificate of that provider.
fn state_file(order_id: &Value) -> Value {
    json!({
        "version": 4,
        "terraform_version": "1.8.4",
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000001",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "st-digicert_certificate",
            "name": "example",
            "provider": "provider[\"registry.terraform.io/myklst/st-digicert\"]",
            "instances": [{
                "schema_version": 0,
                "attributes": {
                    "common_name": "example.com",
                    "sans": null,
                    "organization_id": 123_456,
                    "min_days_remaining": 30,
                    "product_name": "Standard SSL",
                    "order_validity_days": 730,
                    "dns_challenge": null,
                    "order_id": order_id,
                    "certificate_id": null,
                    "order_valid_till": "2028-11-24",
                    "certificate_valid_till": "2027-05-24",
                    "csr": csr(),
                    "private_key_pem": "key-secret",
                    "certificate_pem": "leaf",
                    "issuer_pem": "issuer",
                    "root_pem": "root",
                },
                "sensitive_attributes": [],
            }],
        }],
        "check_results": null,
    })
}

/// Our resource, moved from that certificate. As long as a state names the former provider, core
/// starts it and asks for its schemas, for nothing else; the built binary answers in its place.
fn workdir(configuration: &Configuration, core: &Core, order_id: &Value) -> Workdir {
    let moved =
        format!("moved {{\n  from = st-digicert_certificate.example\n  to   = {ORDER}\n}}\n");
    let mut workdir = configuration.clone().with(&moved).workdir(core);
    workdir.write("terraform.tfstate", &state_file(order_id).to_string());
    let built = Path::new(env!("CARGO_BIN_EXE_terraform-provider-digicert"));
    let former = workdir.path().join("former");
    fs::create_dir(&former).unwrap();
    symlink(built, former.join("terraform-provider-st-digicert")).unwrap();
    let settings = overrides(&[
        ("certcentral/digicert", built.parent().unwrap()),
        ("myklst/st-digicert", &former),
    ]);
    workdir.write("both.tfrc", &settings);
    workdir.env("TF_CLI_CONFIG_FILE", workdir.path().join("both.tfrc"));
    workdir
}

#[test]
fn a_moved_order_is_kept_and_not_bought_again() {
    for core in having(Feature::MoveAcrossProviders, cores()) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        configuration.workdir(&core).apply();
        let id = sandbox.orders()[0].id;

        let workdir = workdir(&configuration, &core, &json!(id));
        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Private key stays behind",
                "terraform state pull",
                "has moved to digicert_ssl_order.example",
                "0 to add, 0 to change, 0 to destroy",
            ],
        );
        assert!(!printed(&output).contains("key-secret"), "{}", core.name);
        workdir.apply_saved();
        workdir.assert_empty_plan();

        let attributes = workdir.attributes(ORDER).unwrap();
        assert_eq!(attributes["order_id"], id, "{}", core.name);
        assert_eq!(attributes["product_name_id"], "ssl_plus");
        let state = fs::read_to_string(workdir.path().join("terraform.tfstate")).unwrap();
        assert!(!state.contains("key-secret"), "{}", core.name);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
    }
}

#[test]
fn a_state_without_an_order_id_stops_the_plan() {
    for core in having(Feature::MoveAcrossProviders, cores()) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        let workdir = workdir(&configuration, &core, &Value::Null);
        let output = workdir.run(&["plan"]).exits_with(1);
        assert_says(
            &output,
            &["Moved state without an order id", "`import` block"],
        );
        assert_eq!(sandbox.journal(), [], "{}", core.name);
    }
}
