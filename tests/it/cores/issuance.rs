//! Order, DNS records, wait and certificate in one apply of a real core.

use certcentral_sandbox::{Behavior, Dcv, DnsRecord, Sandbox, Settings};

use super::chain;
use super::configuration::{Configuration, ORDER};
use super::evidence::{assert_says, few_cores, order_posts};
use crate::cores::driver::{Core, Workdir};

const WAIT: &str = "digicert_order_issuance.example";

/// Creates each record as a provider of DNS does, with nothing but bash: VALUE is the expression of its value.
const RECORDS_AND_WAIT: &str = r#"
resource "terraform_data" "record" {
  for_each = digicert_ssl_order.example.domain_validations
  input    = each.value.record_name

  triggers_replace = [VALUE]

  provisioner "local-exec" {
    interpreter = ["bash", "-c"]
    environment = {
      RECORD = "${each.value.record_type}/${each.value.record_name}/${VALUE}"
    }
    command = <<-EOT
      exec 3<>/dev/tcp/HOST/PORT
      printf 'PUT /_sandbox/dns/%s HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$RECORD" >&3
      read -r protocol status rest <&3
      [ "$status" = 204 ]
    EOT
  }
}

resource "digicert_order_issuance" "example" {
  order_id           = digicert_ssl_order.example.order_id
  validation_records = [for record in terraform_data.record : record.output]
  timeouts           = { create = "TIMEOUT" }
}

output "certificate" {
  value = digicert_order_issuance.example.fullchain_pem
}
"#;

fn account() -> Sandbox {
    Sandbox::start(Settings {
        behavior: Behavior {
            dcv: Dcv::Dns,
            ..Behavior::default()
        },
        ..Settings::default()
    })
    .unwrap()
}

/// An order, its records with this value, and the wait.
fn configuration(sandbox: &Sandbox, value: &str, timeout: &str) -> Configuration {
    let url = sandbox.control_url();
    let address = url.strip_prefix("http://").unwrap();
    let (host, port) = address.split('/').next().unwrap().split_once(':').unwrap();
    let blocks = RECORDS_AND_WAIT
        .replace("HOST", host)
        .replace("PORT", port)
        .replace("VALUE", value)
        .replace("TIMEOUT", timeout);
    Configuration::small(&sandbox.base_url())
        .set("dns_names", serde_json::json!(["www.example.org"]))
        .set("dcv_method", "dns-txt-token")
        .with(&blocks)
}

fn records(workdir: &Workdir) -> Vec<DnsRecord> {
    let order = workdir.attributes(ORDER).unwrap();
    let validations = order["domain_validations"].as_object().unwrap().clone();
    let mut records: Vec<_> = validations
        .values()
        .map(|validation| {
            let text = |name: &str| validation[name].as_str().unwrap();
            DnsRecord::new(
                text("record_type"),
                text("record_name"),
                text("record_value"),
            )
        })
        .collect();
    records.sort();
    records
}

fn assert_certificate(workdir: &Workdir, sandbox: &Sandbox, core: &Core) {
    workdir
        .run(&["apply", "-refresh-only", "-auto-approve"])
        .success();
    let [order, wait] = [ORDER, WAIT].map(|address| workdir.attributes(address).unwrap());
    chain::assert_verified(&order, sandbox);
    for name in ["status", "certificate_id", "fullchain_pem", "serial_number"] {
        assert_eq!(wait[name], order[name], "{}: {name}", core.name);
    }
    let state = workdir.state();
    assert_eq!(
        state["values"]["outputs"]["certificate"]["value"], wait["fullchain_pem"],
        "{}",
        core.name
    );
}

#[test]
fn one_apply_orders_proves_the_domains_and_hands_the_certificate_on() {
    for core in few_cores() {
        let sandbox = account();
        let workdir = configuration(&sandbox, "each.value.record_value", "2m").workdir(&core);

        workdir.apply();
        workdir.assert_empty_plan();

        assert_certificate(&workdir, &sandbox, &core);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(sandbox.dns_records(), records(&workdir), "{}", core.name);
    }
}

#[test]
fn a_wrong_record_is_named_and_its_correction_leads_to_the_certificate_of_the_same_order() {
    for core in few_cores() {
        let sandbox = account();
        let wrong = r#"lower("NOT-THE-TOKEN")"#;
        let workdir = configuration(&sandbox, wrong, "1s").workdir(&core);

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        let records = records(&workdir);
        assert_eq!(records.len(), 2, "{}", core.name);
        for record in &records {
            let line = format!(
                "TXT record {} with the value {:?}",
                record.name, record.value
            );
            assert_says(&output, &["Error: Certificate not issued in time", &line]);
        }
        assert_eq!(workdir.attributes(WAIT), None, "{}", core.name);
        let order = &sandbox.orders()[0];
        let plan = workdir.plan_json();
        let changes = plan["resource_changes"].as_array().unwrap();
        let actions = |address: &str| {
            let change = changes.iter().find(|change| change["address"] == address);
            change.unwrap()["change"]["actions"].clone()
        };
        assert_eq!(
            actions(ORDER),
            serde_json::json!(["no-op"]),
            "{}",
            core.name
        );
        assert_eq!(
            actions(WAIT),
            serde_json::json!(["create"]),
            "{}",
            core.name
        );

        configuration(&sandbox, "each.value.record_value", "2m").replace_in(&workdir);
        workdir.apply();

        assert_certificate(&workdir, &sandbox, &core);
        assert_eq!(
            workdir.attributes(ORDER).unwrap()["id"],
            order.id.to_string(),
            "{}",
            core.name
        );
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}
