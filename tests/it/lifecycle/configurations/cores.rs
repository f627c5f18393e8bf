//! The same mistakes through a real core, which quotes the line of each.

use serde_json::{Value as Json, json};

use super::super::bed::order_with;
use crate::terraform::{Core, Workdir, cores};

const HEAD: &str = "terraform {\n  required_providers {\n    digicert = { source = \"certcentral/digicert\" }\n  }\n}\n";

/// One resource, one argument a line; JSON is HCL too.
fn resource(label: &str, order: &Json) -> String {
    let lines: String = order
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect();
    format!("resource \"digicert_ssl_order\" \"{label}\" {{\n{lines}}}\n")
}

/// Older cores have no line for what stands inside an attribute and point at the resource; the sentence names the place.
const POINTS_INSIDE: (u64, u64) = (1, 15);

/// The line, counted from 1, on which a resource sets an argument; that of its header for none.
fn line_of(text: &str, label: &str, argument: &str) -> usize {
    let header = format!("resource \"digicert_ssl_order\" \"{label}\" {{");
    let start = text.lines().position(|line| line == header).unwrap();
    let setting = format!("  {argument} = ");
    let offset = text
        .lines()
        .skip(start)
        .take_while(|line| *line != "}")
        .position(|line| line.starts_with(&setting));
    start + offset.unwrap_or(0) + 1
}

/// The oldest core and the newest.
fn two_cores() -> Vec<Core> {
    let mut all = cores();
    let versions = || all.iter().map(|core| core.version);
    let (oldest, newest) = (versions().min(), versions().max());
    all.retain(|core| Some(core.version) == oldest || Some(core.version) == newest);
    all
}

#[test]
fn core_points_at_the_line_of_every_mistake() {
    let rows = [
        (
            "name",
            json!({ "common_name": "a_b.example.com" }),
            "common_name",
            "Invalid common name",
        ),
        (
            "names",
            json!({ "dns_names": ["10.0.0.1"] }),
            "dns_names",
            "Invalid DNS name",
        ),
        ("csr", json!({ "csr": "not a CSR" }), "csr", "Invalid CSR"),
        (
            "years",
            json!({ "order_validity": { "years": 4 } }),
            "order_validity.years",
            "Invalid validity",
        ),
        (
            "two",
            json!({ "validity_years": 2 }),
            "order_validity",
            "Conflicting validity arguments",
        ),
        (
            "none",
            json!({ "order_validity": null }),
            "",
            "Missing order validity",
        ),
        (
            "contact",
            json!({ "organization": { "id": 1, "contacts": [{ "contact_type": "technical_contact", "user_id": 0 }] } }),
            "organization.contacts",
            "Invalid user id",
        ),
        (
            "ev",
            json!({ "product_name_id": "ssl_ev_plus" }),
            "organization.contacts",
            "Missing EV approver",
        ),
        (
            "field",
            json!({ "custom_fields": [{ "metadata_id": 0, "value": "x" }] }),
            "custom_fields",
            "Invalid id",
        ),
        (
            "mail",
            json!({ "additional_emails": ["tls"] }),
            "additional_emails",
            "Invalid e-mail address",
        ),
        (
            "unit",
            json!({ "organization_units": ["-"] }),
            "organization_units",
            "Meaningless organization unit",
        ),
    ];
    let resources: String = rows
        .iter()
        .map(|(label, edit, _, _)| resource(label, &order_with(edit.clone())))
        .collect();
    let text = format!("{HEAD}{resources}");
    for core in two_cores() {
        let mut expected: Vec<_> = rows
            .iter()
            .map(|(label, _, path, summary)| {
                let argument = match path.split_once('.') {
                    Some(_) if core.version < POINTS_INSIDE => "",
                    Some((argument, _)) => argument,
                    None => path,
                };
                (line_of(&text, label, argument), *summary)
            })
            .collect();
        expected.sort_unstable();
        let workdir = Workdir::new(&core, &[("main.tf", &text)]);
        let output = workdir.run(&["validate", "-json"]).exits_with(1);
        let answer: Json = serde_json::from_str(&output.stdout).unwrap();
        let mut found: Vec<_> = answer["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["severity"] == "error")
            .map(|it| {
                let line = it["range"]["start"]["line"].as_u64().unwrap();
                (
                    usize::try_from(line).unwrap(),
                    it["summary"].as_str().unwrap(),
                )
            })
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{}", core.name);
    }
}

#[test]
fn odd_but_legal_orders_plan_without_key_and_network() {
    let rows = [
        ("idn", json!({ "common_name": "b\u{fc}cher.example.com." })),
        ("both", json!({ "validity_years": 1 })),
        (
            "wide",
            json!({ "dns_names": ["*.example.com", "example.com"] }),
        ),
        (
            "empty",
            json!({ "dns_names": [], "custom_fields": [], "cert_validity": {} }),
        ),
        ("later", json!({ "product_name_id": "ssl_new_2030" })),
    ];
    let resources: String = rows
        .iter()
        .map(|(label, edit)| resource(label, &order_with(edit.clone())))
        .collect();
    let provider = "provider \"digicert\" {\n  base_url = \"http://127.0.0.1:9/services/v2\"\n}\n";
    let text = format!("{HEAD}{provider}{resources}");
    for core in two_cores() {
        let workdir = Workdir::new(&core, &[("main.tf", &text)]);
        let output = workdir.plan();
        assert!(
            output
                .stdout
                .contains("Plan: 5 to add, 0 to change, 0 to destroy."),
            "{}: {}",
            core.name,
            output.stdout
        );
    }
}
