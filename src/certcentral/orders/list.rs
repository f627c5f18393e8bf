//! The order list with its filters, and paging as all lists of the API do it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::{Date, OffsetDateTime};

use super::info::{ContainerRef, OrganizationRef, ProductRef};
use super::status::OrderStatus;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::{CertificateId, ContainerId, OrderId, OrganizationId};

/// Largest page that the API gives.
const MAX_PAGE_SIZE: u32 = 1000;
/// Pages that are read of one list at most: a server that repeats itself must not hold us for ever.
pub(crate) const MAX_PAGES: usize = 200;

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
    /// Any of these statuses. `issued` includes expired orders; `needs_approval` is not a documented filter.
    pub statuses: Vec<OrderStatus>,
    /// First and last day on which the order was placed.
    pub date_created: Option<(Date, Date)>,
    /// Serial number of the certificate.
    pub serial_number: Option<String>,
    /// Orders a page, at most and by default 1000.
    pub page_size: Option<u32>,
}

/// An order as the list shows it: without its CSR.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ListedOrder {
    /// The order.
    pub id: OrderId,
    /// Where in its life it is.
    pub status: OrderStatus,
    /// Its primary certificate.
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
    /// Whether the coverage is longer than one certificate may last.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub is_multi_year_plan: bool,
}

/// A certificate as the order list shows it.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ListedCertificate {
    /// Known once the request is approved.
    #[serde(default, deserialize_with = "flexible::id")]
    pub id: Option<CertificateId>,
    /// Main name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub common_name: Option<String>,
    /// All names, the common name among them.
    #[serde(default, deserialize_with = "flexible::names")]
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

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Deserialize)]
pub(crate) struct OrderList {
    #[serde(default, deserialize_with = "flexible::list")]
    pub(crate) orders: Vec<ListedOrder>,
    #[serde(default, deserialize_with = "flexible::object")]
    pub(crate) page: Option<Page>,
}

/// Where a page stands in its list; empty lists come without.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Page {
    #[serde(default, deserialize_with = "flexible::integer")]
    pub(crate) total: Option<i64>,
}

impl OrderFilter {
    fn query(&self) -> Vec<(String, String)> {
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
        let mut query: Vec<(String, String)> = filters
            .into_iter()
            .filter_map(|(name, value)| Some((format!("filters[{name}]"), value?)))
            .collect();
        for (index, status) in self.statuses.iter().enumerate() {
            query.push((format!("filters[status][{index}]"), status.to_string()));
        }
        // A fixed order, so that pages do not overlap more than they must.
        query.push(("sort".to_owned(), "-date_created".to_owned()));
        query
    }
}

impl Client {
    /// All orders that match, over all pages, newest first; an order that shows on two pages counts once.
    ///
    /// # Errors
    ///
    /// [`Error`] of the first page that fails.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-orders.html>
    pub async fn orders(&self, filter: &OrderFilter) -> Result<Vec<ListedOrder>, Error> {
        let mut seen = BTreeSet::new();
        let orders = self
            .all_pages::<OrderList>(&["order", "certificate"], &filter.query(), filter.page_size)
            .await?;
        Ok(orders
            .into_iter()
            .filter(|order| seen.insert(order.id))
            .collect())
    }
}

/// One page of a list of the API.
pub(crate) trait ListPage: DeserializeOwned {
    /// What is listed.
    type Item;

    /// The items of the page, and what it says about the list.
    fn into_parts(self) -> (Vec<Self::Item>, Option<Page>);
}

impl ListPage for OrderList {
    type Item = ListedOrder;

    fn into_parts(self) -> (Vec<ListedOrder>, Option<Page>) {
        (self.orders, self.page)
    }
}

impl Client {
    /// Reads a list page by page until its total is reached or a page is empty. Without a total, the first page is all. Items may go while it is
    /// read, but a list that begins with none of what it has is no proof that there is nothing.
    pub(crate) async fn all_pages<P: ListPage>(
        &self,
        path: &[&str],
        query: &[(String, String)],
        page_size: Option<u32>,
    ) -> Result<Vec<P::Item>, Error> {
        let limit = page_size.unwrap_or(MAX_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
        let mut items = Vec::new();
        for _ in 0..MAX_PAGES {
            let mut query = query.to_vec();
            query.push(("offset".to_owned(), items.len().to_string()));
            query.push(("limit".to_owned(), limit.to_string()));
            let (page_items, page) = self.get::<P>(path, &query).await?.into_parts();
            let is_empty = page_items.is_empty();
            items.extend(page_items);
            let total = page.and_then(|page| page.total).unwrap_or(0);
            if items.is_empty() && total > 0 {
                return Err(Error::ItemsMissing {
                    path: path.join("/"),
                    total,
                });
            }
            if is_empty || i64::try_from(items.len()).is_ok_and(|count| count >= total) {
                return Ok(items);
            }
        }
        Err(Error::TooManyPages {
            path: path.join("/"),
            pages: MAX_PAGES,
        })
    }
}
