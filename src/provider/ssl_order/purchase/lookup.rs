//! Looking for an order that is there already: by its token and by its names, before the POST,
//! after one whose answer was lost, and once more after the order is placed.
//!
//! Two applies without a state lock both look, find nothing, and order; and CertCentral may carry
//! out the order of a killed run after the next one has looked. Nothing can prevent either, but
//! whoever looks last sees both orders, and says so while they can still be ended.
//!
//! An order goes on under another reference: a reissue to another key or other names changes what
//! the token is derived from, but not the order's reference, and a renewal order has a reference of
//! its own. Without a trace, a lost state or a rename would buy the order again. An order of
//! somebody else is never adopted, only named.

use std::collections::BTreeSet;

use time::{Date, OffsetDateTime};
use tracing::{debug, warn};

use super::likeness::{Differences, is_certificate_for, is_our_organization, is_our_product};
use super::messages;
use super::new_order::{Prepared, TOKEN_PREFIX};
use super::open_orders::OpenOrder;
use super::token_notes::{noted_token, tokens};
use crate::certcentral::{
    Client, Error, IssuedCertificate, ListedOrder, Note, Order, OrderFilter, OrderId,
    OrderOrganization, OrderStatus, Request, RequestOrder,
};
use crate::framework::Diagnostic;
use crate::pki::{Csr, certificate_names};
use crate::provider::session::Session;

/// How far back an order of somebody else counts, in days.
const DAYS_BACK: i64 = 7;
/// Renewals of renewals that are followed at most.
const MAX_RENEWALS: usize = 20;

/// What carries the token.
#[derive(Debug)]
pub(crate) enum Found {
    /// No open order.
    Nothing,
    /// One open order that is ours.
    Ours(Box<Order>),
    /// Open orders, but none of ours: they were reissued since, or the token is the user's own and
    /// names something else.
    Others(Vec<(OrderId, Differences)>),
    /// Several open orders that could be ours.
    Several(Vec<OrderId>),
}

impl Found {
    /// What these orders of ours are.
    pub(crate) fn of(mut ours: Vec<Order>) -> Self {
        match ours.len() {
            0 | 1 => ours
                .pop()
                .map_or(Self::Nothing, |order| Self::Ours(Box::new(order))),
            _ => Self::Several(ours.iter().map(|order| order.id).collect()),
        }
    }
}

/// Looks the token up. Closed orders are ignored: they are history, unless a renewal goes on from
/// them.
pub(crate) async fn by_token(client: &Client, prepared: &Prepared) -> Result<Found, Error> {
    debug!(token = %prepared.token, "looking for an order by its token");
    let mut open: Vec<Order> = Vec::new();
    let mut others: Vec<(OrderId, Differences)> = Vec::new();
    for hit in client.orders_by_alternative_id(&prepared.token).await? {
        let may_go_on = hit.status.is_open() || hit.status == OrderStatus::Expired;
        if !may_go_on || prepared.renewal_of() == Some(hit.order_id) {
            continue;
        }
        let order = client.order(hit.order_id).await?;
        order.hold_against_reference(&prepared.token)?;
        let order = latest(client, order).await?;
        if !order.status.is_open() || open.iter().any(|known| known.id == order.id) {
            continue;
        }
        let differences = Differences::of(&order, prepared);
        if differences.is_empty() || is_reissued_for_us(client, &order, prepared).await? {
            open.push(order);
        } else {
            others.push((order.id, differences));
        }
    }
    Ok(match Found::of(open) {
        Found::Nothing if !others.is_empty() => Found::Others(others),
        found => found,
    })
}

/// Whether an order waits for a reissue to our key and our names. Order info may show the
/// certificate in force until then.
async fn is_reissued_for_us(
    client: &Client,
    order: &Order,
    prepared: &Prepared,
) -> Result<bool, Error> {
    if order.status != OrderStatus::ReissuePending {
        return Ok(false);
    }
    let reissues = client.reissues(order.id).await?;
    let mut pending = reissues
        .iter()
        .filter(|reissue| reissue.status == Some(OrderStatus::Pending));
    Ok(pending.any(|reissue| is_certificate_for(reissue, prepared)))
}

