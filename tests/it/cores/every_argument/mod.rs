//! A change of every argument on an issued order, through real cores: what is planned, what a
//! reviewer is told, what is called, and that nothing is left to change afterwards.

mod rows;
mod taken_away;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use certcentral_sandbox::{Entry, Sandbox, Settings};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use terraform_provider_digicert::framework::{Catalog, Mode};
use terraform_provider_digicert::provider::DigicertProvider;

use self::rows::{NOTHING, Planned, Row, rows};
use super::configuration::{KEY, csr};
use super::evidence::{changing, few_cores};
use crate::cores::driver::{Core, Output, Workdir};
use crate::host::bed::http;

#[test]
fn every_argument_changes_as_the_documentation_says() {
    each_changes_as_told(&few_cores(), rows);
}

#[test]
fn an_argument_that_is_taken_away_gets_its_default_or_stays_what_it_is() {
    each_changes_as_told(&few_cores(), taken_away::rows);
}

#[test]
fn no_argument_of_the_schema_is_left_out() {
    let catalog = Catalog::of(&DigicertProvider::new(|_| {}));
    let order = catalog
        .resources
        .iter()
        .find(|resource| resource.type_name == "digicert_ssl_order");
    let attributes = &order.unwrap().schema.attributes;
    let arguments = attributes.iter().filter(|it| it.mode != Mode::Computed);
    let arguments: BTreeSet<_> = arguments.map(|it| it.name).collect();
    let of = |rows: &[Row]| -> BTreeSet<&str> {
        let names = rows.iter().map(|row| row.argument);
        names.map(|name| name.split('.').next().unwrap()).collect()
    };
    assert_eq!(of(&rows(1)), arguments);
    let required_in_some_form = [
        "product_name_id",
        "common_name",
        "csr",
        "validity_years",
        "validity_days",
        "custom_expiration_date",
        "order_validity",
    ];
    let mut taken_away = of(&taken_away::rows(1));
    taken_away.extend(required_in_some_form);
    assert_eq!(taken_away, arguments);
}

/// Applies the first value of each row, changes all to the second, and holds plan, words, calls and
/// the plan afterwards against the rows. `rows` takes an order that may be renewed now.
fn each_changes_as_told(cores: &[Core], rows: fn(u64) -> Vec<Row>) {
    for core in cores {
        let (sandbox, renewable) = account();
        let rows = rows(renewable);
        let workdir = workdir(core, &sandbox, &rows, |row| &row.before);
        workdir.apply();
        let first = orders(&workdir, &rows);
        let seen = sandbox.journal().len();

        workdir.write("main.tf", &text(&sandbox, &rows, |row| &row.after));
        let output = workdir
            .run(&["plan", "-json", "-out=changes.plan"])
            .success();
        let warnings = warnings(&output);
        let plan = workdir.run(&["show", "-json", "changes.plan"]).success();
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        assert_eq!(
            changing(&sandbox.journal()[seen..]),
            NOTHING,
            "{}",
            core.name
        );
        workdir.run(&["apply", "changes.plan"]).success();
        let second = orders(&workdir, &rows);
        let journal = &sandbox.journal()[seen..];

        for row in &rows {
            let context = format!("{}: {}", core.name, row.argument);
            let address = address(row);
            assert_eq!(planned(&plan, &address), row.planned, "{context}");
            let mut said = warnings.get(&address).cloned().unwrap_or_default();
            said.sort();
            let (old, new) = (&first[row.argument], &second[row.argument]);
            let warned = row.warnings.iter().map(|it| it.replace("ID", old));
            assert_eq!(said, warned.collect::<Vec<_>>(), "{context}");
            assert_eq!(old != new, row.planned == Planned::Replace, "{context}");
            let product = product(row);
            let wanted: Vec<_> = row
                .calls
                .iter()
                .map(|call| call.replace("ID", old).replace("PRODUCT", product))
                .collect();
            assert_eq!(calls(journal, row, old), wanted, "{context}");
        }
        workdir.assert_empty_plan();
    }
}

/// An account with an order that is near its end.
fn account() -> (Sandbox, u64) {
    let sandbox = Sandbox::start(Settings {
        start_at: Some(OffsetDateTime::now_utc() - Duration::from_secs(300 * 86_400)),
        ..Settings::default()
    })
    .unwrap();
    let body = json!({
        "certificate": { "common_name": "old.example.com", "csr": csr(), "signature_hash": "sha256" },
        "order_validity": { "years": 1 },
        "organization": { "id": 123_456 },
    });
    let url = format!("{}/order/certificate/ssl_plus", sandbox.base_url());
    let request = http().post(url).header("X-DC-DEVKEY", KEY).json(&body);
    let answer = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(async { request.send().await.unwrap().text().await.unwrap() });
    let answer: Value = serde_json::from_str(&answer).unwrap();
    sandbox.advance(Duration::from_secs(300 * 86_400));
    (sandbox, answer["id"].as_u64().unwrap())
}

