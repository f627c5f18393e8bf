//! An order is found again under whatever its configuration became: after a reissue, after a
//! renewal, with the state lost, renamed or tainted. Nothing of it buys.

use std::time::Duration;

use serde_json::{Value as Json, json};

use certcentral_sandbox::{Approval, At, Fault};
use terraform_host::{Applied, Resource};

use crate::host::bed::{
    Bed, SHOP, errors, new_csr, only_error, order, order_with, route, warnings,
};

/// From the first day of an order of one year to where it may be renewed.
const TO_ITS_LAST_DAYS: Duration = Duration::from_secs(300 * 86_400);

/// An order that was reissued to another key and other names.
async fn reissued() -> (Bed, Json) {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let config = order_with(json!({ "csr": new_csr(), "dns_names": ["www.example.com"] }));
    let _applied = bed.apply(&config).await.expect_success();
    (bed, config)
}

/// The apply adopts the order with `id` and buys nothing.
async fn assert_adopts(bed: &mut Bed, config: &Json, id: u64, orders: usize) {
    let applied = bed.apply(config).await.expect_success();
    assert!(
        warnings(&applied.report).contains(&"Existing order adopted"),
        "{:?}",
        applied.report
    );
    assert_eq!(bed.order_id(), id);
    assert_eq!(bed.posts().len(), orders);
    assert!(bed.plan(config).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_reissued_order_whose_state_was_lost_is_found_by_the_token_on_its_note() {
    let (mut bed, config) = reissued().await;
    let id = bed.order_id();
    let journal = bed.sandbox.journal();
    let note = journal
        .iter()
        .find(|entry| entry.method == "POST" && entry.path.ends_with("/note"))
        .unwrap();
    let text = note.request["text"].as_str().unwrap();
    assert!(
        text.starts_with("Reissued by Terraform, found from now on as tf-"),
        "{text}"
    );
    bed.forget_state();
    assert_adopts(&mut bed, &config, id, 1).await;
}

#[tokio::test]
async fn a_tainted_reissued_order_is_adopted() {
    let (mut bed, config) = reissued().await;
    let id = bed.order_id();
    bed.terraform.taint(SHOP).unwrap();
    assert_adopts(&mut bed, &config, id, 1).await;
}

#[tokio::test]
async fn a_reissued_order_without_a_note_stops_the_create_and_comes_with_an_import_block() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let fault = Fault::Html { status: 403 };
    bed.sandbox.fault_times(
        route("POST /order/certificate/*/note"),
        1,
        9,
        At::Before,
        fault,
    );
    let config = order_with(json!({ "csr": new_csr() }));
    let _applied = bed.apply(&config).await.expect_success();
    let id = bed.order_id();
    bed.forget_state();
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report), ["Reissued order exists"]);
    assert!(only_error(&failed.report).contains(&format!("id = \"{id}\"")));
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

/// An order of a hundred days ago whose reissue waits for an approver, and an empty state.
async fn waiting_for_a_reissue(change: &Json, hides_former: bool, notes: bool) -> (Bed, Json) {
    let mut bed = Bed::with(|account| account.hide_former_certificate = hides_former);
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox.advance(Duration::from_secs(100 * 86_400));
    bed.sandbox
        .change(|account| account.approval = Approval::OneStep);
    if !notes {
        let refused = Fault::Html { status: 403 };
        let note = route("POST /order/certificate/*/note");
        bed.sandbox.fault(note, 1, At::Before, refused);
    }
    let config = order_with(change.clone());
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.sandbox.orders()[0].status, "reissue_pending");
    bed.forget_state();
    (bed, config)
}

#[tokio::test]
async fn an_order_that_waits_for_its_reissue_is_found_by_the_note_whichever_certificate_is_shown() {
    for change in [
        json!({ "csr": new_csr() }),
        json!({ "dns_names": ["www.example.com"] }),
        json!({ "csr": new_csr(), "dns_names": ["www.example.com"] }),
    ] {
        for hides_former in [false, true] {
            let (mut bed, config) = waiting_for_a_reissue(&change, hides_former, true).await;
            let applied = bed.apply(&config).await.expect_success();
            let told = warnings(&applied.report);
            assert!(
                told.contains(&"Existing order adopted"),
                "{change} {told:?}"
            );
            assert_eq!(bed.posts().len(), 1, "{change} {hides_former}");
            bed.sandbox.issue(bed.order_id()).unwrap();
            assert!(bed.plan(&config).await.expect_success().is_empty());
        }
    }
}

