//! Identities, imports by them, moves and generated configurations.

use serde_json::json;

use super::{
    super::{Action, StoredIdentity},
    SHOP, apply,
    fake::Mood,
    rules, shop, workspace,
};
use crate::{client::Source, core_rules::Rule};

fn identity(id: &str) -> Option<StoredIdentity> {
    Some(StoredIdentity {
        version: 1,
        value: json!({ "id": id }),
    })
}

#[tokio::test]
async fn the_identity_of_every_answer_is_stored_beside_its_object() {
    let (_, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    assert_eq!(workspace.state()[SHOP].identity, identity("1"));
    let object = workspace.state_mut().get_mut(SHOP).unwrap();
    object.identity = None;
    workspace.refresh().await.unwrap().expect_success();
    assert_eq!(workspace.state()[SHOP].identity, identity("1"));
}

#[tokio::test]
async fn an_update_in_place_may_change_the_identity_if_its_plan_leaves_it_out() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    fake.be(Mood::Renews);
    let plan = workspace.plan(&shop("b")).await.unwrap().expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    assert_eq!(workspace.state()[SHOP].identity, identity("2"));
}

#[tokio::test]
async fn an_unknown_or_missing_identity_is_found() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    for (mood, broken) in [
        (Mood::LeavesIdentityUnknown, Rule::InvalidIdentity),
        (Mood::Anonymous, Rule::InvalidIdentity),
    ] {
        fake.be(mood);
        let plan = workspace.plan(&shop("b")).await.unwrap();
        assert_eq!(rules(&plan.report), [broken], "{mood:?}");
    }
    workspace.state_mut().clear();
    fake.be(Mood::LeavesIdentityUnknown);
    let plan = workspace.plan(&shop("a")).await.unwrap();
    assert_eq!(rules(&plan.report), [Rule::InvalidIdentity]);
}

#[tokio::test]
async fn an_identity_of_an_older_version_is_upgraded_before_it_is_used() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    let object = workspace.state_mut().get_mut(SHOP).unwrap();
    object.identity = Some(StoredIdentity {
        version: 0,
        value: json!({ "number": "1" }),
    });
    fake.calls();
    workspace.refresh().await.unwrap().expect_success();
    assert_eq!(
        fake.calls(),
        ["configure", "upgrade", "upgrade identity", "read"]
    );
    assert_eq!(workspace.state()[SHOP].identity, identity("1"));
}

#[tokio::test]
async fn a_provider_that_does_not_know_the_call_has_no_identities() {
    let (fake, mut workspace) = workspace().await;
    fake.be(Mood::HasNoIdentities);
    let _applied = apply(&mut workspace, "a").await.expect_success();
    assert_eq!(workspace.state()[SHOP].identity, None);
}

#[tokio::test]
async fn an_import_by_identity_must_return_one() {
    let (fake, mut workspace) = workspace().await;
    let (seven, eight) = (json!({ "id": "7" }), json!({ "id": "8" }));
    let report = workspace.import_by_identity(SHOP, &seven);
    report.await.unwrap().expect_success();
    assert_eq!(workspace.attributes(SHOP).unwrap()["id"], "7");
    assert_eq!(workspace.state()[SHOP].identity, identity("7"));
    fake.be(Mood::Anonymous);
    let report = workspace.import_by_identity(SHOP, &eight);
    assert_eq!(rules(&report.await.unwrap()), [Rule::InvalidImport]);
    assert_eq!(workspace.attributes(SHOP).unwrap()["id"], "7");
}

#[tokio::test]
async fn a_moved_object_is_stored_with_private_data_and_identity() {
    let (fake, mut workspace) = workspace().await;
    let source = Source {
        provider_address: "registry.terraform.io/other/other".to_owned(),
        type_name: "other_order".to_owned(),
        schema_version: 0,
        attributes: json!({ "number": "9" }),
        private: Vec::new(),
    };
    let report = workspace.move_from(&source, SHOP).await.unwrap();
    report.expect_success();
    let object = &workspace.state()[SHOP];
    assert_eq!(object.attributes["id"], "9");
    assert_eq!(object.private, b"moved");
    assert_eq!(object.identity, identity("9"));
    workspace.state_mut().clear();
    fake.be(Mood::Anonymous);
    let report = workspace.move_from(&source, SHOP).await.unwrap();
    assert_eq!(rules(&report), [Rule::InvalidIdentity]);
    assert!(workspace.state().is_empty());
}

#[tokio::test]
async fn a_configuration_is_generated_for_an_object_in_state() {
    let (_, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    let (config, report) = workspace.generate_config(SHOP).await.unwrap();
    report.expect_success();
    assert_eq!(config, json!({ "name": "a", "id": null, "note": null }));
}
