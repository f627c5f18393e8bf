//! The workspace against a provider in the same process.

mod fake;
mod foreign;
mod process;

use serde_json::json;

use self::fake::{Fake, Mood};
use super::*;
use crate::{client::Release, core_rules::Rule, json::unknown};

const SHOP: &str = "x_order.shop";

async fn workspace() -> (Fake, Workspace) {
    let fake = Fake::default();
    let workspace = Workspace::on_channel(fake.serve().await);
    (fake, workspace)
}

fn shop(name: &str) -> Vec<Resource> {
    vec![Resource::new(SHOP, json!({ "name": name }))]
}

async fn apply(workspace: &mut Workspace, name: &str) -> Applied {
    let plan = workspace.plan(&shop(name)).await.unwrap().expect_success();
    workspace.apply(&plan).await.unwrap()
}

fn rules(report: &Report) -> Vec<Rule> {
    report
        .violations
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

#[tokio::test]
async fn a_resource_goes_through_its_life_with_core_s_actions() {
    let (_, mut workspace) = workspace().await;
    let mut actions = Vec::new();
    for name in ["a", "a", "b", "replaced"] {
        let plan = workspace.plan(&shop(name)).await.unwrap().expect_success();
        actions.push(plan.action(SHOP).unwrap());
        let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    }
    assert_eq!(
        actions,
        [
            Action::Create,
            Action::NoOp,
            Action::Update,
            Action::Replace
        ]
    );
    assert_eq!(
        workspace.attributes(SHOP),
        Some(&json!({ "name": "replaced", "id": "1", "note": null }))
    );
    assert_eq!(workspace.state()[SHOP].private, b"applied");
    let gone = workspace.destroy().await.unwrap().expect_success();
    assert_eq!(gone.done, [(SHOP.to_owned(), Action::Delete)]);
    assert!(workspace.state().is_empty());
}

#[tokio::test]
async fn calls_come_in_core_s_order() {
    let (fake, mut workspace) = workspace().await;
    let plan = workspace.plan(&shop("a")).await.unwrap().expect_success();
    // The validate process, then the plan process, which asks twice.
    assert_eq!(
        fake.calls(),
        ["validate", "configure", "validate", "plan", "plan"]
    );
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        fake.calls(),
        ["configure", "validate", "plan", "plan", "apply"]
    );
    workspace
        .plan(&shop("b"))
        .await
        .unwrap()
        .expect_success()
        .changes
        .clear();
    assert_eq!(
        fake.calls(),
        [
            "validate",
            "configure",
            "upgrade",
            "read",
            "upgrade",
            "validate",
            "plan",
            "plan"
        ]
    );
}

#[tokio::test]
async fn a_release_that_keeps_private_data_hands_them_to_the_plan_of_the_apply() {
    let (fake, workspace) = workspace().await;
    let mut workspace = workspace.release(Release::V1_16);
    let plan = workspace.plan(&shop("a")).await.unwrap().expect_success();
    assert_eq!(fake.calls()[3..], ["plan, kept", "plan, kept"]);
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    let again = "plan after planned";
    assert_eq!(fake.calls()[2..], [again, again, "apply"]);

    // A replacement hands on what the second question was answered with.
    let plan = workspace.plan(&shop("r")).await.unwrap().expect_success();
    let asked = fake.calls();
    assert_eq!(asked[asked.len() - 4..], ["plan, kept"; 4]);
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    let again = "plan after applied";
    assert_eq!(
        fake.calls(),
        [
            "configure",
            "upgrade",
            "apply",
            "validate",
            again,
            again,
            "apply"
        ]
    );
}

#[tokio::test]
async fn what_is_created_first_is_put_aside_and_destroyed_by_a_plan_of_its_own() {
    let replaced = || [shop("r").remove(0).created_first()];
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    let plan = workspace.plan(&replaced()).await.unwrap().expect_success();
    let _calls = fake.calls();
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        fake.calls(),
        [
            "configure",
            "validate",
            "plan",
            "plan",
            "apply",
            "upgrade",
            "plan",
            "apply"
        ]
    );
    assert_eq!(workspace.state().len(), 1);
    assert_eq!(workspace.attributes(SHOP).unwrap()["name"], "r");

    // A create that fails leaves the object where it was.
    let plan = workspace
        .plan(&[shop("r2").remove(0).created_first()])
        .await;
    let plan = plan.unwrap().expect_success();
    fake.be(Mood::ErrorWithoutState);
    assert!(workspace.apply(&plan).await.unwrap().report.failed());
    assert_eq!(workspace.state().len(), 1);
    assert_eq!(workspace.attributes(SHOP).unwrap()["name"], "r");
}

