//! CertCentral reissues by itself, as well as our own clock: who does it is said, and an account
//! without that is not asked twice.

use std::time::Duration;

use certcentral_sandbox::{At, Fault};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, order, order_with, route, warnings};

const DAY: Duration = Duration::from_secs(86_400);
const PUT: &str = "PUT /order/certificate/*/auto-reissue";
const TWICE: &str = "Certificate is reissued by two";

fn on() -> Json {
    order_with(json!({ "auto_reissue": true }))
}

/// How often the argument was sent to an order that is there.
fn puts(bed: &Bed) -> usize {
    let calls = bed.calls_after(0);
    calls
        .iter()
        .filter(|call| call.ends_with("/auto-reissue"))
        .count()
}

/// A plan that changes nothing and says nothing, three times.
async fn assert_quiet(bed: &mut Bed, config: &Json) {
    for _ in 0..3 {
        bed.terraform.refresh().await.unwrap().expect_success();
        let plan = bed.plan(config).await.expect_success();
        assert_eq!((plan.is_empty(), warnings(&plan.report)), (true, vec![]));
    }
}

#[tokio::test]
async fn it_is_switched_in_place_and_the_reissue_of_certcentral_is_taken_over() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let end = bed.sandbox.clock().date() + time::Duration::days(198);
    for (config, said) in [
        (on(), true),
        (order_with(json!({ "auto_reissue": false })), false),
    ] {
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(warnings(&plan.report), Vec::<&str>::new());
        let applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!(warnings(&applied.report), Vec::<&str>::new());
        let detail = bed.order()["status_detail"].as_str().unwrap().to_owned();
        let day = end - time::Duration::days(30);
        let sentence = format!("CertCentral reissues it by itself on {day} (`auto_reissue`).");
        assert_eq!(detail.contains(&sentence), said, "{detail}");
        assert_quiet(&mut bed, &config).await;
    }
    let _applied = bed.apply(&on()).await.expect_success();
    assert_eq!(puts(&bed), 3);
    let former = bed.order()["serial_number"].clone();
    bed.sandbox.advance(168 * DAY);
    bed.terraform.refresh().await.unwrap().expect_success();
    assert_ne!(bed.order()["serial_number"], former);
    assert_eq!(bed.order()["ready_for_reissue"], false);
    assert_quiet(&mut bed, &on()).await;
    let ours = bed
        .calls_after(0)
        .iter()
        .filter(|call| call.ends_with("/reissue"))
        .count();
    assert_eq!((ours, bed.sandbox.summary().orders_created), (0, 1));
}

#[tokio::test]
async fn it_is_said_where_a_reissue_is_due_and_in_every_plan_only_beside_a_clock_that_is_set() {
    let mut bed = Bed::new();
    let both = order_with(json!({ "auto_reissue": true, "reissue_days_before_expiry": 60 }));
    let applied = bed.apply(&both).await.expect_success();
    assert!(warnings(&applied.report).contains(&TWICE));
    bed.terraform.refresh().await.unwrap().expect_success();
    let plan = bed.plan(&both).await.expect_success();
    assert_eq!(
        (plan.is_empty(), warnings(&plan.report)),
        (true, vec![TWICE])
    );
    bed.sandbox.advance(140 * DAY);
    bed.terraform.refresh().await.unwrap().expect_success();
    let plan = bed.plan(&both).await.expect_success();
    let due = plan
        .report
        .warnings()
        .find(|it| it.summary != TWICE)
        .unwrap();
    assert_eq!(due.summary, "This apply reissues the certificate");
    assert!(
        due.detail
            .contains("CertCentral also reissues this certificate by itself"),
        "{due}"
    );
    // Switched on by somebody else, or by the account's default: known from the order alone.
    let id = bed.order_id();
    bed.forget_state();
    bed.terraform
        .import(crate::host::bed::SHOP, &id.to_string())
        .await
        .unwrap()
        .expect_success();
    assert_eq!(bed.order()["auto_reissue"], true);
    let config = order_with(json!({ "reissue_days_before_expiry": 60 }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.terraform.refresh().await.unwrap().expect_success();
    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        warnings(&plan.report),
        ["This apply reissues the certificate"]
    );
    let detail = &plan.report.warnings().next().unwrap().detail;
    assert!(detail.contains("CertCentral also reissues"), "{detail}");
}

#[tokio::test]
async fn an_account_without_it_keeps_what_is_configured_and_is_asked_once() {
    // With the order, and later.
    for configs in [vec![on()], vec![order(), on()]] {
        let mut bed = Bed::with(|account| account.orders_end_with_certificate = true);
        let mut said = Vec::new();
        for config in &configs {
            let applied = bed.apply(config).await.expect_success();
            said.extend(warnings(&applied.report).into_iter().map(str::to_owned));
        }
        let sent = puts(&bed);
        assert_eq!(sent, configs.len() - 1);
        let refreshed = bed.terraform.refresh().await.unwrap();
        said.extend(warnings(&refreshed).into_iter().map(str::to_owned));
        said.retain(|summary| summary.contains("`auto_reissue`"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].ends_with("has no effect"), "{said:?}");
        assert_eq!(bed.order()["auto_reissue"], true);
        assert_quiet(&mut bed, &on()).await;
        assert_eq!(puts(&bed), sent);
        let detail = bed.order()["status_detail"].as_str().unwrap();
        assert_eq!(detail, "The certificate is issued.");
    }
}

#[tokio::test]
async fn a_refusal_is_one_warning_and_an_outage_an_error() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let body = r#"{"errors":[{"code":"invalid_auto_reissue","message":"Not for this account."}]}"#;
    let refused = Fault::Answer {
        status: 400,
        body: body.to_owned(),
        content_type: "application/json".to_owned(),
    };
    let outage = Fault::Html { status: 403 };
    bed.sandbox.fault(route(PUT), 1, At::Before, outage);
    let failed = bed.apply(&on()).await;
    assert!(failed.report.failed());
    assert_eq!(bed.order()["auto_reissue"], Json::Null);
    bed.sandbox.fault(route(PUT), 1, At::Before, refused);
    let applied = bed.apply(&on()).await.expect_success();
    let id = bed.order_id();
    assert_eq!(
        warnings(&applied.report),
        [format!("`auto_reissue` of order {id} has no effect")]
    );
    assert_eq!(bed.order()["auto_reissue"], true);
    assert_quiet(&mut bed, &on()).await;
    assert_eq!(puts(&bed), 2);
}
