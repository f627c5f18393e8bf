//! An order that runs out: the paid order that continues it, announced, placed once, and the old
//! one left alone.

use std::time::Duration;

use certcentral_sandbox::{At, Fault, Issuance, Move};
use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{
    Bed, CSR, ORDER, SHOP, body_by_hand, errors, new_csr, order, order_with, route, warnings,
};

const DAY: Duration = Duration::from_secs(86_400);

/// An order that is renewed as early as CertCentral does it.
fn due() -> Json {
    order_with(json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 }))
}

/// An order in its last 90 days.
async fn with_a_due_order() -> Bed {
    let mut bed = Bed::new();
    let _applied = bed.apply(&due()).await.expect_success();
    bed.sandbox.advance(DAY * 300);
    bed
}

#[tokio::test]
async fn more_days_than_certcentral_takes_are_a_warning_and_propose_nothing_that_it_refuses() {
    let mut bed = Bed::new();
    let early = order_with(json!({
        "renew_days_before_expiry": 398, "reissue_days_before_expiry": 0,
    }));
    let _applied = bed.apply(&early).await.expect_success();
    let plan = bed.plan(&early).await.expect_success();
    assert!(plan.is_empty());
    assert_eq!(warnings(&plan.report), ["Renewal is refused this early"]);

    bed.sandbox.advance(DAY * 300);
    let applied = bed.apply(&early).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "Renewal is refused this early",
            "This apply places a paid renewal order"
        ]
    );
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn an_order_that_is_due_is_continued_by_one_paid_order() {
    let mut bed = with_a_due_order().await;
    let old = bed.order().clone();
    let plan = bed.plan(&due()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    assert_eq!(
        warnings(&plan.report),
        ["This apply places a paid renewal order"]
    );
    let words = plan.report.warnings().next().unwrap().detail.clone();
    assert!(
        words.contains(&format!("`renewal_of_order_id` {}", old["order_id"])),
        "{words}"
    );
    assert_eq!(bed.sandbox.summary().orders_created, 1, "only planned");

    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let posts = bed.posts();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[1].request["renewal_of_order_id"], old["order_id"]);
    let new = bed.order().clone();
    assert_ne!(new["id"], old["id"]);
    assert_ne!(new["alternative_order_id"], old["alternative_order_id"]);
    assert_ne!(new["serial_number"], old["serial_number"]);
    assert_eq!(new["renewal_of_order_id"], Json::Null, "as configured");
    assert_eq!(bed.sandbox.summary().revoked, 0);
    assert_eq!(
        bed.sandbox.orders()[0].status,
        "issued",
        "the old one is left alone"
    );
    assert!(bed.plan(&due()).await.expect_success().is_empty());
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_lost_answer_to_the_renewal_is_settled() {
    let mut bed = with_a_due_order().await;
    bed.sandbox.fault(route(ORDER), 1, At::After, Fault::Drop);
    let applied = bed.apply(&due()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid renewal order",
            "Order found after a lost answer"
        ]
    );
    assert_eq!(bed.sandbox.summary().orders_created, 2);
    assert_eq!(bed.order_id(), bed.sandbox.orders()[1].id);
}

