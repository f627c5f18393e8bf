//! Parts of sentences about an order.

use crate::framework::Attr;
use crate::provider::ssl_order::equality::canonical_set;
use crate::provider::ssl_order::model::{SslOrderModel, ValidityModel};

/// Names shown before the rest is counted.
const SHOWN_NAMES: usize = 5;

/// The order id, for a sentence.
pub(crate) fn order_id(order: &SslOrderModel) -> String {
    order
        .known_order_id()
        .map_or_else(|| "without an id".to_owned(), |id| id.to_string())
}

/// The names of an order, for a sentence.
pub(crate) fn names(order: &SslOrderModel) -> String {
    if !order.names_are_known() {
        return "names that are known after apply".to_owned();
    }
    let all = canonical_set(order);
    let common_name = order.common_name.as_str().unwrap_or_default();
    let own = canonical_set(&SslOrderModel {
        common_name: order.common_name.clone(),
        ..SslOrderModel::default()
    });
    let others: Vec<_> = all.difference(&own).collect();
    let shown: Vec<_> = others
        .iter()
        .take(SHOWN_NAMES - 1)
        .map(|name| name.as_str())
        .collect();
    let mut text = [&[common_name], shown.as_slice()].concat().join(", ");
    if others.len() > shown.len() {
        text.push_str(&format!(" and {} more names", others.len() - shown.len()));
    }
    text
}

/// The term of an order, for a sentence.
pub(crate) fn validity(order: &SslOrderModel) -> String {
    let older = ValidityModel {
        years: order.validity_years.clone(),
        days: order.validity_days.clone(),
        custom_expiration_date: order.custom_expiration_date.clone(),
    };
    let given = order.order_validity.known().unwrap_or(&older);
    match (&given.custom_expiration_date, &given.days, &given.years) {
        (Attr::Known(date), _, _) => format!("valid until {date}"),
        (Attr::Null, Attr::Known(days), _) => format!("valid for {days} days"),
        (Attr::Null, Attr::Null, Attr::Known(1)) => "valid for 1 year".to_owned(),
        (Attr::Null, Attr::Null, Attr::Known(years)) => format!("valid for {years} years"),
        _ => "with a validity that is known after apply".to_owned(),
    }
}

/// The organization of an order, for a sentence.
pub(crate) fn organization(order: &SslOrderModel) -> String {
    match &order.organization {
        Attr::Known(organization) => match (&organization.id, organization.name.as_str()) {
            (Attr::Known(id), _) => format!("organization {id}"),
            (Attr::Null, Some(name)) => format!("new organization {name:?}"),
            (Attr::Null, None) => "the provider's organization".to_owned(),
            (Attr::Unknown, _) => "an organization that is known after apply".to_owned(),
        },
        Attr::Null => "the provider's organization".to_owned(),
        Attr::Unknown => "an organization that is known after apply".to_owned(),
    }
}
