//! The body of the POST: the example of the task, and every argument under the API's name and type.

mod token;
mod validity;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::prepare;
use crate::framework::{Attr, Mode, Set};
use crate::provider::ssl_order::model::{CustomFieldModel, OrganizationModel, SslOrderModel, Term};
use crate::provider::ssl_order::samples::{
    contact, csr, csr_for, names, new_organization, order, prepared, years,
};
use crate::provider::ssl_order::schema::schema;

type Edit = fn(&mut SslOrderModel);

fn body(order: &SslOrderModel) -> Value {
    serde_json::to_value(prepared(order).body).expect("JSON")
}

fn custom_field(metadata_id: i64, value: &str) -> Attr<Set<Attr<CustomFieldModel>>> {
    Attr::Known(Set(vec![Attr::Known(CustomFieldModel {
        metadata_id: Attr::Known(metadata_id),
        value: value.into(),
    })]))
}

#[test]
fn the_example_values_give_the_example_body() {
    let order = SslOrderModel {
        product_name_id: "ssl_plus".into(),
        common_name: "example.com".into(),
        dns_names: names(&["sub.example.com", "app.example.com"]),
        csr: Attr::Known(csr()),
        server_platform_id: Attr::Known(45),
        signature_hash: "sha256".into(),
        organization_units: Attr::Known(vec!["Accounting department".into()]),
        validity_years: Attr::Known(2),
        comments: "Message for the approver".into(),
        disable_renewal_notifications: Attr::Known(true),
        locale: "en".into(),
        payment_method: "balance".into(),
        skip_approval: Attr::Known(true),
        organization: Attr::Known(OrganizationModel {
            id: Attr::Known(123_456),
            ..OrganizationModel::default()
        }),
        custom_fields: custom_field(11, "Invoice #00001"),
        ..SslOrderModel::default()
    };
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/seed/order_example.json"
    );
    let text = std::fs::read_to_string(path).expect("the example");
    let mut expected: Value = serde_json::from_str(&text).expect("JSON");
    expected["certificate"]["csr"] = csr().into();
    let mut sent = body(&order);
    let token = sent
        .as_object_mut()
        .and_then(|body| body.remove("alternative_order_id"));
    assert_eq!(token, Some(prepared(&order).token.into()));
    assert_eq!(sent, expected);
}

