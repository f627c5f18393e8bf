//! Keys that are refused and a CertCentral that is not there or not itself.

use std::net::TcpListener;

use certcentral_sandbox::{At, Fault, Sandbox, Settings};

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::evidence::{assert_says, few_cores, order_post, order_posts};

#[test]
fn a_missing_key_is_reported_when_a_call_needs_it() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir_without_key(&core);

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: Missing API key",
                ORDER,
                "Set the argument `api_key` of the provider block, or better the environment \
                 variable DIGICERT_API_KEY.",
            ],
        );
        assert_eq!(sandbox.journal(), [], "{}", core.name);
    }
}

#[test]
fn a_plan_of_an_existing_order_without_a_key_works_without_a_refresh() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.apply();
        workdir.env("DIGICERT_API_KEY", "");

        let refused = workdir.run(&["plan"]).exits_with(1);
        let calls = sandbox.journal().len();
        workdir
            .run(&["plan", "-refresh=false", "-detailed-exitcode"])
            .exits_with(0);

        assert_says(
            &refused,
            &["Error: Missing API key", "does with `-refresh=false`"],
        );
        assert_eq!(sandbox.journal().len(), calls, "{}", core.name);
    }
}

#[test]
fn a_wrong_key_is_reported_and_not_shown() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir_without_key(&core);
        workdir.env("DIGICERT_API_KEY", "wrong-key-4711");

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: API key rejected by CertCentral",
                "access_denied|access_denied_invalid_key",
                "Check `api_key` or DIGICERT_API_KEY, and `region`",
            ],
        );
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(!all.contains("wrong-key-4711"), "{}: {all}", core.name);
        assert_eq!(order_posts(&sandbox), [], "{}", core.name);
    }
}

#[test]
fn an_unreachable_host_is_named() {
    for core in few_cores() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let base_url = format!("http://{address}/services/v2");
        let mut workdir = Configuration::small(&base_url).workdir(&core);
        workdir.env("DIGICERT_MAX_RETRIES", "0");

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: CertCentral not reachable",
                "Connection refused",
                "Check `base_url`, `proxy_url` and the firewall of this machine. Nothing was sent.",
            ],
        );
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
    }
}

#[test]
fn html_in_place_of_json_is_told_from_an_answer() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        sandbox.fault(
            "GET /order/alternate/*".parse().unwrap(),
            1,
            At::Before,
            Fault::Html { status: 403 },
        );

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: Answer is not from CertCentral's API",
                "An HTML page usually comes from a proxy, a firewall or a maintenance window",
            ],
        );
        assert_eq!(order_posts(&sandbox), [], "{}", core.name);
    }
}

#[test]
fn an_error_that_nobody_knows_is_quoted_with_its_code() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        let body =
            r#"{"errors":[{"code":"moon_phase_wrong","message":"Come back at full moon."}]}"#;
        let fault = Fault::Answer {
            status: 422,
            body: body.to_owned(),
            content_type: "application/json".to_owned(),
        };
        sandbox.fault(order_post(), 1, At::Before, fault);

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: Refused by CertCentral",
                "CertCentral refused placing the order.",
                "moon_phase_wrong",
                "Come back at full moon.",
            ],
        );
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
    }
}

#[test]
fn an_outage_during_a_refresh_leaves_the_state() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.env("DIGICERT_MAX_RETRIES", "0");
        workdir.apply();
        let before = workdir.attributes(ORDER).unwrap();
        drop(sandbox);

        for command in [
            &["plan"][..],
            &["apply", "-auto-approve"],
            &["refresh", "-no-color"],
        ] {
            let output = workdir.run(command).exits_with(1);
            assert_says(&output, &["Error: CertCentral not reachable"]);
        }

        assert_eq!(workdir.attributes(ORDER).unwrap(), before, "{}", core.name);
    }
}
