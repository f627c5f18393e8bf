//! Every status of an order under every `on_destroy`: which calls a destroy makes, and what becomes
//! of the order.

use certcentral_sandbox::{Approval, At, Fault, Issuance, Move, Sandbox};
use serde_json::{Value as Json, json};
use terraform_host::{Applied, Plan};

use crate::host::bed::{Bed, CSR, errors, http, order_with, route, warnings};

/// A bed that may revoke, with one order in state that was brought into `status`.
pub(crate) async fn in_status(status: &str, on_destroy: &str) -> Bed {
    in_status_with(status, json!({ "on_destroy": on_destroy })).await
}

/// As `in_status`, with further arguments.
pub(super) async fn in_status_with(status: &str, mut arguments: Json) -> Bed {
    let mut bed = Bed::with(|account| {
        account.approval = match status {
            "needs_approval" | "rejected" => Approval::OneStep,
            _ => Approval::None,
        };
        account.issuance = match status {
            "pending" | "canceled" => Issuance::Manual,
            "processing" => Issuance::AfterPolls(1),
            _ => Issuance::Immediate,
        };
    });
    bed.terraform
        .set_provider_config(json!({ "allow_revocation": true }));
    arguments["wait_for"] = "none".into();
    let _applied = bed.apply(&order_with(arguments)).await.expect_success();
    let id = bed.order_id();
    match status {
        // The refresh of the next plan sees it processing, too.
        "processing" => bed
            .sandbox
            .change(|account| account.issuance = Issuance::AfterPolls(2)),
        "reissue_pending" => reissue_by_hand(&bed, Issuance::Manual).await,
        "rejected" => bed.sandbox.apply(id, Move::Reject).unwrap(),
        "canceled" => bed.sandbox.apply(id, Move::Cancel).unwrap(),
        "revoked" => bed.sandbox.apply(id, Move::Revoke).unwrap(),
        "expired" => bed.sandbox.apply(id, Move::Expire).unwrap(),
        _ => {}
    }
    if status != "processing" {
        bed.terraform.refresh().await.unwrap().expect_success();
    }
    assert_eq!(bed.order()["status"], status);
    bed
}

/// Reissues without Terraform, as a colleague does in the web console.
pub(super) async fn reissue_by_hand(bed: &Bed, issuance: Issuance) {
    bed.sandbox.change(|account| account.issuance = issuance);
    let url = format!(
        "{}/order/certificate/{}/reissue",
        bed.sandbox.base_url(),
        bed.order_id()
    );
    let body = json!({
        "certificate": { "common_name": "shop.example.com", "csr": *CSR, "signature_hash": "sha256" },
    });
    let answer = http()
        .post(url)
        .header("X-DC-DEVKEY", "sandbox-by-hand")
        .json(&body);
    assert_eq!(answer.send().await.unwrap().status(), 201);
}

/// Plans the destroy, applies it, and tells by a word each what was called for it.
pub(crate) async fn destroy(bed: &mut Bed) -> (Applied, Vec<String>) {
    destroy_with(bed, |_| {}).await
}

/// As `destroy`, with something that happens between plan and apply.
pub(super) async fn destroy_with(
    bed: &mut Bed,
    meanwhile: impl FnOnce(&Sandbox),
) -> (Applied, Vec<String>) {
    let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
    destroy_as_planned(bed, &plan, meanwhile).await
}

async fn destroy_as_planned(
    bed: &mut Bed,
    plan: &Plan,
    meanwhile: impl FnOnce(&Sandbox),
) -> (Applied, Vec<String>) {
    // An order that is processing is so for one more look.
    bed.sandbox.change(|account| {
        if let Issuance::AfterPolls(polls) = account.issuance {
            account.issuance = Issuance::AfterPolls(polls + 1);
        }
    });
    meanwhile(&bed.sandbox);
    let seen = bed.seen();
    let applied = bed.terraform.apply(plan).await.unwrap().expect_valid();
    (applied, acts(bed, seen))
}

/// The calls since the first `seen`, by a word each.
pub(super) fn acts(bed: &Bed, seen: usize) -> Vec<String> {
    let calls = bed.calls_after(seen);
    let id = bed.sandbox.orders()[0].id;
    calls
        .into_iter()
        .map(|call| {
            let words = [
                (format!("GET /order/certificate/{id}"), "look"),
                (format!("GET /order/certificate/{id}/note"), "notes"),
                (format!("PUT /order/certificate/{id}/status"), "cancel"),
                (format!("PUT /order/certificate/{id}/revoke"), "revoke"),
            ];
            match words.iter().find(|(known, _)| *known == call) {
                Some((_, word)) => (*word).to_owned(),
                None if call.starts_with("PUT /request/") => "reject".to_owned(),
                None => call,
            }
        })
        .collect()
}

/// Status, calls with `cancel`, status afterwards, calls with `revoke`, status afterwards.
type Row<'a> = (&'a str, &'a [&'a str], &'a str, &'a [&'a str], &'a str);

