//! The two ways to run the provider that are not Terraform's own: without TLS, and attached to.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use certcentral_sandbox::{Sandbox, Settings};

use super::configuration::{Configuration, KEY, ORDER};
use super::evidence::{few_cores, installed_cores, order_posts};

#[test]
fn an_order_goes_through_without_plugin_tls() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir(&core);
        workdir.env("TF_DISABLE_PLUGIN_TLS", "1");

        workdir.apply();

        assert_eq!(
            workdir.attributes(ORDER).unwrap()["status"],
            "issued",
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
    }
}

#[test]
fn terraform_attaches_to_a_provider_that_waits_for_it() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let mut provider = Command::new(env!("CARGO_BIN_EXE_terraform-provider-digicert"))
            .arg("--debug")
            .env("DIGICERT_API_KEY", KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(provider.stdout.take().unwrap());
        let variable = stdout
            .lines()
            .map(Result::unwrap)
            .find_map(|line| {
                let value = line.strip_prefix("TF_REATTACH_PROVIDERS='")?;
                Some(value.strip_suffix('\'')?.to_owned())
            })
            .unwrap();
        let mut workdir = Configuration::small(&sandbox.base_url()).workdir_without_key(&core);
        workdir.env("TF_REATTACH_PROVIDERS", variable);

        workdir.plan();
        workdir.apply_saved();
        assert_eq!(
            workdir.attributes(ORDER).unwrap()["status"],
            "issued",
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);

        assert_eq!(
            provider.try_wait().unwrap(),
            None,
            "{}: it serves on",
            core.name
        );
        let interrupt = format!("kill -s INT {}", provider.id());
        let sent = Command::new("sh")
            .args(["-c", &interrupt])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(provider.wait().unwrap().code(), Some(0), "{}", core.name);
    }
}
