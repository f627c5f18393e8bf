//! Whose order it is: what another object may hold stays, whatever `on_destroy` says.

use std::time::Duration;

use certcentral_sandbox::{At, Fault, Issuance};
use serde_json::{Value as Json, json};
use terraform_host::{Applied, Plan, Report, Resource, Workspace};

use crate::host::bed::{Bed, SHOP, launch, order_with, route, warnings};

/// Another address of the same content.
const COPY: &str = "digicert_ssl_order.copy";

const STAYS: &str = "Destroy leaves the order open";

/// An order that a destroy cancels or revokes.
fn ended(on_destroy: &str) -> Json {
    order_with(json!({ "on_destroy": on_destroy, "wait_for": "none" }))
}

/// A bed that may revoke, with one order that a destroy ends.
async fn placed(on_destroy: &str) -> Bed {
    let mut bed = Bed::with(|account| {
        if on_destroy == "cancel" {
            account.issuance = Issuance::Manual;
        }
    });
    bed.terraform.set_provider_config(revoking());
    let _applied = bed.apply(&ended(on_destroy)).await.expect_success();
    assert_eq!(bed.order()["order_origin"], "placed");
    bed
}

fn revoking() -> Json {
    json!({ "allow_revocation": true })
}

/// Another state of the same account: a colleague's, a copy of a module, or a workspace.
fn elsewhere(bed: &Bed) -> Workspace {
    let mut terraform = Workspace::new(launch(&bed.sandbox));
    terraform.set_provider_config(revoking());
    terraform
}

/// Plans and applies resources of one content.
async fn applied(terraform: &mut Workspace, addresses: &[&str], config: &Json) -> (Plan, Applied) {
    let resource = |address: &&str| Resource::new(address, config.clone());
    let resources: Vec<_> = addresses.iter().map(resource).collect();
    let plan = terraform.plan(&resources).await.unwrap().expect_success();
    let applied = terraform.apply(&plan).await.unwrap().expect_success();
    (plan, applied)
}

/// Plans the destroy of everything and applies it.
async fn destroyed(terraform: &mut Workspace) -> (Plan, Applied) {
    let plan = terraform.plan_destroy().await.unwrap().expect_success();
    let applied = terraform.apply(&plan).await.unwrap().expect_success();
    assert!(terraform.state().is_empty());
    (plan, applied)
}

/// The detail of the only warning with this summary.
#[track_caller]
fn detail<'a>(report: &'a Report, summary: &str) -> &'a str {
    let mut found = report.warnings().filter(|it| it.summary == summary);
    let warning = found.next();
    let warning = warning.unwrap_or_else(|| panic!("no {summary:?}: {report:?}"));
    assert!(found.next().is_none(), "{report:?}");
    &warning.detail
}

/// Everything after the order POST that changed something, by its last word.
fn changes(bed: &Bed) -> Vec<String> {
    let journal = bed.sandbox.journal().into_iter();
    journal
        .filter(|entry| entry.method != "GET" && entry.path.starts_with("/order/certificate/"))
        .map(|entry| entry.path.rsplit('/').next().unwrap().to_owned())
        .skip(1)
        .collect()
}

fn status(bed: &Bed) -> String {
    assert_eq!(bed.posts().len(), 1, "bought once");
    bed.sandbox.orders()[0].status.clone()
}

fn refuse_notes(bed: &Bed, method: &str) {
    let refused = Fault::Answer {
        status: 403,
        body:
            json!({ "errors": [{ "code": "access_denied|missing_permission", "message": "No." }] })
                .to_string(),
        content_type: "application/json".to_owned(),
    };
    let notes = route(&format!("{method} /order/certificate/*/note"));
    bed.sandbox.fault_times(notes, 1, 99, At::Before, refused);
}

