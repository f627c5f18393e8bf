//! Finding orders: by filter, by the caller's own reference, and by a change of their status.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use time::{Date, OffsetDateTime};

use super::info::{ContainerRef, OrganizationRef, ProductRef};
use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::error::ApiError;
use crate::certcentral::http::{Call, Client, Error, listing};
use crate::certcentral::id::{CertificateId, ContainerId, OrderId, OrganizationId};

/// The longest time that the API looks back for changes of a status.
const MAX_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Which orders to list; every member that is set narrows the list.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Exact common name.
    pub common_name: Option<String>,
    /// A name among the common name and the further names.
    pub domain_name: Option<String>,
    /// Product name id.
    pub product_name_id: Option<String>,
    /// Organization.
    pub organization_id: Option<OrganizationId>,
    /// Container.
    pub container_id: Option<ContainerId>,
    /// Any of these statuses. `issued` includes expired orders; `needs_approval` is not a
    /// documented filter.
    pub statuses: Vec<OrderStatus>,
    /// First and last day on which the order was placed.
    pub date_created: Option<(Date, Date)>,
    /// Serial number of the certificate.
    pub serial_number: Option<String>,
}

/// An order as the list shows it: without its CSR.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedOrder {
    /// The order.
    pub id: OrderId,
    /// Where in its life it is.
    pub status: OrderStatus,
    /// Its primary certificate.
    #[serde(deserialize_with = "flexible::needed::whole")]
    pub certificate: ListedCertificate,
    /// Whether a later order renews this one.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_renewed: bool,
    /// When it was placed.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// Whose name the certificate carries.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization: Option<OrganizationRef>,
    /// The division that it belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<ContainerRef>,
    /// What was bought.
    #[serde(default, deserialize_with = "flexible::object")]
    pub product: Option<ProductRef>,
    /// Years of coverage.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub validity_years: Option<i64>,
    /// Last day of coverage, where the list tells it.
    #[serde(default, deserialize_with = "flexible::date")]
    pub order_valid_till: Option<Date>,
}

/// A certificate as the order list shows it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedCertificate {
    /// Known once the request is approved.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<CertificateId>,
    /// Main name.
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub common_name: Option<String>,
    /// All names, the common name among them.
    #[serde(default, deserialize_with = "flexible::needed::names")]
    pub dns_names: Vec<String>,
    /// Last day of validity; once issued.
    #[serde(default, deserialize_with = "flexible::date")]
    pub valid_till: Option<Date>,
    /// Upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub serial_number: Option<String>,
    /// SHA-1, 40 upper-case hex digits; once issued.
    #[serde(default, deserialize_with = "flexible::text")]
    pub thumbprint: Option<String>,
}

impl OrderFilter {
    fn applied_to<'a>(&self, call: Call<'a>) -> Call<'a> {
        let filters = [
            ("common_name", self.common_name.clone()),
            ("domain_name", self.domain_name.clone()),
            ("product_name_id", self.product_name_id.clone()),
            (
                "organization_id",
                self.organization_id.map(|id| id.to_string()),
            ),
            ("container_id", self.container_id.map(|id| id.to_string())),
            ("serial_number", self.serial_number.clone()),
            (
                "date_created",
                self.date_created
                    .map(|(first, last)| format!("{first}...{last}")),
            ),
        ];
        let mut call = call;
        for (name, value) in filters {
            if let Some(value) = value {
                call = call.with_query(&format!("filters[{name}]"), value);
            }
        }
        for (index, status) in self.statuses.iter().enumerate() {
            call = call.with_query(&format!("filters[status][{index}]"), status);
        }
        // A fixed order, so that pages do not overlap more than they must.
        call.with_query("sort", "-date_created")
    }
}

/// An order as the look-up by reference and the list of changes show it.
///
/// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrderSummary {
    /// The order.
    pub order_id: OrderId,
    /// Its primary certificate, once approved.
    #[serde(default, deserialize_with = "flexible::id")]
    pub certificate_id: Option<CertificateId>,
    /// Where in its life it is.
    pub status: OrderStatus,
}

listing! {
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
    OrderList { orders: ListedOrder }
}
listing! {
    /// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
    AlternateOrders { orders: OrderSummary }
}
listing! {
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/status-change-list.html>
    StatusChanges { orders: OrderSummary }
}

impl Client {
    /// All orders that match, over all pages, newest first; an order that shows on two pages counts
    /// once.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
    pub async fn orders(&self, filter: &OrderFilter) -> Result<Vec<ListedOrder>, Error> {
        let mut seen = BTreeSet::new();
        let call = filter.applied_to(Call::get(&["order", "certificate"]));
        let orders = self.all_pages::<OrderList>(call).await?;
        Ok(orders
            .into_iter()
            .filter(|order| seen.insert(order.id))
            .collect())
    }

    /// All orders with this `alternative_order_id` that the key sees. CertCentral does not make the
    /// reference unique. None is an empty list, whether the API writes that as a 404 that says so,
    /// as `{}`, or as a page of none.
    ///
    /// # Errors
    ///
    /// [`Error`]. A 404 of something other than the API (HTML), of a wrong base URL
    /// (`not_found|route`), or without a reason, is an error: taking it for "no order" would buy
    /// again.
    ///
    /// Source: <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
    pub async fn orders_by_alternative_id(
        &self,
        alternative_order_id: &str,
    ) -> Result<Vec<OrderSummary>, Error> {
        let call = Call::get(&["order", "alternate", alternative_order_id]);
        let mut seen = BTreeSet::new();
        let found = match self.all_pages::<AlternateOrders>(call).await {
            Ok(found) => found,
            Err(Error::Api(refusal)) if says_no_order(&refusal) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(found
            .into_iter()
            .filter(|order| seen.insert(order.order_id))
            .collect())
    }

    /// Orders whose status changed within `window`, with their present status. Longer than seven
    /// days is cut to seven.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/status-change-list.html>
    pub async fn status_changes(&self, window: Duration) -> Result<Vec<OrderSummary>, Error> {
        let seconds = window.min(MAX_WINDOW).as_secs().max(1);
        let call = Call::get(&["order", "certificate", "status-changes"]);
        self.whole_list::<StatusChanges>(call.with_query("seconds", seconds))
            .await
    }
}

/// Whether the API says of a reference, in the code that it has for it, that no order bears it.
fn says_no_order(refusal: &ApiError) -> bool {
    let is_for_it = |code: &str| matches!(code, "not_found" | "not_found|order");
    refusal.status == 404
        && !refusal.errors.is_empty()
        && refusal.errors.iter().all(|item| is_for_it(&item.code))
}
