//! Data sources through real cores: read in the plan, or in the apply where they depend on
//! something.

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::json;

use super::configuration::{KEY, csr};
use crate::cores::driver::{Core, Workdir, cores};

/// A configuration on a sandbox, with a key.
fn workdir(core: &Core, sandbox: &Sandbox, blocks: &str) -> Workdir {
    const HEAD: &str = "terraform {\n  required_providers {\n    digicert = { source = \"certcentral/digicert\" }\n  }\n}\n";
    let mut workdir = Workdir::new(core, &[("main.tf", &format!("{HEAD}\n{blocks}"))]);
    workdir.write("shop.csr", csr());
    workdir
        .env("DIGICERT_BASE_URL", sandbox.base_url())
        .env("DIGICERT_API_KEY", KEY);
    workdir
}

const ORDER: &str = r#"
resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_plus"
  common_name     = "example.com"
  csr             = file("shop.csr")
  validity_years  = 1
  organization    = { id = data.digicert_organization.company.id }
}
"#;

#[test]
fn an_order_takes_its_organization_by_name() {
    const LOOK_UP: &str =
        "data \"digicert_organization\" \"company\" {\n  name = \"example company inc.\"\n}\n";
    for core in cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = workdir(&core, &sandbox, &format!("{LOOK_UP}{ORDER}"));
        let plan = workdir.plan_json();
        let planned = &plan["planned_values"]["root_module"]["resources"][0]["values"];
        assert_eq!(planned["organization"]["id"], 123_456, "{}", core.name);
        workdir.apply_saved();
        let read = workdir
            .attributes("data.digicert_organization.company")
            .unwrap();
        assert_eq!(read["name"], "example company inc.", "{}", core.name);
        assert_eq!(read["legal_name"], "Example Company Inc.", "{}", core.name);
        assert_eq!(read["ready_for"], json!(["ov"]), "{}", core.name);
        workdir.assert_empty_plan();
    }
}

#[test]
fn a_look_up_that_waits_for_a_resource_is_read_in_the_apply() {
    const LOOK_UP: &str = r#"
resource "terraform_data" "company" {
  input = 123456
}

data "digicert_organization" "company" {
  id = terraform_data.company.output
}

output "name" {
  value = data.digicert_organization.company.name
}
"#;
    for core in cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = workdir(&core, &sandbox, LOOK_UP);
        workdir.apply();
        let outputs = &workdir.state()["values"]["outputs"];
        assert_eq!(
            outputs["name"]["value"], "Example Company Inc.",
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
    }
}

#[test]
fn a_look_up_that_finds_nothing_stops_the_plan_at_its_argument() {
    const LOOK_UP: &str =
        "data \"digicert_organization\" \"company\" {\n  name = \"Exampel Company\"\n}\n";
    for core in cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = workdir(&core, &sandbox, &format!("{LOOK_UP}{ORDER}"));
        let refused = workdir.run(&["plan", "-no-color"]).exits_with(1);
        for text in [
            "Error: Organization not found",
            "with data.digicert_organization.company,",
            "name = \"Exampel Company\"",
            "- 123456: \"Example Company Inc.\", active",
        ] {
            assert!(
                refused.stderr.contains(text),
                "{}: {text} in {}",
                core.name,
                refused.stderr
            );
        }
        assert_eq!(sandbox.summary().orders_created, 0);
    }
}
