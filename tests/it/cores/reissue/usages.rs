//! What a reissue changes beside names and dates: said in the plan where it can be known, and by
//! the apply where only the certificate shows it.

use certcentral_sandbox::{ColleagueReissue, Sandbox};
use serde_json::{Value, json};
use time::macros::datetime;

use super::reissues;
use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{account, advance_to, assert_says, few_cores, printed};

const REISSUE: &str = "Warning: This apply reissues the certificate";
/// What an apply says of a certificate, and no plan.
const UNFORESEEN: &str = "in what nobody could know before it was issued";
const BOTH: &str = "server_client_auth_eku";

fn attribute(workdir: &Workdir, name: &str) -> Value {
    workdir.attributes(ORDER).unwrap()[name].clone()
}

/// The certificate that the newest reissue asked for.
fn asked_for(sandbox: &Sandbox) -> Value {
    let journal = sandbox.journal();
    let mut calls = journal.iter().rev();
    let newest = calls.find(|call| call.path.ends_with("/reissue")).unwrap();
    newest.request["certificate"].clone()
}

/// Plans and applies one reissue, after which nothing is left to do. Returns what the plan and the
/// apply said.
#[track_caller]
fn reissue(workdir: &Workdir, sandbox: &Sandbox) -> [String; 2] {
    let before = reissues(sandbox);
    let plan = workdir.plan();
    assert_says(&plan, &[REISSUE]);
    let applied = workdir.apply_saved();
    assert_eq!(reissues(sandbox), before + 1);
    workdir.assert_empty_plan();
    assert_eq!(reissues(sandbox), before + 1);
    assert_eq!(sandbox.summary().orders_created, 1);
    [&plan, &applied].map(|it| printed(it).split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn client_auth_goes_with_a_word_by_a_change_and_by_its_date() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-12-01 12:00 UTC), |_| {});
        let plain = Configuration::small(&sandbox.base_url());
        let configuration = plain.clone().set("profile_option", BOTH);
        let workdir = configuration.workdir(&core);
        workdir.apply();
        let both = json!(["serverAuth", "clientAuth"]);
        assert_eq!(attribute(&workdir, "extended_key_usages"), both);
        workdir.assert_empty_plan();
        let quiet = workdir.plan();
        assert_says(&quiet, &["Warning: clientAuth ends on 2027-03-01"]);

        // An argument that an apply had is taken away.
        plain.replace_in(&workdir);
        let [plan, applied] = reissue(&workdir, &sandbox);
        for words in [
            "because `profile_option` changed",
            "not asked for any more: `profile_option` (server_client_auth_eku)",
            "lacks clientAuth",
        ] {
            assert!(plan.contains(words), "{words}: {plan}");
        }
        assert!(!applied.contains(UNFORESEEN), "{applied}");
        assert_eq!(asked_for(&sandbox)["profile_option"], Value::Null);
        assert_eq!(
            attribute(&workdir, "extended_key_usages"),
            json!(["serverAuth"])
        );

        configuration.replace_in(&workdir);
        let [plan, _] = reissue(&workdir, &sandbox);
        assert!(plan.contains("also good for clientAuth"), "{plan}");
        assert_eq!(attribute(&workdir, "extended_key_usages"), both);

        // The clock strikes after the date.
        advance_to(&sandbox, datetime!(2027-05-25 12:00 UTC));
        let [plan, applied] = reissue(&workdir, &sandbox);
        for words in [
            "clientAuth ended on 2027-03-01",
            "lacks clientAuth",
            "for 99 days at most",
        ] {
            assert!(plan.contains(words), "{words}: {plan}");
        }
        assert!(!applied.contains(UNFORESEEN), "{applied}");
        assert_eq!(asked_for(&sandbox)["profile_option"], BOTH);
        assert_eq!(
            attribute(&workdir, "extended_key_usages"),
            json!(["serverAuth"])
        );
    }
}

#[test]
fn what_only_the_new_certificate_shows_is_a_warning_of_the_apply() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-12-01 12:00 UTC), |_| {});
        let configuration =
            Configuration::small(&sandbox.base_url()).set("product_name_id", "ssl_basic");
        let workdir = configuration.workdir(&core);
        workdir.apply();
        sandbox.change(|account| {
            account.next_intermediate = true;
            account.longest_certificate_days = Some(60);
        });
        sandbox.rename_organization(123_456, "Example Holding Inc.");
        let with = |trigger: &str| configuration.clone().set("reissue_trigger", trigger);
        with("1").replace_in(&workdir);
        let [plan, applied] = reissue(&workdir, &sandbox);
        assert!(
            plan.contains("which CertCentral now calls \"Example Holding Inc.\""),
            "{plan}"
        );
        assert!(
            applied.contains("has another issuer, has a shorter life"),
            "{applied}"
        );
        assert_eq!(
            attribute(&workdir, "issuer_common_name"),
            "CertCentral Sandbox TLS ECC CA 2"
        );

        // Another hash is asked for, and announced.
        let sha384 = with("1").set("signature_hash", "sha384");
        sha384.replace_in(&workdir);
        let [plan, applied] = reissue(&workdir, &sandbox);
        assert!(
            plan.contains("signed with sha256; the new one is asked for with sha384"),
            "{plan}"
        );
        assert!(!applied.contains(UNFORESEEN), "{applied}");
    }
}

#[test]
fn a_refresh_says_what_a_reissue_of_somebody_else_took_away() {
    for core in few_cores() {
        let sandbox = account(datetime!(2026-12-01 12:00 UTC), |_| {});
        let workdir = Configuration::small(&sandbox.base_url())
            .set("profile_option", BOTH)
            .workdir(&core);
        workdir.apply();
        let theirs = ColleagueReissue {
            client_auth: Some(false),
            ..ColleagueReissue::default()
        };
        let order = sandbox.orders()[0].id;
        sandbox.reissue_elsewhere(order, theirs).unwrap();
        let plan = workdir.plan();
        let summary = format!("Warning: New certificate of order {order} lacks clientAuth");
        assert_says(&plan, &[&summary]);
        workdir.apply();
        assert_eq!(
            attribute(&workdir, "extended_key_usages"),
            json!(["serverAuth"])
        );
        assert_eq!(reissues(&sandbox), 0, "{}", core.name);
        assert!(!printed(&workdir.plan()).contains("New certificate"));
    }
}

#[test]
fn an_order_after_the_date_says_what_its_certificate_lacks() {
    for core in few_cores() {
        let sandbox = account(datetime!(2027-03-02 12:00 UTC), |_| {});
        let workdir = Configuration::small(&sandbox.base_url())
            .set("profile_option", BOTH)
            .workdir(&core);
        let applied = workdir.apply();
        let order = sandbox.orders()[0].id;
        let summary = format!("Warning: Certificate of order {order} lacks clientAuth");
        assert_says(&applied, &[&summary]);
        workdir.assert_empty_plan();
        assert_eq!(reissues(&sandbox), 0, "{}", core.name);
        assert_says(
            &workdir.plan(),
            &["Warning: clientAuth ended on 2027-03-01"],
        );
    }
}
