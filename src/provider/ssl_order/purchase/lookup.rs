//! Looking for an order that is there already: by its token and by its names, before the POST, after one whose answer was lost, and
//! once more after the order is placed.
//!
//! Two applies without a state lock both look, find nothing, and order; and CertCentral may carry out the order of a killed run after the
//! next one has looked. Nothing can prevent either, but whoever looks last sees both orders, and says so while they can still be ended.
//!
//! An order goes on under another reference: a reissue to another key or other names changes what the token is derived from, but not the
//! order's reference, and a renewal order has a reference of its own. Without a trace, a lost state or a rename would buy the order again.
//! An order of somebody else is never adopted, only named.

use std::collections::BTreeSet;

use time::{Date, OffsetDateTime};
use tracing::{debug, info, warn};

use super::messages;
use super::new_order::{self, Prepared, TOKEN_PREFIX};
use crate::certcentral::{
    Client, Error, IssuedCertificate, Note, Order, OrderFilter, OrderId, OrderOrganization,
    OrderStatus, RequestOrder, RequestStatus,
};
use crate::framework::{Attr, Diagnostic};
use crate::pki::{Csr, certificate_names};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;

/// How far back an order of somebody else counts, in days.
const DAYS_BACK: i64 = 7;
/// How the note on a reissued order begins; its token follows.
const MARK: &str = "Reissued by Terraform, found from now on as ";
/// Renewals of renewals that are followed at most.
const MAX_RENEWALS: usize = 20;

/// What carries the token.
#[derive(Debug)]
pub(crate) enum Found {
    /// No open order.
    Nothing,
    /// One open order, with our key.
    Ours(Box<Order>),
    /// One open order with another key: the token is the user's own and names something else.
    Foreign(OrderId),
    /// Several open orders.
    Several(Vec<OrderId>),
}

/// Looks the token up. Closed orders are ignored: they are history, unless a renewal goes on from them.
pub(crate) async fn by_token(client: &Client, prepared: &Prepared) -> Result<Found, Error> {
    debug!(token = %prepared.token, "looking for an order by its token");
    let mut open: Vec<Order> = Vec::new();
    for hit in client.orders_by_alternative_id(&prepared.token).await? {
        let may_go_on = hit.status.is_open() || hit.status == OrderStatus::Expired;
        if !may_go_on || prepared.renewal_of() == Some(hit.order_id) {
            continue;
        }
        let order = client.order(hit.order_id).await?;
        order.hold_against_reference(&prepared.token)?;
        let order = latest(client, order).await?;
        if order.status.is_open() && open.iter().all(|known| known.id != order.id) {
            open.push(order);
        }
    }
    Ok(match open.len() {
        0 => Found::Nothing,
        1 => match open.pop() {
            Some(order) if has_key(&order, &prepared.csr) => Found::Ours(Box::new(order)),
            Some(order) => Found::Foreign(order.id),
            None => Found::Nothing,
        },
        _ => Found::Several(open.iter().map(|order| order.id).collect()),
    })
}

/// Returns a warning of every other open order that carries the token of `ours`. A look that fails warns of nothing: the order is placed.
pub(crate) async fn rivals(client: &Client, prepared: &Prepared, ours: OrderId) -> Vec<Diagnostic> {
    let others = match others(client, prepared, ours).await {
        Ok(others) => others,
        Err(error) => {
            debug!(order_id = %ours, %error, "no look for another order with the same token");
            return Vec::new();
        }
    };
    let placed_twice = |other: &Order| {
        warn!(order_id = %ours, other = %other.id, token = %prepared.token, "placed twice");
        messages::placed_twice(ours, other, &prepared.token)
    };
    others.iter().map(placed_twice).collect()
}

async fn others(client: &Client, prepared: &Prepared, ours: OrderId) -> Result<Vec<Order>, Error> {
    let hits = client.orders_by_alternative_id(&prepared.token).await?;
    let mut found = Vec::new();
    if hits.iter().any(|hit| hit.order_id == ours) {
        let others = hits.iter().filter(|hit| hit.order_id != ours);
        for hit in others.filter(|hit| hit.status.is_open()) {
            found.push(client.order(hit.order_id).await?);
        }
    } else {
        // The look-up does not show new orders yet.
        found = with_our_token(client, prepared).await?;
    }
    found.retain(|order| {
        let is_history = order.is_renewed || prepared.renewal_of() == Some(order.id);
        order.id != ours && order.status.is_open() && !is_history && has_key(order, &prepared.csr)
    });
    Ok(found)
}

