//! Orders by the caller's own reference: the one way to find an order whose answer was lost.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::list::{ListPage, Page};
use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{CertificateId, OrderId};

/// An order that carries the reference that was asked for.
///
/// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AlternateOrder {
    /// The order.
    pub order_id: OrderId,
    /// Its primary certificate, once approved.
    #[serde(default, deserialize_with = "flexible::id")]
    pub certificate_id: Option<CertificateId>,
    /// Where in its life it is.
    pub status: OrderStatus,
}

/// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
#[derive(Debug, Deserialize)]
pub(crate) struct AlternateOrders {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) orders: Vec<AlternateOrder>,
    #[serde(default, deserialize_with = "flexible::object")]
    pub(crate) page: Option<Page>,
}

impl ListPage for AlternateOrders {
    type Item = AlternateOrder;

    fn into_parts(self) -> (Vec<AlternateOrder>, Option<Page>) {
        (self.orders, self.page)
    }
}

impl Client {
    /// All orders with this `alternative_order_id` that the key sees. CertCentral does not make the reference unique.
    /// None is an empty list, whether the API writes that as 404, `{}` or `[]`.
    ///
    /// # Errors
    ///
    /// [`Error`]. A 404 of something other than the API (HTML), or of a wrong base URL (`not_found|route`), is an
    /// error: taking it for "no order" would buy again.
    ///
    /// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
    pub async fn orders_by_alternative_id(
        &self,
        alternative_order_id: &str,
    ) -> Result<Vec<AlternateOrder>, Error> {
        let path = ["order", "alternate", alternative_order_id];
        let mut seen = BTreeSet::new();
        let found = match self.all_pages::<AlternateOrders>(&path, &[], None).await {
            Ok(found) => found,
            Err(Error::Api(error)) if error.status == 404 && !error.has("not_found|route") => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(found
            .into_iter()
            .filter(|order| seen.insert(order.order_id))
            .collect())
    }
}
