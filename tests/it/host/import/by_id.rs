//! What an import takes, what it calls, and what it refuses.

use certcentral_sandbox::{Approval, At, Fault};
use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{
    Bed, CSR, SHOP, body_by_hand, errors, http, new_csr, only_error, order, order_with, route,
    warnings,
};

#[tokio::test]
async fn an_imported_order_and_its_configuration_make_an_empty_plan() {
    let rich = order_with(json!({
        "dns_names": ["pay.example.com", "www.shop.example.com"],
        "comments": "Please approve",
        "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
        "additional_emails": ["ops@example.com"],
        "auto_renew": true,
        "container_id": 60_412,
        "server_platform_id": 45,
    }));
    for config in [order(), rich] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&config).await.expect_success();
        let before = bed.order().clone();
        let id = bed.order_id().to_string();
        bed.forget_state();

        bed.terraform
            .import(SHOP, &id)
            .await
            .unwrap()
            .expect_success();
        for attribute in [
            "id",
            "order_id",
            "status",
            "certificate_id",
            "certificate_pem",
            "common_name",
            "serial_number",
        ] {
            assert_eq!(bed.order()[attribute], before[attribute], "{attribute}");
        }
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
        assert_eq!(bed.sandbox.summary().orders_created, 1);
    }
}

#[tokio::test]
async fn an_order_of_a_colleague_is_imported_with_its_arguments() {
    let mut bed = Bed::with(|account| account.approval = Approval::OneStep);
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    bed.terraform
        .import(SHOP, &id.to_string())
        .await
        .unwrap()
        .expect_success();
    let state = bed.order();
    assert_eq!(
        json!([
            state["product_name_id"],
            state["common_name"],
            state["organization"]["id"],
            state["status"],
            state["csr"]
        ]),
        json!([
            "ssl_basic",
            "shop.example.com",
            123_456,
            "needs_approval",
            *CSR
        ])
    );
    assert_eq!(state["alternative_order_id"], Json::Null);
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
}

