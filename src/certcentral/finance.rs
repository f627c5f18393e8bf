//! What an order would cost, and what the account can pay.

mod amount;

use serde::{Deserialize, Serialize};

pub use self::amount::{Amount, NotAnAmount};

use super::client::Client;
use super::error::Error;
use super::flexible;
use super::id::ContainerId;
use super::order::Validity;

/// The order whose price is asked for.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PriceQuery {
    /// Names that count.
    pub certificate: PricedNames,
    /// Coverage of the order.
    pub order_validity: Validity,
    /// Product name id.
    pub product_name_id: String,
    /// For a renewal, the last day of the order that is renewed, `yyyy-MM-dd`: what is left of it is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewal_of_order_valid_till: Option<String>,
}

/// Names of an order whose price is asked for.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PricedNames {
    /// All names, the common name among them.
    pub dns_names: Vec<String>,
}

/// An estimate, amounts as the API writes the numbers.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PriceEstimate {
    /// What the order costs, before tax. `0` means that the API cannot tell, never that it is free: see [`Self::total`].
    #[serde(default, deserialize_with = "flexible::text")]
    pub total_price: Option<String>,
    /// Such as `USD`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub currency: Option<String>,
    /// Tax on top.
    #[serde(default, deserialize_with = "flexible::text")]
    pub tax: Option<String>,
}

/// Money of a container, amounts as decimal text.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/view-balance.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Balance {
    /// What is there; below zero where credit is used.
    #[serde(default, deserialize_with = "flexible::text")]
    pub balance: Option<String>,
    /// Such as `USD`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub currency: Option<String>,
    /// What can be spent, credit included; absent without a limit.
    #[serde(default, deserialize_with = "flexible::text")]
    pub total_available_funds: Option<String>,
    /// Whether credit has no limit.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub unlimited_negative_balance: bool,
}

impl PriceEstimate {
    /// The total, unless the API could not tell it.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.total_price
            .as_deref()
            .and_then(|price| price.parse().ok())
            .filter(|price: &Amount| !price.is_zero())
    }
}

impl Client {
    /// What an order would cost. Changes nothing, although it is a POST.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
    pub async fn order_price(&self, query: &PriceQuery) -> Result<PriceEstimate, Error> {
        self.ask(&["finance", "order-pricing"], query).await
    }

    /// What the account, or one of its containers, can pay.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/view-balance.html>
    pub async fn balance(&self, container: Option<ContainerId>) -> Result<Balance, Error> {
        let query: Vec<_> = container
            .map(|id| ("container_id".to_owned(), id.to_string()))
            .into_iter()
            .collect();
        self.get(&["finance", "balance"], &query).await
    }
}
