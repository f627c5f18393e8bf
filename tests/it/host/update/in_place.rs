//! What CertCentral changes of an order without another certificate: one call, no warning, and an
//! empty plan afterwards.

use certcentral_sandbox::{At, Dcv, Fault};
use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{Bed, SHOP, errors, launch, order, order_with, route, warnings};

/// A contact that the API can change.
fn technical(email: &str) -> Json {
    json!({
        "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Byron", "job_title": "Engineer",
        "telephone": "801-555-0100", "email": email,
    })
}

#[tokio::test]
async fn each_argument_is_one_call() {
    for (argument, value, call, body) in [
        (
            "additional_emails",
            json!(["ops@example.com"]),
            "PUT /order/certificate/ID/additional-emails",
            json!({ "additional_emails": ["ops@example.com"] }),
        ),
        (
            "disable_renewal_notifications",
            json!(true),
            "PUT /order/certificate/ID/renewal-emails/disable",
            Json::Null,
        ),
        (
            "custom_renewal_message",
            json!("Ask the platform team."),
            "PUT /order/certificate/ID/custom-renewal-message",
            json!({ "custom_renewal_message": "Ask the platform team." }),
        ),
        (
            "custom_fields",
            json!([{ "metadata_id": 11, "value": "a" }]),
            "POST /order/certificate/ID/custom-field",
            json!({ "metadata_id": 11, "value": "a" }),
        ),
        (
            "organization",
            json!({ "id": 123_456, "contacts": [technical("ada@example.com")] }),
            "PUT /order/certificate/ID/contact",
            json!({ "contacts": [technical("ada@example.com")] }),
        ),
    ] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let config = order_with(json!({ argument: value }));
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(
            (plan.action(SHOP), warnings(&plan.report)),
            (Some(Action::Update), vec![]),
            "{argument}"
        );
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let id = bed.order_id().to_string();
        let calls = bed.calls_after(seen);
        assert_eq!(calls, [call.replace("ID", &id)], "{argument}");
        assert_eq!(bed.sandbox.journal()[seen].request, body, "{argument}");
        let plan = bed.plan(&config).await.expect_success();
        assert!(plan.is_empty(), "{argument}: {:?}", plan.report);
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{argument}");
    }
}

#[tokio::test]
async fn a_removed_argument_is_cleared_where_the_api_can() {
    let mut bed = Bed::new();
    let full = order_with(json!({
        "additional_emails": ["ops@example.com"],
        "custom_fields": [{ "metadata_id": 11, "value": "a" }],
    }));
    let _applied = bed.apply(&full).await.expect_success();
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(warnings(&plan.report), ["Change is recorded only"]);
    let words = &plan.report.warnings().next().unwrap().detail;
    assert!(
        words.starts_with("Custom field 11 keeps its value"),
        "{words}"
    );
    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert_eq!(
        bed.sandbox.journal()[seen].request,
        json!({ "additional_emails": [] })
    );
    assert_eq!(bed.calls_after(seen).len(), 1);
}

#[tokio::test]
async fn a_renewal_message_that_is_taken_away_is_deleted() {
    let mut bed = Bed::new();
    let with_text = order_with(json!({ "custom_renewal_message": "Ask the platform team." }));
    let _applied = bed.apply(&with_text).await.expect_success();
    for nothing in [json!({}), json!({ "custom_renewal_message": "" })] {
        let _applied = bed.apply(&with_text).await.expect_success();
        let config = order_with(nothing);
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(warnings(&plan.report), [""; 0], "{config}");
        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let id = bed.order_id();
        assert_eq!(
            bed.calls_after(seen),
            [format!(
                "DELETE /order/certificate/{id}/custom-renewal-message"
            )]
        );
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
    assert_eq!(bed.sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn the_dcv_method_of_a_pending_order_changes_with_its_records() {
    let mut bed = Bed::with(|account| account.dcv = Dcv::Required);
    let config = order_with(json!({ "dcv_method": "dns-txt-token" }));
    let _applied = bed.apply(&config).await.expect_success();
    let config = order_with(json!({ "dcv_method": "dns-cname-token" }));
    let plan = bed.plan(&config).await.expect_success();
    assert_eq!(
        (plan.action(SHOP), warnings(&plan.report)),
        (Some(Action::Update), vec![])
    );
    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    assert!(bed.calls_after(seen).contains(&format!(
        "PUT /order/certificate/{}/dcv-method",
        bed.order_id()
    )));
    let record = &bed.order()["domain_validations"]["shop.example.com"];
    assert_eq!(
        (&record["method"], &record["record_type"]),
        (&json!("dns-cname-token"), &json!("CNAME"))
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn a_failed_second_step_keeps_the_first() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let hasty = launch(&bed.sandbox).env("DIGICERT_MAX_RETRIES", "0");
    bed.terraform.relaunch(hasty);
    bed.sandbox.fault(
        route("PUT /order/certificate/*/renewal-emails/disable"),
        1,
        At::Before,
        Fault::Html { status: 500 },
    );
    let config = order_with(json!({
        "additional_emails": ["ops@example.com"], "disable_renewal_notifications": true,
    }));
    let failed = bed.apply(&config).await;
    assert_eq!(errors(&failed.report).len(), 1);
    assert_eq!(bed.order()["additional_emails"], json!(["ops@example.com"]));
    assert_eq!(bed.order()["disable_renewal_notifications"], false);
    let seen = bed.seen();
    let _applied = bed.apply(&config).await.expect_success();
    let puts: Vec<_> = bed
        .calls_after(seen)
        .into_iter()
        .filter(|call| call.starts_with("PUT"))
        .collect();
    let id = bed.order_id();
    assert_eq!(
        puts,
        [format!(
            "PUT /order/certificate/{id}/renewal-emails/disable"
        )]
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}
