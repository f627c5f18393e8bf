//! An order that was renewed, and state does not know: by a colleague, by `auto_renew`, or by a run
//! that lost its state. Which order continues it, and whether a plan may take that one into state
//! in its place. CertCentral renews an order once, so it is never renewed again.

use serde::{Deserialize, Serialize};

use crate::certcentral::{Client, Error, Order, OrderId, OrderStatus};
use crate::framework::Diagnostic;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::purchase::{lookup, new_order, token_notes};
use crate::provider::ssl_order::refresh::external_changes::other_names;

/// The order that renews the one in state, as the last refresh saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// Its id; none where CertCentral does not tell it.
    pub order_id: Option<i64>,
    /// Its reference while it is open, by which a plan knows that an earlier run placed it for the
    /// configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why no plan takes it into state; none if one may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// Why a renewal is left where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The configuration leaves renewals to people.
    NotAsked,
    /// CertCentral does not say which order it is.
    NotNamed,
    /// It has no certificate yet, and the order in state still has one.
    NotIssued,
    /// It is another order than the configuration describes, in these words.
    Differs(String),
    /// It could not be looked at, for this reason.
    NotSeen(String),
}

/// Looks at the order that renews `order`. None if nothing renews it, or what was to renew it came
/// to nothing.
pub(crate) async fn successor(
    session: &Session,
    client: &Client,
    state: &SslOrderModel,
    order: &Order,
) -> Option<Successor> {
    if !order.is_renewed {
        return None;
    }
    let refused = |order_id: Option<OrderId>, refused| {
        Some(Successor {
            order_id: order_id.map(OrderId::get),
            reference: None,
            refused: Some(refused),
        })
    };
    let Some(named) = order.renewed_order_id else {
        return refused(None, Refused::NotNamed);
    };
    if !state.renews() {
        return refused(Some(named), Refused::NotAsked);
    }
    match latest(client, named).await {
        Ok(renewal) if came_to_nothing(&renewal.status) => None,
        Ok(renewal) => Some(Successor {
            order_id: Some(renewal.id.get()),
            reference: renewal
                .alternative_order_id
                .clone()
                .filter(|_| renewal.status.is_open()),
            refused: why_not(session, state, order, &renewal),
        }),
        Err(error) => refused(Some(named), Refused::NotSeen(error.to_string())),
    }
}

async fn latest(client: &Client, renewal: OrderId) -> Result<Order, Error> {
    let renewal = client.order(renewal).await?;
    lookup::latest(client, renewal).await
}

fn came_to_nothing(status: &OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Rejected | OrderStatus::Denied | OrderStatus::Canceled
    )
}

/// Returns why a renewal of `order` is not taken into its state.
pub(crate) fn why_not(
    session: &Session,
    state: &SslOrderModel,
    order: &Order,
    renewal: &Order,
) -> Option<Refused> {
    if !renewal.status.is_open() {
        return Some(Refused::Differs(format!("it is {}", renewal.status)));
    }
    let organization = |of: &Order| of.organization.as_ref().and_then(|it| it.id);
    let (missing, further) = other_names(state, renewal);
    let mut differences = Vec::new();
    if renewal.product() != order.product() {
        differences.push("it is of another product".to_owned());
    }
    if organization(renewal) != organization(order) {
        differences.push("it is for another organization".to_owned());
    }
    if !missing.is_empty() {
        differences.push(format!("it does not cover {}", missing.join(", ")));
    }
    if !further.is_empty() {
        differences.push(format!("it also covers {}", further.join(", ")));
    }
    if !differences.is_empty() {
        return Some(Refused::Differs(differences.join("; ")));
    }
    let is_issued = renewal.status.has_certificate() && renewal.certificate.serial_number.is_some();
    (!is_issued && !is_own(session, state, order, renewal)).then_some(Refused::NotIssued)
}

/// Returns whether the renewal was placed for this content: it bears the token of it.
pub(crate) fn is_own(
    session: &Session,
    content: &SslOrderModel,
    order: &Order,
    renewal: &Order,
) -> bool {
    let own = token(session, content, order.id);
    own.is_some() && own == renewal.alternative_order_id
}

/// Returns the token that the renewal of an order has if it is placed for this content. None where
/// that is not known yet.
pub(crate) fn token(session: &Session, content: &SslOrderModel, former: OrderId) -> Option<String> {
    let host = session.client().ok()?.host();
    let content = token_notes::without_token(content);
    let default_organization = session.default_organization();
    let prepared = new_order::prepare(&content, default_organization, Some(former), &host);
    prepared.ok().map(|it| it.token)
}

/// Returns the warning about a renewal that no plan takes into state.
pub(crate) fn left_alone(state: &SslOrderModel, successor: &Successor) -> Option<Diagnostic> {
    let refused = successor.refused.as_ref()?;
    let (id, names) = (state.shown_id(), state.shown_names());
    let end = state.order_valid_till.as_str().unwrap_or("an unknown day");
    let renewal = successor
        .order_id
        .map_or_else(|| "another order".to_owned(), |id| format!("order {id}"));
    let import = format!(
        "To go on with {renewal}, remove this resource with `terraform state rm` and import that \
         order at the same address."
    );
    let advice = match refused {
        Refused::NotAsked => format!(
            "{import} Or set `renew_days_before_expiry` and apply: the plan after that takes \
             {renewal} into state at no cost."
        ),
        Refused::NotNamed => "CertCentral does not tell its id. Look for it there, remove this \
            resource with `terraform state rm`, and import that order at the same address."
            .to_owned(),
        Refused::NotIssued => {
            "Its certificate is not issued yet. Once it is, a plan takes it into state at no \
             cost."
                .to_owned()
        }
        Refused::Differs(how) => {
            format!(
                "It is not taken into state, because it is not what this resource describes: \
                {how}. {import}"
            )
        }
        Refused::NotSeen(error) => {
            format!("It could not be looked at ({error}). The next refresh looks again.")
        }
    };
    Some(Diagnostic::warning(
        format!("Order {id} was renewed by {renewal}"),
        format!(
            "Order {id} for {names} was renewed by {renewal}, which is not in this state. State \
             keeps order {id}, which ends on {end}, and Terraform does not renew it again. {advice}"
        ),
    ))
}
