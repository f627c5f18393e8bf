//! What a plan says of orders that are there already, or are planned beside it: an order for the
//! same names that goes on covers them, whoever placed it and however long ago. Warnings only, from
//! one list that all orders of the process share; what cannot be listed stops no plan.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use time::{Date, OffsetDateTime};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::messages;
use super::price::PATIENCE;
use crate::certcentral::{ListedOrder, Order, OrderFilter, OrderId};
use crate::framework::{Attr, Diagnostic};
use crate::pki::{Csr, certificate_names};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;

/// An order that covers the same names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenOrder {
    /// Its id.
    pub id: OrderId,
    /// When it was placed, for a sentence.
    pub placed: String,
    /// The last day that is known of it, for a sentence.
    pub ends: String,
}

impl OpenOrder {
    /// The order that order info tells.
    pub(crate) fn seen(order: &Order) -> Self {
        Self {
            id: order.id,
            placed: placed(order.date_created.map(OffsetDateTime::date)),
            ends: ends(order.order_valid_till, order.certificate.valid_till),
        }
    }

    fn listed(order: &ListedOrder) -> Self {
        Self {
            id: order.id,
            placed: placed(order.date_created.map(OffsetDateTime::date)),
            ends: ends(order.order_valid_till, order.certificate.valid_till),
        }
    }
}

/// When an order was placed, for a sentence.
pub(crate) fn placed(on: Option<Date>) -> String {
    on.map_or_else(|| "recently".to_owned(), |day| format!("on {day}"))
}

fn ends(order: Option<Date>, certificate: Option<Date>) -> String {
    match (order, certificate) {
        (Some(day), _) => format!("covers them until {day}"),
        (None, Some(day)) => format!("has a certificate until {day}"),
        (None, None) => "has no certificate yet".to_owned(),
    }
}

/// What the plan of a new order says of others for the same names. Says nothing where the check is
/// off, or something is not known yet.
pub(crate) async fn announce(session: &Session, order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(wanted) = Wanted::of(session, order) else {
        return Vec::new();
    };
    let mut told = Vec::new();
    if wanted.is_planned_twice(session, order) {
        told.push(messages::planned_twice(&wanted.common_name));
    }
    let open = wanted.open_orders(session).await;
    if !open.is_empty() {
        told.push(messages::open_orders_in_a_plan(&wanted.common_name, &open));
    }
    told
}

/// What makes an order a duplicate, as far as a plan knows it.
struct Wanted {
    common_name: String,
    names: BTreeSet<String>,
    product: String,
    /// Its id, or the text of a new one.
    organization: Result<i64, String>,
}

impl Wanted {
    fn of(session: &Session, order: &SslOrderModel) -> Option<Self> {
        let order = &order.as_meant();
        let is_off = order.duplicate_order_check.as_str() == Some("off");
        if is_off || !order.names_are_known() {
            return None;
        }
        let organization = match &order.organization {
            Attr::Known(given) => match (&given.id, given.name.as_str()) {
                (Attr::Known(id), _) => Ok(*id),
                (Attr::Null, Some(name)) => Err(name.to_owned()),
                (Attr::Null, None) => Ok(session.default_organization()?),
                (Attr::Unknown, _) => return None,
            },
            Attr::Null => Ok(session.default_organization()?),
            Attr::Unknown => return None,
        };
        Some(Self {
            common_name: order.common_name.as_str()?.to_owned(),
            names: order.canonical_names(),
            product: order.product_name_id.as_str()?.to_owned(),
            organization,
        })
    }

    /// Whether an order for another key is planned for the same names. With `order_key` that is on
    /// purpose.
    fn is_planned_twice(&self, session: &Session, order: &SslOrderModel) -> bool {
        let csr = order.csr.as_str().and_then(|text| Csr::from_pem(text).ok());
        let Some(csr) = csr.filter(|_| order.as_meant().order_key.is_null()) else {
            return false;
        };
        let names: Vec<_> = self.names.iter().map(String::as_str).collect();
        let what = format!(
            "{} {:?} {}",
            self.product,
            self.organization,
            names.join(" ")
        );
        let key = HEXLOWER.encode(csr.public_key());
        session.plan_names(&what, &key)
    }

    async fn open_orders(&self, session: &Session) -> Vec<OpenOrder> {
        let Ok(client) = session.client() else {
            return Vec::new();
        };
        let stop = CancellationToken::new();
        let client = client.within(Instant::now() + PATIENCE, &stop);
        let client = client.without_repeats();
        let ask = async {
            let filter = OrderFilter::default();
            match timeout(PATIENCE, client.orders(&filter)).await {
                Ok(Ok(orders)) => Some(orders),
                Ok(Err(error)) => {
                    debug!(%error, "orders not listed for a plan");
                    None
                }
                Err(_) => None,
            }
        };
        let Some(listed) = session.listed_orders(ask).await else {
            return Vec::new();
        };
        let today = session.today().earlier();
        let orders = listed.iter().flatten();
        orders
            .filter(|order| self.is_covered_by(order, today))
            // What this apply replaces was announced with it.
            .filter(|order| !session.has_let_go(order.id))
            .map(OpenOrder::listed)
            .collect()
    }

    fn is_covered_by(&self, order: &ListedOrder, today: Date) -> bool {
        let certificate = &order.certificate;
        let theirs = certificate_names(certificate.common_name.as_deref(), &certificate.dns_names);
        let product = order.product.as_ref();
        let product = product.and_then(|product| product.name_id.as_deref());
        let is_our_organization = match (&self.organization, &order.organization) {
            (Ok(ours), Some(theirs)) => theirs.id.is_none_or(|id| id.get() == *ours),
            (Err(ours), Some(theirs)) => theirs.name.as_ref().is_none_or(|name| name == ours),
            (_, None) => true,
        };
        order.status.is_open()
            && !order.is_renewed
            && theirs == self.names
            && product.is_none_or(|product| product == self.product)
            && is_our_organization
            && order.order_valid_till.is_none_or(|end| end >= today)
    }
}
