//! Whatever is unknown, nothing is refused for it: neither the value itself nor what stands beside
//! it.

use super::{good, lines};
use crate::framework::{Attr, AttributePath, FromToValue, Set, Value};
use crate::provider::ssl_order::model::{
    CustomFieldModel, OrganizationModel, SslOrderModel, TimeoutsModel,
};
use crate::provider::ssl_order::samples::{contact, names, new_organization};

/// Good orders that set every argument between them.
fn orders() -> [SslOrderModel; 3] {
    let existing = SslOrderModel {
        product_name_id: "ssl_ev_plus".into(),
        dns_names: names(&["www.shop.example.com"]),
        organization: Attr::Known(OrganizationModel {
            id: Attr::Known(778_812),
            contacts: Attr::Known(vec![Attr::Known(contact("ev_approver"))]),
            ..OrganizationModel::default()
        }),
        container_id: Attr::Known(1),
        custom_fields: Attr::Known(Set(vec![Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(11),
            value: "x".into(),
        })])),
        additional_emails: names(&["tls@example.com"]),
        dcv_method: "email".into(),
        payment_method: "card".into(),
        locale: "en".into(),
        renewal_of_order_id: Attr::Known(1),
        renewed_thumbprint: "0123456789abcdef0123456789abcdef01234567".into(),
        alternative_order_id: "mine".into(),
        reissue_days_before_expiry: Attr::Known(30),
        renew_days_before_expiry: Attr::Known(0),
        revocation_reason: "superseded".into(),
        claimed_order_id: Attr::Known(1),
        timeouts: Attr::Known(TimeoutsModel {
            create: "10m".into(),
            ..TimeoutsModel::default()
        }),
        ..good()
    };
    let new = SslOrderModel {
        organization: Attr::Known(OrganizationModel {
            contacts: Attr::Known(vec![Attr::Known(contact("technical_contact"))]),
            ..new_organization()
        }),
        ..good()
    };
    let older = SslOrderModel {
        order_validity: Attr::Null,
        validity_years: Attr::Known(1),
        ..good()
    };
    [existing, new, older]
}

/// Every value that differs from this one by one unknown value in it.
fn with_one_unknown(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Unknown];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                for changed in with_one_unknown(member) {
                    let mut members = members.clone();
                    members.insert(name.clone(), changed);
                    all.push(Value::Object(members));
                }
            }
        }
        Value::List(elements) | Value::Set(elements) => {
            for (index, element) in elements.iter().enumerate() {
                for changed in with_one_unknown(element) {
                    let mut elements = elements.clone();
                    elements[index] = changed;
                    all.push(match value {
                        Value::List(_) => Value::List(elements),
                        _ => Value::Set(elements),
                    });
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn any_one_unknown_value_passes() {
    let mut tried = 0;
    for order in orders() {
        assert_eq!(lines(&order), [] as [&str; 0]);
        for value in with_one_unknown(&order.to_value()) {
            let Ok(order) = SslOrderModel::from_value(&value, &AttributePath::default()) else {
                assert_eq!(value, Value::Unknown, "only the whole order is no model");
                continue;
            };
            assert_eq!(lines(&order), [] as [&str; 0], "{value:?}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
