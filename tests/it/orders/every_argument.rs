//! A change of every argument on an issued order, through real cores: what is planned, what a reviewer is told, what is called, and
//! that nothing is left to change afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use certcentral_sandbox::{Entry, Sandbox, Settings};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::configuration::{KEY, csr};
use super::evidence::changing;
use crate::lifecycle::bed::http;
use crate::terraform::{Core, Output, Workdir, cores};

/// What a change is planned as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planned {
    /// In place.
    Update,
    /// Destroy and create.
    Replace,
}

/// One argument: its value before and after, and everything that its change means.
struct Row {
    argument: &'static str,
    before: Value,
    after: Value,
    planned: Planned,
    warnings: &'static [&'static str],
    /// Changing calls; `ID` is the order, `PRODUCT` its product.
    calls: &'static [&'static str],
}

const NOTHING: &[&str] = &[];
const RECORDED: &[&str] = &["Change is recorded only"];
const REISSUED: &[&str] = &["This apply reissues the certificate"];
// Core keeps the warnings of a replacement's create half to itself.
const BOUGHT: &[&str] = &["Order is replaced by a new one"];
const REISSUE: &[&str] = &["POST /order/certificate/ID/reissue"];
const REISSUE_TO_ANOTHER_TOKEN: &[&str] = &[
    "POST /order/certificate/ID/reissue",
    "POST /order/certificate/ID/note",
];
const ORDER: &[&str] = &["POST /order/certificate/PRODUCT"];

fn row(
    argument: &'static str,
    [before, after]: [Value; 2],
    planned: Planned,
    warnings: &'static [&'static str],
    calls: &'static [&'static str],
) -> Row {
    Row {
        argument,
        before,
        after,
        planned,
        warnings,
        calls,
    }
}