/// Every argument with an edit, and where the value arrives in the body.
fn fields() -> Vec<(&'static str, Edit, &'static str, Value)> {
    vec![
        (
            "common_name",
            |o| o.common_name = "a.example.com".into(),
            "/certificate/common_name",
            json!("a.example.com"),
        ),
        (
            "dns_names",
            |o| o.dns_names = names(&["b.example.com"]),
            "/certificate/dns_names",
            json!(["b.example.com"]),
        ),
        (
            "signature_hash",
            |o| o.signature_hash = "sha384".into(),
            "/certificate/signature_hash",
            json!("sha384"),
        ),
        (
            "server_platform_id",
            |o| o.server_platform_id = Attr::Known(45),
            "/certificate/server_platform/id",
            json!(45),
        ),
        (
            "organization_units",
            |o| o.organization_units = Attr::Known(vec!["IT".into()]),
            "/certificate/organization_units",
            json!(["IT"]),
        ),
        (
            "profile_option",
            |o| o.profile_option = "p".into(),
            "/certificate/profile_option",
            json!("p"),
        ),
        (
            "ca_cert_id",
            |o| o.ca_cert_id = "A1".into(),
            "/certificate/ca_cert_id",
            json!("A1"),
        ),
        (
            "cert_validity",
            |o| o.cert_validity = Attr::Known(years(1)),
            "/certificate/cert_validity",
            json!({"years": 1}),
        ),
        (
            "validity_years",
            |o| {
                o.order_validity = Attr::Null;
                o.validity_years = Attr::Known(2);
            },
            "/validity_years",
            json!(2),
        ),
        (
            "validity_days",
            |o| {
                o.order_validity = Attr::Null;
                o.validity_days = Attr::Known(30);
            },
            "/validity_days",
            json!(30),
        ),
        (
            "custom_expiration_date",
            |o| {
                o.order_validity = Attr::Null;
                o.custom_expiration_date = "2027-01-02".into();
            },
            "/custom_expiration_date",
            json!("2027-01-02"),
        ),
        (
            "order_validity",
            |o| {
                o.order_validity = Attr::Known(Term {
                    days: Attr::Known(9),
                    ..Term::default()
                });
            },
            "/order_validity",
            json!({"days": 9}),
        ),
        (
            "organization",
            |o| {
                o.organization = Attr::Known(OrganizationModel {
                    id: Attr::Known(5),
                    ..OrganizationModel::default()
                });
            },
            "/organization",
            json!({"id": 5}),
        ),
        (
            "container_id",
            |o| o.container_id = Attr::Known(60_412),
            "/container",
            json!({"id": 60_412}),
        ),
        (
            "custom_fields",
            |o| o.custom_fields = custom_field(11, "x"),
            "/custom_fields",
            json!([{"metadata_id": 11, "value": "x"}]),
        ),
        (
            "additional_emails",
            |o| o.additional_emails = names(&["a@example.com"]),
            "/additional_emails",
            json!(["a@example.com"]),
        ),
        (
            "disable_renewal_notifications",
            |o| o.disable_renewal_notifications = Attr::Known(true),
            "/disable_renewal_notifications",
            json!(true),
        ),
        (
            "auto_reissue",
            |o| o.auto_reissue = Attr::Known(true),
            "/auto_reissue",
            json!(1),
        ),
        (
            "auto_renew",
            |o| o.auto_renew = Attr::Known(true),
            "/auto_renew",
            json!(1),
        ),
        (
            "custom_renewal_message",
            |o| o.custom_renewal_message = "m".into(),
            "/custom_renewal_message",
            json!("m"),
        ),
        (
            "comments",
            |o| o.comments = "c".into(),
            "/comments",
            json!("c"),
        ),
        ("locale", |o| o.locale = "de".into(), "/locale", json!("de")),
        (
            "skip_approval",
            |o| o.skip_approval = Attr::Known(true),
            "/skip_approval",
            json!(true),
        ),
        (
            "disable_ct",
            |o| o.disable_ct = Attr::Known(true),
            "/disable_ct",
            json!(true),
        ),
        (
            "dcv_method",
            |o| o.dcv_method = "email".into(),
            "/dcv_method",
            json!("email"),
        ),
        (
            "payment_method",
            |o| o.payment_method = "card".into(),
            "/payment_method",
            json!("card"),
        ),
        (
            "renewal_of_order_id",
            |o| o.renewal_of_order_id = Attr::Known(7),
            "/renewal_of_order_id",
            json!(7),
        ),
        (
            "renewed_thumbprint",
            |o| o.renewed_thumbprint = "AB".into(),
            "/renewed_thumbprint",
            json!("AB"),
        ),
        (
            "alternative_order_id",
            |o| o.alternative_order_id = "mine".into(),
            "/alternative_order_id",
            json!("mine"),
        ),
    ]
}

#[test]
fn every_argument_arrives_under_its_api_name() {
    for (argument, edit, pointer, expected) in fields() {
        let mut edited = order();
        edit(&mut edited);
        let (before, after) = (body(&order()), body(&edited));
        assert_ne!(before.pointer(pointer), Some(&expected), "{argument}");
        assert_eq!(after.pointer(pointer), Some(&expected), "{argument}");
    }
    let new = csr_for("shop.example.com", &[]);
    let mut edited = order();
    edited.csr = Attr::Known(new.clone());
    assert_eq!(body(&edited)["certificate"]["csr"], new);
    edited.product_name_id = "ssl_basic".into();
    assert_eq!(prepared(&edited).product, "ssl_basic");
}

#[test]
fn no_argument_of_the_schema_is_forgotten() {
    let elsewhere = [
        "product_name_id",
        "csr",
        "order_key",
        "wait_for",
        "on_destroy",
        "revocation_reason",
        "claimed_order_id",
        "duplicate_order_check",
        "reorder_when_closed",
        "reissue_days_before_expiry",
        "reissue_trigger",
        "renew_days_before_expiry",
        "on_clock_failure",
        "timeouts",
    ];
    let tested: BTreeSet<_> = fields()
        .into_iter()
        .map(|(argument, ..)| argument)
        .chain(elsewhere)
        .collect();
    let arguments: BTreeSet<_> = schema()
        .attributes
        .iter()
        .filter(|attribute| attribute.mode != Mode::Computed)
        .map(|attribute| attribute.name)
        .collect();
    assert_eq!(tested, arguments);
}

