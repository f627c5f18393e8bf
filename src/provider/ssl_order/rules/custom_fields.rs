//! Rules about custom fields. Elements of a set have no address, so all point at the set.

use std::collections::BTreeMap;

use super::error;
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{CustomFieldModel, SslOrderModel};

/// Ids are above zero. Source: <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
pub(crate) fn ids(order: &SslOrderModel) -> Vec<Diagnostic> {
    known_fields(order)
        .filter_map(|field| field.metadata_id.known())
        .filter(|id| **id <= 0)
        .map(|id| {
            error(
                &AttributePath::of("custom_fields"),
                "Invalid id",
                format!(
                    "{id} is not a `metadata_id`: ids of CertCentral are whole numbers above zero. They are in CertCentral under Settings, \
                     Custom Order Fields."
                ),
            )
        })
        .collect()
}

/// A field has one value for an order. Source: <https://dev.digicert.com/services-api/orders/edit-custom-field/>
pub(crate) fn duplicates(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut fields = BTreeMap::<i64, usize>::new();
    for id in known_fields(order).filter_map(|field| field.metadata_id.known()) {
        *fields.entry(*id).or_default() += 1;
    }
    fields
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(id, count)| {
            error(
                &AttributePath::of("custom_fields"),
                "Duplicate custom field",
                format!(
                    "`metadata_id` {id} has {count} values, and an order has one value for each field. Keep one of them."
                ),
            )
        })
        .collect()
}

fn known_fields(order: &SslOrderModel) -> impl Iterator<Item = &CustomFieldModel> {
    order
        .custom_fields
        .known()
        .into_iter()
        .flat_map(|fields| &fields.0)
        .filter_map(Attr::known)
}
