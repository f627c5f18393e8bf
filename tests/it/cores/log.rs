//! Terraform's log of a whole run: our lines under our name and level, and the API key in none.

use certcentral_sandbox::{Sandbox, Settings};
use data_encoding::{BASE64, BASE64URL};

use super::configuration::Configuration;
use super::evidence::few_cores;

/// A key that each encoding changes.
const CANARY: &str = "sandbox-canary-7f3d/+?&\"=";

#[test]
fn a_trace_of_a_whole_run_holds_our_lines_and_no_key() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url())
            .provider("api_key", "${var.api_key}")
            .with("variable \"api_key\" {\n  sensitive = true\n}\n")
            .workdir_without_key(&core);
        workdir.env("TF_VAR_api_key", CANARY).env("TF_LOG", "TRACE");

        let plan = workdir.run(&["plan"]).success();
        let apply = workdir.apply();
        let refresh = workdir.run(&["plan", "-detailed-exitcode"]).success();
        let destroy = workdir.destroy();

        for output in [&plan, &apply, &refresh, &destroy] {
            assert_no_key(&output.command, &output.stdout);
            assert_no_key(&output.command, &output.stderr);
        }
        let lines: Vec<_> = apply
            .stderr
            .lines()
            .filter(|line| line.contains(" provider.terraform-provider-digicert: "))
            .collect();
        for (level, text) in [
            ("[INFO]", ": placing the order: "),
            ("[INFO]", ": order placed: "),
            ("[DEBUG]", ": called CertCentral: "),
            ("[TRACE]", ": call answered: "),
        ] {
            assert!(
                lines
                    .iter()
                    .any(|line| line.contains(level) && line.contains(text)),
                "{}: no {level} line of ours with {text:?} among\n{}",
                core.name,
                lines.join("\n")
            );
        }
    }
}

#[track_caller]
fn assert_no_key(command: &str, text: &str) {
    let url: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    let json = serde_json::Value::from(CANARY).to_string();
    for form in [
        "canary",
        CANARY,
        json.trim_matches('"'),
        &url,
        &BASE64.encode(CANARY.as_bytes()),
        &BASE64URL.encode(CANARY.as_bytes()),
    ] {
        let line = text.lines().find(|line| line.contains(form));
        assert_eq!(line, None, "{command} shows the key as {form}");
    }
}
