//! What an order costs: told in the plan, held against `max_order_price` there and before the order
//! is placed.

use certcentral_sandbox::{At, Fault, Sandbox, Settings};
use serde_json::{Value as Json, json};
use terraform_host::json::unknown;
use terraform_host::{Launch, Report, Resource};

use crate::host::bed::{
    Bed, LIST, PRICE, SHOP, errors, launch, new_csr, only_error, order, order_with, route, warnings,
};

/// What the smallest order costs in the sandbox.
const COSTS: &str = "293.00 USD";
const DEAR: &str = "Order exceeds the price limit";
const UNKNOWN: &str = "Price of the order not known";

/// An account, and a provider with a limit.
fn limited(limit: &str) -> Bed {
    let mut bed = Bed::new();
    bed.terraform.relaunch(limited_launch(&bed.sandbox, limit));
    bed
}

fn limited_launch(sandbox: &Sandbox, limit: &str) -> Launch {
    launch(sandbox).env("DIGICERT_MAX_ORDER_PRICE", limit)
}

/// The estimate that follows, and all after it, answer like this.
fn answers(bed: &Bed, status: u16, body: &Json) {
    let fault = Fault::Answer {
        status,
        body: body.to_string(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox
        .fault_times(route(PRICE), 1, 100, At::Before, fault);
}

fn no_permission() -> Json {
    json!({ "errors": [{ "code": "access_denied|missing_permission", "message": "Not yours." }] })
}

/// The text of the warning that an order is paid.
fn paid(report: &Report) -> &str {
    let paid = report
        .warnings()
        .find(|warning| warning.summary == "This apply places a paid order");
    &paid.expect("a plan that buys").detail
}

#[tokio::test]
async fn the_plan_names_the_price_that_the_order_is_charged() {
    let mut bed = Bed::new();
    let plan = bed.plan(&order()).await.expect_success();
    let words = paid(&plan.report);
    assert!(
        words.contains(&format!(
            "organization 123456. CertCentral estimates its price at {COSTS} before tax. \
             CertCentral charges it"
        )),
        "{words}"
    );
    let journal = bed.sandbox.journal();
    assert_eq!(journal.len(), 2);
    assert_eq!(
        journal[0].request,
        json!({
            "certificate": { "dns_names": ["shop.example.com"] },
            "order_validity": { "years": 1 },
            "product_name_id": "ssl_basic",
        })
    );
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.sandbox.summary().charges_total, 293);
    let seen = bed.seen();
    assert!(bed.plan(&order()).await.expect_success().is_empty());
    assert!(!bed.calls_after(seen).contains(&PRICE.to_owned()));
}

#[tokio::test]
async fn every_form_of_a_validity_is_priced() {
    for (validity, asked, costs) in [
        (
            json!({ "validity_years": 2 }),
            json!({ "years": 2 }),
            "586.00 USD",
        ),
        (json!({ "validity_days": 90 }), json!({ "days": 90 }), COSTS),
        (
            json!({ "order_validity": { "days": 400 } }),
            json!({ "days": 400 }),
            "586.00 USD",
        ),
    ] {
        let mut bed = Bed::new();
        let mut config = order_with(json!({ "order_validity": null }));
        for (name, value) in validity.as_object().unwrap() {
            config[name] = value.clone();
        }
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(bed.sandbox.journal()[0].request["order_validity"], asked);
        assert!(paid(&plan.report).contains(costs), "{validity}");
    }
}

#[tokio::test]
async fn an_order_above_the_limit_stops_in_the_plan_at_its_product() {
    let mut bed = limited("292.99");
    let plan = bed.plan(&order()).await;
    assert_eq!(errors(&plan.report), [DEAR]);
    assert_eq!(warnings(&plan.report), [] as [&str; 0]);
    let error = plan.report.errors().next().unwrap();
    assert_eq!(error.path.to_string(), ".product_name_id");
    for part in [COSTS, "292.99 USD", "raise `max_order_price`"] {
        assert!(error.detail.contains(part), "{}", error.detail);
    }
    assert_eq!(bed.calls_after(0), [PRICE]);
}

#[tokio::test]
async fn an_order_just_at_the_limit_is_placed_and_the_second_plan_s_price_serves_its_check() {
    let mut bed = limited("0293.0");
    let _applied = bed.apply(&order()).await.expect_success();
    let calls = bed.calls_after(0);
    let token = bed.order()["alternative_order_id"].as_str().unwrap();
    assert_eq!(
        calls[..7],
        [
            PRICE.to_owned(),
            LIST.to_owned(),
            PRICE.to_owned(),
            LIST.to_owned(),
            format!("GET /order/alternate/{token}"),
            "GET /request".to_owned(),
            "POST /order/certificate/ssl_basic".to_owned(),
        ]
    );
    assert!(!calls[7..].contains(&PRICE.to_owned()), "{calls:#?}");
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_price_that_is_not_told_is_silent_without_a_limit_and_an_error_with_one() {
    let zero = json!({ "total_price": 0, "currency": "USD" });
    for (status, body, said) in [
        (200, zero, "a price of 0"),
        (403, no_permission(), "Not yours."),
        (500, json!({ "errors": [] }), "500"),
    ] {
        let mut bed = Bed::new();
        answers(&bed, status, &body);
        let plan = bed.plan(&order()).await.expect_success();
        assert_eq!(warnings(&plan.report).len(), 1);
        assert!(!paid(&plan.report).contains("price"), "{said}");

        bed.terraform
            .relaunch(limited_launch(&bed.sandbox, "100000"));
        let plan = bed.plan(&order()).await;
        assert_eq!(errors(&plan.report), [UNKNOWN], "{said}");
        let detail = only_error(&plan.report);
        for part in [said, "100000.00", "remove `max_order_price`"] {
            assert!(detail.contains(part), "{part}: {detail}");
        }
        assert_eq!(bed.posts(), []);
    }
}

#[tokio::test]
async fn a_limit_stops_an_order_whose_price_is_no_longer_told_in_the_apply() {
    let mut bed = limited("1000");
    let plan = bed.plan(&order()).await.expect_success();
    answers(&bed, 403, &no_permission());
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [UNKNOWN]);
    assert_eq!(bed.posts(), []);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn without_a_key_the_plan_says_when_the_limit_is_checked_and_the_apply_checks_it() {
    let mut bed = Bed::new();
    let with_key = limited_launch(&bed.sandbox, "250");
    bed.terraform
        .relaunch(with_key.clone().without_env("DIGICERT_API_KEY"));
    let plan = bed.plan(&order()).await.expect_success();
    let words = paid(&plan.report);
    assert!(
        words.contains("`max_order_price`, 250.00, is checked before the order is placed"),
        "{words}"
    );
    assert_eq!(bed.seen(), 0);

    bed.terraform.relaunch(with_key);
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [DEAR]);
    assert_eq!(bed.posts(), []);
}

#[tokio::test]
async fn without_a_network_a_plan_works_unless_there_is_a_limit() {
    let mut bed = Bed::new();
    let nowhere = "http://127.0.0.1:9/services/v2";
    let away = launch(&bed.sandbox).env("DIGICERT_BASE_URL", nowhere);
    bed.terraform.relaunch(away.clone());
    let plan = bed.plan(&order()).await.expect_success();
    assert!(!paid(&plan.report).contains("price"));

    bed.terraform
        .relaunch(away.env("DIGICERT_MAX_ORDER_PRICE", "1000"));
    let plan = bed.plan(&order()).await;
    assert_eq!(errors(&plan.report), [UNKNOWN]);
    assert!(only_error(&plan.report).contains("127.0.0.1:9"));
}

#[tokio::test]
async fn unknown_names_are_not_priced_and_the_apply_holds_them_against_the_limit() {
    let mut bed = limited("400");
    let hazy = order_with(json!({ "dns_names": unknown() }));
    let plan = bed.plan(&hazy).await.expect_success();
    let words = paid(&plan.report);
    assert!(words.contains("become known only during apply"), "{words}");
    assert_eq!(bed.seen(), 0);

    let clear = order_with(json!({ "dns_names": ["www.example.com"] }));
    let clear = [Resource::new(SHOP, clear)];
    let applied = bed.terraform.apply_with(&plan, &clear).await;
    let applied = applied.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [DEAR]);
    assert!(only_error(&applied.report).contains("586.00 USD"));
    assert_eq!(bed.posts(), []);
}

