//! Orders that were made outside Terraform, in every status and of every kind: after the import, a
//! plan with the matching configuration is empty, and what CertCentral does not tell is recorded
//! without a call.

use certcentral_sandbox::{Approval, At, Fault, Issuance, Move};
use serde_json::{Value as Json, json};
use terraform_host::{Action, Plan};

use crate::host::bed::{
    Bed, CSR, SHOP, body_by_hand, errors, http, order, order_with, route, warnings,
};

/// What CertCentral tells of an order.
pub(super) async fn told(bed: &Bed, id: u64) -> Json {
    let url = format!("{}/order/certificate/{id}", bed.sandbox.base_url());
    let request = http().get(url).header("X-DC-DEVKEY", "sandbox-by-hand");
    let body = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&body).unwrap()
}

/// Has CertCentral tell this of every order from now on.
pub(super) fn tell(bed: &Bed, info: &Json) {
    let answer = Fault::Answer {
        status: 200,
        body: info.to_string(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox.fault_times(
        route("GET /order/certificate/*"),
        1,
        100,
        At::Before,
        answer,
    );
}

/// Imports the order and plans it with the configuration. Nothing but reads may reach CertCentral.
async fn imported(bed: &mut Bed, id: u64, config: &Json) -> Plan {
    let seen = bed.seen();
    let report = bed.terraform.import(SHOP, &id.to_string()).await.unwrap();
    report.expect_success();
    let plan = bed.plan(config).await.expect_success();
    for call in bed.calls_after(seen) {
        let is_estimate = call == "POST /finance/order-pricing";
        assert!(call.starts_with("GET ") || is_estimate, "{call}");
    }
    plan
}

/// The body of the smallest order with further members.
fn body_with(members: Json) -> Json {
    let mut body = body_by_hand(&CSR);
    let Json::Object(members) = members else {
        panic!("members are an object, not {members}");
    };
    for (name, value) in members {
        body[name] = value;
    }
    body
}

#[tokio::test]
async fn an_order_of_any_status_and_its_configuration_make_an_empty_plan() {
    for status in [
        "needs_approval",
        "pending",
        "processing",
        "needs_csr",
        "waiting_pickup",
        "approved",
        "issued",
        "reissue_pending",
        "expired",
        "revoked",
        "canceled",
        "rejected",
        "denied",
        "on_hold",
    ] {
        let has_certificate =
            matches!(status, "issued" | "reissue_pending" | "expired" | "revoked");
        let mut bed = Bed::with(|account| {
            if !has_certificate {
                account.issuance = Issuance::Manual;
            }
        });
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
        let mut info = told(&bed, id).await;
        info["status"] = status.into();
        tell(&bed, &info);

        let plan = imported(&mut bed, id, &order()).await;

        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{status}");
        let is_closed = matches!(
            status,
            "expired" | "revoked" | "canceled" | "rejected" | "denied"
        );
        let expected: &[&str] = if is_closed { &["Order is closed"] } else { &[] };
        assert_eq!(warnings(&plan.report), expected, "{status}");
        assert_eq!(bed.order()["status"], status);
        assert_eq!(
            bed.order()["certificate_pem"].is_string(),
            has_certificate,
            "{status}"
        );
    }
}

#[tokio::test]
async fn an_order_that_was_moved_by_hand_and_its_configuration_make_an_empty_plan() {
    for (step, status) in [
        (Move::Reject, "rejected"),
        (Move::Cancel, "canceled"),
        (Move::Approve, "issued"),
        (Move::Revoke, "revoked"),
        (Move::Expire, "expired"),
    ] {
        let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
        if matches!(step, Move::Revoke | Move::Expire) {
            bed.sandbox.issue(id).unwrap();
        }
        bed.sandbox.apply(id, step).unwrap();
        let plan = imported(&mut bed, id, &order()).await;
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{status}");
        assert_eq!(bed.order()["status"], status);
        assert_eq!(bed.sandbox.summary().orders_created, 1, "{status}");
    }
}

#[tokio::test]
async fn an_order_of_any_kind_and_its_configuration_make_an_empty_plan() {
    let years = |years: u64| json!({ "years": years });
    for (product, body, config) in [
        (
            "ssl_ev_basic",
            json!({ "organization": { "id": 778_812 } }),
            json!({ "product_name_id": "ssl_ev_basic", "organization": { "id": 778_812 } }),
        ),
        (
            "ssl_plus",
            json!({ "order_validity": null, "validity_years": 2 }),
            json!({ "product_name_id": "ssl_plus", "order_validity": null, "validity_years": 2 }),
        ),
        (
            "ssl_basic",
            json!({ "order_validity": years(3) }),
            json!({ "order_validity": years(3) }),
        ),
        (
            "ssl_basic",
            json!({ "order_validity": { "days": 200 } }),
            json!({ "order_validity": { "days": 200 } }),
        ),
        (
            "ssl_basic",
            json!({ "order_validity": null, "validity_days": 200 }),
            json!({ "order_validity": null, "validity_days": 200 }),
        ),
        (
            "ssl_basic",
            json!({
                "container": { "id": 60_412 },
                "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
                "additional_emails": ["ops@example.com", "tls@example.com"],
                "comments": "Please approve",
                "auto_renew": 1,
                "disable_renewal_notifications": true,
                "dcv_method": "dns-txt-token",
                "payment_method": "balance",
                "alternative_order_id": "shop-2026",
            }),
            json!({
                "container_id": 60_412,
                "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
                "additional_emails": ["TLS@example.com", "ops@example.com"],
                "comments": "Please approve",
                "auto_renew": true,
                "disable_renewal_notifications": true,
                "dcv_method": "dns-txt-token",
                "payment_method": "balance",
                "alternative_order_id": "shop-2026",
            }),
        ),
        (
            "ssl_basic",
            json!({ "certificate": {
                "common_name": "shop.example.com",
                "dns_names": ["www.shop.example.com", "*.shop.example.com"],
                "csr": *CSR,
                "signature_hash": "sha384",
                "server_platform": { "id": 45 },
                "organization_units": ["Accounting"],
                "cert_validity": { "days": 90 },
            } }),
            json!({
                "dns_names": ["*.SHOP.example.com", "www.shop.example.com."],
                "signature_hash": "sha384",
                "server_platform_id": 45,
                "organization_units": ["Accounting"],
                "cert_validity": { "days": 90 },
            }),
        ),
        (
            "ssl_basic",
            json!({ "locale": "de" }),
            json!({ "locale": "de" }),
        ),
    ] {
        let mut bed = Bed::new();
        let id = bed.order_by_hand(product, &body_with(body)).await;
        let plan = imported(&mut bed, id, &order_with(config.clone())).await;
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{config}");
    }
}

#[tokio::test]
async fn a_renewal_and_its_configuration_make_an_empty_plan() {
    let mut bed = Bed::with(|account| account.early_renewal = true);
    let first = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let renewal = body_with(json!({ "renewal_of_order_id": first }));
    let id = bed.order_by_hand("ssl_basic", &renewal).await;
    let config = order_with(json!({ "renewal_of_order_id": first }));
    let plan = imported(&mut bed, id, &config).await;
    assert!(plan.is_empty());
    assert_eq!(bed.order()["renewal_of_order_id"], first);
}

#[tokio::test]
async fn the_odd_types_of_certcentral_make_an_empty_plan() {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let mut info = told(&bed, id).await;
    let csr = info["certificate"]["csr"].as_str().unwrap();
    info["certificate"]["csr"] = csr.replace('\n', "\r\n").into();
    info["certificate"]["signature_hash"] = "SHA256".into();
    info["certificate"]["dns_names"] = json!([""]);
    info["certificate"]["organization_units"] = json!({});
    info["id"] = id.to_string().into();
    info["organization"]["id"] = "123456".into();
    info["validity_years"] = "1".into();
    info["auto_renew"] = "0".into();
    info["disable_renewal_notifications"] = 0.into();
    info["renewal_of_order_id"] = 0.into();
    info["custom_fields"] = json!([{ "metadata_id": 11, "label": "Invoice", "value": "" }]);
    info["additional_emails"] = Json::Null;
    info["something_new"] = json!({ "a": [1] });
    tell(&bed, &info);
    let plan = imported(&mut bed, id, &order()).await;
    assert!(plan.is_empty(), "{:?}", plan.report);
}

#[tokio::test]
async fn odd_types_of_what_somebody_chose_make_an_empty_plan() {
    let config = order_with(json!({
        "dns_names": ["www.shop.example.com", "b\u{fc}cher.example.com"],
        "signature_hash": "sha384",
        "server_platform_id": 45,
        "order_validity": { "years": 2 },
        "container_id": 60_412,
        "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
        "additional_emails": ["ops@example.com", "tls@example.com"],
        "disable_renewal_notifications": true,
        "auto_renew": true,
        "disable_ct": true,
        "locale": "de",
        "alternative_order_id": "shop-2026",
    }));
    for [yes, number] in [
        [json!("1"), json!("60412")],
        [json!(1), json!(60_412)],
        [json!(true), json!(60_412)],
    ] {
        let mut bed = Bed::new();
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
        let mut info = told(&bed, id).await;
        let certificate = &mut info["certificate"];
        certificate["dns_names"] = json!([
            "WWW.shop.example.com",
            "shop.example.com",
            "xn--bcher-kva.example.com"
        ]);
        certificate["signature_hash"] = "SHA384".into();
        certificate["server_platform"] = json!({ "id": "45", "name": "Nginx" });
        info["validity_years"] = "2".into();
        info["container"] = json!({ "id": number, "name": "Shop" });
        info["custom_fields"] =
            json!([{ "metadata_id": "11", "label": "Invoice", "value": "Invoice 7" }]);
        info["additional_emails"] = json!(["tls@EXAMPLE.com", "ops@example.com"]);
        for flag in ["disable_renewal_notifications", "auto_renew", "disable_ct"] {
            info[flag] = yes.clone();
        }
        info["alternative_order_id"] = "shop-2026".into();
        tell(&bed, &info);
        let plan = imported(&mut bed, id, &config).await;
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{yes}");
        assert_eq!(warnings(&plan.report), [""; 0], "{yes}");
        bed.terraform.refresh().await.unwrap().expect_success();
        assert!(bed.plan(&config).await.expect_success().is_empty(), "{yes}");
    }
}

/// What an order of the account has that order info cannot give back as it was written.
const UNTOLD: [(&str, &str); 4] = [
    ("profile_option", "server_auth_only_eku"),
    ("ca_cert_id", "A1B2C3D4E5F60718"),
    (
        "renewed_thumbprint",
        "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3",
    ),
    ("order_key", "blue"),
];

#[tokio::test]
async fn what_certcentral_does_not_tell_is_recorded_once_without_a_call() {
    let inline = json!({
        "name": "Freshly Founded Inc.",
        "address": "1 New Street",
        "city": "Lehi",
        "state": "Utah",
        "zip": "84043",
        "country": "us",
        "telephone": "801-555-0100",
        "organization_contact": {
            "first_name": "Rui", "last_name": "Salas", "job_title": "Lead",
            "telephone": "801-555-0117", "email": "rui.salas@example.com",
        },
    });
    let contacts = json!({ "id": 123_456, "contacts": [{
        "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Nagy", "job_title": "Engineer",
        "telephone": "801-555-0118", "email": "ada.nagy@example.com",
    }] });
    let mut cases: Vec<(Json, Json)> = UNTOLD
        .iter()
        .map(|&(name, value)| (json!({}), json!({ name: value })))
        .collect();
    cases.extend([
        (
            json!({ "organization": inline }),
            json!({ "organization": inline }),
        ),
        (
            json!({ "organization": contacts }),
            json!({ "organization": contacts }),
        ),
    ]);
    for (body, config) in cases {
        let mut bed = Bed::new();
        let id = bed.order_by_hand("ssl_basic", &body_with(body)).await;
        let config = order_with(config);
        let plan = imported(&mut bed, id, &config).await;
        assert_eq!(plan.action(SHOP), Some(Action::Update), "{config}");
        let said = warnings(&plan.report);
        assert!(
            said.contains(&"Change is recorded only"),
            "{config}: {said:?}"
        );

        let seen = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        for call in bed.calls_after(seen) {
            assert!(call.starts_with("GET "), "{config}: {call}");
        }
        let plan = bed.plan(&config).await.expect_success();
        assert!(plan.is_empty(), "{config}: {:?}", plan.report);
        assert_eq!(bed.sandbox.summary().orders_created, 1);
    }
}

#[tokio::test]
async fn an_import_tells_the_validity_in_the_unit_that_was_asked_for() {
    for (body, told) in [
        (
            json!({ "order_validity": { "days": 200 } }),
            json!({ "days": 200 }),
        ),
        (
            json!({ "order_validity": { "years": 2 } }),
            json!({ "years": 2 }),
        ),
    ] {
        let mut bed = Bed::new();
        let id = bed
            .order_by_hand("ssl_basic", &body_with(body))
            .await
            .to_string();
        bed.terraform
            .import(SHOP, &id)
            .await
            .unwrap()
            .expect_success();
        let mut validity = bed.order()["order_validity"].clone();
        validity
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        assert_eq!(validity, told);
    }
}

#[tokio::test]
async fn a_renewal_message_that_an_import_does_not_tell_is_set_once() {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let config = order_with(json!({ "custom_renewal_message": "Ask us." }));
    let plan = imported(&mut bed, id, &config).await;
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    assert_eq!(warnings(&plan.report), [""; 0]);
    let seen = bed.seen();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let calls = bed.calls_after(seen);
    assert_eq!(
        calls,
        [format!(
            "PUT /order/certificate/{id}/custom-renewal-message"
        )]
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_order_without_a_csr_takes_the_configured_one_without_a_call() {
    let mut bed = Bed::with(|account| account.issuance = Issuance::Manual);
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let mut info = told(&bed, id).await;
    info["status"] = "needs_csr".into();
    info["certificate"]["csr"] = Json::Null;
    tell(&bed, &info);
    let plan = imported(&mut bed, id, &order()).await;
    assert_eq!(plan.action(SHOP), Some(Action::Update));
    assert_eq!(warnings(&plan.report), ["Change is recorded only"]);
}

#[tokio::test]
async fn another_order_than_the_imported_one_is_announced_before_it_is_bought() {
    for (argument, value) in [
        ("product_name_id", json!("ssl_securesite_flex")),
        ("order_validity", json!({ "years": 2 })),
        ("organization", json!({ "id": 778_812 })),
    ] {
        let mut bed = Bed::new();
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
        let plan = imported(&mut bed, id, &order_with(json!({ argument: value }))).await;
        assert_eq!(plan.action(SHOP), Some(Action::Replace), "{argument}");
        let said = warnings(&plan.report);
        assert!(
            said.contains(&"Order is replaced by a new one"),
            "{argument}: {said:?}"
        );
        assert_eq!(errors(&plan.report), [""; 0], "{argument}");
        assert_eq!(bed.sandbox.summary().orders_created, 1);
    }
}

#[tokio::test]
async fn no_further_names_are_none_after_an_import() {
    for names in [json!([]), Json::Null] {
        let mut bed = Bed::new();
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
        let config = order_with(json!({ "dns_names": names }));
        let plan = imported(&mut bed, id, &config).await;
        assert!(plan.is_empty(), "{names}");
        assert_eq!(bed.order()["dns_names"], json!([]));
    }
}
