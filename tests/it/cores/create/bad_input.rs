//! Mistakes in a configuration, each reported at its argument before anything is called.

use certcentral_sandbox::{Sandbox, Settings};
use data_encoding::BASE64;
use rcgen::KeyPair;
use serde_json::json;

use crate::cores::configuration::{Configuration, csr};
use crate::cores::driver::Workdir;
use crate::cores::evidence::{assert_says, few_cores, order_posts, printed};

/// An address that nothing may be sent to.
const NOWHERE: &str = "http://127.0.0.1:9/services/v2";

#[test]
fn a_csr_that_is_none_is_refused_by_validate() {
    for core in few_cores() {
        let configuration = Configuration::small(NOWHERE).set("csr", "not a CSR");
        let workdir = configuration.workdir_without_key(&core);

        let output = workdir.run(&["validate"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: Invalid CSR",
                &configuration.line_of("csr"),
                "csr = \"not a CSR\"",
                "`csr` cannot be ordered with: the text is not PEM",
                "Pass the PEM text of a PKCS#10 certificate signing request",
            ],
        );
    }
}

/// Core quotes the source of an argument that a diagnostic points at, a heredoc with all its lines,
/// so a key that was pasted into the configuration itself is the hard case.
#[test]
fn a_private_key_in_place_of_the_csr_is_refused_and_never_shown() {
    for core in few_cores() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let small = Configuration::small(NOWHERE);
        let from_file = small
            .clone()
            .set("csr", "${local.pasted}")
            .with("locals {\n  pasted = file(\"private.key\")\n}\n");
        let on_one_line = small.set("csr", key.clone());
        let quoted = serde_json::Value::from(key.clone()).to_string();
        let heredoc = on_one_line
            .text()
            .replace(&quoted, &format!("<<EOT\n{key}EOT"));
        for text in [from_file.text(), on_one_line.text(), heredoc] {
            let mut workdir = Workdir::new(&core, &[("main.tf", &text)]);
            workdir.write("private.key", &key);
            workdir.env("TF_LOG", "TRACE");

            for command in ["validate", "plan"] {
                let output = workdir.run(&[command]).exits_with(1);

                assert_says(
                    &output,
                    &[
                        "Error: Invalid CSR",
                        "`csr` cannot be ordered with: the text holds a private key, not a \
                         certificate signing request; keep the key secret",
                    ],
                );
                let secret = key.lines().nth(1).unwrap();
                let printed = printed(&output);
                assert!(!printed.contains(secret), "{}: {printed}", output.command);
            }
        }
    }
}

#[test]
fn a_private_key_in_another_argument_is_refused_and_never_shown() {
    let key = KeyPair::generate().unwrap();
    let bare = BASE64.encode(&key.serialize_der());
    let secret = &bare[8..40];
    let small = Configuration::small(NOWHERE);
    for core in few_cores() {
        for (argument, value, name) in [
            ("comments", json!(key.serialize_pem()), "comments"),
            ("common_name", json!(bare), "common_name"),
            ("dns_names", json!([bare]), "dns_names"),
            ("additional_emails", json!([bare]), "additional_emails"),
            (
                "custom_fields",
                json!([{ "metadata_id": 11, "value": bare }]),
                "custom_fields.value",
            ),
            ("csr", json!(format!("{bare}\n{}", csr())), "csr"),
        ] {
            let configuration = small.clone().set(argument, value);
            let mut workdir = configuration.workdir_without_key(&core);
            workdir.env("TF_LOG", "TRACE");

            let output = workdir.run(&["validate"]).exits_with(1);

            assert_says(&output, &["Error: ", &format!("`{name}` ")]);
            let printed = printed(&output);
            assert!(!printed.contains(secret), "{}: {printed}", output.command);
        }
    }
}

/// Core quotes the source of the argument that a diagnostic points at, so a literal stands below
/// "the value is not shown here".
#[test]
fn a_secret_of_the_provider_block_is_refused_and_never_shown() {
    let small = Configuration::small(NOWHERE);
    for core in few_cores() {
        for (argument, value, summary) in [
            ("api_key", "canary key", "Error: Invalid API key"),
            (
                "base_url",
                "https://user:canary@example.com/services/v2",
                "Error: Invalid base URL",
            ),
            (
                "proxy_url",
                "socks5://user:canary@proxy.example.com",
                "Error: Invalid proxy URL",
            ),
        ] {
            let configuration = small.clone().provider(argument, value);
            let mut workdir = configuration.workdir_without_key(&core);
            workdir.env("TF_LOG", "TRACE");

            let output = workdir.run(&["plan"]).exits_with(1);

            assert_says(&output, &[summary]);
            let printed = printed(&output);
            assert!(!printed.contains("canary"), "{}: {printed}", output.command);
        }
    }
}

#[test]
fn a_base_url_that_cannot_be_trusted_is_refused() {
    for core in few_cores() {
        for (base_url, reason) in [
            ("certcentral", "is not a URL"),
            (
                "http://certcentral.example.com/services/v2",
                "must use https (http is accepted for loopback hosts only)",
            ),
            ("https://www.digicert.com", "must end in \"/services/v2\""),
        ] {
            let configuration = Configuration::small(base_url);
            let workdir = configuration.workdir(&core);

            let output = workdir.run(&["plan"]).exits_with(1);

            assert_says(
                &output,
                &[
                    "Error: Invalid base URL",
                    &configuration.line_of("base_url"),
                    &format!("base_url = \"{base_url}\""),
                    reason,
                    "It must look like https://www.digicert.com/services/v2",
                ],
            );
        }
    }
}

#[test]
fn an_unknown_organization_is_named_at_its_argument() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration =
            Configuration::small(&sandbox.base_url()).set("organization", json!({ "id": 999 }));
        let workdir = configuration.workdir(&core);

        let output = workdir.run(&["apply", "-auto-approve"]).exits_with(1);

        assert_says(
            &output,
            &[
                "Error: ",
                &configuration.line_of("organization"),
                "organization = {\"id\":999}",
                "CertCentral refused placing the order.",
            ],
        );
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 0, "{}", core.name);
    }
}