#[tokio::test]
async fn an_order_that_waits_for_a_reissue_without_a_note_stops_the_create() {
    for change in [
        json!({ "csr": new_csr() }),
        json!({ "dns_names": ["www.example.com"] }),
    ] {
        for hides_former in [false, true] {
            let (mut bed, config) = waiting_for_a_reissue(&change, hides_former, false).await;
            let failed = bed.apply(&config).await;
            assert_eq!(
                errors(&failed.report),
                ["Reissued order exists"],
                "{change}"
            );
            assert_eq!(bed.posts().len(), 1, "{change} {hides_former}");
        }
    }
}

#[tokio::test]
async fn a_reissued_order_without_a_note_is_replaced_where_the_plan_says_so_and_only_there() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let note = route("POST /order/certificate/*/note");
    bed.sandbox
        .fault(note, 1, At::Before, Fault::Html { status: 403 });
    let mut config = order_with(json!({ "csr": new_csr() }));
    let _applied = bed.apply(&config).await.expect_success();

    let before = bed.terraform.state().clone();
    bed.terraform.taint(SHOP).unwrap();
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report), ["Reissued order exists"]);
    *bed.terraform.state_mut() = before;

    config["order_validity"]["years"] = 2.into();
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.posts().len(), 2);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

/// The run died between the reissue and its note, and what the earlier note says is not true any
/// more.
#[tokio::test]
async fn a_reissue_without_a_note_after_one_with_a_note_stops_the_create() {
    for approval in [Approval::None, Approval::OneStep] {
        let (mut bed, mut config) = reissued().await;
        bed.sandbox.advance(Duration::from_secs(60));
        bed.sandbox.change(|account| account.approval = approval);
        let note = route("POST /order/certificate/*/note");
        bed.sandbox
            .fault(note, 1, At::Before, Fault::Html { status: 403 });
        config["dns_names"] = json!(["www.example.com", "api.example.com"]);
        let _applied = bed.apply(&config).await.expect_success();
        bed.sandbox.advance(Duration::from_secs(60));
        bed.forget_state();
        let failed = bed.apply(&config).await;
        assert_eq!(errors(&failed.report), ["Reissued order exists"]);
        assert_eq!(bed.posts().len(), 1);

        // Another reissue of the same content leaves no note and takes none away.
        config["dns_names"] = json!(["www.example.com"]);
        config["order_key"] = "second".into();
        let _applied = bed.apply(&config).await.expect_success();
        assert_eq!(bed.posts().len(), 2);
    }
}

/// Two orders were bought for one configuration, because its state was lost before the first of
/// them was reissued, and then restored.
#[tokio::test]
async fn nothing_is_renewed_beside_another_order_of_the_same_configuration() {
    let mut bed = Bed::new();
    let due = json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 });
    let mut config = order_with(due);
    let _applied = bed.apply(&config).await.expect_success();
    let former = bed.order_id();
    let state = bed.terraform.state().clone();
    bed.sandbox.advance(TO_ITS_LAST_DAYS);
    config["dns_names"] = json!(["www.example.com"]);
    config["renew_days_before_expiry"] = 0.into();
    bed.forget_state();
    let _applied = bed.apply(&config).await.expect_success();
    let twin = bed.order_id();
    *bed.terraform.state_mut() = state;
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!((bed.order_id(), bed.posts().len()), (former, 2));

    config["renew_days_before_expiry"] = 90.into();
    let _recorded = bed.apply(&config).await.expect_success();
    let failed = bed.apply(&config).await;
    assert_eq!(
        errors(&failed.report),
        ["Order of this configuration exists beside the one to renew"]
    );
    let detail = only_error(&failed.report);
    assert!(
        detail.contains(&format!("Order {twin} is open")),
        "{detail}"
    );
    assert!(
        detail.contains(&format!("beside order {former}")),
        "{detail}"
    );
    assert_eq!(bed.posts().len(), 2);

    config["duplicate_order_check"] = "off".into();
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.posts().len(), 3);
}

