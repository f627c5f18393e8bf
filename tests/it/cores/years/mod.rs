//! An order over a year and a half of CertCentral's time: issued, reissued twice, renewed, reissued
//! and destroyed on real cores. Every step is announced by a plan, and the day before it there is
//! nothing to do.

mod chain;
mod put_off;
mod short_lives;

use std::time::Duration;

use certcentral_sandbox::{Move, Sandbox, Settings};
use serde_json::Value;
use time::Date;
use time::macros::format_description;

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, changing, few_cores};

/// Days before its end from which a certificate is reissued.
const REISSUE_DAYS: i64 = 60;
/// Days before its end from which an order is renewed.
const RENEW_DAYS: i64 = 30;

/// An account whose certificates last as long on every day.
fn account() -> Sandbox {
    Sandbox::start(Settings {
        max_certificate_days: Some(199),
        ..Settings::default()
    })
    .unwrap()
}

struct Life {
    sandbox: Sandbox,
    workdir: Workdir,
    core: String,
}

impl Life {
    fn attribute(&self, name: &str) -> Value {
        self.workdir.attributes(ORDER).unwrap()[name].clone()
    }

    fn day(&self, name: &str) -> Date {
        let text = self.attribute(name);
        let format = format_description!("[year]-[month]-[day]");
        Date::parse(text.as_str().unwrap(), format).unwrap()
    }

    fn advance_to(&self, day: Date) {
        let days = (day - self.sandbox.clock().date()).whole_days();
        let days = u64::try_from(days).unwrap();
        self.sandbox.advance(Duration::from_secs(days * 86_400));
    }

    /// Nothing is to do the day before `day`. On `day` the plan says `words`, and its apply makes
    /// `calls`; afterwards nothing is to do.
    #[track_caller]
    fn strikes(&self, day: Date, words: &[&str], calls: &[&str]) {
        self.advance_to(day.previous_day().unwrap());
        self.workdir.assert_empty_plan();
        self.advance_to(day);
        let seen = self.sandbox.journal().len();
        let plan = self.workdir.plan();
        assert_says(&plan, words);
        let none: [String; 0] = [];
        assert_eq!(
            changing(&self.sandbox.journal()[seen..]),
            none,
            "{}",
            self.core
        );
        let old = self.attribute("id").as_str().unwrap().to_owned();
        self.workdir.apply_saved();
        let wanted: Vec<_> = calls.iter().map(|call| call.replace("ID", &old)).collect();
        assert_eq!(
            changing(&self.sandbox.journal()[seen..]),
            wanted,
            "{}",
            self.core
        );
        self.workdir.assert_empty_plan();
    }
}

#[test]
fn an_order_lives_for_a_year_and_a_half_without_a_surprise() {
    for core in few_cores() {
        let sandbox = account();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("validity_years", Value::Null)
            .set("order_validity", serde_json::json!({ "years": 1 }))
            .set("reissue_days_before_expiry", REISSUE_DAYS)
            .set("renew_days_before_expiry", RENEW_DAYS)
            .workdir(&core);
        let life = Life {
            sandbox,
            workdir,
            core: core.name,
        };
        let start = life.sandbox.clock().date();
        let plan = life.workdir.plan();
        assert_says(&plan, &["This apply places a paid order"]);
        life.workdir.apply_saved();
        let first_order = life.attribute("id");
        let mut serials = vec![life.attribute("serial_number")];

        for _ in 0..2 {
            let before_its_end = life.day("valid_till") - time::Duration::days(REISSUE_DAYS);
            life.strikes(
                before_its_end,
                &["This apply reissues the certificate", "It costs nothing"],
                &["POST /order/certificate/ID/reissue"],
            );
            assert_eq!(life.attribute("id"), first_order);
            serials.push(life.attribute("serial_number"));
        }
        assert_eq!(life.day("valid_till"), life.day("order_valid_till"));

        let renewal = life.day("order_valid_till") - time::Duration::days(RENEW_DAYS);
        life.strikes(
            renewal,
            &[
                "This apply places a paid renewal order",
                "Product ssl_plus for example.com",
            ],
            &["POST /order/certificate/ssl_plus"],
        );
        let second_order = life.attribute("id");
        assert_ne!(second_order, first_order);
        serials.push(life.attribute("serial_number"));

        let before_its_end = life.day("valid_till") - time::Duration::days(REISSUE_DAYS);
        life.strikes(
            before_its_end,
            &["This apply reissues the certificate"],
            &["POST /order/certificate/ID/reissue"],
        );
        serials.push(life.attribute("serial_number"));
        serials.dedup();
        assert_eq!(serials.len(), 5, "{}: five certificates", life.core);

        life.advance_to(start + time::Duration::days(548));
        let destroyed = life.workdir.destroy();
        assert_says(&destroyed, &["Destroy leaves the order open"]);
        let summary = life.sandbox.summary();
        assert_eq!(
            (summary.orders_created, summary.orders_charged),
            (2, 2),
            "{}",
            life.core
        );
        assert_eq!(
            (
                summary.reissued,
                summary.revoked,
                summary.certificates_revoked,
                summary.canceled
            ),
            (3, 0, 0, 0),
            "{}",
            life.core
        );
    }
}

/// Core warns that this has no effect, and shows the provider a configuration in which these values
/// are set.
#[test]
fn changes_of_values_that_only_the_provider_sets_cannot_be_ignored_away() {
    for core in few_cores() {
        let sandbox = account();
        let order = Configuration::small(&sandbox.base_url())
            .set("validity_years", Value::Null)
            .set("order_validity", serde_json::json!({ "years": 1 }))
            .set("reissue_days_before_expiry", REISSUE_DAYS)
            .set("renew_days_before_expiry", RENEW_DAYS);
        let workdir = order.workdir(&core);
        let ignoring = "  lifecycle {\n    ignore_changes = [ready_for_reissue, ready_for_renewal, status, valid_till, certificate_pem, id, domain_validations, requests]\n  }\n}\n";
        let text = order.text();
        workdir.write(
            "main.tf",
            &(text.trim_end().strip_suffix('}').unwrap().to_owned() + ignoring),
        );
        workdir.apply();
        let life = Life {
            sandbox,
            workdir,
            core: core.name,
        };
        let old = life.attribute("serial_number");
        for _ in 0..2 {
            let before_its_end = life.day("valid_till") - time::Duration::days(REISSUE_DAYS);
            life.strikes(
                before_its_end,
                &["This apply reissues the certificate"],
                &["POST /order/certificate/ID/reissue"],
            );
        }
        assert_ne!(life.attribute("serial_number"), old, "{}", life.core);
        let renewal = life.day("order_valid_till") - time::Duration::days(RENEW_DAYS);
        life.strikes(
            renewal,
            &["This apply places a paid renewal order"],
            &["POST /order/certificate/ssl_plus"],
        );
    }
}

#[test]
fn a_plan_says_what_a_colleague_has_moved() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("container_id", 60_412)
            .workdir(&core);
        workdir.apply();
        let order = sandbox.orders()[0].id;
        sandbox.apply(order, Move::Container(60_400)).unwrap();
        let output = workdir.plan();
        assert_says(
            &output,
            &["Order moved to another container", "is in container 60400"],
        );
        let attributes = workdir.attributes(ORDER).unwrap();
        assert_eq!(attributes["container_id"], 60_412, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
    }
}