/// What Terraform 1.16 does to `replace_triggered_by` with `create_before_destroy`, and every
/// release to a replacement that fails halfway: the successor is there, and what it succeeded is
/// destroyed by a later process.
#[tokio::test]
async fn a_leftover_whose_order_its_successor_adopted_ends_nothing() {
    for on_destroy in ["revoke", "cancel"] {
        let mut bed = placed(on_destroy).await;
        let id = bed.order_id();
        let config = ended(on_destroy);
        let (_, adopted) = applied(&mut bed.terraform, &[SHOP, COPY], &config).await;
        assert!(warnings(&adopted.report).contains(&"Existing order adopted"));
        assert_eq!(bed.terraform.attributes(COPY).unwrap()["order_id"], id);

        let (plan, end) = applied(&mut bed.terraform, &[COPY], &config).await;
        let said = detail(&plan.report, STAYS);
        assert!(said.contains("another resource adopted it"), "{said}");
        assert!(
            said.contains(&format!("`claimed_order_id = {id}`")),
            "{said}"
        );
        assert_eq!(warnings(&end.report), ["Order stays open"]);
        assert_eq!(changes(&bed), ["note"]);
        assert!(["issued", "pending"].contains(&status(&bed).as_str()));
        let again = applied(&mut bed.terraform, &[COPY], &config).await.0;
        assert!(again.is_empty());
        assert_eq!(warnings(&again.report), [] as [&str; 0]);
    }
}

#[tokio::test]
async fn who_adopted_or_imported_an_order_ends_it_only_where_a_plan_names_it() {
    for imports in [false, true] {
        let bed = placed("revoke").await;
        let id = bed.order_id();
        let mut other = elsewhere(&bed);
        if imports {
            let report = other.import(COPY, &id.to_string()).await.unwrap();
            report.expect_success();
        }
        let _applied = applied(&mut other, &[COPY], &ended("revoke")).await;
        let origin = if imports { "imported" } else { "adopted" };
        assert_eq!(other.attributes(COPY).unwrap()["order_origin"], origin);
        let seen = bed.seen();
        let (plan, end) = destroyed(&mut other).await;
        let said = detail(&plan.report, STAYS);
        assert!(
            said.contains(&format!("this resource {origin} it")),
            "{said}"
        );
        assert_eq!(warnings(&end.report), ["Order stays open"]);
        // The plan looks at the order and asks for no notes; an adopter leaves one.
        let calls = bed.calls_after(seen);
        assert!(
            calls
                .iter()
                .all(|call| !call.ends_with("/note") || call.starts_with("POST"))
        );
        let left: &[&str] = if imports { &[] } else { &["note", "note"] };
        assert_eq!(changes(&bed), left, "{origin}");
        assert_eq!(status(&bed), "issued");

        if imports {
            let report = other.import(COPY, &id.to_string()).await.unwrap();
            report.expect_success();
        }
        let mut claimed = ended("revoke");
        claimed["claimed_order_id"] = id.into();
        let _applied = applied(&mut other, &[COPY], &claimed).await;
        let (plan, _) = destroyed(&mut other).await;
        let said = warnings(&plan.report);
        assert_eq!(
            said,
            ["Destroy revokes the certificate for good"],
            "{origin}"
        );
        assert_eq!(status(&bed), "revoked");
    }
}

#[tokio::test]
async fn a_claim_says_what_it_overrides_and_that_of_another_order_has_no_effect() {
    let mut bed = placed("revoke").await;
    let id = bed.order_id();
    let _applied = applied(&mut elsewhere(&bed), &[COPY], &ended("revoke")).await;
    let mut claimed = ended("revoke");
    claimed["claimed_order_id"] = (id + 1).into();
    let seen = bed.seen();
    let plan = bed.plan(&claimed).await.expect_success();
    let summary = format!("`claimed_order_id` does not name order {id}");
    assert_eq!(warnings(&plan.report), [&summary]);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let said = destroy_plan(&mut bed).await;
    assert!(detail(&said.report, STAYS).contains("has not released it"));
    claimed["claimed_order_id"] = id.into();
    let _applied = bed.apply(&claimed).await.expect_success();
    let calls = bed.calls_after(seen);
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
    let plan = destroy_plan(&mut bed).await;
    let said = detail(&plan.report, "Destroy revokes the certificate for good");
    assert!(
        said.contains("`claimed_order_id` overrides that another resource adopted the order"),
        "{said}"
    );

    // Whoever comes after the plan is not overridden by it.
    let late = applied(&mut elsewhere(&bed), &[COPY], &ended("retain"))
        .await
        .1;
    assert!(warnings(&late.report).contains(&"Existing order adopted"));
    let end = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(warnings(&end.report), ["Order stays open"]);
    assert_eq!(status(&bed), "issued");
}