/// The plan destroys the order at one address and creates it at another, and announces the end of
/// the old one; nothing says that the new one is to be another order.
#[tokio::test]
async fn a_rename_without_a_moved_block_buys_no_order_of_which_nobody_can_tell() {
    let mut bed = with_both_at_once();
    let _applied = bed.apply(&order()).await.expect_success();
    bed.sandbox
        .change(|account| account.approval = Approval::OneStep);
    let note = route("POST /order/certificate/*/note");
    bed.sandbox
        .fault(note, 1, At::Before, Fault::Html { status: 403 });
    let config = order_with(json!({ "csr": new_csr() }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.sandbox.orders()[0].status, "reissue_pending");
    let failed = rename(&mut bed, &config).await;
    assert_eq!(errors(&failed.report), ["Reissued order exists"]);
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn a_rename_with_another_key_is_asked_about() {
    let mut bed = with_both_at_once();
    let _applied = bed.apply(&order()).await.expect_success();
    let failed = rename(&mut bed, &order_with(json!({ "csr": new_csr() }))).await;
    assert_eq!(errors(&failed.report), ["Similar order exists"]);
    assert_eq!(bed.posts().len(), 1);
}

/// A workspace that destroys at one address while it creates at another, as core does.
fn with_both_at_once() -> Bed {
    let mut bed = Bed::new();
    bed.terraform = bed.terraform.parallelism(2);
    bed
}

/// The order under another address.
async fn rename(bed: &mut Bed, config: &Json) -> Applied {
    let renamed = [Resource::new("digicert_ssl_order.store", config.clone())];
    let plan = bed.terraform.plan(&renamed).await.unwrap();
    let plan = plan.expect_valid().expect_success();
    bed.terraform.apply(&plan).await.unwrap().expect_valid()
}

/// CertCentral adds the base domain to the certificate of a `www` name. The order is found by its
/// names all the same.
#[tokio::test]
async fn a_reissued_order_to_which_certcentral_added_a_name_is_found_again() {
    let mut bed = Bed::with(|account| account.adds_companions = true);
    let ask = |csr: Json| order_with(json!({ "common_name": "www.shop.example.com", "csr": csr }));
    let _applied = bed.apply(&ask(new_csr().into())).await.expect_success();
    let id = bed.order_id();
    let config = ask(new_csr().into());
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.sandbox.summary().reissued, 1);
    let added = "shop.example.com".to_owned();
    assert!(bed.sandbox.orders()[0].dns_names.contains(&added));
    bed.forget_state();
    assert_adopts(&mut bed, &config, id, 1).await;
}

#[tokio::test]
async fn another_order_key_after_a_reissue_still_buys_on_purpose() {
    let (mut bed, config) = reissued().await;
    let mut second = config.clone();
    second["order_key"] = "second".into();
    let _applied = bed.apply(&second).await.expect_success();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
    assert!(bed.plan(&second).await.expect_success().is_empty());
}

/// State holds more arguments of an imported order than the configuration has.
#[tokio::test]
async fn an_imported_order_is_found_again_after_a_reissue_and_after_a_renewal() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let id = bed.order_id();
    bed.forget_state();
    let imported = bed.terraform.import(SHOP, &id.to_string()).await;
    imported.unwrap().expect_success();
    let rotated = order_with(json!({ "csr": new_csr(), "reissue_days_before_expiry": 0 }));
    let _applied = bed.apply(&rotated).await.expect_success();
    bed.forget_state();
    assert_adopts(&mut bed, &rotated, id, 1).await;

    bed.forget_state();
    let imported = bed.terraform.import(SHOP, &id.to_string()).await;
    imported.unwrap().expect_success();
    let mut due = rotated.clone();
    due["renew_days_before_expiry"] = 90.into();
    let _applied = bed.apply(&due).await.expect_success();
    bed.sandbox.advance(TO_ITS_LAST_DAYS);
    let _applied = bed.apply(&due).await.expect_success();
    let renewal = bed.order_id();
    assert_ne!(renewal, id);
    bed.forget_state();
    assert_adopts(&mut bed, &rotated, renewal, 2).await;
}

#[tokio::test]
async fn a_renewed_order_whose_state_was_lost_is_found_through_the_order_that_it_continues() {
    let mut bed = Bed::new();
    let due =
        order_with(json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 }));
    let _applied = bed.apply(&due).await.expect_success();
    bed.sandbox.advance(TO_ITS_LAST_DAYS);
    let _applied = bed.apply(&due).await.expect_success();
    let renewal = bed.order_id();
    assert_eq!(bed.sandbox.summary().orders_created, 2);
    bed.forget_state();
    let calm = order_with(json!({ "reissue_days_before_expiry": 0 }));
    assert_adopts(&mut bed, &calm, renewal, 2).await;
}

#[tokio::test]
async fn a_renewal_with_a_new_key_is_found_by_its_own_reference() {
    let mut bed = Bed::new();
    let due = json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 });
    let _applied = bed.apply(&order_with(due.clone())).await.expect_success();
    bed.sandbox.advance(TO_ITS_LAST_DAYS);
    let mut rotated = order_with(due);
    rotated["csr"] = new_csr().into();
    let _applied = bed.apply(&rotated).await.expect_success();
    let renewal = bed.order_id();
    assert_eq!(bed.posts().len(), 2);
    bed.forget_state();
    rotated["renew_days_before_expiry"] = 0.into();
    assert_adopts(&mut bed, &rotated, renewal, 2).await;
}