fn workdir(core: &Core, sandbox: &Sandbox, rows: &[Row], value: fn(&Row) -> &Value) -> Workdir {
    let mut workdir = Workdir::new(core, &[("main.tf", &text(sandbox, rows, value))]);
    workdir.env("DIGICERT_API_KEY", KEY);
    workdir
}

/// One resource for each row, with a name of its own.
fn text(sandbox: &Sandbox, rows: &[Row], value: fn(&Row) -> &Value) -> String {
    let mut text = format!(
        "terraform {{\n  required_providers {{\n    digicert = {{ source = \
         \"certcentral/digicert\" }}\n  }}\n}}\n\n\
         provider \"digicert\" {{\n  base_url = \"{}\"\n}}\n",
        sandbox.base_url()
    );
    for row in rows {
        let mut arguments = Map::new();
        arguments.insert("product_name_id".to_owned(), json!(product(row)));
        arguments.insert(
            "common_name".to_owned(),
            json!(format!("{}.example.com", label(row).replace('_', "-"))),
        );
        arguments.insert("csr".to_owned(), json!(csr()));
        arguments.insert("organization".to_owned(), json!({ "id": 123_456 }));
        let sets_its_term = ["validity_days", "custom_expiration_date", "order_validity"];
        if !sets_its_term.contains(&row.argument) {
            arguments.insert("validity_years".to_owned(), json!(1));
        }
        let argument = row.argument.split('.').next().unwrap();
        arguments.insert(argument.to_owned(), value(row).clone());
        let lines: String = arguments
            .iter()
            .map(|(name, value)| format!("  {name} = {value}\n"))
            .collect();
        text.push_str(&format!(
            "\nresource \"digicert_ssl_order\" \"{}\" {{\n{lines}}}\n",
            label(row)
        ));
    }
    text
}

fn label(row: &Row) -> String {
    row.argument.replace('.', "_")
}

fn address(row: &Row) -> String {
    format!("digicert_ssl_order.{}", label(row))
}

fn product(row: &Row) -> &str {
    match row.argument {
        "product_name_id" => row.after.as_str().unwrap(),
        // The products of the API page take no other hash.
        "signature_hash" => "ssl_basic",
        // `ssl_plus` covers one name.
        "dns_names" => "ssl_multi_domain",
        _ => "ssl_plus",
    }
}

/// The order ids in state, by argument.
fn orders(workdir: &Workdir, rows: &[Row]) -> BTreeMap<&'static str, String> {
    let state = workdir.state();
    let resources = state["values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    let id = |row: &Row| {
        let address = address(row);
        let found = resources.iter().find(|one| one["address"] == address);
        found.unwrap()["values"]["id"].as_str().unwrap().to_owned()
    };
    rows.iter().map(|row| (row.argument, id(row))).collect()
}

/// The headlines of the warnings of a `-json` command, by address.
fn warnings(output: &Output) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in output.stdout.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let diagnostic = &message["diagnostic"];
        if diagnostic["severity"] == "warning"
            && let Some(address) = diagnostic["address"].as_str()
        {
            let summary = diagnostic["summary"].as_str().unwrap().to_owned();
            let all = found.entry(address.to_owned()).or_default();
            if !all.contains(&summary) {
                all.push(summary);
            }
        }
    }
    found
}

fn planned(plan: &Value, address: &str) -> Planned {
    let changes = plan["resource_changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["address"] == address);
    let actions = &change.unwrap()["change"]["actions"];
    if *actions == json!(["update"]) {
        Planned::Update
    } else if *actions == json!(["no-op"]) {
        Planned::Nothing
    } else if *actions == json!(["delete", "create"]) {
        Planned::Replace
    } else {
        panic!("{address} is planned as {actions}")
    }
}

/// The changing calls for one row: on its order, or for its common name.
fn calls(journal: &[Entry], row: &Row, order: &str) -> Vec<String> {
    let name = format!("{}.example.com", label(row).replace('_', "-"));
    let of_the_row: Vec<_> = journal
        .iter()
        .filter(|entry| {
            entry.path.split('/').any(|segment| segment == order)
                || entry.request["certificate"]["common_name"] == name
        })
        .cloned()
        .collect();
    changing(&of_the_row)
}
