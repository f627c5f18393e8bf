//! What of a configuration reaches the order POST.

use serde_json::{Value as Json, json};
use terraform_host::Action;

use crate::host::bed::{Bed, CSR, SHOP, order, order_with};

#[tokio::test]
async fn the_smallest_order_sends_nothing_that_nobody_set() {
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let token = bed.order()["alternative_order_id"].as_str().unwrap();
    assert!(token.starts_with("tf-"), "{token}");
    assert_eq!(
        bed.posted(),
        json!({
            "certificate": {
                "common_name": "shop.example.com", "csr": *CSR, "signature_hash": "sha256",
                "server_platform": { "id": -1 },
            },
            "order_validity": { "years": 1 },
            "disable_renewal_notifications": false,
            "organization": { "id": 123_456 },
            "alternative_order_id": token,
        })
    );
}

#[tokio::test]
async fn names_are_sent_in_ascii_and_stay_in_state_as_they_are_written() {
    let mut bed = Bed::new();
    let config = order_with(
        json!({ "common_name": "B\u{fc}cher.Example.com", "dns_names": ["*.b\u{fc}cher.example.com."] }),
    );
    let _applied = bed.apply(&config).await.expect_success();
    let sent = &bed.posted()["certificate"];
    assert_eq!(
        json!([sent["common_name"], sent["dns_names"]]),
        json!(["xn--bcher-kva.example.com", ["*.xn--bcher-kva.example.com"]])
    );
    assert_eq!(
        json!([bed.order()["common_name"], bed.order()["dns_names"]]),
        json!([config["common_name"], config["dns_names"]])
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn the_defaults_of_the_provider_reach_the_order_and_the_state() {
    let mut bed = Bed::new();
    bed.terraform.set_provider_config(json!({
        "organization_id": 778_812, "container_id": 60_412, "payment_method": "profile", "dcv_method": "dns-txt-token",
    }));
    let config = order_with(json!({ "organization": null }));
    let _applied = bed.apply(&config).await.expect_success();
    let body = bed.posted();
    assert_eq!(
        json!([
            body["organization"],
            body["container"],
            body["payment_method"],
            body["dcv_method"]
        ]),
        json!([{ "id": 778_812 }, { "id": 60_412 }, "profile", "dns-txt-token"])
    );
    let state = bed.order();
    assert_eq!(
        json!([
            state["organization"]["id"],
            state["container_id"],
            state["payment_method"],
            state["dcv_method"]
        ]),
        json!([778_812, 60_412, "profile", "dns-txt-token"])
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn what_an_order_sets_wins_over_the_defaults() {
    let mut bed = Bed::new();
    bed.terraform
        .set_provider_config(json!({ "organization_id": 778_812, "payment_method": "profile" }));
    let _applied = bed
        .apply(&order_with(json!({ "payment_method": "card" })))
        .await
        .expect_success();
    let body = bed.posted();
    assert_eq!(
        json!([body["organization"]["id"], body["payment_method"]]),
        json!([123_456, "card"])
    );
}

#[tokio::test]
async fn without_any_organization_the_plan_says_where_to_set_it() {
    let mut bed = Bed::new();
    let contacts = json!([{ "contact_type": "technical_contact", "user_id": 565_600 }]);
    for organization in [Json::Null, json!({}), json!({ "contacts": contacts })] {
        let plan = bed
            .plan(&order_with(json!({ "organization": organization })))
            .await;
        assert_eq!(
            crate::host::bed::errors(&plan.report),
            ["Missing organization"],
            "{organization}"
        );
        let said = crate::host::bed::only_error(&plan.report);
        assert!(
            said.contains("`organization_id` in the provider block"),
            "{said}"
        );
        assert_eq!(
            crate::host::bed::warnings(&plan.report),
            [""; 0],
            "{organization}"
        );
    }
}

#[tokio::test]
async fn a_new_organization_reaches_the_order_with_all_its_fields() {
    let mut bed = Bed::new();
    let organization = json!({
        "name": "New Widgets GmbH", "assumed_name": "Widgets", "address": "Beispielweg 3", "address2": "Haus 2",
        "city": "Berlin", "state": "Berlin", "zip": "10115", "country": "de", "telephone": "+49 30 5550100",
        "organization_contact": {
            "first_name": "Ada", "last_name": "Muster", "job_title": "Lead", "telephone": "+49 30 5550101",
            "email": "ada@example.com",
        },
    });
    let config = order_with(json!({ "organization": organization, "wait_for": "none" }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(bed.posted()["organization"], organization);
    assert_eq!(bed.order()["organization"]["id"], Json::Null);
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_ev_order_sends_its_contacts_in_their_order() {
    let mut bed = Bed::new();
    let contacts = json!([
        { "contact_type": "ev_approver", "user_id": 565_611 },
        {
            "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Muster", "job_title": "Lead",
            "telephone": "801-555-0100", "email": "ada@example.com",
        },
    ]);
    let config = order_with(json!({
        "product_name_id": "ssl_ev_plus", "organization": { "id": 123_456, "contacts": contacts },
    }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        bed.posted()["organization"],
        json!({ "id": 123_456, "contacts": contacts })
    );
    assert_eq!(bed.posts()[0].path, "/order/certificate/ssl_ev_plus");
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn an_ev_order_of_the_page_without_an_approver_is_refused_in_the_plan() {
    let mut bed = Bed::new();
    let plan = bed
        .plan(&order_with(json!({ "product_name_id": "ssl_ev_plus" })))
        .await;
    assert_eq!(
        crate::host::bed::errors(&plan.report),
        ["Missing EV approver"]
    );
    assert_eq!(bed.seen(), 0);
}

#[tokio::test]
async fn contacts_without_an_id_belong_to_the_organization_of_the_provider() {
    let mut bed = Bed::new();
    bed.terraform
        .set_provider_config(json!({ "organization_id": 778_812 }));
    let contacts = json!([{ "contact_type": "technical_contact", "user_id": 565_600 }]);
    let config = order_with(json!({ "organization": { "contacts": contacts } }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        bed.posted()["organization"],
        json!({ "id": 778_812, "contacts": contacts })
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn every_other_argument_of_the_page_reaches_the_order() {
    let mut bed = Bed::new();
    let config = order_with(json!({
        "dns_names": ["www.example.com"], "organization_units": ["Accounting", "Sales"], "server_platform_id": 45,
        "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }], "additional_emails": ["ops@example.com"],
        "disable_renewal_notifications": true, "auto_renew": true, "custom_renewal_message": "Renew me",
        "comments": "Please", "locale": "de", "skip_approval": true, "disable_ct": false, "container_id": 60_412,
        "cert_validity": { "days": 90 }, "renewed_thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
        "alternative_order_id": "shop-2026",
    }));
    let _applied = bed.apply(&config).await.expect_success();
    assert_eq!(
        bed.posted(),
        json!({
            "certificate": {
                "common_name": "shop.example.com", "dns_names": ["www.example.com"], "csr": *CSR,
                "signature_hash": "sha256", "server_platform": { "id": 45 },
                "organization_units": ["Accounting", "Sales"], "cert_validity": { "days": 90 },
            },
            "order_validity": { "years": 1 }, "comments": "Please", "auto_renew": 1,
            "custom_renewal_message": "Renew me", "disable_renewal_notifications": true,
            "additional_emails": ["ops@example.com"], "locale": "de", "skip_approval": true, "disable_ct": false,
            "organization": { "id": 123_456 }, "container": { "id": 60_412 },
            "custom_fields": [{ "metadata_id": 11, "value": "Invoice 7" }],
            "renewed_thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
            "alternative_order_id": "shop-2026",
        })
    );
    assert!(bed.plan(&config).await.expect_success().is_empty());
}

#[tokio::test]
async fn each_form_of_the_validity_is_sent_as_it_is_given() {
    let date = (time::OffsetDateTime::now_utc().date() + time::Duration::days(100)).to_string();
    for form in [
        json!({ "order_validity": { "years": 2 } }),
        json!({ "order_validity": { "days": 300 } }),
        json!({ "order_validity": { "custom_expiration_date": date } }),
        json!({ "validity_years": 2 }),
        json!({ "validity_days": 300 }),
        json!({ "custom_expiration_date": date }),
        json!({ "validity_years": 2, "validity_days": 300, "custom_expiration_date": date }),
    ] {
        let mut bed = Bed::new();
        let mut config = order_with(json!({ "order_validity": null }));
        let wanted = form.as_object().unwrap();
        config.as_object_mut().unwrap().extend(wanted.clone());
        let plan = bed.plan(&config).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Create), "{form}");
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        let mut sent = bed.posted();
        sent.as_object_mut()
            .unwrap()
            .retain(|name, _| name.contains("validity") || name.contains("expiration"));
        assert_eq!(sent, form);
        assert!(
            bed.plan(&config).await.expect_success().is_empty(),
            "{form}"
        );
    }
}