/// A change that is only recorded in state, with a warning or without.
fn recorded(argument: &'static str, values: [Value; 2], warnings: &'static [&'static str]) -> Row {
    row(argument, values, Planned::Update, warnings, NOTHING)
}

fn reissued(argument: &'static str, values: [Value; 2], calls: &'static [&'static str]) -> Row {
    row(argument, values, Planned::Update, REISSUED, calls)
}

fn bought(argument: &'static str, values: [Value; 2]) -> Row {
    row(argument, values, Planned::Replace, BOUGHT, ORDER)
}

/// Every argument of the resource; `renewable` is an order that may be renewed now.
fn rows(renewable: u64) -> Vec<Row> {
    let none = Value::Null;
    let in_half_a_year = (OffsetDateTime::now_utc().date() + time::Duration::days(180)).to_string();
    let technical = json!({
        "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Byron", "job_title": "Engineer",
        "telephone": "801-555-0100", "email": "ada@example.com",
    });
    vec![
        bought(
            "product_name_id",
            [json!("ssl_plus"), json!("ssl_multi_domain")],
        ),
        reissued(
            "common_name",
            [
                json!("a.common-name.example.com"),
                json!("b.common-name.example.com"),
            ],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "dns_names",
            [
                json!(["www.example.com"]),
                json!(["api.example.com", "www.example.com"]),
            ],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "csr",
            [json!(csr()), json!(another_csr())],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "signature_hash",
            [json!("sha256"), json!("sha384")],
            REISSUE,
        ),
        row(
            "organization_units",
            [none.clone(), json!(["Sales"])],
            Planned::Update,
            &[
                "Organization units are ignored",
                "This apply reissues the certificate",
            ],
            REISSUE,
        ),
        reissued("server_platform_id", [json!(-1), json!(45)], REISSUE),
        reissued(
            "profile_option",
            [none.clone(), json!("server_client_auth_eku")],
            REISSUE,
        ),
        reissued(
            "ca_cert_id",
            [none.clone(), json!("28A0F0CB2BB6E1E1")],
            REISSUE,
        ),
        reissued(
            "cert_validity",
            [none.clone(), json!({ "days": 90 })],
            REISSUE,
        ),
        bought("validity_years", [json!(1), json!(2)]),
        bought("validity_days", [json!(200), json!(201)]),
        bought(
            "custom_expiration_date",
            [
                json!((OffsetDateTime::now_utc().date() + time::Duration::days(170)).to_string()),
                json!(in_half_a_year),
            ],
        ),
        bought(
            "order_validity",
            [json!({ "years": 1 }), json!({ "years": 3 })],
        ),
        bought(
            "organization",
            [json!({ "id": 123_456 }), json!({ "id": 778_812 })],
        ),
        bought("container_id", [none.clone(), json!(60_412)]),
        row(
            "custom_fields",
            [none.clone(), json!([{ "metadata_id": 11, "value": "a" }])],
            Planned::Update,
            NOTHING,
            &["POST /order/certificate/ID/custom-field"],
        ),
        row(
            "additional_emails",
            [json!(["a@example.com"]), json!(["b@example.com"])],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/additional-emails"],
        ),
        row(
            "disable_renewal_notifications",
            [json!(false), json!(true)],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/renewal-emails/disable"],
        ),
        row(
            "organization.contacts",
            [
                json!({ "id": 123_456 }),
                json!({ "id": 123_456, "contacts": [technical] }),
            ],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/contact"],
        ),
        recorded("auto_renew", [none.clone(), json!(true)], RECORDED),
        recorded(
            "custom_renewal_message",
            [none.clone(), json!("Renew me")],
            RECORDED,
        ),
        recorded("comments", [json!("first"), json!("second")], RECORDED),
        recorded("locale", [json!("en"), json!("de")], RECORDED),
        recorded("skip_approval", [json!(true), json!(false)], RECORDED),
        recorded("disable_ct", [none.clone(), json!(true)], RECORDED),
        recorded(
            "dcv_method",
            [json!("email"), json!("dns-txt-token")],
            RECORDED,
        ),
        recorded(
            "payment_method",
            [json!("balance"), json!("card")],
            RECORDED,
        ),
        bought("renewal_of_order_id", [none.clone(), json!(renewable)]),
        bought(
            "renewed_thumbprint",
            [
                none.clone(),
                json!("0123456789ABCDEF0123456789ABCDEF01234567"),
            ],
        ),
        bought(
            "alternative_order_id",
            [json!("shop-2026"), json!("shop-2027")],
        ),
        bought("order_key", [none.clone(), json!("again")]),
        recorded("wait_for", [json!("auto"), json!("none")], NOTHING),
        recorded("on_destroy", [json!("retain"), json!("cancel")], NOTHING),
        recorded(
            "revocation_reason",
            [none.clone(), json!("superseded")],
            NOTHING,
        ),
        recorded(
            "duplicate_order_check",
            [json!("error"), json!("warn")],
            NOTHING,
        ),
        recorded("reorder_when_closed", [json!(false), json!(true)], NOTHING),
        recorded(
            "reissue_days_before_expiry",
            [json!(30), json!(20)],
            NOTHING,
        ),
        recorded("renew_days_before_expiry", [json!(0), json!(10)], NOTHING),
        recorded(
            "timeouts",
            [
                none,
                json!({ "create": "5m", "update": "6m", "delete": "7m" }),
            ],
            NOTHING,
        ),
    ]
}

#[test]
fn every_argument_changes_as_the_documentation_says() {
    for core in cores() {
        let (sandbox, renewable) = account();
        let rows = rows(renewable);
        let workdir = workdir(&core, &sandbox, &rows, |row| &row.before);
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
            assert_eq!(said, row.warnings, "{context}");
            let (old, new) = (&first[row.argument], &second[row.argument]);
            assert_eq!(old == new, row.planned == Planned::Update, "{context}");
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
        "terraform {{\n  required_providers {{\n    digicert = {{ source = \"certcentral/digicert\" }}\n  }}\n}}\n\n\
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

/// Another key than [`csr`] has.
fn another_csr() -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    let key = KeyPair::generate().unwrap();
    parameters.serialize_request(&key).unwrap().pem().unwrap()
}