/// What the look-up by token shows after an order is placed.
#[derive(Debug, Default)]
pub(crate) struct Afterwards {
    /// Whether it shows the order, so that the next look finds it.
    pub is_shown: bool,
    /// Other open orders that carry its token.
    pub rivals: Vec<Order>,
}

impl Afterwards {
    /// Returns a warning of every other order.
    pub(crate) fn warnings(&self, ours: OrderId, token: &str) -> Vec<Diagnostic> {
        let placed_twice = |other: &Order| {
            warn!(order_id = %ours, other = %other.id, token, "placed twice");
            messages::placed_twice(ours, other, token)
        };
        self.rivals.iter().map(placed_twice).collect()
    }
}

/// Looks the token up once more after `ours` is placed. A look that fails shows nothing: the order
/// is placed.
pub(crate) async fn afterwards(client: &Client, prepared: &Prepared, ours: OrderId) -> Afterwards {
    match others(client, prepared, ours).await {
        Ok(found) => found,
        Err(error) => {
            debug!(order_id = %ours, %error, "no look for another order with the same token");
            Afterwards::default()
        }
    }
}

async fn others(client: &Client, prepared: &Prepared, ours: OrderId) -> Result<Afterwards, Error> {
    let hits = client.orders_by_alternative_id(&prepared.token).await?;
    let mut found = Vec::new();
    let is_shown = hits.iter().any(|hit| hit.order_id == ours);
    if is_shown {
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
        let is_same = Differences::of(order, prepared).is_empty();
        order.id != ours && order.status.is_open() && !is_history && is_same
    });
    Ok(Afterwards {
        is_shown,
        rivals: found,
    })
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
    /// An order of which CertCentral tells too little to know whether it is ours.
    Untold(OrderId),
    /// An order of the last week that is not ours, or was bought with our key under another
    /// reference.
    Foreign(OpenOrder),
    /// Only such orders that are older and go on covering the names.
    Older(Vec<OpenOrder>),
}

/// What is known before similar orders are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// When somebody on this machine did something about the same token or names for the last time.
    pub changed: Option<OffsetDateTime>,
    /// Orders for the same names that this apply has placed or taken over. The list may not show
    /// them yet.
    pub of_this_apply: Vec<OrderId>,
}

/// Looks for similar orders wherever one may show. `renewal_of_order_id` is no duplicate of what
/// renews it.
pub(crate) async fn similar(
    client: &Client,
    prepared: &Prepared,
    session: &Session,
    known: &Known,
) -> Result<Similar, Error> {
    let mut orders = match session.orders_at_hand(known.changed).await {
        Some(listed) => look_at(client, prepared, listed).await?,
        None => candidates(client, prepared).await?,
    };
    let requests = session.waiting_requests(known.changed, client.waiting_requests());
    let waiting = awaiting_approval(client, prepared, &requests.await?, &orders).await?;
    orders.extend(waiting);
    for id in &known.of_this_apply {
        if orders.iter().all(|order| order.id != *id) {
            let order = client.order(*id).await?;
            orders.extend(order.status.is_open().then_some(order));
        }
    }
    let today = session.today().earlier();
    let mut found = Similar::Nothing;
    let mut older = Vec::new();
    for info in orders {
        match relation(client, &info, prepared).await? {
            Relation::Same => return Ok(Similar::Ours(Box::new(info))),
            // What this apply has let go of is replaced on purpose.
            _ if session.has_let_go(info.id) => {}
            Relation::Twin => return Ok(Similar::Twin(info.id)),
            Relation::Doubtful => found = Similar::Doubtful(info.id),
            Relation::Untold => found = Similar::Untold(info.id),
            Relation::Sibling if prepared.has_order_key => {}
            Relation::Foreign | Relation::Sibling if !is_similar(&info, prepared) => {}
            Relation::Foreign | Relation::Sibling if is_recent(&info, today) => {
                let is_on_purpose =
                    prepared.has_order_key && known.of_this_apply.contains(&info.id);
                if matches!(found, Similar::Nothing) && !is_on_purpose {
                    found = Similar::Foreign(OpenOrder::seen(&info));
                }
            }
            Relation::Foreign | Relation::Sibling => {
                if info.order_valid_till.is_none_or(|end| end >= today) {
                    older.push(OpenOrder::seen(&info));
                }
            }
        }
    }
    Ok(match found {
        Similar::Nothing if !older.is_empty() => Similar::Older(older),
        found => found,
    })
}