#[test]
fn a_new_organization_and_its_contacts_are_sent_whole() {
    let mut order = order();
    order.organization = Attr::Known(OrganizationModel {
        contacts: Attr::Known(vec![Attr::Known(contact("technical_contact"))]),
        ..new_organization()
    });
    assert_eq!(
        body(&order)["organization"],
        json!({
            "name": "Example Widgets LLC", "address": "1 Main St", "city": "Lehi", "state": "Utah", "zip": "84043",
            "country": "us", "telephone": "801-555-0100",
            "organization_contact": {
                "first_name": "Rui", "last_name": "Salas", "job_title": "Operations Lead",
                "telephone": "801-555-0117", "email": "rui.salas@example.com"
            },
            "contacts": [{
                "contact_type": "technical_contact", "first_name": "Jill", "last_name": "Valentine",
                "job_title": "STARS Member", "telephone": "555-555-5555", "email": "jill@example.com"
            }]
        })
    );
}

#[test]
fn the_organization_of_the_provider_stands_in() {
    let mut order = order();
    order.organization = Attr::Null;
    let problem = prepare(&order, None, None, "www.digicert.com").unwrap_err();
    assert_eq!(problem.summary, "Missing organization");
    let prepared = prepare(&order, Some(42), None, "www.digicert.com").unwrap();
    let body = serde_json::to_value(prepared.body).unwrap();
    assert_eq!(body["organization"], json!({"id": 42}));
}

#[test]
fn the_token_follows_the_content_and_nothing_else() {
    let token = |edit: Edit| {
        let mut order = order();
        edit(&mut order);
        prepared(&order).token
    };
    let base = token(|_| {});
    let same: [Edit; 6] = [
        |o| o.dns_names = names(&["API.example.com.", "www.shop.example.com"]),
        |o| o.comments = "another".into(),
        |o| o.wait_for = "none".into(),
        |o| o.payment_method = "card".into(),
        |o| o.csr = Attr::Known(csr().replace('\n', "\r\n")),
        |o| {
            o.order_validity = Attr::Null;
            o.validity_years = Attr::Known(1);
        },
    ];
    for (index, edit) in same.into_iter().enumerate() {
        assert_eq!(token(edit), base, "{index}");
    }
    let other: [Edit; 8] = [
        |o| o.product_name_id = "ssl_basic".into(),
        |o| o.dns_names = names(&["api.example.com"]),
        |o| o.csr = Attr::Known(csr_for("shop.example.com", &[])),
        |o| o.order_validity = Attr::Known(years(2)),
        |o| o.organization = Attr::Known(new_organization()),
        |o| o.container_id = Attr::Known(1),
        |o| o.renewal_of_order_id = Attr::Known(1),
        |o| o.order_key = "second".into(),
    ];
    for (index, edit) in other.into_iter().enumerate() {
        assert_ne!(token(edit), base, "{index}");
    }
    assert_eq!(token(|o| o.alternative_order_id = "mine".into()), "mine");
}

#[test]
fn a_name_is_sent_once_whatever_its_spellings() {
    let order = SslOrderModel {
        common_name: "Shop.Example.com".into(),
        dns_names: names(&[
            "shop.example.com",
            "WWW.shop.example.com",
            "www.shop.example.com.",
            "SHOP.example.COM.",
            "*.B\u{dc}CHER.example.com",
            "*.xn--bcher-kva.example.com.",
            "api.example.com",
        ]),
        ..order()
    };
    let all = json!([
        "www.shop.example.com",
        "*.xn--bcher-kva.example.com",
        "api.example.com"
    ]);
    assert_eq!(body(&order)["certificate"]["dns_names"], all);
    let reissued = serde_json::to_value(super::certificate(&order).unwrap()).unwrap();
    assert_eq!(reissued["dns_names"], all);
    let alone = SslOrderModel {
        dns_names: names(&["SHOP.example.com", "shop.example.com."]),
        ..order
    };
    assert_eq!(body(&alone)["certificate"].get("dns_names"), None);
}

#[test]
fn an_order_in_a_container_is_the_one_that_was_left_to_choose_it() {
    let chosen = prepared(&SslOrderModel {
        container_id: Attr::Known(31_337),
        ..order()
    });
    let token = |container: i64| {
        let unchosen = chosen.left_to_choose(container.try_into().unwrap());
        unchosen.map(|unchosen| unchosen.token)
    };
    assert_eq!(token(31_337), Some(prepared(&order()).token));
    assert_eq!(token(31_338), None);
}
