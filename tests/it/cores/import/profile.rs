//! The profile of an imported order, which CertCentral does not tell: it is read from the
//! certificate in force, now or once it is there.

use certcentral_sandbox::{Issuance, Sandbox};
use serde_json::{Value, json};
use time::macros::datetime;

use super::orders::order_by_hand;
use crate::cores::configuration::{Configuration, ORDER, csr};
use crate::cores::driver::{Core, Workdir};
use crate::cores::evidence::{
    account, advance_to, assert_says, changing_calls, few_cores, printed,
};

const BOTH: &str = "server_client_auth_eku";
const G1_CA: &str = "5A4DB0C0FFEE00G1";

/// An order by hand whose certificate has further members.
fn order_with(sandbox: &Sandbox, members: &[(&str, &str)]) -> u64 {
    let mut certificate =
        json!({ "common_name": "example.com", "csr": csr(), "signature_hash": "sha256" });
    for (name, value) in members {
        certificate[*name] = (*value).into();
    }
    let members = json!({ "certificate": certificate, "order_validity": { "years": 2 } });
    order_by_hand(sandbox, "ssl_basic", members)
}

/// A workspace that has imported it.
fn imported(core: &Core, configuration: &Configuration, id: u64) -> Workdir {
    let workdir = configuration.workdir(core);
    workdir.import(ORDER, &id.to_string());
    workdir
}

fn small(sandbox: &Sandbox) -> Configuration {
    Configuration::small(&sandbox.base_url())
        .set("product_name_id", "ssl_basic")
        .set("validity_years", 2)
}

fn profile(workdir: &Workdir) -> Value {
    workdir.attributes(ORDER).unwrap()["profile_option"].clone()
}

fn reissues(sandbox: &Sandbox) -> Vec<Value> {
    let journal = sandbox.journal();
    let sent = journal
        .iter()
        .filter(|call| call.path.ends_with("/reissue"));
    sent.map(|call| call.request["certificate"]["profile_option"].clone())
        .collect()
}

fn said(output: &crate::cores::driver::Output) -> String {
    printed(output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_reissue_by_the_clock_asks_for_what_the_certificate_has_until_the_date() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-08-01 12:00 UTC), |_| {});
        let id = order_with(&sandbox, &[("profile_option", BOTH)]);
        let workdir = imported(&core, &small(&sandbox), id);
        assert_eq!(profile(&workdir), BOTH);
        workdir.assert_empty_plan();

        advance_to(&sandbox, datetime!(2027-01-25 12:00 UTC));
        let plan = workdir.plan();
        let words = said(&plan);
        assert!(
            words.contains("clientAuth ends on 2027-03-01"),
            "{}: {words}",
            core.name
        );
        assert!(!words.contains("lacks"), "{words}");
        workdir.apply_saved();
        workdir.assert_empty_plan();
        assert_eq!(profile(&workdir), BOTH);

        advance_to(&sandbox, datetime!(2027-07-20 12:00 UTC));
        let plan = workdir.plan();
        let summary = format!("Warning: New certificate of order {id} lacks clientAuth");
        assert_says(&plan, &[&summary]);
        let applied = workdir.apply_saved();
        assert!(!said(&applied).contains("nobody could know"));
        workdir.assert_empty_plan();
        assert_eq!(profile(&workdir), Value::Null);
        assert_eq!(reissues(&sandbox), [json!(BOTH), Value::Null]);
        assert_eq!(sandbox.summary().orders_created, 1);
    }
}

#[test]
fn a_profile_that_the_certificate_has_or_nobody_knows_is_recorded() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-12-01 12:00 UTC), |_| {});
        let id = order_with(&sandbox, &[]);
        for wanted in ["server_auth_only_eku", "kdc_smart_card"] {
            let workdir = imported(&core, &small(&sandbox), id);
            assert_eq!(profile(&workdir), Value::Null);
            let configuration = small(&sandbox).set("profile_option", wanted);
            configuration.replace_in(&workdir);
            let plan = workdir.plan();
            assert_says(&plan, &["Warning: Change is recorded only"]);
            workdir.apply_saved();
            workdir.assert_empty_plan();
            assert_eq!(profile(&workdir), wanted);
        }
        assert!(reissues(&sandbox).is_empty(), "{}", core.name);

        // What the certificate has not is a wish.
        let workdir = imported(&core, &small(&sandbox), id);
        let configuration = small(&sandbox).set("profile_option", BOTH);
        configuration.replace_in(&workdir);
        let plan = workdir.plan();
        assert_says(&plan, &["Warning: This apply reissues the certificate"]);
        workdir.apply_saved();
        workdir.assert_empty_plan();
        assert_eq!(reissues(&sandbox), [json!(BOTH)]);
    }
}

#[test]
fn the_certificate_of_a_pending_import_tells_the_profile_later() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-12-01 12:00 UTC), |account| {
            account.issuance = Issuance::Manual;
        });
        let id = order_with(&sandbox, &[("profile_option", BOTH)]);
        let workdir = imported(&core, &small(&sandbox), id);
        assert_eq!(profile(&workdir), Value::Null);
        workdir.assert_empty_plan();
        sandbox.issue(id).unwrap();
        workdir.apply();
        assert_eq!(profile(&workdir), BOTH);
        workdir.assert_empty_plan();
        assert_eq!(
            changing_calls(&sandbox),
            ["POST /order/certificate/ssl_basic"],
            "{}: the order by hand",
            core.name
        );
    }
}

#[test]
fn a_certificate_below_a_g1_root_is_told_its_end_and_the_next_issuer_is_said() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-03-20 12:00 UTC), |account| {
            account.refuses_g1_roots = true;
        });
        let id = order_with(&sandbox, &[("ca_cert_id", G1_CA)]);
        let configuration = small(&sandbox);
        let workdir = imported(&core, &configuration, id);
        let again = configuration.clone().set("reissue_trigger", "1");
        again.replace_in(&workdir);
        let early = workdir.plan();
        assert_says(&early, &["Warning: DigiCert's G1 roots end on 2026-04-15"]);

        advance_to(&sandbox, datetime!(2026-04-15 12:00 UTC));
        let refused = again.clone().set("ca_cert_id", G1_CA);
        refused.replace_in(&workdir);
        let plan = workdir.plan();
        let words = said(&plan);
        assert!(
            words.contains("DigiCert's G1 roots ended on 2026-04-15"),
            "{words}"
        );
        assert!(words.contains("`ca_cert_id` asks for"), "{words}");
        let failed = workdir.run(&["apply", "saved.plan"]).exits_with(1);
        assert!(said(&failed).contains("ca_cert_id"), "{}", core.name);

        again.replace_in(&workdir);
        let plan = workdir.plan();
        assert_says(&plan, &["Warning: DigiCert's G1 roots ended on 2026-04-15"]);
        let applied = workdir.apply_saved();
        let summary = format!("New certificate of order {id} has another issuer");
        assert!(said(&applied).contains(&summary), "{}", said(&applied));
        workdir.assert_empty_plan();
    }
}
