//! Order info as arguments, and the configuration that is written for them.

use super::{
    fill, keep_guesses, keep_validity, order_validity, other_kind, validity_years, written,
};
use crate::certcentral::Order;
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{CustomFieldModel, OrganizationModel, SslOrderModel, Term};
use crate::provider::ssl_order::samples::{csr, fixture, names, order, years};

fn imported(order: &Order) -> SslOrderModel {
    let mut state = SslOrderModel::default();
    fill(&mut state, order);
    state
}

#[test]
fn names_that_certcentral_may_have_added_are_left_out() {
    let left_out = fill(
        &mut SslOrderModel::default(),
        &fixture("order_info_issued.json"),
    );
    let names: Vec<_> = left_out.iter().map(String::as_str).collect();
    assert_eq!(names, ["www.shop.example.com"]);
}

#[test]
fn an_issued_order_gives_all_its_arguments() {
    let state = imported(&fixture("order_info_issued.json"));
    let expected = SslOrderModel {
        product_name_id: "ssl_basic".into(),
        common_name: "shop.example.com".into(),
        dns_names: names(&["api.example.com"]),
        csr: Attr::Known(csr()),
        signature_hash: "sha256".into(),
        organization_units: Attr::Known(Vec::new()),
        server_platform_id: Attr::Known(-1),
        cert_validity: Attr::Known(Term {
            days: Attr::Known(199),
            ..Term::default()
        }),
        validity_years: Attr::Known(1),
        order_validity: Attr::Known(years(1)),
        organization: Attr::Known(OrganizationModel {
            id: Attr::Known(778_812),
            ..OrganizationModel::default()
        }),
        container_id: Attr::Known(60_412),
        custom_fields: Attr::Known(Set(vec![Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(112),
            value: "CC-4711".into(),
        })])),
        additional_emails: names(&["tls-alerts@example.com"]),
        disable_renewal_notifications: Attr::Known(true),
        auto_renew: Attr::Known(false),
        auto_reissue: Attr::Known(false),
        comments: "ordered by terraform".into(),
        locale: "en".into(),
        skip_approval: Attr::Known(false),
        disable_ct: Attr::Known(false),
        dcv_method: "dns-txt-token".into(),
        payment_method: "balance".into(),
        alternative_order_id: "tf-3f0a4c1e-7f1d-4c57-9c0e-2d9b6a51c0aa".into(),
        wait_for: "auto".into(),
        on_destroy: "retain".into(),
        duplicate_order_check: "error".into(),
        reorder_when_closed: Attr::Known(false),
        on_clock_failure: "error".into(),
        renew_days_before_expiry: Attr::Known(0),
        ..SslOrderModel::default()
    };
    assert_eq!(state, expected);
}

#[test]
fn the_product_is_read_in_either_form() {
    let mut info: serde_json::Value = fixture("order_info_issued.json");
    let body = info.as_object_mut().unwrap();
    body.remove("product");
    let order: Order = serde_json::from_value(info.clone()).unwrap();
    assert_eq!(imported(&order).product_name_id.as_str(), Some("ssl_basic"));
    info.as_object_mut().unwrap().remove("product_name_id");
    let order: Order = serde_json::from_value(info).unwrap();
    assert_eq!(imported(&order).product_name_id, Attr::Null);
}

#[test]
fn guesses_give_way_to_whatever_is_configured() {
    let prior = imported(&fixture("order_info_issued.json"));
    let mut planned = SslOrderModel {
        locale: "de".into(),
        skip_approval: Attr::Known(true),
        organization_units: Attr::Known(vec!["Accounting".into()]),
        ..prior.clone()
    };
    keep_guesses(&prior, &mut planned);
    assert_eq!(planned, prior);
}

#[test]
fn products_of_other_kinds_are_told_from_unknown_ones() {
    for (name_id, validation, kind) in [
        ("ssl_basic", Some("ov"), None),
        ("ssl_ev_basic", Some("ev"), None),
        ("ssl_basic", Some("dv"), None),
        ("ssl_dv_geotrust_flex", None, Some("a DV TLS certificate")),
        ("wildcard_dv_geotrust", None, Some("a DV TLS certificate")),
        ("ssl_new_thing", Some("DV"), Some("a DV TLS certificate")),
        ("ssl_new_thing", Some("ov"), None),
        ("private_ssl_flex", None, None),
        ("", None, None),
        ("client_premium", Some("ov"), Some("a client certificate")),
        ("secure_email_mailbox", None, Some("an S/MIME certificate")),
        (
            "code_signing_ev",
            Some("ev"),
            Some("a code signing certificate"),
        ),
        (
            "document_signing_org_1",
            None,
            Some("a document signing certificate"),
        ),
        ("vmc_basic", Some("vmc"), Some("a mark certificate")),
    ] {
        assert_eq!(other_kind(name_id, validation), kind, "{name_id}");
    }
}

