//! The harness itself, tried on every core with Terraform's built-in `terraform_data`.

use std::fs;

use nix::sys::signal::Signal;
use serde_json::json;

use super::{Workdir, cores};

#[test]
fn a_built_in_resource_lives_its_life_on_every_core() {
    for core in cores() {
        let configuration = r#"resource "terraform_data" "example" { input = "first" }"#;
        let workdir = Workdir::new(&core, &[("main.tf", configuration)]);
        workdir.run(&["validate"]).success();

        let plan = workdir.plan_json();
        assert_eq!(
            plan["resource_changes"][0]["change"]["actions"],
            json!(["create"]),
            "{}",
            core.name
        );
        assert_eq!(
            plan["resource_changes"][0]["change"]["after"]["input"], "first",
            "{}",
            core.name
        );

        workdir.apply_saved();
        assert_eq!(
            workdir.attributes("terraform_data.example").unwrap()["output"],
            "first",
            "{}",
            core.name
        );
        workdir.assert_empty_plan();

        workdir.write(
            "main.tf",
            r#"resource "terraform_data" "example" { input = "second" }"#,
        );
        workdir.run(&["plan", "-detailed-exitcode"]).exits_with(2);
        workdir.apply();
        assert_eq!(
            workdir.attributes("terraform_data.example").unwrap()["output"],
            "second",
            "{}",
            core.name
        );

        workdir.destroy();
        assert_eq!(
            workdir.attributes("terraform_data.example"),
            None,
            "{}",
            core.name
        );
    }
}

#[test]
fn an_import_brings_an_id_into_an_empty_state() {
    for core in cores() {
        let workdir = Workdir::new(
            &core,
            &[("main.tf", r#"resource "terraform_data" "example" {}"#)],
        );

        workdir.import("terraform_data.example", "an-id");

        assert_eq!(
            workdir.attributes("terraform_data.example").unwrap()["id"],
            "an-id",
            "{}",
            core.name
        );
        workdir.assert_empty_plan();
    }
}

/// The provisioner of the second resource blocks until Terraform kills it: were it to end by the
/// interrupt, Terraform could be done before it says that one came.
const BLOCKING: &str = r#"
resource "terraform_data" "done" {}

resource "terraform_data" "blocked" {
  depends_on = [terraform_data.done]

  provisioner "local-exec" {
    command = "trap '' INT; echo blocking; exec tail -f /dev/null"
  }
}
"#;

#[test]
fn an_interrupt_reaches_the_process_group_and_leaves_the_state() {
    for core in cores() {
        let workdir = Workdir::new(&core, &[("main.tf", BLOCKING)]);

        let mut apply = workdir.spawn(&["apply", "-auto-approve"]);
        apply.wait_for_line("(local-exec): blocking");
        apply.signal(Signal::SIGINT);
        let output = apply.wait().exits_with(1);

        assert!(
            output.stdout.contains("Interrupt received."),
            "{}: {}",
            core.name,
            output.stdout
        );
        assert!(
            workdir.attributes("terraform_data.done").is_some(),
            "{}",
            core.name
        );
    }
}

#[test]
fn the_environment_of_the_caller_stays_outside() {
    for core in cores() {
        let configuration = r#"
            resource "terraform_data" "example" {
              provisioner "local-exec" { command = "env > environment.txt" }
            }
        "#;
        let mut workdir = Workdir::new(&core, &[("main.tf", configuration)]);
        workdir.env("DIGICERT_API_KEY", "sandbox-of-this-test");

        workdir.apply();

        let environment = fs::read_to_string(workdir.path().join("environment.txt")).unwrap();
        assert!(
            environment.contains("DIGICERT_API_KEY=sandbox-of-this-test\n"),
            "{}: {environment}",
            core.name
        );
        // Cargo always sets this one for its tests.
        assert!(
            !environment.contains("CARGO_MANIFEST_DIR="),
            "{}: {environment}",
            core.name
        );
        let home = format!("HOME={}\n", workdir.path().with_file_name("home").display());
        assert!(environment.contains(&home), "{}: {environment}", core.name);
    }
}

#[test]
fn a_new_enough_core_is_known_by_its_version() {
    for core in cores() {
        let workdir = Workdir::new(&core, &[]);

        let output = workdir.run(&["version"]).success();

        let (major, minor, _) = core.version;
        let expected = format!("{:?} v{major}.{minor}.", core.product);
        assert!(
            output.stdout.contains(&expected),
            "{}: {}",
            core.name,
            output.stdout
        );
    }
}
