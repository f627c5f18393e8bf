//! Order info as arguments.

use super::{fill, keep_guesses};
use crate::certcentral::Order;
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{CustomFieldModel, OrganizationModel, SslOrderModel, Term};
use crate::provider::ssl_order::samples::{csr, fixture, names, years};

fn imported(order: &Order) -> SslOrderModel {
    let mut state = SslOrderModel::default();
    fill(&mut state, order);
    state
}

#[test]
fn an_issued_order_gives_all_its_arguments() {
    let state = imported(&fixture("order_info_issued.json"));
    let expected = SslOrderModel {
        product_name_id: "ssl_basic".into(),
        common_name: "shop.example.com".into(),
        dns_names: names(&["www.shop.example.com", "api.example.com"]),
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
        reissue_days_before_expiry: Attr::Known(30),
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
