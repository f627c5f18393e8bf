//! The notes that say by which token an order is found from now on, where its reference does not:
//! after a reissue to another key or other names, on the renewal that somebody else placed, and on
//! an order whose reference was lost. Only traces: that one cannot be left fails nothing.

use tracing::{debug, info};

use super::new_order::{self, Prepared, TOKEN_PREFIX};
use crate::certcentral::{Client, Note, OrderId};
use crate::framework::Attr;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;

/// How the note on a reissued order begins; its token follows.
pub(super) const MARK: &str = "Reissued by Terraform, found from now on as ";
/// How the note on an order begins whose reference was lost; its token follows.
const MARK_OF_A_LOST_REFERENCE: &str = "Placed by Terraform, found from now on as ";
/// The same on a renewal that somebody else placed.
const MARK_OF_A_RENEWAL: &str = "Taken into state by Terraform, found from now on as ";

/// Notes on an order which token finds it from now on, unless that is the reference which it bears.
/// An order whose content has a reference of the user's own is found by that. Only a trace: that it
/// cannot be left fails nothing.
pub(crate) async fn remember(
    client: &Client,
    id: OrderId,
    reference: Option<&str>,
    order: &SslOrderModel,
    session: &Session,
) {
    let Some(prepared) = found_as(order, session, &client.host()) else {
        return;
    };
    if reference == Some(prepared.token.as_str()) {
        return;
    }
    // Until the note is there a lost state costs a question, so an interrupt leaves it a moment.
    let client = client.urgent();
    let noted = match client.notes(id).await {
        Ok(notes) if tokens(&notes).any(|noted| noted == prepared.token) => return,
        Ok(_) => {
            let is_ours = reference.is_some_and(|it| it.starts_with(TOKEN_PREFIX));
            let mark = if is_ours { MARK } else { MARK_OF_A_RENEWAL };
            let text = format!("{mark}{}", prepared.token);
            client.add_note(id, &text).await
        }
        Err(error) => Err(error),
    };
    match noted {
        Ok(_) => {
            info!(order_id = %id, token = %prepared.token, "token noted on the order");
        }
        Err(error) => debug!(order_id = %id, %error, "token not noted on the order"),
    }
}

/// Returns what an order with this content is found by at a host. None for a reference of the
/// user's own, which says it by itself.
pub(crate) fn found_as(order: &SslOrderModel, session: &Session, host: &str) -> Option<Prepared> {
    let own = order.alternative_order_id.as_str().unwrap_or_default();
    if !own.starts_with(TOKEN_PREFIX) {
        return None;
    }
    let content = without_token(order);
    new_order::prepare(&content, session.default_organization(), None, host).ok()
}

/// Returns what an order is found by again: without a reference of the provider's own, which is
/// derived from the rest.
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

/// Notes the token on an order that does not bear it as its reference. Only a trace: that it cannot
/// be left fails nothing.
pub(crate) async fn note(client: &Client, id: OrderId, prepared: &Prepared) -> bool {
    let text = format!("{MARK_OF_A_LOST_REFERENCE}{}", prepared.token);
    match client.add_note(id, &text).await {
        Ok(_) => true,
        Err(error) => {
            debug!(order_id = %id, %error, "token not noted on an order without its reference");
            false
        }
    }
}

/// The tokens in notes.
pub(super) fn tokens(notes: &[Note]) -> impl Iterator<Item = &str> {
    notes.iter().filter_map(noted_token)
}

/// The token in a note; none if the note is about something else.
pub(super) fn noted_token(note: &Note) -> Option<&str> {
    let text = note.text.as_deref()?.trim();
    let marks = [MARK, MARK_OF_A_LOST_REFERENCE, MARK_OF_A_RENEWAL];
    marks.iter().find_map(|mark| text.strip_prefix(mark))
}