#[tokio::test]
async fn each_answer_to_a_create_leaves_what_core_would_leave() {
    for (mood, tainted, broken) in [
        (Mood::ErrorWithoutState, None, vec![]),
        (Mood::Dies, None, vec![]),
        (Mood::ErrorWithState, Some(true), vec![]),
        (Mood::Warning, Some(false), vec![]),
        (Mood::LeavesUnknown, Some(true), vec![Rule::UnknownResult]),
        (Mood::OtherName, Some(true), vec![Rule::InconsistentResult]),
        (Mood::Vanishes, None, vec![Rule::InconsistentResult]),
    ] {
        let (fake, mut workspace) = workspace().await;
        fake.be(mood);
        let applied = apply(&mut workspace, "a").await;
        let stored = workspace.state().get(SHOP).map(|object| object.tainted);
        assert_eq!(
            (stored, rules(&applied.report)),
            (tainted, broken),
            "{mood:?}"
        );
    }
}

#[tokio::test]
async fn a_failed_delete_keeps_the_object() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    let before = workspace.state().clone();
    for mood in [Mood::ErrorWithoutState, Mood::Dies] {
        fake.be(mood);
        let applied = workspace.destroy().await.unwrap().expect_valid();
        assert_eq!(applied.report.errors().count(), 1, "{mood:?}");
        assert_eq!(workspace.state(), &before, "{mood:?}");
    }
}

#[tokio::test]
async fn a_tainted_or_forced_resource_is_replaced() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    let forced = workspace.plan_replacing(&shop("a"), &[SHOP]).await.unwrap();
    assert_eq!(forced.expect_success().action(SHOP), Some(Action::Replace));
    workspace.taint(SHOP).unwrap();
    let plan = workspace.plan(&shop("a")).await.unwrap().expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::Replace));
    fake.calls();
    let _applied = workspace.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        fake.calls(),
        [
            "configure",
            "upgrade",
            "apply",
            "validate",
            "plan",
            "plan",
            "apply"
        ]
    );
    assert!(!workspace.state()[SHOP].tainted);
    assert!(workspace.taint("x_order.other").is_err());
}

#[tokio::test]
async fn the_second_question_of_a_replacement_is_heard_only_with_an_error_among_its_answers() {
    for (mood, of_a_create, of_a_replacement) in [
        (Mood::WarnsOfCreates, vec!["warning"], vec![]),
        (
            Mood::RefusesCreates,
            vec!["warning", "error"],
            vec!["warning", "error"],
        ),
    ] {
        let (fake, mut workspace) = workspace().await;
        let said = |plan: Plan| -> Vec<&str> {
            let kind = |it: &crate::Diagnostic| if it.is_error() { "error" } else { "warning" };
            plan.report.diagnostics.iter().map(kind).collect()
        };
        fake.be(mood);
        let created = workspace.plan(&shop("a")).await.unwrap();
        assert_eq!(said(created), of_a_create, "{mood:?}");
        fake.be(Mood::Good);
        let _applied = apply(&mut workspace, "a").await.expect_success();
        fake.be(mood);
        for (name, forced) in [("replaced", vec![]), ("a", vec![SHOP])] {
            let plan = workspace.plan_replacing(&shop(name), &forced).await;
            assert_eq!(said(plan.unwrap()), of_a_replacement, "{mood:?} {name}");
        }
    }
}

#[tokio::test]
async fn plans_against_the_rules_are_found() {
    for (mood, broken) in [
        (Mood::PlansRandomly, vec![Rule::UnstablePlan]),
        (Mood::PlansOtherNote, vec![]),
    ] {
        let (fake, mut workspace) = workspace().await;
        fake.be(mood);
        let plan = workspace.plan(&shop("a")).await.unwrap();
        assert_eq!(rules(&plan.report), broken, "{mood:?}");
        assert_eq!(
            workspace.apply(&plan).await.unwrap().report.failed(),
            !broken.is_empty()
        );
    }
}

