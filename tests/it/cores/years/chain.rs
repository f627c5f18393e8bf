//! CertCentral replaces intermediates while certificates stay as they are.

use std::time::Duration;

use certcentral_sandbox::Entry;
use serde_json::Value;

use super::account;
use crate::cores::chain::assert_verified;
use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::evidence::{assert_says, changing, few_cores};

const DAY: Duration = Duration::from_secs(86_400);
const REPLACED: &str = "Certificate chain replaced by CertCentral";

fn chains(entries: &[Entry]) -> usize {
    let paths = entries.iter().map(|entry| entry.path.as_str());
    paths.filter(|path| path.ends_with("/chain")).count()
}

#[test]
fn a_replaced_chain_reaches_what_uses_it_and_costs_one_call_a_week() {
    for core in few_cores() {
        let sandbox = account();
        let uses = "\nresource \"terraform_data\" \"server\" \
            {\n  input = digicert_ssl_order.example.fullchain_pem\n}\n";
        let workdir = Configuration::small(&sandbox.base_url())
            .with(uses)
            .workdir(&core);
        workdir.apply();
        let attributes = || workdir.attributes(ORDER).unwrap();
        let former = attributes();
        assert_verified(&former, &sandbox);
        sandbox.replace_chain().unwrap();
        sandbox.advance(6 * DAY);
        let seen = sandbox.journal().len();
        workdir.assert_empty_plan();
        assert_eq!(chains(&sandbox.journal()[seen..]), 0, "{}", core.name);

        sandbox.advance(DAY);
        let output = workdir.run(&["plan", "-refresh=false"]);
        let _output = output.success();
        assert_eq!(
            sandbox.journal().len() - seen,
            1,
            "-refresh=false asks nobody"
        );
        for _ in 0..2 {
            let seen = sandbox.journal().len();
            let plan = workdir.plan();
            assert_says(&plan, &[REPLACED, "terraform_data.server will be updated"]);
            assert_eq!(chains(&sandbox.journal()[seen..]), 1, "{}", core.name);
        }
        workdir.apply_saved();
        let now = attributes();
        assert_verified(&now, &sandbox);
        assert_ne!(now["chain_pem"], former["chain_pem"], "{}", core.name);
        assert_eq!(now["certificate_pem"], former["certificate_pem"]);
        let server = workdir.attributes("terraform_data.server").unwrap();
        assert_eq!(server["input"], now["fullchain_pem"], "{}", core.name);

        for day in 1..=6 {
            sandbox.advance(DAY);
            let seen = sandbox.journal().len();
            workdir.assert_empty_plan();
            assert_eq!(chains(&sandbox.journal()[seen..]), 0, "day {day}");
        }
        let none: [String; 0] = [];
        assert_eq!(changing(&sandbox.journal()[seen..]), none, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1);
    }
}

/// Nothing but the chain changes, so that the apply of an empty plan is all that stores it.
#[test]
fn a_replaced_chain_is_stored_where_nothing_else_is_to_do() {
    for core in few_cores() {
        let sandbox = account();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.apply();
        sandbox.replace_chain().unwrap();
        sandbox.advance(7 * DAY);
        let output = workdir.apply();
        assert_says(&output, &[REPLACED]);
        let attributes: Value = workdir.attributes(ORDER).unwrap();
        assert_verified(&attributes, &sandbox);
        let seen = sandbox.journal().len();
        workdir.assert_empty_plan();
        assert_eq!(chains(&sandbox.journal()[seen..]), 0, "{}", core.name);
    }
}