/// Whether an order was placed for the key of a CSR.
pub(crate) fn has_key(order: &Order, csr: &Csr) -> bool {
    is_for_key(order.certificate.csr.as_deref(), csr)
}

/// Whether a CSR that CertCentral shows holds the key of ours.
pub(crate) fn is_for_key(theirs: Option<&str>, csr: &Csr) -> bool {
    theirs
        .and_then(|text| Csr::from_pem(text).ok())
        .is_some_and(|theirs| theirs.public_key() == csr.public_key())
}

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
pub(crate) async fn similar(
    client: &Client,
    prepared: &Prepared,
    session: &Session,
) -> Result<Similar, Error> {
    let today = session.today().earlier();
    let mut found = Similar::Nothing;
    for info in candidates(client, prepared).await? {
        match relation(client, &info, prepared).await? {
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
    let ours = certificate_names(Some(&certificate.common_name), &certificate.dns_names);
    let mut found = Vec::new();
    for listed in client.orders(&filter).await? {
        let may_be = listed.status.is_open()
            && !listed.is_renewed
            && prepared.renewal_of() != Some(listed.id);
        let theirs = &listed.certificate;
        let is_alike = certificate_names(theirs.common_name.as_deref(), &theirs.dns_names) == ours
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
    certificate_names(Some(&ours.common_name), &ours.dns_names)
        == certificate_names(theirs.common_name.as_deref(), &theirs.dns_names)
}

/// An order without a date counts as recent.
fn is_recent(order: &Order, today: Date) -> bool {
    order
        .date_created
        .is_none_or(|at| (today - at.date()).whole_days() <= DAYS_BACK)
}

fn placed(order: &Order) -> String {
    order.date_created.map_or_else(
        || "recently".to_owned(),
        |at: OffsetDateTime| format!("on {}", at.date()),
    )
}

/// What an open order with the same names is to a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The same order, reissued or renewed since.
    Same,
    /// An order of the same configuration beside the one that is to be renewed.
    Twin,
    /// It was reissued for our key, or waits for a reissue that order info does not show, and bears no trace of what for.
    Doubtful,
    /// Another order for the same key, bought on purpose.
    Sibling,
    /// Somebody else's.
    Foreign,
}

/// Notes on the order which token finds it from now on. Only a trace: that it cannot be left fails nothing.
pub(crate) async fn remember(
    client: &Client,
    id: OrderId,
    order: &SslOrderModel,
    session: &Session,
) {
    let reference = order.alternative_order_id.as_str().unwrap_or_default();
    if !reference.starts_with(TOKEN_PREFIX) {
        return;
    }
    let default_organization = session.default_organization();
    let content = without_token(order);
    let Ok(prepared) = new_order::prepare(&content, default_organization, None, &client.host())
    else {
        return;
    };
    if prepared.token == reference {
        return;
    }
    let noted = match client.notes(id).await {
        Ok(notes) if tokens(&notes).any(|noted| noted == prepared.token) => return,
        Ok(_) => {
            client
                .add_note(id, &format!("{MARK}{}", prepared.token))
                .await
        }
        Err(error) => Err(error),
    };
    match noted {
        Ok(_) => {
            info!(order_id = %id, token = %prepared.token, "token noted on the reissued order");
        }
        Err(error) => debug!(order_id = %id, %error, "token not noted on the reissued order"),
    }
}

/// Returns what an order is found by again: without a reference of the provider's own, which is derived from the rest.
pub(crate) fn without_token(order: &SslOrderModel) -> SslOrderModel {
    let reference = order.alternative_order_id.as_str();
    let is_token = reference.is_some_and(|reference| reference.starts_with(TOKEN_PREFIX));
    SslOrderModel {
        alternative_order_id: match is_token {
            true => Attr::Null,
            false => order.alternative_order_id.clone(),
        },
        ..order.clone()
    }
}

/// What an open order with the names of the configuration is to it.
pub(crate) async fn relation(
    client: &Client,
    order: &Order,
    prepared: &Prepared,
) -> Result<Relation, Error> {
    let reference = order.alternative_order_id.as_deref().unwrap_or_default();
    let has_our_key = has_key(order, &prepared.csr);
    // Of an order that waits for a reissue, order info may show the certificate in force and not the one to come.
    let is_pending = order.status == OrderStatus::ReissuePending;
    if !(has_our_key || is_pending) || !reference.starts_with(TOKEN_PREFIX) {
        return Ok(Relation::Foreign);
    }
    let as_renewal = order
        .renewal_of_order_id
        .and_then(|former| prepared.token_as_renewal_of(former));
    let is_its_own = reference == prepared.token || as_renewal.as_deref() == Some(reference);
    if is_its_own && has_our_key {
        return Ok(Relation::Same);
    }
    let first = prepared.token_as_first_order();
    if first.as_deref() == Some(reference) && has_our_key {
        return Ok(Relation::Twin);
    }
    let notes = client.notes(order.id).await?;
    if tokens(&notes).any(|noted| noted == prepared.token) {
        return Ok(Relation::Same);
    }
    if first.is_some_and(|first| tokens(&notes).any(|noted| noted == first)) {
        return Ok(Relation::Twin);
    }
    let has_no_note = tokens(&notes).next().is_none();
    if has_no_note && is_pending {
        return Ok(Relation::Doubtful);
    }
    let reissues = client.reissues(order.id).await?;
    if has_no_note && !reissues.is_empty() || is_ahead_of_notes(&reissues, &notes, prepared) {
        return Ok(Relation::Doubtful);
    }
    Ok(if has_our_key {
        Relation::Sibling
    } else {
        Relation::Foreign
    })
}

/// Whether the latest reissues are for our key and our names and the first of them is later than every note: a run died between it
/// and its note. Reissues of the same content leave no further note.
fn is_ahead_of_notes(reissues: &[IssuedCertificate], notes: &[Note], prepared: &Prepared) -> bool {
    let refused = [Some(OrderStatus::Rejected), Some(OrderStatus::Canceled)];
    let mut taken: Vec<_> = reissues
        .iter()
        .filter(|reissue| !refused.contains(&reissue.status))
        .collect();
    taken.sort_by_key(|reissue| reissue.date_created);
    let latest = taken.iter().rev();
    let Some(first_of_ours) = latest.take_while(|it| is_for(it, prepared)).last() else {
        return false;
    };
    let marked = notes.iter().filter(|note| noted_token(note).is_some());
    let last_note = marked.filter_map(|note| note.date_created).max();
    match (first_of_ours.date_created, last_note) {
        (Some(reissued), Some(noted)) => reissued > noted,
        _ => true,
    }
}

fn is_for(reissue: &IssuedCertificate, prepared: &Prepared) -> bool {
    let ours = &prepared.body.certificate;
    is_for_key(reissue.csr.as_deref(), &prepared.csr)
        && certificate_names(reissue.common_name.as_deref(), &reissue.dns_names)
            == certificate_names(Some(&ours.common_name), &ours.dns_names)
}

/// The open order at the end of a line of renewals: `order` itself, or the last one that renews it and is open.
pub(crate) async fn latest(client: &Client, order: Order) -> Result<Order, Error> {
    let mut next = renewed_by(&order);
    let mut open = order;
    for _ in 0..MAX_RENEWALS {
        let Some(id) = next else {
            break;
        };
        let renewal = client.order(id).await?;
        next = renewed_by(&renewal);
        if renewal.status.is_open() {
            debug!(order_id = %open.id, renewal = %renewal.id, "order was renewed");
            open = renewal;
        }
    }
    Ok(open)
}

fn renewed_by(order: &Order) -> Option<OrderId> {
    order.renewed_order_id.filter(|_| order.is_renewed)
}

fn tokens(notes: &[Note]) -> impl Iterator<Item = &str> {
    notes.iter().filter_map(noted_token)
}

fn noted_token(note: &Note) -> Option<&str> {
    note.text.as_deref()?.trim().strip_prefix(MARK)
}

#[cfg(test)]
mod tests;
