//! The look before an order is as thorough as the one after it: wherever an order may show,
//! whatever its age and its reference, and whoever has it in this very apply.

use std::collections::BTreeSet;
use std::time::Duration;

use certcentral_sandbox::Approval;
use serde_json::{Value as Json, json};
use terraform_host::Resource;

use crate::host::bed::{
    Bed, LIST, ORDER, SHOP, body_by_hand, errors, launch, new_csr, only_error, order, order_with,
    warnings,
};

const DAY: Duration = Duration::from_secs(86_400);
const OPEN: &str = "Open order for shop.example.com exists already";
const PAID: &str = "This apply places a paid order";

fn add(bed: &Bed, rule: &str) {
    bed.sandbox.add_fault(rule.parse().unwrap());
}

/// Neither the list nor the look-up by reference shows an order.
fn hide_orders(bed: &Bed) {
    let nothing =
        r#"{"status": 404, "body": {"errors":[{"code":"not_found|order","message":"No."}]}}"#;
    add(bed, &format!("GET /order/alternate/* 1x* answer {nothing}"));
    add(
        bed,
        r#"GET /order/certificate 1x* answer {"status": 200, "body": {}}"#,
    );
}

/// The smallest order under other conditions than those of an order that is there, and the account
/// a week and a day older.
async fn a_week_later(first: &Json) -> Bed {
    let mut bed = Bed::new();
    let _applied = bed.apply(first).await.expect_success();
    bed.forget_state();
    bed.sandbox.advance(8 * DAY);
    bed
}

#[tokio::test]
async fn an_order_that_only_its_request_shows_is_found_before_another_one_is_bought() {
    for approval in [Approval::OneStep, Approval::TwoStep] {
        let mut bed = Bed::with(|account| account.approval = approval);
        hide_orders(&bed);
        let _applied = bed.apply(&order()).await.expect_success();
        let id = bed.order_id();
        bed.forget_state();
        let applied = bed.apply(&order()).await.expect_success();
        assert_eq!(
            warnings(&applied.report),
            [PAID, "Existing order adopted", "Certificate not issued yet"],
            "{approval:?}"
        );
        assert_eq!((bed.order_id(), bed.posts().len()), (id, 1));
        assert!(bed.plan(&order()).await.expect_success().is_empty());
    }
}