#[tokio::test]
async fn a_renewal_that_got_lost_is_adopted_by_the_next_apply() {
    let mut bed = with_a_due_order().await;
    let before = bed.terraform.state().clone();
    let _applied = bed.apply(&due()).await.expect_success();
    let renewal = bed.order_id();
    // The state file of before the renewal, as after a crash that lost it.
    *bed.terraform.state_mut() = before;
    let applied = bed.apply(&due()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [format!(
            "Order {} was renewed by order {renewal}",
            bed.sandbox.orders()[0].id
        )]
    );
    assert_eq!(bed.order_id(), renewal);
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_renewal_with_other_content_that_got_lost_is_adopted_by_the_next_apply() {
    for change in [
        json!({ "csr": new_csr() }),
        json!({ "dns_names": ["pay.example.com"] }),
        json!({ "profile_option": "server_client_auth_eku" }),
    ] {
        let mut bed = with_a_due_order().await;
        let before = bed.terraform.state().clone();
        let mut changed = due();
        changed
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let _applied = bed.apply(&changed).await.expect_success();
        let renewal = bed.order_id();
        *bed.terraform.state_mut() = before;
        let _applied = bed.apply(&changed).await.expect_success();
        assert_eq!(bed.order_id(), renewal, "{change}");
        let summary = bed.sandbox.summary();
        assert_eq!((summary.orders_created, summary.reissued), (2, 0));
        let plan = bed.plan(&changed).await.expect_success();
        assert!(plan.is_empty(), "{change}");
    }
}

/// It is placed for this very configuration, and still nothing that a plan could go on with.
#[tokio::test]
async fn a_renewal_that_got_lost_and_was_revoked_is_left_alone() {
    let mut bed = with_a_due_order().await;
    let before = bed.terraform.state().clone();
    let changed = order_with(json!({
        "renew_days_before_expiry": 90,
        "reissue_days_before_expiry": 0,
        "profile_option": "server_client_auth_eku",
    }));
    let _applied = bed.apply(&changed).await.expect_success();
    let renewal = bed.order_id();
    *bed.terraform.state_mut() = before;
    bed.sandbox.apply(renewal, Move::Revoke).unwrap();
    let _applied = bed.apply(&changed).await.expect_success();
    assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id);
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn a_refused_renewal_keeps_the_old_order_in_state() {
    let mut bed = with_a_due_order().await;
    let old = bed.order_id();
    let body = r#"{"errors":[{"code":"order_not_eligible_for_renewal","message":"No"}]}"#;
    let fault = Fault::Answer {
        status: 400,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox.fault(route(ORDER), 1, At::Before, fault);
    let failed = bed.apply(&due()).await;
    assert_eq!(errors(&failed.report), ["Order cannot be renewed"]);
    let refused = failed.report.errors().next().unwrap();
    assert!(
        refused
            .detail
            .contains("`renew_days_before_expiry` led to this renewal")
            && !refused.detail.contains("leave it out"),
        "{}",
        refused.detail
    );
    assert_eq!(bed.order_id(), old);
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_renewal_of_unknown_outcome_keeps_the_old_order_and_is_looked_for() {
    let mut bed = with_a_due_order().await;
    let old = bed.order_id();
    bed.sandbox.fault(route(ORDER), 1, At::Before, Fault::Drop);
    let mut hasty = due();
    hasty["timeouts"] = json!({ "update": "2s" });
    let failed = bed.apply(&hasty).await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the order"]);
    assert_eq!(bed.order_id(), old);
    let _applied = bed.apply(&due()).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

/// An order of sixty days would otherwise be due for the next paid one on the day it is placed.
#[tokio::test]
async fn an_order_shorter_than_its_days_is_not_renewed_again_at_once() {
    let mut bed = Bed::new();
    let short = order_with(json!({
        "order_validity": { "days": 60 }, "renew_days_before_expiry": 90, "reissue_days_before_expiry": 30,
    }));
    let _applied = bed.apply(&short).await.expect_success();
    assert!(bed.plan(&short).await.expect_success().is_empty());
    bed.sandbox.advance(DAY * 40);
    let applied = bed.apply(&short).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        ["This apply places a paid renewal order"]
    );
    assert!(bed.plan(&short).await.expect_success().is_empty());
    assert_eq!(bed.sandbox.summary().orders_created, 2);
}

#[tokio::test]
async fn without_days_nothing_is_ever_renewed() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    assert_eq!(bed.order()["ready_for_renewal"], false);
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

/// A colleague renews the order with this body.
async fn renewed_by_hand(bed: &Bed, mut body: Json) -> u64 {
    body["renewal_of_order_id"] = bed.order_id().into();
    bed.order_by_hand("ssl_basic", &body).await
}

#[tokio::test]
async fn a_renewal_by_somebody_else_is_taken_into_state_and_nothing_is_bought() {
    let mut bed = with_a_due_order().await;
    let old = bed.order().clone();
    let renewal = renewed_by_hand(&bed, body_by_hand(&new_csr())).await;
    bed.sandbox.advance(DAY * 20);
    let plan = bed.plan(&due()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    let said = format!(
        "Order {} was renewed by order {renewal}",
        old["id"].as_str().unwrap()
    );
    assert_eq!(warnings(&plan.report), [said.as_str()]);

    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let posts: Vec<_> = bed.calls_after(seen);
    assert!(
        posts
            .iter()
            .all(|call| call.starts_with("GET ") || call.contains("/note")),
        "{posts:?}"
    );
    let journal = bed.sandbox.journal();
    let notes: Vec<_> = journal
        .iter()
        .filter(|call| call.method == "POST" && call.path.ends_with(&format!("{renewal}/note")))
        .map(|call| call.request["text"].as_str().unwrap_or_default())
        .collect();
    let token = old["alternative_order_id"].as_str().unwrap();
    let found_by = format!("found from now on as {token}");
    assert!(
        notes.iter().any(|note| note.ends_with(&found_by)),
        "{notes:?}"
    );
    let now = bed.order().clone();
    assert_eq!(bed.order_id(), renewal);
    assert_eq!(now["status"], "issued");
    assert_ne!(now["serial_number"], old["serial_number"]);
    assert_eq!(now["ready_for_renewal"], false);
    bed.terraform.refresh().await.unwrap().expect_success();
    assert!(bed.plan(&due()).await.expect_success().is_empty());
    assert_eq!(
        bed.sandbox.summary().orders_created,
        2,
        "one of them by hand"
    );
}

/// The renewal may have run out of the plan's sight; a saved plan is no licence.
#[tokio::test]
async fn a_renewal_that_was_revoked_since_the_plan_is_not_taken() {
    let mut bed = with_a_due_order().await;
    let old = bed.order_id();
    let renewal = renewed_by_hand(&bed, body_by_hand(&CSR)).await;
    let plan = bed.plan(&due()).await.expect_success();
    bed.sandbox.apply(renewal, Move::Revoke).unwrap();
    let failed = bed.terraform.apply(&plan).await.unwrap();
    assert_eq!(errors(&failed.report), ["Renewal changed since the plan"]);
    assert_eq!(bed.order_id(), old);
}

#[tokio::test]
async fn a_renewal_that_is_another_order_is_named_and_never_renewed_again() {
    let mut other_name = body_by_hand(&CSR);
    other_name["certificate"]["common_name"] = "pay.example.com".into();
    let mut other_organization = body_by_hand(&CSR);
    other_organization["organization"]["id"] = 778_812.into();
    for (body, why) in [
        (
            other_name,
            "it does not cover shop.example.com; it also covers pay.example.com",
        ),
        (other_organization, "it is for another organization"),
    ] {
        let mut bed = with_a_due_order().await;
        let (old, renewal) = (bed.order_id(), renewed_by_hand(&bed, body).await);
        let plan = bed.plan(&due()).await.expect_success();
        assert!(plan.is_empty(), "{why}");
        assert_eq!(
            warnings(&plan.report),
            [format!("Order {old} was renewed by order {renewal}")]
        );
        let words = &plan.report.warnings().next().unwrap().detail;
        assert!(
            words.contains(why) && words.contains("does not renew it again"),
            "{words}"
        );
        let _applied = bed.apply(&due()).await.expect_success();
        assert_eq!(bed.order_id(), old);
        assert_eq!(bed.order()["ready_for_renewal"], false);
        assert_eq!(
            bed.sandbox.summary().orders_created,
            2,
            "one of them by hand"
        );
    }
}

/// The certificate in force stays in state until the renewal has one.
#[tokio::test]
async fn a_renewal_that_waits_for_its_certificate_is_followed_once_it_has_one() {
    let mut bed = with_a_due_order().await;
    bed.sandbox
        .change(|account| account.issuance = Issuance::Manual);
    let renewal = renewed_by_hand(&bed, body_by_hand(&CSR)).await;
    let plan = bed.plan(&due()).await.expect_success();
    assert!(plan.is_empty());
    let words = &plan.report.warnings().next().unwrap().detail;
    assert!(
        words.contains("Its certificate is not issued yet."),
        "{words}"
    );
    bed.sandbox.apply(renewal, Move::Issue).unwrap();
    let _applied = bed.apply(&due()).await.expect_success();
    assert_eq!(bed.order_id(), renewal);
    assert!(bed.order()["certificate_pem"].is_string());
}

#[tokio::test]
async fn without_the_clock_a_renewal_by_somebody_else_is_said() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox.advance(DAY * 300);
    let _applied = bed.apply(&order()).await.expect_success();
    let old = bed.order_id();
    let renewal = renewed_by_hand(&bed, body_by_hand(&CSR)).await;
    let seen = bed.seen();
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(
        bed.calls_after(seen).len(),
        1,
        "no call more than any refresh"
    );
    assert!(plan.is_empty());
    assert_eq!(
        warnings(&plan.report),
        [format!("Order {old} was renewed by order {renewal}")]
    );
}

#[tokio::test]
async fn the_renewal_of_a_lost_state_is_found_by_a_create_after_it_was_followed() {
    let mut bed = with_a_due_order().await;
    let renewal = renewed_by_hand(&bed, body_by_hand(&CSR)).await;
    let _applied = bed.apply(&due()).await.expect_success();
    assert_eq!(bed.order_id(), renewal);
    bed.sandbox.advance(DAY * 100);
    bed.forget_state();
    let _applied = bed.apply(&due()).await.expect_success();
    assert_eq!(bed.order_id(), renewal);
    assert_eq!(
        bed.sandbox.summary().orders_created,
        2,
        "one of them by hand"
    );
}