#[tokio::test]
async fn a_final_plan_that_differs_is_found_and_nothing_is_applied() {
    let (fake, mut workspace) = workspace().await;
    let plan = workspace.plan(&shop("a")).await.unwrap().expect_success();
    fake.be(Mood::PlansOtherNote);
    let applied = workspace.apply(&plan).await.unwrap();

    assert_eq!(rules(&applied.report), [Rule::InconsistentFinalPlan]);
    assert!(workspace.state().is_empty());
    assert!(!fake.calls().contains(&"apply".to_owned()));
}

#[tokio::test]
async fn unknown_configuration_must_be_known_at_apply() {
    let (_, mut workspace) = workspace().await;
    let open = [Resource::new(SHOP, json!({ "name": unknown() }))];
    let plan = workspace.plan(&open).await.unwrap().expect_success();
    assert_eq!(plan.change(SHOP).unwrap().after_json()["name"], unknown());
    assert!(matches!(
        workspace.apply(&plan).await,
        Err(Error::Config(_))
    ));
    let _applied = workspace
        .apply_with(&plan, &shop("a"))
        .await
        .unwrap()
        .expect_success();
    assert_eq!(workspace.attributes(SHOP).unwrap()["name"], "a");
}

#[tokio::test]
async fn a_read_may_remove_the_object_but_a_broken_one_changes_nothing() {
    let (fake, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    fake.be(Mood::MissingKey);
    let report = workspace.refresh().await.unwrap();
    assert_eq!(rules(&report), [Rule::WrongForm]);
    assert_eq!(workspace.state().len(), 1);
    fake.be(Mood::Gone);
    workspace.refresh().await.unwrap().expect_success();
    assert!(workspace.state().is_empty());
}

#[tokio::test]
async fn an_import_reads_what_it_found_and_takes_exactly_one_object() {
    let (fake, mut workspace) = workspace().await;
    fake.be(Mood::ImportsTwo);
    let report = workspace.import(SHOP, "7").await.unwrap();
    assert_eq!(rules(&report), [Rule::InvalidImport]);
    fake.be(Mood::Gone);
    let report = workspace.import(SHOP, "7").await.unwrap();
    let summaries: Vec<_> = report.errors().map(|it| it.summary.as_str()).collect();
    assert_eq!(summaries, ["Cannot import non-existent remote object"]);
    fake.be(Mood::Good);
    workspace.import(SHOP, "7").await.unwrap().expect_success();
    assert_eq!(workspace.attributes(SHOP).unwrap()["id"], "7");
    assert_eq!(workspace.state()[SHOP].private, b"imported");
}

#[tokio::test]
async fn a_state_of_a_newer_schema_is_refused() {
    let (_, mut workspace) = workspace().await;
    let _applied = apply(&mut workspace, "a").await.expect_success();
    workspace.state_mut().get_mut(SHOP).unwrap().schema_version = 2;
    let report = workspace.refresh().await.unwrap();
    assert!(report.failed());
    assert_eq!(workspace.state()[SHOP].schema_version, 2);
}

#[tokio::test]
async fn a_data_source_is_read_once_its_configuration_is_known() {
    let (fake, mut workspace) = workspace().await;
    let known = workspace
        .read_data_source("x_order", &json!({ "name": "a" }))
        .await
        .unwrap();
    known.report.expect_success();
    let state = json!({ "name": "a", "id": "1", "note": null });
    assert_eq!(known.state, Some(state));
    assert_eq!(fake.calls(), ["configure", "validate data", "read data"]);

    let waits = workspace
        .read_data_source("x_order", &json!({ "name": unknown() }))
        .await
        .unwrap();
    waits.report.expect_success();
    assert_eq!(waits.state, None);
    assert_eq!(fake.calls(), ["configure", "validate data"]);
}

#[tokio::test]
async fn a_data_source_that_breaks_the_rules_is_reported() {
    for (mood, rule) in [
        (Mood::OtherName, Rule::InvalidDataSource),
        (Mood::Gone, Rule::InvalidDataSource),
        (Mood::LeavesUnknown, Rule::UnknownResult),
    ] {
        let (fake, mut workspace) = workspace().await;
        fake.be(mood);
        let config = json!({ "name": "a" });
        let read = workspace
            .read_data_source("x_order", &config)
            .await
            .unwrap();
        assert_eq!(rules(&read.report), [rule], "{mood:?}");
    }
}
