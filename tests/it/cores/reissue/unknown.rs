//! Values that another resource makes during the apply: they may turn out to be what they were, and
//! then nothing happens.

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::json;

use super::{CONSUMER, actions, reissues};
use crate::cores::configuration::{Configuration, ORDER, csr, new_csr};
use crate::cores::driver::{Core, Workdir};
use crate::cores::evidence::{assert_says, few_cores};

/// A resource whose output is unknown in a plan that replaces it.
fn source(input: &str, generation: u32) -> String {
    let input = serde_json::to_string(input).unwrap();
    let read = "\nlocals {\n  text  = terraform_data.source.output == \"none\" ? null : \
        terraform_data.source.output\n  words = split(\" \", terraform_data.source.output)\n}\n";
    format!(
        "{read}\nresource \"terraform_data\" \"source\" {{\n  input            = {input}\n  \
         triggers_replace = [{generation}]\n}}\n"
    )
}

struct Story {
    sandbox: Sandbox,
    configuration: Configuration,
    workdir: Workdir,
    core: String,
}

impl Story {
    /// An order of which an argument comes from the source, in an account that may revoke it.
    fn ordered(core: &Core, argument: &str, expression: serde_json::Value, input: &str) -> Self {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url())
            .provider("allow_revocation", true)
            .set("on_destroy", "revoke")
            .set(argument, expression);
        let story = Self {
            workdir: configuration.clone().workdir(core),
            configuration,
            sandbox,
            core: core.name.clone(),
        };
        story.with(input, 1);
        story.workdir.apply();
        story.workdir.assert_empty_plan();
        story
    }

    fn with(&self, input: &str, generation: u32) {
        let blocks = source(input, generation);
        let configuration = self.configuration.clone().with(&blocks);
        configuration.with(CONSUMER).replace_in(&self.workdir);
    }

    /// One order is bought, and it still is the one in state.
    #[track_caller]
    fn assert_one_order(&self) {
        let summary = self.sandbox.summary();
        assert_eq!(
            (summary.orders_created, summary.revoked, summary.canceled),
            (1, 0, 0),
            "{}",
            self.core
        );
        let order = self.workdir.attributes(ORDER).unwrap();
        assert_eq!(order["order_id"], self.sandbox.orders()[0].id);
    }
}

#[test]
fn an_order_stays_where_an_argument_turns_out_as_it_was() {
    for core in few_cores() {
        for (argument, expression, input) in [
            (
                "organization",
                json!({ "id": "${terraform_data.source.output}" }),
                "123456",
            ),
            ("order_key", json!("${local.text}"), "none"),
        ] {
            let story = Story::ordered(&core, argument, expression, input);
            let before = story.workdir.attributes(ORDER).unwrap();
            story.with(input, 2);
            let said = story.workdir.plan();
            assert_says(
                &said,
                &["Warning: Change of the order is not known yet", argument],
            );
            let planned = actions(&story.workdir);
            assert_eq!(planned[ORDER], json!(["update"]), "{}", core.name);
            assert_eq!(
                planned["terraform_data.consumer"],
                json!(["no-op"]),
                "{}",
                core.name
            );
            story.workdir.apply_saved();
            story.assert_one_order();
            assert_eq!(
                story.workdir.attributes(ORDER).unwrap(),
                before,
                "{}",
                core.name
            );
            story.workdir.assert_empty_plan();
        }
    }
}

#[test]
fn an_apply_stops_before_an_order_ends_where_an_argument_turns_out_differently() {
    for core in few_cores() {
        let expression = json!({ "id": "${terraform_data.source.output}" });
        let story = Story::ordered(&core, "organization", expression, "123456");
        story.with("778812", 2);
        story.workdir.plan();
        let stopped = story.workdir.run(&["apply", "saved.plan"]).exits_with(1);
        assert_says(&stopped, &["Provider produced inconsistent final plan"]);
        story.assert_one_order();

        let plan = story.workdir.plan();
        assert_says(&plan, &["Warning: Order is replaced by a new one"]);
        story.assert_one_order();
    }
}

#[test]
fn a_certificate_stays_where_its_argument_turns_out_as_it_was_and_is_reissued_otherwise() {
    for core in few_cores() {
        let expression = json!("${terraform_data.source.output}");
        let story = Story::ordered(&core, "csr", expression, csr());
        let before = story.workdir.attributes(ORDER).unwrap();
        story.with(csr(), 2);
        let said = story.workdir.plan();
        assert_says(&said, &["Warning: This apply may reissue the certificate"]);
        story.workdir.apply_saved();
        assert_eq!(
            story.workdir.attributes(ORDER).unwrap(),
            before,
            "{}",
            core.name
        );
        assert_eq!(reissues(&story.sandbox), 0, "{}", core.name);
        story.workdir.assert_empty_plan();

        let other = new_csr();
        story.with(&other, 3);
        story.workdir.plan();
        story.workdir.apply_saved();
        let after = story.workdir.attributes(ORDER).unwrap();
        assert_eq!(after["csr"], other);
        assert_ne!(after["serial_number"], before["serial_number"]);
        assert_eq!(reissues(&story.sandbox), 1, "{}", core.name);
        story.assert_one_order();
        story.workdir.assert_empty_plan();
    }
}

#[test]
fn names_that_are_not_known_yet_may_revoke() {
    for core in few_cores() {
        let expression = json!("${local.words}");
        let all = "api.example.com app.example.com";
        let story = Story::ordered(&core, "dns_names", expression, all);
        story.with(all, 2);
        let said = story.workdir.plan();
        assert_says(
            &said,
            &[
                "Warning: This apply may reissue the certificate",
                "Warning: DigiCert may revoke the present certificate within 72 hours",
                "If they leave out one of api.example.com, app.example.com, example.com",
            ],
        );
        story.workdir.apply_saved();
        assert_eq!(reissues(&story.sandbox), 0, "{}", core.name);
        story.assert_one_order();
        story.workdir.assert_empty_plan();
    }
}