async fn destroy_plan(bed: &mut Bed) -> Plan {
    bed.terraform.plan_destroy().await.unwrap().expect_success()
}

#[tokio::test]
async fn an_adoption_after_the_plan_spares_the_order_and_a_release_after_it_ends_nothing() {
    let mut bed = placed("revoke").await;
    let plan = destroy_plan(&mut bed).await;
    assert_eq!(
        warnings(&plan.report),
        ["Destroy revokes the certificate for good"]
    );
    let mut other = elsewhere(&bed);
    let _applied = applied(&mut other, &[COPY], &ended("revoke")).await;
    let mut early = Workspace::new(launch(&bed.sandbox));
    early.set_provider_config(revoking());
    early.state_mut().clone_from(bed.terraform.state());

    let end = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert!(detail(&end.report, "Order stays open").contains("has not released it"));
    let plan = early.plan_destroy().await.unwrap().expect_success();
    assert_eq!(warnings(&plan.report), [STAYS]);
    let _released = destroyed(&mut other).await;
    let seen = bed.seen();
    let end = early.apply(&plan).await.unwrap().expect_success();
    assert!(detail(&end.report, "Order stays open").contains("has not released it"));
    assert_eq!(bed.calls_after(seen), [] as [&str; 0]);
    assert_eq!(status(&bed), "issued");
}

#[tokio::test]
async fn notes_that_cannot_be_read_keep_the_order_in_plan_and_apply() {
    for in_plan in [true, false] {
        let mut bed = placed("revoke").await;
        if in_plan {
            refuse_notes(&bed, "GET");
        }
        let plan = destroy_plan(&mut bed).await;
        if in_plan {
            assert!(detail(&plan.report, STAYS).contains("cannot be read"));
        }
        refuse_notes(&bed, "GET");
        let end = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert!(detail(&end.report, "Order stays open").contains("cannot be read"));
        assert_eq!(status(&bed), "issued");
        assert_eq!(changes(&bed), [] as [&str; 0]);
    }
}

#[tokio::test]
async fn an_adoption_that_cannot_be_noted_is_an_adoption_with_a_warning() {
    for reads_only in [false, true] {
        let bed = placed("revoke").await;
        let id = bed.order_id();
        let mut other = elsewhere(&bed);
        if reads_only {
            other.set_provider_config(json!({ "read_only": true }));
        } else {
            refuse_notes(&bed, "POST");
        }
        let (_, adopted) = applied(&mut other, &[COPY], &ended("revoke")).await;
        let summary = format!("Adoption of order {id} is not noted on it");
        assert!(detail(&adopted.report, &summary).contains("may end the order"));
        assert_eq!(other.attributes(COPY).unwrap()["order_id"], id);
        bed.sandbox.clear_rules();
        other.set_provider_config(revoking());
        // There is nothing to take back.
        let seen = bed.seen();
        let _destroyed = destroyed(&mut other).await;
        assert!(
            bed.calls_after(seen)
                .iter()
                .all(|call| call.starts_with("GET "))
        );
        assert_eq!(status(&bed), "issued");
    }
}

#[tokio::test]
async fn a_release_that_cannot_be_noted_forgets_the_order_all_the_same() {
    let bed = placed("revoke").await;
    let id = bed.order_id();
    let mut other = elsewhere(&bed);
    let _applied = applied(&mut other, &[COPY], &ended("retain")).await;
    refuse_notes(&bed, "POST");
    let (_, end) = destroyed(&mut other).await;
    let summary = format!("Release of order {id} is not noted on it");
    assert!(detail(&end.report, &summary).contains(&format!("`claimed_order_id = {id}`")));
}