/// Sends a call that Terraform has no part in.
async fn by_hand(bed: &Bed, path: &str, body: &Json) {
    let url = format!("{}{path}", bed.sandbox.base_url());
    let request = http().post(url).header("X-DC-DEVKEY", "sandbox-by-hand");
    let answer = request.json(body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// Every spelling of the hex digits that a person may paste.
fn spellings(digits: &str) -> Vec<String> {
    let pairs: Vec<_> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap())
        .collect();
    vec![
        digits.to_owned(),
        digits.to_lowercase(),
        pairs.join(":"),
        pairs.join(":").to_lowercase(),
        format!(" {digits} "),
    ]
}

#[tokio::test]
async fn an_order_is_imported_by_every_spelling_of_its_keys() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let before = bed.order().clone();
    let id = bed.order_id().to_string();
    let serial = before["serial_number"].as_str().unwrap();
    let thumbprint = before["thumbprint"].as_str().unwrap();
    let mut keys = spellings(serial);
    keys.extend(spellings(thumbprint));
    keys.extend([
        id.clone(),
        format!("order_id:{id}"),
        format!("000{serial}"),
        serial.trim_start_matches('0').to_owned(),
        format!("serial_number:{serial}"),
        format!("thumbprint:{thumbprint}"),
    ]);
    for key in keys {
        bed.forget_state();
        let report = bed.terraform.import(SHOP, &key).await.unwrap();
        report.expect_success();
        assert_eq!(bed.order()["id"], id, "{key}");
        assert_eq!(bed.order()["serial_number"], serial, "{key}");
    }
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_import_costs_few_reads_and_never_a_write() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let before = bed.order().clone();
    let id = before["id"].as_str().unwrap().to_owned();
    let serial = before["serial_number"].as_str().unwrap().to_owned();
    let read = [
        format!("GET /order/certificate/{id}"),
        format!("GET /order/certificate/{id}/validation"),
        format!("GET /certificate/{}/chain", before["certificate_id"]),
    ];
    let by_serial = [&[format!("GET /order/certificate/{serial}")][..], &read].concat();
    for (key, calls) in [(&id, read.to_vec()), (&serial, by_serial)] {
        bed.forget_state();
        let seen = bed.seen();
        let report = bed.terraform.import(SHOP, key).await.unwrap();
        report.expect_success();
        assert_eq!(bed.calls_after(seen), calls, "{key}");
        let seen = bed.seen();
        assert!(bed.plan(&order()).await.expect_success().is_empty());
        assert_eq!(
            bed.calls_after(seen),
            [format!("GET /order/certificate/{id}")],
            "{key}: a plan after it"
        );
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_the_primary_one_leads_to_its_order() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let former = bed.order()["serial_number"].as_str().unwrap().to_owned();
    let former_thumbprint = bed.order()["thumbprint"].as_str().unwrap().to_owned();
    let id = bed.order_id();
    let certificate = json!({ "certificate": {
        "common_name": "shop.example.com", "csr": *CSR, "signature_hash": "sha256",
    } });
    by_hand(
        &bed,
        &format!("/order/certificate/{id}/duplicate"),
        &certificate,
    )
    .await;
    let url = format!(
        "{}/order/certificate/{id}/duplicate",
        bed.sandbox.base_url()
    );
    let request = http().get(url).header("X-DC-DEVKEY", "sandbox-by-hand");
    let body = request.send().await.unwrap().text().await.unwrap();
    let list: Json = serde_json::from_str(&body).unwrap();
    let duplicate = list["certificates"][0]["serial_number"].as_str().unwrap();

    bed.forget_state();
    let seen = bed.seen();
    let report = bed.terraform.import(SHOP, duplicate).await.unwrap();
    report.expect_success();
    assert_eq!(bed.order_id(), id);
    assert_eq!(
        bed.order()["serial_number"],
        former,
        "the primary certificate is the order's"
    );
    assert!(
        bed.calls_after(seen)
            .iter()
            .all(|call| call.starts_with("GET ")),
    );

    let reissue = json!({ "certificate": {
        "common_name": "shop.example.com", "csr": new_csr(), "signature_hash": "sha256",
    } });
    by_hand(&bed, &format!("/order/certificate/{id}/reissue"), &reissue).await;
    bed.forget_state();
    let report = bed
        .terraform
        .import(SHOP, &format!("thumbprint:{former_thumbprint}"))
        .await
        .unwrap();
    assert_eq!(errors(&report), ["No order found to import"]);
    assert!(
        only_error(&report).contains("finds only the certificate in force by its thumbprint"),
        "{}",
        only_error(&report)
    );
}

#[tokio::test]
async fn a_serial_number_of_several_orders_is_refused_with_their_ids() {
    let mut bed = Bed::new();
    let listed = |id: u64| json!({ "id": id, "status": "issued", "certificate": { "id": id } });
    let body = json!({ "orders": [listed(4711), listed(4712)], "page": { "total": 2 } });
    bed.sandbox.fault(
        route("GET /order/certificate"),
        1,
        At::Before,
        Fault::Answer {
            status: 200,
            body: body.to_string(),
            content_type: "application/json".to_owned(),
        },
    );
    let serial = "0595011F5BEDE541680EFB3F5E79C45E";
    let report = bed.terraform.import(SHOP, serial).await.unwrap();
    assert_eq!(errors(&report), ["Several orders have this serial number"]);
    assert!(
        only_error(&report).contains("the orders 4711, 4712"),
        "{}",
        only_error(&report)
    );
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn an_order_that_the_list_merely_gives_is_not_imported() {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let body = json!({ "orders": [{ "id": id, "status": "issued", "certificate": {} }] });
    bed.sandbox.fault(
        route("GET /order/certificate"),
        1,
        At::Before,
        Fault::Answer {
            status: 200,
            body: body.to_string(),
            content_type: "application/json".to_owned(),
        },
    );
    let serial = "0595011F5BEDE541680EFB3F5E79C45E";
    let report = bed.terraform.import(SHOP, serial).await.unwrap();
    assert_eq!(errors(&report), ["No order found to import"]);
    assert!(bed.terraform.state().is_empty());
}

#[tokio::test]
async fn digits_that_certcentral_takes_for_an_order_id_do_not_import_that_order() {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let key = format!("serial_number:{id}");
    let report = bed.terraform.import(SHOP, &key).await.unwrap();
    assert_eq!(errors(&report), ["No order found to import"]);
}

#[tokio::test]
async fn a_key_that_finds_nothing_says_that_the_container_may_be_hidden() {
    for (key, summary) in [
        ("4711", "Order not visible"),
        (
            "0595011F5BEDE541680EFB3F5E79C45E",
            "No order found to import",
        ),
        (
            "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3",
            "No order found to import",
        ),
    ] {
        let mut bed = Bed::new();
        let report = bed.terraform.import(SHOP, key).await.unwrap();
        report.expect_valid();
        assert_eq!(errors(&report), [summary], "{key}");
        assert!(
            only_error(&report).contains("container (division)"),
            "{}",
            only_error(&report)
        );
        assert!(bed.terraform.state().is_empty(), "{key}");
    }
}

#[tokio::test]
async fn a_failing_call_is_no_proof_that_there_is_no_order() {
    let mut bed = Bed::new();
    let forbidden = Fault::Answer {
        status: 403,
        body: r#"{"errors":[{"code":"access_denied|missing_permission","message":"No."}]}"#
            .to_owned(),
        content_type: "application/json".to_owned(),
    };
    bed.sandbox
        .fault(route("GET /order/certificate/*"), 1, At::Before, forbidden);
    let key = "0595011F5BEDE541680EFB3F5E79C45E";
    let report = bed.terraform.import(SHOP, key).await.unwrap();
    assert_eq!(errors(&report), ["API key lacks a permission"]);
    assert_eq!(bed.seen(), 1);
}

/// Imports an order that CertCentral tells to be of this product.
async fn of_product(name_id: &str, validation: &str) -> (Bed, terraform_host::Report) {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let mut info = super::orders::told(&bed, id).await;
    info["product"]["name_id"] = name_id.into();
    info["product"]["validation_type"] = validation.into();
    info["product_name_id"] = name_id.into();
    super::orders::tell(&bed, &info);
    let report = bed.terraform.import(SHOP, &id.to_string()).await.unwrap();
    (bed, report)
}

#[tokio::test]
async fn an_order_of_another_kind_of_product_is_refused_and_an_unknown_one_warned_about() {
    for (name_id, validation, kind) in [
        ("ssl_dv_geotrust_flex", "dv", "a DV TLS certificate"),
        ("client_premium", "", "a client certificate"),
        ("code_signing_ev", "ev", "a code signing certificate"),
    ] {
        let (bed, report) = of_product(name_id, validation).await;
        assert_eq!(errors(&report), ["Order of another kind of product"]);
        let said = only_error(&report);
        assert!(
            said.contains(&format!("`{name_id}`, {kind}.")) && said.contains("OV and EV TLS"),
            "{said}"
        );
        assert!(bed.terraform.state().is_empty(), "{name_id}");
    }
    let (bed, report) = of_product("ssl_of_next_year", "ov").await;
    report.expect_success();
    assert_eq!(warnings(&report), ["Order of an unknown product"]);
    assert_eq!(bed.order()["product_name_id"], "ssl_of_next_year");
}

#[tokio::test]
async fn an_id_that_names_nothing_is_refused_without_a_call() {
    for id in [
        "shop.example.com",
        "",
        "-1",
        "0",
        "12 34",
        "ABCDEF",
        "certificate_id:4711",
        "thumbprint:4711",
    ] {
        let mut bed = Bed::new();
        let report = bed.terraform.import(SHOP, id).await.unwrap();
        report.expect_valid();
        assert_eq!(errors(&report), ["Invalid import id"], "{id:?}");
        let said = only_error(&report);
        assert!(said.contains(&format!("{id:?}")), "{said}");
        for form in ["order_id:", "serial_number:", "thumbprint:"] {
            assert!(said.contains(form), "{said}");
        }
        assert_eq!(bed.seen(), 0);
    }
}