/// Where an answer leaves out what would tell whether an order is the one of the configuration
/// nothing is bought, and the next run looks again.
#[tokio::test]
async fn an_order_of_which_too_little_is_told_stops_the_create() {
    let answers = [
        "set pointer=/certificate value={}",
        "remove pointer=/certificate/csr",
        "remove pointer=/alternative_order_id",
    ];
    for (check, answer) in answers.iter().flat_map(|it| [("error", it), ("warn", it)]) {
        let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
        hide_orders(&bed);
        let checked = order_with(json!({ "duplicate_order_check": check }));
        let _applied = bed.apply(&checked).await.expect_success();
        let id = bed.order_id();
        bed.forget_state();
        let rule = format!("GET /order/certificate/{id} 1x* after {answer}");
        bed.sandbox.add_fault(rule.parse().unwrap());
        let failed = bed.apply(&checked).await.expect_valid();
        let summary = format!("Order {id} may be the one for shop.example.com");
        assert_eq!(errors(&failed.report), [summary.as_str()], "{answer}");
        assert_eq!(bed.posts().len(), 1, "{answer}");
        bed.sandbox.clear_rules();
        let _adopted = bed.apply(&checked).await.expect_success();
        assert_eq!((bed.order_id(), bed.posts().len()), (id, 1), "{answer}");
        assert!(bed.plan(&checked).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn all_orders_of_a_process_share_one_look_at_the_requests_and_one_at_the_list() {
    let mut bed = Bed::new();
    let orders: Vec<_> = (0..5)
        .map(|number| {
            let name = format!("shop{number}.example.com");
            let config = order_with(json!({ "common_name": name }));
            Resource::new(&format!("digicert_ssl_order.shop{number}"), config)
        })
        .collect();
    let plan = bed.terraform.plan(&orders).await.unwrap().expect_success();
    let seen = bed.seen();
    assert_eq!(
        bed.calls_after(0)
            .iter()
            .filter(|call| *call == LIST)
            .count(),
        1
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let calls = bed.calls_after(seen);
    for shared in ["GET /request", LIST] {
        let count = calls.iter().filter(|call| *call == shared).count();
        assert_eq!(count, 1, "{shared}: {calls:#?}");
    }
    assert_eq!(bed.sandbox.summary().orders_created, 5);
}

/// What a lost state, or a killed run, and one change of the configuration come to.
fn siblings() -> [Json; 3] {
    [
        json!({ "alternative_order_id": "PO-4711" }),
        json!({ "order_validity": null, "validity_days": 364 }),
        json!({ "container_id": 60_400 }),
    ]
}

#[tokio::test]
async fn an_order_for_our_own_key_of_the_last_week_stops_like_one_of_somebody_else() {
    for change in siblings() {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let id = bed.order_id();
        bed.forget_state();
        let failed = bed.apply(&order_with(change.clone())).await;
        assert_eq!(errors(&failed.report), ["Similar order exists"], "{change}");
        assert!(only_error(&failed.report).contains(&format!("id = \"{id}\"")));
        assert_eq!(bed.posts().len(), 1, "{change}");
    }
}

#[tokio::test]
async fn an_order_key_buys_beside_it_without_a_word_and_the_check_as_it_is_set() {
    for (set, said) in [
        (json!({ "order_key": "second" }), &[OPEN, PAID][..]),
        (json!({ "duplicate_order_check": "off" }), &[PAID]),
        (
            json!({ "duplicate_order_check": "warn" }),
            &[
                OPEN,
                "Order for shop.example.com is bought beside order 2147500001",
                PAID,
            ],
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        bed.forget_state();
        let mut config = order_with(json!({ "order_validity": null, "validity_days": 364 }));
        for (name, value) in set.as_object().unwrap() {
            config[name] = value.clone();
        }
        let applied = bed.apply(&config).await.expect_success();
        let mut told = warnings(&applied.report);
        told.sort_unstable();
        assert_eq!(told, said, "{set}");
        assert_eq!(bed.posts().len(), 2, "{set}");
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn an_order_that_was_placed_at_another_spelling_of_the_host_is_the_same() {
    for key in [Json::Null, "first".into()] {
        let mut bed = Bed::new();
        let config = order_with(json!({ "order_key": key }));
        let _applied = bed.apply(&config).await.expect_success();
        let id = bed.order_id();
        bed.forget_state();
        let localhost = bed.sandbox.base_url().replace("127.0.0.1", "localhost");
        let launch = launch(&bed.sandbox).env("DIGICERT_BASE_URL", &localhost);
        bed.terraform.relaunch(launch);
        let applied = bed.apply(&config).await.expect_success();
        assert!(warnings(&applied.report).contains(&"Existing order adopted"));
        assert_eq!((bed.order_id(), bed.posts().len()), (id, 1));
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn an_older_order_with_coverage_is_spoken_of_in_the_plan_and_beside_the_order() {
    let mut bed = Bed::new();
    let theirs = bed
        .order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
        .await;
    bed.sandbox.advance(8 * DAY);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(warnings(&plan.report), [PAID, OPEN]);
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(warnings(&applied.report), [PAID, OPEN, OPEN]);
    for report in [&plan.report, &applied.report] {
        let warning = report.warnings().find(|it| it.summary == OPEN).unwrap();
        for words in [
            format!("Order {theirs}, placed on "),
            format!("id = \"{theirs}\""),
            "duplicate_order_check".to_owned(),
        ] {
            assert!(warning.detail.contains(&words), "{words}: {warning}");
        }
    }
    let last = applied.report.warnings().last().unwrap();
    assert!(last.detail.contains("and covers them until 20"), "{last}");
    assert_eq!(bed.posts().len(), 2);
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_sibling_of_more_than_a_week_is_spoken_of_too() {
    for change in siblings() {
        let mut bed = a_week_later(&order()).await;
        let applied = bed
            .apply(&order_with(change.clone()))
            .await
            .expect_success();
        assert_eq!(warnings(&applied.report), [PAID, OPEN, OPEN], "{change}");
        assert_eq!(bed.posts().len(), 2, "{change}");
    }
}

#[tokio::test]
async fn nothing_is_said_of_an_order_without_coverage_of_other_names_or_where_the_check_is_off() {
    let mut bed = Bed::new();
    let mut body = body_by_hand(&new_csr());
    bed.order_by_hand("ssl_basic", &body).await;
    bed.sandbox.advance(8 * DAY);
    let off = order_with(json!({ "duplicate_order_check": "off" }));
    let plan = bed.plan(&off).await.expect_success();
    assert_eq!(warnings(&plan.report), [PAID]);
    bed.sandbox.advance(400 * DAY);
    body["certificate"]["dns_names"] = json!(["pay.example.com"]);
    bed.order_by_hand("ssl_basic", &body).await;
    body["certificate"]["dns_names"] = json!([]);
    bed.order_by_hand("ssl_plus", &body).await;
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(warnings(&applied.report), [PAID]);
}

#[tokio::test]
async fn a_list_that_fails_stops_no_plan() {
    for fault in [
        "html status=503",
        "drop",
        "answer status=200 body=[]",
        "limited",
    ] {
        let mut bed = Bed::new();
        bed.order_by_hand("ssl_basic", &body_by_hand(&new_csr()))
            .await;
        add(&bed, &format!("{LIST} 1x* before {fault}"));
        let plan = bed.plan(&order()).await.expect_success();
        assert_eq!(warnings(&plan.report), [PAID], "{fault}");
    }
}

#[tokio::test]
async fn a_reference_of_the_user_adopts_only_an_order_with_the_same_content() {
    for (change, differs) in [
        (
            json!({ "dns_names": ["pay.example.com"] }),
            "its names are shop.example.com",
        ),
        (
            json!({ "product_name_id": "ssl_plus" }),
            "its product is ssl_basic",
        ),
        (
            json!({ "organization": { "id": 778_812 } }),
            "its organization is 123456",
        ),
        (json!({ "csr": new_csr() }), "its key is not that of `csr`"),
    ] {
        let mut bed = Bed::new();
        let first = order_with(json!({ "alternative_order_id": "PO-4711" }));
        let _applied = bed.apply(&first).await.expect_success();
        let id = bed.order_id();
        bed.forget_state();
        let mut second = first.clone();
        for (name, value) in change.as_object().unwrap() {
            second[name] = value.clone();
        }
        let failed = bed.apply(&second).await;
        assert_eq!(
            errors(&failed.report),
            ["Alternative order id in use"],
            "{change}"
        );
        let detail = only_error(&failed.report);
        assert!(detail.contains(differs), "{detail}");
        assert!(detail.contains(&id.to_string()), "{detail}");
        assert_eq!(bed.posts().len(), 1, "{change}");

        let mut apart = second.clone();
        apart["order_key"] = "second".into();
        if change.get("csr").is_some() {
            // Another key for the same names of the last week is a similar order all the same.
            apart["duplicate_order_check"] = "off".into();
        }
        let _applied = bed.apply(&apart).await.expect_success();
        assert_eq!(bed.posts().len(), 2, "{change}");
        let other = bed.order_id();
        for (config, expected) in [(&first, id), (&apart, other)] {
            bed.forget_state();
            let applied = bed.apply(config).await.expect_success();
            assert!(warnings(&applied.report).contains(&"Existing order adopted"));
            assert_eq!(
                (bed.order_id(), bed.posts().len()),
                (expected, 2),
                "{change}"
            );
        }
    }
}

#[tokio::test]
async fn a_lost_reference_is_told_and_the_next_look_finds_the_order_by_its_names() {
    for info in [
        "remove pointer=/alternative_order_id",
        "set pointer=/alternative_order_id value=null",
        "set pointer=/alternative_order_id value=tf-",
    ] {
        let mut bed = Bed::new();
        let nothing =
            r#"{"status": 404, "body": {"errors":[{"code":"not_found|order","message":"No."}]}}"#;
        add(
            &bed,
            &format!("GET /order/alternate/* 1x* answer {nothing}"),
        );
        add(&bed, &format!("GET /order/certificate/* 1x* after {info}"));
        let applied = bed.apply(&order()).await.expect_success();
        let id = bed.order_id();
        let lost = format!("Order {id} does not bear its reference");
        assert_eq!(warnings(&applied.report), [PAID, &lost], "{info}");
        let warning = applied.report.warnings().last().unwrap();
        let token = bed.posted()["alternative_order_id"].clone();
        assert!(
            warning.detail.contains(token.as_str().unwrap()),
            "{warning}"
        );
        assert!(bed.plan(&order()).await.expect_success().is_empty());
        bed.forget_state();
        let applied = bed.apply(&order()).await.expect_success();
        let told = warnings(&applied.report);
        assert!(told.contains(&"Existing order adopted"), "{info}: {told:?}");
        assert_eq!((bed.order_id(), bed.posts().len()), (id, 1), "{info}");
    }
}

#[tokio::test]
async fn a_reference_that_the_look_up_finds_is_not_lost_however_it_is_written() {
    let mut bed = Bed::new();
    add(
        &bed,
        "GET /order/certificate/* 1x* after remove pointer=/alternative_order_id",
    );
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(warnings(&applied.report), [PAID]);
}

/// Two resources whose orders are for other names, placed one after the other.
fn two_shops() -> [Resource; 2] {
    [("one", "a.example.com"), ("two", "b.example.com")].map(|(label, name)| {
        let config = order_with(json!({ "common_name": name, "csr": new_csr() }));
        Resource::new(&format!("digicert_ssl_order.{label}"), config)
    })
}

#[tokio::test]
async fn two_orders_that_are_answered_with_one_id_are_both_looked_up_and_told() {
    let mut bed = Bed::new();
    let first = 2_147_500_001_u64;
    add(
        &bed,
        &format!("{ORDER} 2 after set pointer=/id value={first}"),
    );
    let shops = two_shops();
    let plan = bed.terraform.plan(&shops).await.unwrap().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let told = format!("Two orders were answered with one id, {first}");
    assert!(warnings(&applied.report).contains(&told.as_str()));
    let ids: Vec<_> = bed.sandbox.orders().iter().map(|order| order.id).collect();
    assert_eq!(ids[0], first);
    let in_state: Vec<_> = shops
        .iter()
        .map(|shop| bed.terraform.attributes(&shop.address).unwrap()["order_id"].clone())
        .collect();
    assert_eq!(in_state, [json!(ids[0]), json!(ids[1])]);
    let warning = applied.report.warnings().find(|it| it.summary == told);
    assert!(
        warning
            .unwrap()
            .detail
            .contains(&format!("is order {}", ids[1]))
    );
    let plan = bed.terraform.plan(&shops).await.unwrap().expect_success();
    assert!(plan.is_empty());
}

#[tokio::test]
async fn an_order_that_never_came_and_is_answered_with_the_id_of_another_is_told() {
    let mut bed = Bed::new();
    let first = 2_147_500_001_u64;
    let answer = json!({ "status": 201, "body": format!("{{\"id\":{first}}}") });
    add(&bed, &format!("{ORDER} 2 before answer {answer}"));
    let shops = two_shops();
    let plan = bed.terraform.plan(&shops).await.unwrap().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let told = format!("Two orders were answered with one id, {first}");
    let warning = applied.report.warnings().find(|it| it.summary == told);
    let detail = &warning.unwrap().detail;
    assert!(detail.contains("as CertCentral answered"), "{detail}");
    assert_eq!(bed.sandbox.orders().len(), 1);
}

#[tokio::test]
async fn two_resources_with_the_same_names_and_other_keys_buy_one_order_and_the_other_names_it() {
    let mut bed = Bed::new();
    bed.terraform = bed.terraform.parallelism(2);
    let twins = ["one", "two"].map(|label| {
        let config = order_with(json!({ "csr": new_csr() }));
        Resource::new(&format!("digicert_ssl_order.{label}"), config)
    });
    let plan = bed.terraform.plan(&twins).await.unwrap().expect_success();
    assert!(warnings(&plan.report).contains(&"Two orders for shop.example.com in one plan"));
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), ["Same names twice in one apply"]);
    let id = bed.sandbox.orders()[0].id;
    assert!(only_error(&applied.report).contains(&format!("order {id}")));
    assert_eq!((bed.posts().len(), bed.sandbox.orders().len()), (1, 1));
}

/// A reissue gives an order the content that another resource of the same apply is about to buy.
#[tokio::test]
async fn an_order_is_not_bought_beside_one_that_is_reissued_to_its_content() {
    for labels in [["shop", "twin"], ["twin", "shop"]] {
        for at_once in [1, 2] {
            let mut bed = Bed::new();
            bed.terraform = bed.terraform.parallelism(at_once);
            let _applied = bed.apply(&order()).await.expect_success();
            let first = bed.order_id();
            let wanted = order_with(json!({ "csr": new_csr(), "dns_names": ["www.example.com"] }));
            let resource =
                |label| Resource::new(&format!("digicert_ssl_order.{label}"), wanted.clone());
            let plan = bed.terraform.plan(&labels.map(resource)).await.unwrap();
            let plan = plan.expect_success();
            let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
            assert_eq!(errors(&applied.report), ["Same order twice in one apply"]);
            let orders = bed.sandbox.orders();
            let names: BTreeSet<_> = orders.iter().map(|order| &order.dns_names).collect();
            assert_eq!(names.len(), orders.len(), "{labels:?}, {at_once} at once");
            // Whoever came second changed nothing: the reissue first, or the purchase.
            let done = (orders.len(), bed.sandbox.summary().reissued);
            assert!(
                [(1, 1), (2, 0)].contains(&done),
                "{labels:?}: {done:?} of {first}"
            );
        }
    }
}

#[tokio::test]
async fn order_keys_buy_two_orders_for_the_same_names_at_once() {
    let mut bed = Bed::new();
    bed.terraform = bed.terraform.parallelism(2);
    let twins = ["one", "two"].map(|label| {
        let config = order_with(json!({ "csr": new_csr(), "order_key": label }));
        Resource::new(&format!("digicert_ssl_order.{label}"), config)
    });
    let plan = bed.terraform.plan(&twins).await.unwrap().expect_success();
    assert_eq!(warnings(&plan.report), [PAID]);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.sandbox.orders().len(), 2);
}

/// The order of the first is hidden from every look-up: what the process knows of itself counts.
#[tokio::test]
async fn a_list_that_lags_hides_no_order_of_the_same_apply() {
    let mut bed = Bed::new();
    hide_orders(&bed);
    let twins = ["one", "two"].map(|label| {
        let config = order_with(json!({ "csr": new_csr() }));
        Resource::new(&format!("digicert_ssl_order.{label}"), config)
    });
    let plan = bed.terraform.plan(&twins).await.unwrap().expect_success();
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), ["Same names twice in one apply"]);
    assert_eq!(bed.posts().len(), 1);
    assert!(bed.terraform.attributes(SHOP).is_none());
}