fn until(date: &str) -> Term {
    Term {
        custom_expiration_date: date.into(),
        ..Term::default()
    }
}

fn days(days: i64) -> Term {
    Term {
        days: Attr::Known(days),
        ..Term::default()
    }
}

#[test]
fn an_argument_is_filled_only_with_what_its_form_can_say() {
    for (told, last_day, expected, older) in [
        (Some(1), Some("2027-04-13"), Some(years(1)), Some(1)),
        (Some(2), None, Some(years(2)), Some(2)),
        (Some(3), Some("2029-04-13"), Some(years(3)), None),
        (Some(6), Some("2032-04-13"), Some(until("2032-04-13")), None),
        (Some(0), Some("2026-06-01"), Some(until("2026-06-01")), None),
        (None, Some("2026-06-01"), Some(until("2026-06-01")), None),
        (Some(0), None, None, None),
    ] {
        let mut info: serde_json::Value = fixture("order_info_issued.json");
        info["validity_years"] = told.into();
        info["order_valid_till"] = last_day.into();
        info["order_validity"] = serde_json::Value::Null;
        let order: Order = serde_json::from_value(info).unwrap();
        assert_eq!(
            order_validity(&order),
            expected.into(),
            "{told:?} {last_day:?}"
        );
        assert_eq!(
            validity_years(&order),
            older.into(),
            "{told:?} {last_day:?}"
        );
    }
}

#[test]
fn a_validity_is_told_in_the_unit_that_was_asked_for() {
    for (told, expected, older) in [
        (serde_json::json!({ "days": 200 }), days(200), None),
        (
            serde_json::json!({ "custom_expiration_date": "2026-06-01" }),
            until("2026-06-01"),
            None,
        ),
        (serde_json::json!({ "years": "1" }), years(1), Some(1)),
        (serde_json::json!([]), years(1), Some(1)),
    ] {
        let mut info: serde_json::Value = fixture("order_info_issued.json");
        info["order_validity"] = told.clone();
        let order: Order = serde_json::from_value(info).unwrap();
        assert_eq!(order_validity(&order), Attr::Known(expected), "{told}");
        assert_eq!(validity_years(&order), older.into(), "{told}");
    }
}

#[test]
fn only_years_are_compared_with_years() {
    let order = |validity: Term| SslOrderModel {
        order_validity: Attr::Known(validity),
        ..SslOrderModel::default()
    };
    for (told, configured, planned) in [
        (years(1), years(2), years(2)),
        (years(1), days(200), years(1)),
        (years(1), until("2026-06-01"), years(1)),
        (until("2032-04-13"), years(3), until("2032-04-13")),
    ] {
        let mut plan = order(configured.clone());
        keep_validity(&order(told.clone()), &mut plan);
        assert_eq!(plan, order(planned), "{told:?} {configured:?}");
    }
}

#[test]
fn one_form_of_the_validity_and_no_guess_is_written() {
    let arguments = SslOrderModel {
        validity_years: Attr::Known(1),
        alternative_order_id: "tf-x".into(),
        locale: "en".into(),
        skip_approval: Attr::Known(false),
        auto_renew: Attr::Known(false),
        disable_ct: Attr::Known(true),
        organization_units: Attr::Known(Vec::new()),
        ..order()
    };
    let expected = SslOrderModel {
        disable_ct: Attr::Known(true),
        ..order()
    };
    assert_eq!(written(arguments), expected);
}

#[test]
fn the_older_form_of_the_validity_stays_where_it_stands_alone() {
    let arguments = SslOrderModel {
        validity_years: Attr::Known(2),
        order_validity: Attr::Null,
        ..order()
    };
    assert_eq!(written(arguments.clone()), arguments);
}

#[test]
fn an_order_without_further_names_is_imported_with_none() {
    let mut info: serde_json::Value = fixture("order_info_issued.json");
    for told in [
        serde_json::json!([]),
        serde_json::json!(["SHOP.example.com"]),
    ] {
        info["certificate"]["dns_names"] = told.clone();
        let order: Order = serde_json::from_value(info.clone()).unwrap();
        assert_eq!(imported(&order).dns_names, names(&[]), "{told}");
    }
}