#[tokio::test]
async fn a_limit_that_is_unknown_in_the_plan_is_announced() {
    let mut bed = Bed::new();
    bed.terraform
        .set_provider_config(json!({ "max_order_price": unknown() }));
    let plan = bed.plan(&order()).await.expect_success();
    let words = paid(&plan.report);
    assert!(words.contains(COSTS), "{words}");
    assert!(
        words.contains("`max_order_price` is checked before the order is placed"),
        "{words}"
    );
    bed.terraform
        .set_provider_config(json!({ "max_order_price": "250.00" }));
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    assert_eq!(errors(&applied.report), [DEAR]);
    assert_eq!(bed.posts(), []);
}

#[tokio::test]
async fn each_order_is_judged_on_its_own_and_equal_ones_are_asked_for_once() {
    let mut bed = limited("300");
    let mut orders: Vec<_> = (0..20)
        .map(|number| {
            let key = order_with(json!({ "order_key": number.to_string() }));
            Resource::new(&format!("digicert_ssl_order.shop{number}"), key)
        })
        .collect();
    let plan = bed.terraform.plan(&orders).await.unwrap().expect_success();
    assert_eq!(plan.changes.len(), 20);
    assert_eq!(bed.calls_after(0), [PRICE, LIST]);

    let two_years = order_with(json!({ "order_validity": { "years": 2 } }));
    orders.push(Resource::new("digicert_ssl_order.dear", two_years));
    let plan = bed.terraform.plan(&orders).await.unwrap();
    assert_eq!(errors(&plan.report), [DEAR]);
    assert_eq!(bed.seen(), 5);
}

