//! A year of certificates that last for 46 days, with validations that are reused for ten: what
//! DigiCert issues from 2029-03-15 on.

use certcentral_sandbox::{Behavior, Dcv, DnsRecord, Sandbox, Settings};
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::Life;
use crate::cores::configuration::Configuration;
use crate::cores::evidence::{assert_says, changing, few_cores};

/// The third of 45 days that is left when a certificate is reissued.
const LEFT: i64 = 15;

fn account() -> Sandbox {
    Sandbox::start(Settings {
        start_at: Some(datetime!(2029-04-02 09:12:38 UTC)),
        behavior: Behavior {
            dcv: Dcv::Dns,
            ..Behavior::default()
        },
        ..Settings::default()
    })
    .unwrap()
}

/// The record that state names.
fn record(life: &Life) -> DnsRecord {
    let validations = life.attribute("domain_validations");
    let validation = &validations["example.com"];
    let text = |name: &str| validation[name].as_str().unwrap();
    DnsRecord::new(
        text("record_type"),
        text("record_name"),
        text("record_value"),
    )
}

/// The order, and a wait that is done anew for each certificate.
fn configured(sandbox: &Sandbox, certificate: u32) -> Configuration {
    let wait = format!(
        "\nresource \"digicert_order_issuance\" \"example\" {{\n  order_id = \
         digicert_ssl_order.example.order_id\n  keepers  = {{ certificate = \"{certificate}\" \
         }}\n}}\n"
    );
    Configuration::small(&sandbox.base_url())
        .set("validity_years", Value::Null)
        .set("order_validity", json!({ "years": 1 }))
        .set("dcv_method", "dns-cname-token")
        .with(&wait)
}

/// Publishes what state asks for as soon as it does, and waits for the certificate.
fn prove(life: &Life, certificate: u32) {
    life.sandbox.publish(record(life));
    let text = configured(&life.sandbox, certificate).text();
    life.workdir.write("main.tf", &text);
    life.workdir.apply();
    life.workdir.apply();
    life.workdir.assert_empty_plan();
    assert_eq!(life.attribute("status"), "issued", "{}", life.core);
}

#[test]
fn a_year_of_short_certificates_and_shorter_validations_passes_without_a_surprise() {
    // One core is enough for a story of some hundred runs.
    for core in few_cores().into_iter().rev().take(1) {
        let sandbox = account();
        let order = Configuration::small(&sandbox.base_url())
            .set("validity_years", Value::Null)
            .set("order_validity", json!({ "years": 1 }))
            .set("dcv_method", "dns-cname-token");
        let workdir = order.workdir(&core);
        workdir.apply();
        let life = Life {
            sandbox,
            workdir,
            core: core.name,
        };
        let mut certificate = 1;
        prove(&life, certificate);
        let order_end = life.day("order_valid_till");
        let mut values = vec![record(&life)];
        while life.day("valid_till") < order_end {
            let end = life.day("valid_till");
            let due = end - Duration::days(LEFT);
            let detail = life.attribute("status_detail");
            assert_eq!(
                detail,
                format!("The certificate is issued. Plans from {due} on reissue it.")
            );
            // In between there is nothing to do, after the validation has lapsed, too.
            for day in [due - Duration::days(18), due - Duration::days(1)] {
                life.advance_to(day);
                life.workdir.assert_empty_plan();
            }
            life.advance_to(due);
            let seen = life.sandbox.journal().len();
            let plan = life.workdir.plan();
            let announced = ["This apply reissues the certificate", "It costs nothing"];
            assert_says(&plan, &announced);
            life.workdir.apply_saved();
            let order = life.attribute("id").as_str().unwrap().to_owned();
            let reissue = format!("POST /order/certificate/{order}/reissue");
            let calls = changing(&life.sandbox.journal()[seen..]);
            assert!(calls.contains(&reissue), "{}: {calls:?}", life.core);
            // The validation has lapsed: its record is in state at once, and there is time to
            // create it.
            assert_eq!(life.attribute("status"), "reissue_pending");
            assert_eq!(life.day("valid_till"), end, "the certificate in force");
            let record = record(&life);
            assert!(!values.contains(&record), "{}: {record:?}", life.core);
            values.push(record);
            certificate += 1;
            prove(&life, certificate);
        }
        assert_eq!(life.day("valid_till"), order_end, "{}", life.core);
        let summary = life.sandbox.summary();
        let reissued = u64::from(certificate) - 1;
        assert!(reissued >= 11, "{}: {reissued}", life.core);
        assert_eq!(
            (
                summary.orders_created,
                summary.orders_charged,
                summary.reissued as u64
            ),
            (1, 1, reissued),
            "{}",
            life.core
        );
    }
}
