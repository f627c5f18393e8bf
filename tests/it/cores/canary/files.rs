//! Every file that a whole run leaves, and everything that it prints.

use std::fs;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::Value;

use super::{KEY, assert_absent, assert_not_printed, contents, equip};
use crate::cores::configuration::Configuration;
use crate::cores::evidence::few_cores;

#[test]
fn no_file_and_no_output_of_a_whole_run_holds_the_key() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration =
            Configuration::small(&sandbox.base_url()).provider("allow_revocation", true);
        let mut workdir = configuration
            .clone()
            .set("on_destroy", "revoke")
            .workdir_without_key(&core);
        let log = workdir.path().join("terraform.log");
        equip(&mut workdir);
        workdir.env("TF_LOG_PATH", &log);

        let json = workdir.run(&["plan", "-json", "-no-color"]).success();
        let plan = workdir.plan();
        let shown = workdir.run(&["show", "-json", "saved.plan"]).success();
        let apply = workdir.run(&["apply", "-json", "saved.plan"]).success();
        let state = workdir.run(&["show", "-json"]).success();
        let changed = configuration
            .set("on_destroy", "revoke")
            .set("additional_emails", serde_json::json!(["noc@example.com"]));
        changed.replace_in(&workdir);
        let update = workdir.apply();
        let pulled = workdir.run(&["state", "pull"]).success();
        let files_before = contents(&workdir.path());
        let destroy = workdir.destroy();

        for output in [
            &json, &plan, &shown, &apply, &state, &update, &pulled, &destroy,
        ] {
            assert_not_printed(KEY, output);
        }
        let files = contents(workdir.path().parent().unwrap());
        for (name, bytes) in files_before.iter().chain(&files) {
            assert_absent(KEY, &format!("{}: {name}", core.name), bytes);
        }

        // The searched files are those that a run is known to leave, and hold what they are for.
        let holds = |file: &str, text: &str| {
            let found = files_before.iter().chain(&files).any(|(name, bytes)| {
                name.contains(file) && String::from_utf8_lossy(bytes).contains(text)
            });
            assert!(found, "{}: no {file} with {text}", core.name);
        };
        let id = sandbox.orders()[0].id.to_string();
        holds("terraform.tfstate", &id);
        holds("terraform.tfstate.backup", &id);
        holds("saved.plan: tfplan", "ssl_plus");
        holds("audit.jsonl", "\"action\":\"revoke\"");
        holds("terraform.log", ": called CertCentral: ");
        assert_eq!(sandbox.orders()[0].status, "revoked", "{}", core.name);
        let lines = fs::read_to_string(workdir.path().join("audit.jsonl")).unwrap();
        for line in lines.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
    }
}
