//! Products that the account may order.

use serde::Deserialize;

use super::about::About;
use super::flexible;
use super::http::{Call, Client, Error, listing};
use super::orders::info::{CaCert, ServerPlatform};

/// A product. The list gives less of it than [`Client::product`].
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-info.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Product name id, such as `ssl_basic`: what an order names.
    pub name_id: String,
    /// Name for people.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
    /// Such as `ssl_certificate`.
    #[serde(default, deserialize_with = "flexible::text")]
    pub group_name: Option<String>,
    /// Such as `ssl_certificate`.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// `OV`, `EV` and others.
    #[serde(default, deserialize_with = "flexible::text")]
    pub validation_type: Option<String>,
    /// Years that an order may last.
    #[serde(default, deserialize_with = "years")]
    pub allowed_order_validity_years: Vec<i64>,
    /// Years that a certificate may last, as the API rounds them.
    #[serde(default, deserialize_with = "years")]
    pub allowed_validity_years: Vec<i64>,
    /// Hashes that it may be signed with.
    #[serde(default, deserialize_with = "flexible::object")]
    pub signature_hash_types: Option<HashTypes>,
    /// Intermediates that one may choose from.
    #[serde(default, deserialize_with = "flexible::list")]
    pub allowed_ca_certs: Vec<CaCert>,
    /// Server platforms that an order may name.
    #[serde(default, deserialize_with = "flexible::list")]
    pub server_platforms: Vec<ServerPlatform>,
    /// Whether an order needs a CSR.
    #[serde(default, deserialize_with = "flexible::boolean")]
    pub csr_required: bool,
    /// Whether duplicates may be made.
    #[serde(default, deserialize_with = "flexible::optional_boolean")]
    pub duplicates_allowed: Option<bool>,
    /// Whether names beside the common name are allowed.
    #[serde(default, deserialize_with = "flexible::optional_boolean")]
    pub additional_dns_names_allowed: Option<bool>,
    /// The product to order instead, if this one is being retired.
    #[serde(default, deserialize_with = "flexible::text")]
    pub replacement_product_name_id: Option<String>,
}

/// Hashes that a product may be signed with.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-list.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HashTypes {
    /// All of them.
    #[serde(default, deserialize_with = "flexible::list")]
    pub allowed_hash_types: Vec<HashType>,
    /// The one that is used if an order names none.
    #[serde(default, deserialize_with = "flexible::text")]
    pub default_hash_type_id: Option<String>,
}

/// A hash.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-list.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HashType {
    /// Such as `sha256`: what an order names.
    pub id: String,
    /// Name for people.
    #[serde(default, deserialize_with = "flexible::text")]
    pub name: Option<String>,
}

listing! {
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-list.html>
    ProductList { products: Product }
}

impl Client {
    /// The products that the account may order.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-list.html>
    pub async fn products(&self) -> Result<Vec<Product>, Error> {
        self.whole_list::<ProductList>(Call::get(&["product"]))
            .await
    }

    /// Reads a product in full.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 `not_found|product` where it is unknown or not enabled for the account.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/products/product-info.html>
    pub async fn product(&self, name_id: &str) -> Result<Product, Error> {
        let found: Product = self.fetch(Call::get(&["product", name_id])).await?;
        About::Product.hold(name_id, Some(&found.name_id))?;
        Ok(found)
    }
}

/// Years as numbers; product info writes them as strings.
fn years<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Years(#[serde(deserialize_with = "flexible::integer")] Option<i64>);

    let years: Vec<Years> = flexible::list(deserializer)?;
    Ok(years.into_iter().filter_map(|Years(years)| years).collect())
}
