//! Order, DNS records, wait and certificate in one apply of a real core.

use std::time::Duration;

use certcentral_sandbox::{Behavior, Dcv, DnsRecord, Move, Sandbox, Settings};

use super::chain;
use super::configuration::{Configuration, KEY, ORDER, csr};
use super::evidence::{assert_says, few_cores, order_posts};
use crate::cores::driver::{Core, Workdir};

const WAIT: &str = "digicert_order_issuance.example";

/// Creates each record as a provider of DNS does, with nothing but bash: VALUE is the expression of
/// its value.
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

/// What stands in for `nsupdate`: takes its commands from standard input and puts the records into
/// the sandbox's DNS.
const NSUPDATE: &str = r#"
while read -r update add name ttl type value; do
  [ "$update $add" = "update add" ] || continue
  exec 3<>/dev/tcp/HOST/PORT
  printf 'PUT /_sandbox/dns/%s/%s/%s HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$type" "$name" "$value" >&3
  read -r protocol status rest <&3
  [ "$status" = 204 ] || exit 1
done
"#;

/// The addresses of the guide.
const SHOP: &str = "digicert_ssl_order.shop";
const GUIDED_WAIT: &str = "digicert_order_issuance.shop";

/// The configuration of the guide on DNS validation, with these names beside `shop.example.com`.
fn guided(names: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/dns-validation.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let (_, block) = guide.split_once("```terraform\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let told = r#"["www.example.com", "shop.example.net"]"#;
    for replaced in ["nsupdate -k /etc/dns.key", told] {
        assert!(block.contains(replaced), "{replaced}");
    }
    block
        .replace("nsupdate -k /etc/dns.key", "bash ./nsupdate")
        .replace(told, names)
}

fn guided_workdir(core: &Core, sandbox: &Sandbox) -> Workdir {
    let url = sandbox.control_url();
    let address = url.strip_prefix("http://").unwrap();
    let (host, port) = address.split('/').next().unwrap().split_once(':').unwrap();
    let nsupdate = NSUPDATE.replace("HOST", host).replace("PORT", port);
    let csr = serde_json::json!({ "csr": csr() }).to_string();
    let main = guided(r#"["www.example.com", "shop.example.net"]"#);
    let files = [
        ("main.tf", main.as_str()),
        ("nsupdate", &nsupdate),
        ("csr.auto.tfvars.json", &csr),
    ];
    let mut workdir = Workdir::new(core, &files);
    workdir
        .env("DIGICERT_API_KEY", KEY)
        .env("DIGICERT_BASE_URL", sandbox.base_url());
    workdir
}

/// The records of the two domains, by the value that state has for each.
fn expected_records(workdir: &Workdir) -> Vec<DnsRecord> {
    let order = workdir.attributes(SHOP).unwrap();
    let mut records: Vec<_> = [
        ("shop.example.com", "example.com"),
        ("shop.example.net", "example.net"),
    ]
    .iter()
    .map(|(name, domain)| {
        let value = &order["domain_validations"][name]["record_value"];
        DnsRecord::new(
            "CNAME",
            &format!("_dnsauth.{domain}"),
            value.as_str().unwrap(),
        )
    })
    .collect();
    records.sort();
    records
}

#[test]
fn the_configuration_of_the_guide_works_in_the_first_apply_and_after_its_proofs_have_lapsed() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings {
            max_certificate_days: Some(199),
            behavior: Behavior {
                dcv: Dcv::Dns,
                ..Behavior::default()
            },
            ..Settings::default()
        })
        .unwrap();
        let workdir = guided_workdir(&core, &sandbox);
        workdir.apply();
        workdir.assert_empty_plan();
        let attribute =
            |address: &str, name: &str| workdir.attributes(address).unwrap()[name].clone();
        assert_eq!(attribute(GUIDED_WAIT, "status"), "issued", "{}", core.name);
        let first = expected_records(&workdir);
        assert_eq!(
            sandbox.dns_records(),
            first,
            "{}: one for each domain",
            core.name
        );

        // A name goes, and the record that the other one needs stays.
        workdir.write("main.tf", &guided(r#"["shop.example.net"]"#));
        let plan = workdir.plan();
        assert_says(&plan, &["a dropped name shares its DNS record"]);
        workdir.apply_saved();
        assert_eq!(sandbox.dns_records(), first, "{}", core.name);
        workdir.assert_empty_plan();

        // Half a year later the proofs have lapsed and their value has expired.
        let order = sandbox.orders()[0].id;
        sandbox.apply(order, Move::Lapse).unwrap();
        sandbox.advance(Duration::from_secs(170 * 86_400));
        let former = attribute(GUIDED_WAIT, "serial_number");
        let plan = workdir.plan();
        assert_says(&plan, &["This apply reissues the certificate"]);
        let applied = workdir.apply_saved();
        assert_says(
            &applied,
            &[
                "Reissue not finished yet",
                "Control over example.com, example.net is not proven",
            ],
        );
        let second = expected_records(&workdir);
        assert!(
            second.iter().all(|record| !first.contains(record)),
            "{}",
            core.name
        );
        assert!(
            second
                .iter()
                .all(|record| sandbox.dns_records().contains(record)),
            "{}",
            core.name
        );
        assert_eq!(attribute(GUIDED_WAIT, "status"), "issued", "{}", core.name);
        assert_ne!(
            attribute(GUIDED_WAIT, "serial_number"),
            former,
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(sandbox.summary().reissued, 2, "{}", core.name);
    }
}
