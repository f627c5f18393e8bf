//! Open orders for the same names, product and organization: ours under another reference, or somebody else's of the last week,
//! ordered by hand or with a key that was lost in a crash. Somebody else's is never taken over, only named.

use std::collections::BTreeSet;

use time::{Date, Duration, OffsetDateTime};
use tracing::debug;

use super::lineage;
use super::lineage::Relation;
use super::lookup::has_key;
use super::new_order::Prepared;
use crate::certcentral::{
    Client, Error, Order, OrderFilter, OrderId, OrderOrganization, OrderStatus, RequestOrder,
    RequestStatus,
};
use crate::provider::session::Session;
use crate::provider::ssl_order::equality::names_of;

/// How far back an order of somebody else counts, in days.
const DAYS_BACK: i64 = 7;

/// What the account has for the same names.
#[derive(Debug)]
pub(crate) enum Similar {
    /// Nothing that matters.
    Nothing,
    /// The order of this configuration, reissued or renewed since.
    Ours(Box<Order>),
    /// Another order of this configuration than the one that is to be renewed.
    Twin(OrderId),
    /// An order for our key of which nobody can tell.
    Doubtful(OrderId),
    /// Somebody else's of the last week.
    Foreign {
        /// Its id.
        id: OrderId,
        /// When it was placed, for a sentence.
        placed: String,
    },
}

/// Looks for similar orders. `renewal_of_order_id` is no duplicate of what renews it.
pub(crate) async fn look(
    client: &Client,
    prepared: &Prepared,
    session: &Session,
) -> Result<Similar, Error> {
    let today = session.today();
    let mut found = Similar::Nothing;
    for info in candidates(client, prepared).await? {
        match lineage::relation(client, &info, prepared).await? {
            Relation::Same => return Ok(Similar::Ours(Box::new(info))),
            // What this apply has let go of is replaced on purpose.
            _ if session.has_let_go(info.id) => {}
            Relation::Twin => return Ok(Similar::Twin(info.id)),
            Relation::Doubtful => found = Similar::Doubtful(info.id),
            Relation::Foreign if !has_our_names(&info, prepared) => {}
            Relation::Foreign if is_recent(&info, today) => {
                if matches!(found, Similar::Nothing) {
                    found = Similar::Foreign {
                        id: info.id,
                        placed: placed(&info),
                    };
                }
            }
            Relation::Foreign | Relation::Sibling => {}
        }
    }
    Ok(found)
}

/// The open orders with our names, our key and our token, where the look-up by token may not show them yet.
pub(crate) async fn with_our_token(
    client: &Client,
    prepared: &Prepared,
) -> Result<Vec<Order>, Error> {
    let is_ours = |order: &Order| {
        has_key(order, &prepared.csr)
            && order.alternative_order_id.as_deref() == Some(prepared.token.as_str())
    };
    let mut found = candidates(client, prepared).await?;
    found.retain(is_ours);
    if found.is_empty() {
        found = awaiting_approval(client, prepared).await?;
        found.retain(is_ours);
    }
    Ok(found)
}

/// The orders with our common name whose requests wait for an approver. It is not documented that lists of orders show these.
async fn awaiting_approval(client: &Client, prepared: &Prepared) -> Result<Vec<Order>, Error> {
    let mut ids = BTreeSet::new();
    for status in [RequestStatus::Submitted, RequestStatus::Pending] {
        for request in client.requests(Some(&status)).await? {
            ids.extend(
                request
                    .order
                    .filter(|order| may_be_for(order, prepared))
                    .map(|order| order.id),
            );
        }
    }
    let mut found = Vec::new();
    for id in ids {
        let order = client.order(id).await?;
        if order.status.is_open() {
            found.push(order);
        }
    }
    Ok(found)
}

/// Whether a request may be about our names. One that tells none may be about any.
fn may_be_for(order: &RequestOrder, prepared: &Prepared) -> bool {
    let ours = &prepared.body.certificate.common_name;
    let theirs = order
        .certificate
        .as_ref()
        .and_then(|certificate| certificate.common_name.as_deref());
    theirs.is_none_or(|theirs| theirs.eq_ignore_ascii_case(ours))
}

/// The open orders for the same names, product and organization, newest first. Of one that waits for a reissue, the list may show the
/// names that it is about to lose.
async fn candidates(client: &Client, prepared: &Prepared) -> Result<Vec<Order>, Error> {
    let certificate = &prepared.body.certificate;
    let filter = OrderFilter {
        common_name: Some(certificate.common_name.clone()),
        product_name_id: Some(prepared.product.clone()),
        organization_id: match &prepared.body.organization {
            Some(OrderOrganization::Existing(existing)) => Some(existing.id),
            _ => None,
        },
        ..OrderFilter::default()
    };
    debug!(common_name = %certificate.common_name, "looking for similar orders");
    let ours = names_of(Some(&certificate.common_name), &certificate.dns_names);
    let mut found = Vec::new();
    for listed in client.orders(&filter).await? {
        let may_be = listed.status.is_open()
            && !listed.is_renewed
            && prepared.renewal_of() != Some(listed.id);
        let theirs = &listed.certificate;
        let is_alike = names_of(theirs.common_name.as_deref(), &theirs.dns_names) == ours
            || listed.status == OrderStatus::ReissuePending;
        if may_be && is_alike {
            found.push(client.order(listed.id).await?);
        }
    }
    Ok(found)
}

/// Whether order info shows the names that we are about to order.
fn has_our_names(order: &Order, prepared: &Prepared) -> bool {
    let (ours, theirs) = (&prepared.body.certificate, &order.certificate);
    names_of(Some(&ours.common_name), &ours.dns_names)
        == names_of(theirs.common_name.as_deref(), &theirs.dns_names)
}

/// An order without a date counts as recent.
fn is_recent(order: &Order, today: Date) -> bool {
    order
        .date_created
        .is_none_or(|at| at.date() >= today - Duration::days(DAYS_BACK))
}

fn placed(order: &Order) -> String {
    order.date_created.map_or_else(
        || "recently".to_owned(),
        |at: OffsetDateTime| format!("on {}", at.date()),
    )
}

#[cfg(test)]
mod tests;
