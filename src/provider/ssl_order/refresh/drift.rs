//! What somebody changed in CertCentral that an update can change back in place. Read takes it over into state, so that the
//! next plan proposes the configured value again. Pure.
//!
//! Only a difference in meaning counts. What the answer does not say is no difference, and an argument that is null in state
//! stays null: nobody asked for a value.

use std::collections::BTreeMap;

use crate::certcentral::{CustomField, Order};
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::equality::same_emails;
use crate::provider::ssl_order::model::{CustomFieldModel, SslOrderModel};

/// Takes over e-mail addresses, the switch of the renewal notifications and the values of custom fields. Nothing of a closed
/// order: it stays as it is.
pub(crate) fn take_over(state: &mut SslOrderModel, order: &Order) {
    if order.status.is_closed() {
        return;
    }
    if let Some(told) = &order.additional_emails {
        emails(&mut state.additional_emails, told);
    }
    if let (Attr::Known(known), Some(told)) = (
        &mut state.disable_renewal_notifications,
        order.disable_renewal_notifications,
    ) {
        *known = told;
    }
    if let Attr::Known(Set(fields)) = &mut state.custom_fields {
        for field in fields {
            if let Attr::Known(field) = field {
                custom_field(field, &order.custom_fields);
            }
        }
    }
}

fn emails(state: &mut Attr<Set<Attr<String>>>, told: &[String]) {
    let Attr::Known(known) = &*state else {
        return;
    };
    // A set holds an address once, however often and in whichever case it is listed.
    let each: BTreeMap<_, _> = told
        .iter()
        .map(|email| email.trim())
        .map(|email| (email.to_lowercase(), email))
        .collect();
    let told = Set(each.into_values().map(Into::into).collect());
    if !same_emails(known, &told) {
        *state = Attr::Known(told);
    }
}

/// Fields that the order does not list keep their value: the API cannot take one away, and lists none that is empty.
fn custom_field(field: &mut CustomFieldModel, told: &[CustomField]) {
    let known = field.value.as_str().unwrap_or_default().trim();
    let mut values = told
        .iter()
        .filter(|other| other.metadata_id.as_ref() == field.metadata_id.known())
        .filter_map(|other| other.value.as_deref());
    let is_same = values.clone().any(|value| value.trim() == known);
    if let (false, Some(value)) = (is_same, values.next()) {
        field.value = value.into();
    }
}

#[cfg(test)]
mod tests;
