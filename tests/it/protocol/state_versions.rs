//! States that earlier releases wrote: one frozen state for each schema version, read by the built
//! binary.
//!
//! Raising the schema version of a resource type needs the state that the last release wrote, as
//! `tests/fixtures/states/TYPE.vN.json`: the attributes of a state file, never to be edited
//! afterwards.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};
use terraform_host::json::to_json;
use terraform_host::{Provider, StoredObject, Workspace};
use terraform_provider_digicert::framework::Catalog;
use terraform_provider_digicert::provider::DigicertProvider;

use super::waiting::TYPE;
use crate::host::bed::{Bed, SHOP, plain_launch};

fn frozen_path(type_name: &str, version: i64) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/states");
    PathBuf::from(format!("{folder}/{type_name}.v{version}.json"))
}

fn frozen(type_name: &str, version: i64) -> Map<String, Json> {
    let path = frozen_path(type_name, version);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; see the head of this file", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn object(attributes: &Map<String, Json>, version: i64) -> StoredObject {
    StoredObject {
        type_name: TYPE.to_owned(),
        schema_version: version,
        attributes: attributes.clone().into(),
        private: Vec::new(),
        identity: None,
        tainted: false,
    }
}

/// Every resource type of the provider with its schema version of today.
fn types() -> Vec<(&'static str, i64)> {
    let catalog = Catalog::of(&DigicertProvider::new(|_| {}));
    let versions = catalog
        .resources
        .iter()
        .map(|resource| (resource.type_name, resource.schema.version));
    versions.collect()
}

#[tokio::test]
async fn every_schema_version_has_a_frozen_state_that_is_read() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let types = types();
    assert_eq!(types.len(), 2);
    for (name, current) in types {
        assert_eq!(provider.resource(name).unwrap().version, current, "{name}");
        for version in 0..=current {
            let state = Json::from(frozen(name, version));
            let answer = provider.upgrade(name, version, &state).await.unwrap();
            assert!(!answer.failed(), "{name} {version}: {answer:?}");
            assert_eq!(answer.diagnostics, [], "{name} {version}");
            assert!(answer.object().is_wholly_known(), "{name} {version}");
        }
        let newer = frozen_path(name, current + 1);
        assert!(!newer.exists(), "{} has no schema", newer.display());
    }
    provider.close().await.unwrap();
}

#[tokio::test]
async fn a_state_of_the_first_schema_version_comes_back_as_it_was() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    for (type_name, _) in types() {
        let state = frozen(type_name, 0);
        let answer = provider.upgrade(type_name, 0, &state.clone().into()).await;
        let Json::Object(upgraded) = to_json(&answer.unwrap().object()) else {
            panic!("no object");
        };
        for (name, value) in &upgraded {
            let stored = state.get(name).unwrap_or(&Json::Null);
            assert_eq!(value, stored, "{type_name}: {name}");
        }
        let lost: Vec<_> = state
            .keys()
            .filter(|name| !upgraded.contains_key(*name))
            .collect();
        assert_eq!(lost, [] as [&String; 0], "{type_name}");
    }
    provider.close().await.unwrap();
}

#[tokio::test]
async fn attributes_that_a_state_lacks_or_has_too_many_do_not_hinder() {
    let mut state = frozen(TYPE, 0);
    for newer in ["revocation_reason", "ready_for_renewal", "timeouts"] {
        assert!(state.remove(newer).is_some(), "{newer}");
    }
    // As before there was a bound for updates.
    state.insert(
        "timeouts".to_owned(),
        serde_json::json!({ "create": "10m" }),
    );
    // As after a release that had one more, which core takes away.
    state.insert("of_another_release".to_owned(), "x".into());
    let bed = Bed::new();
    let mut terraform: Workspace = bed.terraform;
    terraform
        .state_mut()
        .insert(SHOP.to_owned(), object(&state, 0));

    let plan = terraform.plan_destroy().await.unwrap();
    // The sandbox does not know the order; everything before that question went well.
    let errors: Vec<_> = plan.report.errors().map(|it| it.summary.as_str()).collect();
    assert_eq!(errors, ["Order not visible"]);
    plan.report.expect_valid();
}
