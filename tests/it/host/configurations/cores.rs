//! The same configurations through every core, which quotes the line of each mistake.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{accepted, refused_names, refused_provider, refused_values};
use crate::cores::driver::{Core, Feature, Workdir, cores};
use crate::cores::evidence::few_cores;
use crate::host::bed::{order, order_with};

const HEAD: &str = "terraform {\n  required_providers {\n    digicert = { source = \"certcentral/digicert\" }\n  }\n}\n";

/// One resource, one argument a line; JSON is HCL too.
fn resource(index: usize, order: &Json) -> String {
    format!("{}\n{}}}\n", header(index), lines(order))
}

fn lines(arguments: &Json) -> String {
    let arguments = arguments.as_object().unwrap().iter();
    arguments
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect()
}

/// The first line of a resource.
fn header(index: usize) -> String {
    format!("resource \"digicert_ssl_order\" \"row{index}\" {{")
}

/// The line, counted from 1, on which a resource sets an argument; that of its header for none.
fn line_of(text: &str, index: usize, argument: &str) -> usize {
    let header = header(index);
    let start = text.lines().position(|line| line == header).unwrap();
    let setting = format!("  {argument} = ");
    let offset = text
        .lines()
        .skip(start)
        .take_while(|line| *line != "}")
        .position(|line| line.starts_with(&setting));
    start + offset.unwrap_or(0) + 1
}

/// The argument whose line core quotes for a path such as `.organization.contacts[0].email`; empty
/// for the resource itself.
fn quoted_argument<'a>(path: &'a str, core: &Core) -> &'a str {
    let Some(path) = path.strip_prefix('.') else {
        return "";
    };
    match path.split_once('.') {
        // The core points at the resource then; the sentence names the place.
        Some(_) if !core.has(Feature::LineInsideAttribute) => "",
        Some((argument, _)) => argument,
        None => path.split('[').next().unwrap(),
    }
}

/// What `validate -json` says of errors: line and sentence.
fn errors(stdout: &str) -> Vec<(usize, String)> {
    let answer: Json = serde_json::from_str(stdout).unwrap();
    let all = answer["diagnostics"].as_array().unwrap().iter();
    all.filter(|it| it["severity"] == "error")
        .map(|it| {
            let line = it["range"]["start"]["line"].as_u64().unwrap();
            let [summary, detail] = ["summary", "detail"].map(|name| it[name].as_str().unwrap());
            (
                usize::try_from(line).unwrap(),
                format!("{summary}. {detail}"),
            )
        })
        .collect()
}

#[test]
fn core_quotes_the_line_of_every_mistake_and_reports_all_together() {
    let rows: Vec<_> = refused_names::all()
        .into_iter()
        .chain(refused_values::all())
        .collect();
    assert!(rows.len() >= 80, "{} bad configurations", rows.len());
    let resources: String = rows
        .iter()
        .enumerate()
        .map(|(index, row)| resource(index, &order_with(row.edit.clone())))
        .collect();
    let text = format!("{HEAD}{resources}");
    for core in cores() {
        let workdir = Workdir::new(&core, &[("main.tf", &text)]);
        let output = workdir.run(&["validate", "-json"]).exits_with(1);
        let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (line, sentence) in errors(&output.stdout) {
            found.entry(line).or_default().push(sentence);
        }
        for (index, row) in rows.iter().enumerate() {
            let line = line_of(&text, index, quoted_argument(row.path, &core));
            let said = found.remove(&line).unwrap_or_default();
            assert!(
                matches!(said.as_slice(), [only] if only.contains(row.says)),
                "{}: line {line}, {}: {said:?}",
                core.name,
                row.edit
            );
        }
        assert!(found.is_empty(), "{}: {found:?}", core.name);
    }
}

#[test]
fn core_quotes_the_line_of_every_mistake_in_a_provider_block() {
    let rows = refused_provider::all();
    let blocks: String = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            format!(
                "provider \"digicert\" {{\n  alias = \"row{index}\"\n{}}}\n{}\n  provider = \
                 digicert.row{index}\n{}}}\n",
                lines(&row.edit),
                header(index),
                lines(&order())
            )
        })
        .collect();
    let text = format!("{HEAD}{blocks}");
    for core in few_cores() {
        let workdir = Workdir::new(&core, &[("main.tf", &text)]);
        let output = workdir.run(&["validate", "-json"]).exits_with(1);
        let mut found = errors(&output.stdout);
        found.sort();
        let alias = |index: usize| format!("  alias = \"row{index}\"");
        assert_eq!(found.len(), rows.len(), "{}: {found:?}", core.name);
        for ((index, row), (line, said)) in rows.iter().enumerate().zip(found) {
            let start = text.lines().position(|it| it == alias(index)).unwrap();
            let setting = format!("  {} = ", quoted_argument(row.path, &core));
            let offset = text
                .lines()
                .skip(start)
                .position(|it| it.starts_with(&setting))
                .unwrap();
            assert!(
                line == start + offset + 1 && said.contains(row.says),
                "{}: {}: line {line}: {said}",
                core.name,
                row.edit
            );
        }
    }
}

#[test]
fn odd_but_legal_orders_plan_without_key_and_network() {
    let rows = accepted::all();
    assert!(rows.len() >= 40, "{} good configurations", rows.len());
    let resources: String = rows
        .iter()
        .enumerate()
        .map(|(index, (edit, _))| resource(index, &order_with(edit.clone())))
        .collect();
    let provider = "provider \"digicert\" {\n  base_url = \"http://127.0.0.1:9/services/v2\"\n}\n";
    let text = format!("{HEAD}{provider}{resources}");
    let planned = format!("Plan: {} to add, 0 to change, 0 to destroy.", rows.len());
    for core in few_cores() {
        let workdir = Workdir::new(&core, &[("main.tf", &text)]);
        let output = workdir.plan();
        assert!(
            output.stdout.contains(&planned),
            "{}: {}",
            core.name,
            output.stdout
        );
    }
}
