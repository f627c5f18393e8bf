//! The five answers to an order, and the state that each leaves behind.

use certcentral_sandbox::{Approval, Issuance};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, order, order_with, warnings};

/// The state without what the configuration says and without the certificate's own content.
fn outcome(bed: &Bed) -> Json {
    let state = bed.order();
    let chosen = [
        "id",
        "order_id",
        "certificate_id",
        "requests",
        "status",
        "serial_number",
        "certificate_pem",
    ];
    chosen
        .map(|name| (name.to_owned(), state[name].clone()))
        .into_iter()
        .collect()
}

#[tokio::test]
async fn an_order_that_waits_for_one_approver_is_in_state_without_a_certificate() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Certificate not issued yet"
        ]
    );
    let id = bed.sandbox.orders()[0].id;
    let request = &bed.posts()[0].response["requests"][0]["id"];
    assert_eq!(
        outcome(&bed),
        json!({
            "id": id.to_string(), "order_id": id, "certificate_id": null,
            "requests": [{ "id": request, "status": "pending" }],
            "status": "needs_approval", "serial_number": null, "certificate_pem": null,
        })
    );
}

#[tokio::test]
async fn an_order_that_waits_for_a_reviewer_keeps_the_request_as_submitted() {
    let mut bed = Bed::with(|account| account.approval = Approval::TwoStep);
    let _applied = bed.apply(&order()).await.expect_success();
    let state = bed.order();
    assert_eq!(state["status"], "needs_approval");
    assert_eq!(state["requests"][0]["status"], "submitted");
    assert_eq!(
        state["status_detail"],
        "The request waits for an approver of the account: approve it in CertCentral."
    );
}

#[tokio::test]
async fn an_order_that_the_account_approves_by_itself_has_an_approved_request_and_waits_for_the_certificate()
 {
    let mut bed = Bed::with(|account| {
        account.approval = Approval::Auto;
        account.issuance = Issuance::Manual;
    });
    let _applied = bed
        .apply(&order_with(json!({ "wait_for": "none" })))
        .await
        .expect_success();
    let state = bed.order();
    let certificate = &bed.posts()[0].response["certificate_id"];
    assert!(certificate.is_u64(), "{certificate}");
    assert_eq!(state["requests"][0]["status"], "approved");
    // A certificate id alone does not mean that there is a certificate.
    assert_eq!(
        (&state["certificate_id"], &state["certificate_pem"]),
        (certificate, &Json::Null)
    );
    assert_eq!(state["status"], "pending");
}

#[tokio::test]
async fn an_order_that_skips_approval_is_placed_and_pending() {
    let mut bed = Bed::with(|account| {
        account.approval = Approval::OneStep;
        account.issuance = Issuance::Manual;
    });
    let config = order_with(json!({ "skip_approval": true, "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.posted()["skip_approval"], json!(true));
    assert_eq!(bed.posts()[0].response.get("requests"), None);
    assert_eq!(bed.order()["requests"][0]["status"], "approved");
    assert_eq!(bed.order()["status"], "pending");
}

#[tokio::test]
async fn an_order_that_is_issued_at_once_has_its_certificate_and_whole_chain_in_state() {
    let mut bed = Bed::new();
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(
        applied
            .report
            .diagnostics
            .iter()
            .filter(|it| it.is_error())
            .count(),
        0
    );
    let state = bed.order();
    let due = bed.sandbox.clock().date() + time::Duration::days(198 - 30);
    let detail = format!("The certificate is issued. Plans from {due} on reissue it.");
    assert_eq!(
        (&state["status"], &state["status_detail"]),
        (&json!("issued"), &json!(detail))
    );
    let [leaf, intermediate, root] = state["certificate_chain"].as_array().unwrap().as_slice()
    else {
        panic!("three certificates, not {}", state["certificate_chain"]);
    };
    assert_eq!(leaf["subject_common_name"], "shop.example.com");
    assert_eq!(leaf["pem"], state["certificate_pem"]);
    assert_eq!(intermediate["pem"], state["chain_pem"]);
    assert_eq!(
        intermediate["subject_common_name"],
        state["issuer_common_name"]
    );
    assert_eq!(root["pem"], state["root_pem"]);
    assert_eq!(
        state["root_pem"],
        bed.sandbox.root_pem().replace("\r\n", "\n")
    );
    let both = [&leaf["pem"], &intermediate["pem"]].map(|pem| pem.as_str().unwrap());
    assert_eq!(state["fullchain_pem"], both.concat());
    assert_eq!(state["thumbprint"].as_str().unwrap().len(), 40);
    assert_eq!(state["valid_from"], bed.sandbox.clock().date().to_string());
}

#[tokio::test]
async fn the_next_plan_after_each_answer_is_empty() {
    for approval in [
        Approval::None,
        Approval::OneStep,
        Approval::TwoStep,
        Approval::Auto,
    ] {
        let mut bed = Bed::with(|account| account.approval = approval);
        let _applied = bed.apply(&order()).await.expect_success();
        assert!(
            bed.plan(&order()).await.expect_success().is_empty(),
            "{approval:?}"
        );
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{approval:?}");
    }
}
