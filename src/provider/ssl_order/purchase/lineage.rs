//! An order that goes on under another reference. A reissue to another key or other names changes what the token is derived from,
//! but not the order's reference; a renewal order has a reference of its own. Without a trace, a lost state or a rename would buy the
//! order again.

use tracing::{debug, info};

use super::lookup::{has_key, is_for_key};
use super::new_order;
use super::new_order::Prepared;
use super::token;
use crate::certcentral::{Client, Error, IssuedCertificate, Note, Order, OrderId, OrderStatus};
use crate::framework::Attr;
use crate::provider::session::Session;
use crate::provider::ssl_order::equality::names_of;
use crate::provider::ssl_order::model::SslOrderModel;

/// How the note on a reissued order begins; its token follows.
const MARK: &str = "Reissued by Terraform, found from now on as ";
/// Renewals of renewals that are followed at most.
const MAX_RENEWALS: usize = 20;

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
    if !reference.starts_with(token::PREFIX) {
        return;
    }
    let default_organization = session.default_organization();
    let as_configured = SslOrderModel {
        alternative_order_id: Attr::Null,
        ..order.clone()
    };
    let Ok(prepared) =
        new_order::prepare(&as_configured, default_organization, None, &client.host())
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
    if !(has_our_key || is_pending) || !reference.starts_with(token::PREFIX) {
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
        && names_of(reissue.common_name.as_deref(), &reissue.dns_names)
            == names_of(Some(&ours.common_name), &ours.dns_names)
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
