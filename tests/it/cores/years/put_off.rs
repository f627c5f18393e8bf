//! What only a clock asked for fails, and something else in the configuration hangs on the order.

use certcentral_sandbox::{At, Fault, Sandbox};
use serde_json::{Value, json};

use super::{Life, account};
use crate::cores::configuration::Configuration;
use crate::cores::evidence::{assert_says, changing, few_cores};

/// What a team releases with the certificate.
fn release(number: u32) -> String {
    format!(
        "\nresource \"terraform_data\" \"release\" {{\n  input = \"release {number} with \
         ${{digicert_ssl_order.example.serial_number}}\"\n}}\n"
    )
}

fn configured(sandbox: &Sandbox, on_clock_failure: Value, number: u32) -> Configuration {
    Configuration::small(&sandbox.base_url())
        .set("validity_years", Value::Null)
        .set("order_validity", json!({ "years": 1 }))
        .set("timeouts", json!({ "update": "2s" }))
        .set("on_clock_failure", on_clock_failure)
        .with(&release(number))
}

fn refused() -> Fault {
    Fault::Answer {
        status: 400,
        body: r#"{"errors":[{"code":"caa_check_failed|example.com","message":"CAA"}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    }
}

/// Where a call fails, so that a reissue is refused, is lost, or is never sent.
fn failures() -> [(&'static str, Fault); 3] {
    let unavailable = Fault::Html { status: 503 };
    [
        ("POST /order/certificate/*/reissue", refused()),
        ("POST /order/certificate/*/reissue", unavailable),
        ("POST /order/certificate/*/reissue", Fault::Drop),
    ]
}

fn reissues(life: &Life, seen: usize) -> usize {
    changing(&life.sandbox.journal()[seen..]).len()
}

#[test]
fn a_release_does_not_stand_still_for_a_reissue_that_is_weeks_early() {
    for core in few_cores() {
        let sandbox = account();
        let workdir = configured(&sandbox, json!("warn"), 0).workdir(&core);
        workdir.apply();
        let life = Life {
            sandbox,
            workdir,
            core: core.name,
        };
        let before = life.attribute("serial_number");
        let end = life.day("valid_till");
        life.advance_to(end - time::Duration::days(20));
        let mut number = 0;
        for (route, fault) in failures() {
            number += 1;
            let text = configured(&life.sandbox, json!("warn"), number).text();
            life.workdir.write("main.tf", &text);
            let plan = life.workdir.plan();
            assert_says(&plan, &["This apply reissues the certificate"]);
            life.sandbox
                .fault(route.parse().unwrap(), 1, At::Before, fault.clone());
            let output = life.workdir.apply_saved();
            let until = format!("lasts until {end}");
            let late = format!("From {} on", end - time::Duration::days(10));
            let again = "the next apply tries again";
            assert_says(&output, &["put off", &until, again, &late]);
            life.sandbox.clear_rules();
            assert_eq!(life.attribute("serial_number"), before, "{fault:?}");
            let released = life.workdir.attributes("terraform_data.release").unwrap();
            let input = released["input"].as_str().unwrap().to_owned();
            let wanted = format!("release {number} with {}", before.as_str().unwrap());
            assert_eq!(input, wanted, "{}: {fault:?}", life.core);
        }

        // An error where somebody wants one, and in the last third whatever is wanted.
        for (days_left, on_clock_failure) in
            [(20, json!("error")), (20, Value::Null), (10, json!("warn"))]
        {
            life.advance_to(end - time::Duration::days(days_left));
            let text = configured(&life.sandbox, on_clock_failure, 9).text();
            life.workdir.write("main.tf", &text);
            let route = "POST /order/certificate/*/reissue".parse().unwrap();
            life.sandbox.fault(route, 1, At::Before, refused());
            let output = life.workdir.run(&["apply", "-auto-approve"]).exits_with(1);
            assert_says(&output, &["Error:", "caa_check_failed"]);
            life.sandbox.clear_rules();
            let released = life.workdir.attributes("terraform_data.release").unwrap();
            let input = released["input"].as_str().unwrap().to_owned();
            assert!(input.starts_with("release 3"), "{}: {input}", life.core);
        }

        let seen = life.sandbox.journal().len();
        let text = configured(&life.sandbox, json!("warn"), 9).text();
        life.workdir.write("main.tf", &text);
        life.workdir.apply();
        assert_ne!(life.attribute("serial_number"), before, "{}", life.core);
        assert_eq!(reissues(&life, seen), 1, "{}", life.core);
        life.workdir.assert_empty_plan();
        let summary = life.sandbox.summary();
        assert_eq!(
            (summary.orders_created, summary.reissued),
            (1, 1),
            "{}",
            life.core
        );
    }
}