#[tokio::test]
async fn a_replacement_is_held_against_the_limit() {
    let mut bed = limited("300");
    let _applied = bed.apply(&order()).await.expect_success();
    let dearer = order_with(json!({ "product_name_id": "ssl_securesite_flex" }));
    let plan = bed.plan(&dearer).await;
    assert_eq!(errors(&plan.report), [DEAR]);
    assert!(only_error(&plan.report).contains("438.00 USD"));
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn a_replacement_names_the_price_and_asks_for_it_once() {
    let mut bed = limited("500");
    let _applied = bed.apply(&order()).await.expect_success();
    let dearer = order_with(json!({ "product_name_id": "ssl_securesite_flex" }));
    let seen = bed.seen();
    let plan = bed.plan(&dearer).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["Order is replaced by a new one"],
        "core shows no warning of the new order's own plan"
    );
    let words = &plan.report.warnings().next().unwrap().detail;
    assert!(
        words.ends_with(
            "The new order: Product ssl_securesite_flex for shop.example.com, valid for 1 year, \
             organization 123456. CertCentral estimates its price at 438.00 USD before tax. That \
             is within `max_order_price`, 500.00 USD."
        ),
        "{words}"
    );
    let mut calls = bed.calls_after(seen);
    calls.retain(|call| call == PRICE);
    assert_eq!(calls, [PRICE]);
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(bed.posts().len(), 2);
    assert!(bed.plan(&dearer).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_plan_that_buys_nothing_asks_for_no_price() {
    let mut bed = limited("300");
    let _applied = bed.apply(&order()).await.expect_success();
    let seen = bed.seen();
    for config in [
        order(),
        order_with(json!({ "comments": "recorded" })),
        order_with(json!({ "csr": new_csr() })),
    ] {
        let _plan = bed.plan(&config).await.expect_success();
    }
    assert!(!bed.calls_after(seen).contains(&PRICE.to_owned()));
}

#[tokio::test]
async fn a_key_that_may_only_look_sees_the_price() {
    let mut bed = Bed::new();
    bed.terraform
        .relaunch(launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-readonly-review"));
    let plan = bed.plan(&order()).await.expect_success();
    assert!(paid(&plan.report).contains(COSTS));
}

#[tokio::test]
async fn a_limit_that_is_no_amount_is_refused_and_never_passes_for_none() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    for (config, environment) in [
        (json!({ "max_order_price": "250,00" }), ""),
        (json!({}), "1e3"),
    ] {
        let mut bed = Bed::new();
        bed.terraform
            .relaunch(limited_launch(&sandbox, environment));
        bed.terraform.set_provider_config(config);
        let shop = [Resource::new(SHOP, order())];
        let plan = bed.terraform.plan(&shop).await.unwrap();
        assert_eq!(errors(&plan.report), ["Invalid price limit"]);
        assert_eq!(plan.changes.len(), 0);
    }
    assert_eq!(sandbox.journal(), []);
}
