//! A replacement that creates first: the reviewed plan tells the create what it replaces, and the
//! destroy what it said of the old order.

use serde_json::{Value as Json, json};
use terraform_host::{Action, Plan, Release, Resource, Workspace};

use super::{RELEASES, under};
use crate::host::bed::{
    Bed, CSR, SHOP, body_by_hand, errors, launch, new_csr, order_with, warnings,
};

/// The order with other arguments and what a destroy does to it, created before what it replaces is
/// destroyed.
fn shop(on_destroy: &str, arguments: Json) -> [Resource; 1] {
    let mut config = order_with(arguments);
    config["on_destroy"] = on_destroy.into();
    [Resource::new(SHOP, config).created_first()]
}

fn revoking() -> Json {
    json!({ "allow_revocation": true })
}

async fn planned(bed: &mut Bed, shop: &[Resource]) -> Plan {
    bed.terraform.plan(shop).await.unwrap().expect_success()
}

/// A bed under a release with an order of today.
async fn ordered(release: Release, on_destroy: &str) -> Bed {
    ordered_with(release, &shop(on_destroy, json!({}))).await
}

async fn ordered_with(release: Release, shop: &[Resource]) -> Bed {
    let mut bed = under(release, Bed::new());
    bed.terraform.set_provider_config(revoking());
    let plan = planned(&mut bed, shop).await;
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    bed
}

#[tokio::test]
async fn a_replacement_for_the_same_key_in_the_first_week_is_placed_before_the_old_order_goes() {
    for on_destroy in ["retain", "revoke"] {
        for change in [
            json!({ "order_validity": { "years": 2 } }),
            json!({ "order_validity": { "days": 200 }, "alternative_order_id": "PO-1" }),
            json!({ "order_key": "second" }),
        ] {
            let mut bed = ordered(Release::V1_16, on_destroy).await;
            let old = bed.order_id();
            let other = shop(on_destroy, change);
            let plan = planned(&mut bed, &other).await;
            assert_eq!(plan.action(SHOP), Some(Action::Replace));
            assert_eq!(warnings(&plan.report), ["Order is replaced by a new one"]);
            let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
            assert_eq!(bed.posts().len(), 2);
            assert_ne!(bed.order_id(), old);
            let statuses: Vec<_> = bed
                .sandbox
                .orders()
                .iter()
                .map(|it| it.status.clone())
                .collect();
            let end = if on_destroy == "revoke" {
                "revoked"
            } else {
                "issued"
            };
            assert_eq!(statuses, [end, "issued"]);
            // Nothing is left behind.
            assert_eq!(bed.terraform.state().len(), 1);
            assert!(planned(&mut bed, &other).await.is_empty());
        }
    }
}

#[tokio::test]
async fn where_no_private_data_are_kept_such_a_replacement_stops() {
    let mut bed = ordered(Release::V1_15, "revoke").await;
    let plan = planned(
        &mut bed,
        &shop("revoke", json!({ "order_validity": { "years": 2 } })),
    )
    .await;
    let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&stopped.report), ["Similar order exists"]);
    assert_eq!(bed.posts().len(), 1);
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
    assert_eq!(bed.terraform.state().len(), 1);
}

#[tokio::test]
async fn a_replacement_may_bear_the_reference_that_the_user_gave_the_old_order() {
    let own = json!({ "alternative_order_id": "PO-4711" });
    let other = json!({ "alternative_order_id": "PO-4711", "product_name_id": "ssl_multi_domain" });
    for release in RELEASES {
        let mut bed = ordered_with(release, &shop("revoke", own.clone())).await;
        let other = shop("revoke", other.clone());
        let plan = planned(&mut bed, &other).await;
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
        if release == Release::V1_15 {
            assert!(applied.report.failed());
            assert_eq!(bed.posts().len(), 1);
            continue;
        }
        assert_eq!(errors(&applied.report), [] as [&str; 0]);
        assert_eq!(bed.posts().len(), 2);
        assert_eq!(bed.posts()[1].request["alternative_order_id"], "PO-4711");
        assert_eq!(bed.sandbox.orders()[0].status, "revoked");
        assert!(planned(&mut bed, &other).await.is_empty());
    }
}

#[tokio::test]
async fn only_the_order_that_is_replaced_is_passed_by() {
    let mut bed = ordered(Release::V1_16, "revoke").await;
    let other = shop("revoke", json!({ "order_validity": { "years": 2 } }));
    let plan = planned(&mut bed, &other).await;
    let mut by_hand = 0;
    for csr in [new_csr(), CSR.clone()] {
        by_hand = bed.order_by_hand("ssl_basic", &body_by_hand(&csr)).await;
    }
    let stopped = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    let summary = format!("Order {by_hand} may be the one for shop.example.com");
    assert_eq!(errors(&stopped.report), [summary.as_str()]);
    assert_eq!(bed.posts().len(), 3, "by hand, and the first");
    assert_eq!(bed.sandbox.orders()[0].status, "issued");
}

#[tokio::test]
async fn a_forced_replacement_adopts_as_ever() {
    for release in RELEASES {
        let mut bed = ordered(release, "revoke").await;
        let shop = shop("revoke", json!({}));
        let plan = bed.terraform.plan_replacing(&shop, &[SHOP]).await.unwrap();
        let plan = plan.expect_success();
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        for said in ["Existing order adopted", "Order was taken over and stays"] {
            assert!(warnings(&applied.report).contains(&said), "{said}");
        }
        assert_eq!(bed.posts().len(), 1);
        assert_eq!(bed.sandbox.orders()[0].status, "issued");
        assert!(planned(&mut bed, &shop).await.is_empty());
    }
}

#[tokio::test]
async fn an_order_that_the_reviewed_plan_said_to_stay_does_not_end() {
    for release in RELEASES {
        let mut bed = ordered(release, "revoke").await;
        let mut copy = Workspace::new(launch(&bed.sandbox)).provider_config(revoking());
        let plan = copy.plan(&shop("revoke", json!({}))).await.unwrap();
        let _adopted = copy
            .apply(&plan.expect_success())
            .await
            .unwrap()
            .expect_success();
        let other = shop("revoke", json!({ "product_name_id": "ssl_multi_domain" }));
        let plan = planned(&mut bed, &other).await;
        let said = &plan
            .report
            .warnings()
            .find(|it| it.summary == "Order is replaced by a new one");
        assert!(said.unwrap().detail.contains("another resource adopted it"));

        // The copy lets go between plan and apply.
        let _released = copy.destroy().await.unwrap().expect_success();
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let status = bed.sandbox.orders()[0].status.clone();
        if release == Release::V1_15 {
            assert_eq!(status, "revoked", "Terraform plans its destroy anew");
            continue;
        }
        assert_eq!(status, "issued");
        let stays = applied
            .report
            .warnings()
            .find(|it| it.summary == "Destroy leaves the order open");
        assert!(
            stays
                .unwrap()
                .detail
                .contains("said, when it was reviewed, that the order stays open"),
            "{stays:?}"
        );
        assert_eq!(bed.posts().len(), 2);
        assert!(planned(&mut bed, &other).await.is_empty());
    }
}