#[tokio::test]
async fn a_forced_replacement_and_a_rename_take_the_origin_over_without_a_note() {
    let mut bed = placed("retain").await;
    let config = ended("retain");
    let shop = [Resource::new(SHOP, config.clone())];
    let plan = bed.terraform.plan_replacing(&shop, &[SHOP]).await.unwrap();
    let plan = plan.expect_success();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.order()["order_origin"], "placed");
    bed.terraform.taint(SHOP).unwrap();
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.order()["order_origin"], "placed");
    assert_eq!(changes(&bed), [] as [&str; 0]);

    let mut other = elsewhere(&bed);
    let _applied = applied(&mut other, &[COPY], &config).await;
    let copy = [Resource::new(COPY, config.clone())];
    let plan = other.plan_replacing(&copy, &[COPY]).await.unwrap();
    let plan = plan.expect_success();
    let _applied = other.apply(&plan).await.unwrap().expect_success();
    assert_eq!(other.attributes(COPY).unwrap()["order_origin"], "adopted");
    assert_eq!(changes(&bed), ["note"], "the mark stands");
    let _destroyed = destroyed(&mut other).await;
    assert_eq!(changes(&bed), ["note", "note"], "and is taken back");
}

#[tokio::test]
async fn the_order_that_a_replacement_would_end_stays_if_another_object_adopted_it() {
    let mut bed = placed("revoke").await;
    let id = bed.order_id();
    let _applied = applied(&mut elsewhere(&bed), &[COPY], &ended("revoke")).await;
    let mut another = ended("revoke");
    another["order_key"] = "second".into();
    let (plan, end) = applied(&mut bed.terraform, &[SHOP], &another).await;
    let said = detail(&plan.report, "Order is replaced by a new one");
    assert!(said.contains("the old one stays open although"), "{said}");
    assert!(detail(&end.report, "Order stays open").contains("has not released it"));
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
    assert_eq!(bed.posts().len(), 2);
    assert_ne!(bed.order_id(), id);
    assert_eq!(bed.order()["order_origin"], "placed");
}

#[tokio::test]
async fn a_renewal_belongs_to_the_object_that_placed_it_and_releases_the_former_order() {
    let mut bed = Bed::new();
    bed.terraform.set_provider_config(revoking());
    let config = order_with(json!({
        "on_destroy": "revoke", "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0,
    }));
    let _applied = bed.apply(&config).await.expect_success();
    let former = bed.order_id();
    let mut other = elsewhere(&bed);
    let mut claimed = config.clone();
    claimed["claimed_order_id"] = former.into();
    let _applied = applied(&mut other, &[COPY], &claimed).await;
    bed.sandbox.advance(Duration::from_secs(300 * 24 * 60 * 60));
    let (plan, _) = applied(&mut other, &[COPY], &claimed).await;
    assert_eq!(
        warnings(&plan.report),
        ["This apply places a paid renewal order"]
    );
    let renewal = other.attributes(COPY).unwrap();
    assert_eq!(renewal["order_origin"], "placed");
    let id = renewal["order_id"].as_u64().unwrap();
    assert_ne!(id, former);
    let plan = applied(&mut other, &[COPY], &claimed).await.0;
    assert!(plan.is_empty());
    assert_eq!(
        warnings(&plan.report),
        [format!("`claimed_order_id` does not name order {id}")]
    );
    let notes = bed.sandbox.journal().into_iter();
    let notes: Vec<_> = notes
        .filter(|entry| entry.method == "POST" && entry.path.ends_with("/note"))
        .map(|entry| entry.path)
        .collect();
    assert_eq!(
        notes,
        vec![format!("/order/certificate/{former}/note"); 2],
        "adopted and released"
    );
    let _destroyed = destroyed(&mut other).await;
    let status = |id: u64| {
        let orders = bed.sandbox.orders().into_iter();
        let mut found = orders.filter(|order| order.id == id);
        found.next().unwrap().status
    };
    assert_eq!(status(id), "revoked");
    assert_eq!(status(former), "issued");
}

#[tokio::test]
async fn a_state_that_does_not_tell_the_origin_ends_nothing_and_plans_nothing() {
    let mut bed = placed("revoke").await;
    let object = bed.terraform.state_mut().get_mut(SHOP).unwrap();
    let attributes = object.attributes.as_object_mut().unwrap();
    for newer in ["order_origin", "claimed_order_id"] {
        assert!(attributes.remove(newer).is_some(), "{newer}");
    }
    let plan = bed.plan(&ended("revoke")).await.expect_success();
    assert!(plan.is_empty());
    let (plan, _) = destroyed(&mut bed.terraform).await;
    let said = detail(&plan.report, STAYS);
    assert!(
        said.contains("state does not tell that this resource placed it"),
        "{said}"
    );
    assert_eq!(status(&bed), "issued");
}
