//! An open order of the last week for the same names, product and organization that is not ours: somebody ordered by hand,
//! or the key was regenerated after a crash. It is never taken over, only named.

use time::{Date, Duration};
use tracing::debug;

use super::equality::canonical_set;
use super::find;
use super::model::SslOrderModel;
use super::new_order::Prepared;
use super::token;
use crate::certcentral::{Client, Error, Order, OrderFilter, OrderId, OrderOrganization};
use crate::pki;

/// How far back a similar order counts, in days.
const DAYS_BACK: i64 = 7;

/// A similar order.
#[derive(Debug)]
pub(super) struct Similar {
    /// Its id.
    pub id: OrderId,
    /// When it was placed, for a sentence.
    pub placed: String,
}

/// Looks for a similar order. `renewal_of_order_id` is no duplicate of what renews it.
pub(super) async fn look(
    client: &Client,
    prepared: &Prepared,
    order: &SslOrderModel,
    today: Date,
) -> Result<Option<Similar>, Error> {
    let since = today - Duration::days(DAYS_BACK);
    let until = today + Duration::days(1);
    let filter = OrderFilter {
        common_name: Some(prepared.body.certificate.common_name.clone()),
        product_name_id: Some(prepared.product.clone()),
        organization_id: match &prepared.body.organization {
            Some(OrderOrganization::Existing(existing)) => Some(existing.id),
            _ => None,
        },
        date_created: Some((since, until)),
        ..OrderFilter::default()
    };
    debug!(common_name = %prepared.body.certificate.common_name, "looking for similar orders");
    let names = canonical_set(order);
    for listed in client.orders(&filter).await? {
        let listed_names = pki::canonical_names(
            listed
                .certificate
                .common_name
                .as_deref()
                .unwrap_or_default(),
            listed.certificate.dns_names.iter().map(String::as_str),
        );
        if !listed.status.is_open() || listed.is_renewed || listed_names != names {
            continue;
        }
        if prepared.body.renewal_of_order_id == Some(listed.id) {
            continue;
        }
        let info = client.order(listed.id).await?;
        if is_ours(&info, prepared) {
            continue;
        }
        return Ok(Some(Similar {
            id: info.id,
            placed: info
                .date_created
                .map_or_else(|| "recently".to_owned(), |at| format!("on {}", at.date())),
        }));
    }
    Ok(None)
}

/// An order of this provider for this key: the same order, or one whose content was changed on purpose, such as its
/// `order_key` or its validity, which the plan announced as a new order.
fn is_ours(order: &Order, prepared: &Prepared) -> bool {
    let reference = order.alternative_order_id.as_deref().unwrap_or_default();
    reference == prepared.token
        || (reference.starts_with(token::PREFIX) && find::has_key(order, &prepared.csr))
}