/// The open orders with our names, our key and our token, where the look-up by token may not show
/// them yet.
pub(crate) async fn with_our_token(
    client: &Client,
    prepared: &Prepared,
) -> Result<Vec<Order>, Error> {
    let mut found = candidates(client, prepared).await?;
    found.retain(|order| bears_our_token(order, prepared));
    if found.is_empty() {
        found = waiting_with_our_token(client, prepared).await?;
    }
    Ok(found)
}

/// The orders with our names, our key and our token whose requests wait for an approver.
pub(crate) async fn waiting_with_our_token(
    client: &Client,
    prepared: &Prepared,
) -> Result<Vec<Order>, Error> {
    let requests = client.waiting_requests().await?;
    let mut found = awaiting_approval(client, prepared, &requests, &[]).await?;
    found.retain(|order| bears_our_token(order, prepared));
    Ok(found)
}

fn bears_our_token(order: &Order, prepared: &Prepared) -> bool {
    let reference = order.alternative_order_id.as_deref().unwrap_or_default();
    has_key(order, &prepared.csr) && prepared.is_token(reference)
}

/// The orders with our common name whose requests wait for an approver, beside those that are
/// `known`. It is not documented that lists of orders show these.
async fn awaiting_approval(
    client: &Client,
    prepared: &Prepared,
    requests: &[Request],
    known: &[Order],
) -> Result<Vec<Order>, Error> {
    let orders = requests.iter().filter_map(|request| request.order.as_ref());
    let ids: BTreeSet<_> = orders
        .filter(|order| may_be_for(order, prepared))
        .map(|order| order.id)
        .filter(|id| known.iter().all(|known| known.id != *id))
        .filter(|id| prepared.renewal_of() != Some(*id))
        .collect();
    let mut found = Vec::new();
    for id in ids {
        let order = client.order(id).await?;
        if order.status.is_open() && !order.is_renewed {
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

/// The open orders for the same names, product and organization, newest first. Of one that waits
/// for a reissue, the list may show the names that it is about to lose.
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
    let listed = client.orders(&filter).await?;
    look_at(client, prepared, listed).await
}

/// Looks at those of a list that may be for our names, product and organization.
async fn look_at(
    client: &Client,
    prepared: &Prepared,
    listed: Vec<ListedOrder>,
) -> Result<Vec<Order>, Error> {
    let mut found = Vec::new();
    for listed in listed {
        if may_be_similar(&listed, prepared) {
            let order = client.order(listed.id).await?;
            // The list may be of a moment ago.
            if order.status.is_open() {
                found.push(order);
            }
        }
    }
    Ok(found)
}

fn may_be_similar(listed: &ListedOrder, prepared: &Prepared) -> bool {
    let (ours, theirs) = (&prepared.body.certificate, &listed.certificate);
    let is_open =
        listed.status.is_open() && !listed.is_renewed && prepared.renewal_of() != Some(listed.id);
    let common_name = theirs.common_name.as_deref();
    let has_our_names = prepared.fits(&certificate_names(common_name, &theirs.dns_names));
    let may_come_to_them = listed.status == OrderStatus::ReissuePending
        && common_name.is_none_or(|theirs| theirs.eq_ignore_ascii_case(&ours.common_name));
    let product = listed.product.as_ref();
    let product = product.and_then(|product| product.name_id.as_deref());
    let organization = listed.organization.as_ref();
    is_open
        && (has_our_names || may_come_to_them)
        && product.is_none_or(|product| is_our_product(product, prepared))
        && organization.is_none_or(|theirs| is_our_organization(theirs, prepared))
}

/// Whether order info shows the names, the product and the organization that we are about to order.
/// What it does not tell is no difference: something else told that the order may be for them.
fn is_similar(order: &Order, prepared: &Prepared) -> bool {
    let theirs = &order.certificate;
    let product = order.product();
    let organization = order.organization.as_ref();
    let has_our_names =
        prepared.names() == certificate_names(theirs.common_name.as_deref(), &theirs.dns_names);
    (has_our_names || !tells_names(order))
        && product.is_none_or(|product| is_our_product(product, prepared))
        && organization.is_none_or(|theirs| is_our_organization(theirs, prepared))
}

/// Whether order info tells any name.
fn tells_names(order: &Order) -> bool {
    let certificate = &order.certificate;
    certificate.common_name.is_some() || !certificate.dns_names.is_empty()
}

/// An order without a date counts as recent.
fn is_recent(order: &Order, today: Date) -> bool {
    order
        .date_created
        .is_none_or(|at| (today - at.date()).whole_days() <= DAYS_BACK)
}

/// What an open order with the same names is to a configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The same order, reissued or renewed since.
    Same,
    /// An order of the same configuration beside the one that is to be renewed.
    Twin,
    /// It was reissued for our key, or waits for a reissue that order info does not show, and bears
    /// no trace of what for.
    Doubtful,
    /// It may be the order of this configuration: CertCentral shows it without its names and its
    /// key, or with our key and without a reference.
    Untold,
    /// Another order of this provider for the same key.
    Sibling,
    /// Somebody else's.
    Foreign,
}

/// What an open order with the names of the configuration is to it.
pub(crate) async fn relation(
    client: &Client,
    order: &Order,
    prepared: &Prepared,
) -> Result<Relation, Error> {
    let reference = order.alternative_order_id.as_deref().unwrap_or_default();
    let has_our_key = has_key(order, &prepared.csr);
    // Of an order that waits for a reissue, order info may show the certificate in force and not
    // the one to come.
    let is_pending = order.status == OrderStatus::ReissuePending;
    let is_ours = reference.starts_with(TOKEN_PREFIX);
    let is_keyless = order.certificate.csr.is_none();
    if is_keyless && (prepared.is_token(reference) || reference.is_empty() && !tells_names(order)) {
        return Ok(Relation::Untold);
    }
    if !(has_our_key || is_pending && is_ours) {
        return Ok(Relation::Foreign);
    }
    let bears_token_of = |prepared: &Prepared| {
        let is_renewal = |former| prepared.is_token_as_renewal_of(former, reference);
        prepared.is_token(reference) || order.renewal_of_order_id.is_some_and(is_renewal)
    };
    // The container may have been written down since the order was placed.
    let container = order.container.as_ref().and_then(|container| container.id);
    let unchosen = container.and_then(|container| prepared.left_to_choose(container));
    let is_its_own = bears_token_of(prepared) || unchosen.as_ref().is_some_and(bears_token_of);
    if is_its_own && has_our_key {
        return Ok(Relation::Same);
    }
    let first = prepared.tokens_as_first_order();
    let is_first = |token: &str| first.iter().any(|first| first == token);
    if is_first(reference) && has_our_key {
        return Ok(Relation::Twin);
    }
    let notes = client.notes(order.id).await?;
    if tokens(&notes).any(|noted| prepared.is_token(noted)) {
        return Ok(Relation::Same);
    }
    if tokens(&notes).any(is_first) {
        return Ok(Relation::Twin);
    }
    if reference.is_empty() {
        return Ok(Relation::Untold);
    }
    if !is_ours {
        return Ok(Relation::Foreign);
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

/// Whether the latest reissues are for our key and our names and the first of them is later than
/// every note: a run died between it and its note. Reissues of the same content leave no further
/// note.
fn is_ahead_of_notes(reissues: &[IssuedCertificate], notes: &[Note], prepared: &Prepared) -> bool {
    let refused = [Some(OrderStatus::Rejected), Some(OrderStatus::Canceled)];
    let mut taken: Vec<_> = reissues
        .iter()
        .filter(|reissue| !refused.contains(&reissue.status))
        .collect();
    taken.sort_by_key(|reissue| reissue.date_created);
    let latest = taken.iter().rev();
    let Some(first_of_ours) = latest
        .take_while(|it| is_certificate_for(it, prepared))
        .last()
    else {
        return false;
    };
    let marked = notes.iter().filter(|note| noted_token(note).is_some());
    let last_note = marked.filter_map(|note| note.date_created).max();
    match (first_of_ours.date_created, last_note) {
        (Some(reissued), Some(noted)) => reissued > noted,
        _ => true,
    }
}

/// The open order at the end of a line of renewals: `order` itself, or the last one that renews it
/// and is open.
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

#[cfg(test)]
mod tests;