const MATRIX: [Row<'_>; 9] = [
    (
        "needs_approval",
        &["look", "notes", "reject"],
        "rejected",
        &["look", "notes", "reject"],
        "rejected",
    ),
    (
        "pending",
        &["look", "notes", "cancel"],
        "canceled",
        &["look", "notes", "cancel"],
        "canceled",
    ),
    (
        "processing",
        &["look", "look"],
        "issued",
        &["look", "look", "notes", "revoke"],
        "revoked",
    ),
    (
        "issued",
        &["look"],
        "issued",
        &["look", "notes", "revoke"],
        "revoked",
    ),
    (
        "reissue_pending",
        &["look"],
        "reissue_pending",
        &["look", "notes", "cancel", "look", "revoke"],
        "revoked",
    ),
    ("revoked", &["look"], "revoked", &["look"], "revoked"),
    ("canceled", &["look"], "canceled", &["look"], "canceled"),
    ("rejected", &["look"], "rejected", &["look"], "rejected"),
    ("expired", &["look"], "expired", &["look"], "expired"),
];

#[tokio::test]
async fn a_destroy_makes_exactly_the_calls_of_its_status() {
    for (status, cancel, canceled, revoke, revoked) in MATRIX {
        for (on_destroy, calls, end) in [
            ("retain", &[] as &[&str], status),
            ("cancel", cancel, canceled),
            ("revoke", revoke, revoked),
        ] {
            let mut bed = in_status(status, on_destroy).await;
            let shown = format!("{status} {on_destroy}");
            let plan = bed.terraform.plan_destroy().await.unwrap().expect_success();
            let is_closed = matches!(status, "revoked" | "canceled" | "rejected" | "expired");
            let announced: &[&str] = match (on_destroy, status) {
                _ if is_closed => &[],
                ("retain", _) => &["Destroy leaves the order open"],
                ("cancel", "issued" | "reissue_pending") => {
                    &["Destroy leaves the issued certificate valid"]
                }
                ("cancel", _) | (_, "needs_approval" | "pending") => &["Destroy cancels the order"],
                _ => &["Destroy revokes the certificate for good"],
            };
            assert_eq!(warnings(&plan.report), announced, "{shown}");
            let (applied, made) = destroy_as_planned(&mut bed, &plan, |_| {}).await;
            assert_eq!(errors(&applied.report), [] as [&str; 0], "{shown}");
            assert_eq!(made, calls, "{shown}");
            assert_eq!(bed.sandbox.orders()[0].status, end, "{shown}");
            assert!(bed.terraform.state().is_empty(), "{shown}");
            if let ["look", "notes", "cancel"] = calls {
                let last = bed.sandbox.journal().pop().unwrap();
                assert_eq!(last.request["note"], "Destroyed by Terraform", "{shown}");
            }
            let certificate_lives_on =
                on_destroy == "cancel" && matches!(end, "issued" | "reissue_pending");
            let retained_open = on_destroy == "retain" && !is_closed;
            let expected: &[&str] = if certificate_lives_on {
                &["Issued certificate stays valid"]
            } else if retained_open {
                &["Order stays open"]
            } else {
                &[]
            };
            assert_eq!(warnings(&applied.report), expected, "{shown}");
        }
    }
}

#[tokio::test]
async fn an_order_in_a_form_of_pending_is_canceled() {
    for status in ["waiting_pickup", "needs_csr"] {
        for on_destroy in ["cancel", "revoke"] {
            let mut bed = in_status("pending", on_destroy).await;
            let body = json!({ "id": bed.order_id(), "status": status, "certificate": {} });
            let shown = Fault::Answer {
                status: 200,
                body: body.to_string(),
                content_type: "application/json".to_owned(),
            };
            let (applied, made) = destroy_with(&mut bed, |sandbox| {
                sandbox.fault(route("GET /order/certificate/*"), 1, At::Before, shown);
            })
            .await;
            assert_eq!(applied.report.diagnostics, [], "{status}");
            assert_eq!(made, ["look", "notes", "cancel"], "{status}");
            assert_eq!(bed.sandbox.orders()[0].status, "canceled");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_issued_in_time_keeps_the_order_in_state() {
    for on_destroy in ["cancel", "revoke"] {
        let arguments = json!({ "on_destroy": on_destroy, "timeouts": { "delete": "1s" } });
        let mut bed = in_status_with("processing", arguments).await;
        let before = bed.order().clone();
        let (applied, made) = destroy(&mut bed).await;
        assert_eq!(errors(&applied.report), ["Order not settled yet"]);
        let detail = &applied.report.errors().next().unwrap().detail;
        assert!(detail.contains("`timeouts.delete` is over"), "{detail}");
        assert_eq!(made, ["look"]);
        assert_eq!(bed.order(), &before);
    }
}

#[tokio::test]
async fn the_older_word_for_canceled_is_tried_when_the_newer_one_is_refused() {
    let mut bed = in_status("pending", "cancel").await;
    let refusal = Fault::Answer {
        status: 400,
        body: json!({ "errors": [{ "code": "invalid_value:status", "message": "No." }] })
            .to_string(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox.fault(
        route("PUT /order/certificate/*/status"),
        1,
        At::Before,
        refusal,
    );
    let (applied, made) = destroy(&mut bed).await;
    assert_eq!(applied.report.diagnostics, []);
    assert_eq!(made, ["look", "notes", "cancel", "cancel"]);
    assert_eq!(bed.sandbox.orders()[0].status, "canceled");
}
