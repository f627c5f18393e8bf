//! Products and prices.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::certificate_request::one_term;
use super::error::Problem;
use super::extract::{Fields, JsonBody};
use super::order_info::platform_info;
use super::{Account, Answer};
use crate::account::ca::{INTERMEDIATE_ID, INTERMEDIATE_NAME, ROOT_NAME, Signer};
use crate::account::catalog::{BALANCE, Catalog, Product, SERVER_PLATFORMS};
use crate::account::term::Term;

pub(super) async fn list(State(shared): Account) -> Answer {
    let catalog = Arc::clone(&shared.lock().catalog);
    let products = catalog.products.iter();
    let products: Vec<Value> = products.map(|product| brief(product, &catalog)).collect();
    Ok(Json(json!({ "products": products })))
}

pub(super) async fn info(State(shared): Account, Path(name_id): Path<String>) -> Answer {
    let catalog = Arc::clone(&shared.lock().catalog);
    let product = catalog.product(&name_id);
    let product = product.ok_or_else(|| Problem::not_found("product"))?;
    let mut answer = brief(&product, &catalog);
    let details = json!({
        // Strings here and numbers in the list: an irregularity of the real service.
        "allowed_validity_years": ["1"],
        "validation_type": if product.ev { "EV" } else { "OV" },
        "duplicates_allowed": true,
        "max_multi_year_order_validity_years": 3,
        "allowed_ca_certs": [
            { "id": INTERMEDIATE_ID, "name": INTERMEDIATE_NAME, "chain_info": ROOT_NAME },
            { "id": Signer::G1.id(), "name": Signer::G1.name(), "chain_info": Signer::G1.root_name() },
        ],
        "additional_dns_names_allowed": true,
        "custom_expiration_date_allowed": true,
        "custom_order_expiration_date_allowed": true,
        "increased_compatibility_allowed": false,
        "allow_auto_renew": true,
        "server_platforms": SERVER_PLATFORMS.iter().map(|platform| platform_info(platform.0)).collect::<Vec<_>>(),
    });
    if let (Some(answer), Value::Object(details)) = (answer.as_object_mut(), details) {
        answer.extend(details);
    }
    Ok(Json(answer))
}

fn brief(product: &Product, catalog: &Catalog) -> Value {
    let hashes = product.hashes().iter();
    let mut value = json!({
        "group_name": "ssl_certificate",
        "name_id": product.name_id,
        "name": product.name,
        "type": "ssl_certificate",
        "allowed_container_ids": catalog.containers.iter().map(|container| container.id).collect::<Vec<_>>(),
        "allowed_validity_years": [1],
        "allowed_order_validity_years": [1, 2, 3],
        "signature_hash_types": {
            "allowed_hash_types": hashes.map(|(id, name)| json!({ "id": id, "name": name })).collect::<Vec<_>>(),
            "default_hash_type_id": "sha256",
        },
        "csr_required": true,
    });
    if let Some(successor) = product.replaced_by {
        value["replacement_product_name_id"] = successor.into();
    }
    value
}

/// `GET /product/pricing`, of which no answer is known.
pub(super) async fn price_list() -> Answer {
    Err(Problem::not_imitated("the list of prices"))
}

/// `POST /finance/order-pricing`: the same sum that the order would be charged.
pub(super) async fn pricing(State(shared): Account, JsonBody(body): JsonBody) -> Answer {
    let product = body["product_name_id"]
        .as_str()
        .and_then(|name_id| shared.lock().catalog.product(name_id))
        .ok_or_else(|| Problem::invalid_value("product_name_id"))?;
    let today = shared.lock().now().date();
    let term = match &body["order_validity"] {
        Value::Null => Term::Years(1),
        validity => {
            let mut fields = Fields::of(&body);
            let term = one_term(&mut fields, validity, "order_validity", today);
            fields.finish()?;
            term.unwrap_or(Term::Years(1))
        }
    };
    let years = u64::from(term.years(today));
    let names: Vec<&str> = match &body["certificate"]["dns_names"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Err(Problem::invalid_value("dns_names")),
    };
    let (wildcards, fqdns): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| name.starts_with("*."));
    let unit = product.unit_price * years;
    let part = |names: &[&str]| {
        let units = u64::try_from(names.len()).unwrap_or(u64::MAX);
        (
            units * unit,
            json!({ "subtotal": units * unit, "units": units }),
        )
    };
    let (fqdn_sum, fqdns) = part(&fqdns);
    let (wildcard_sum, wildcards) = part(&wildcards);
    let spent = shared.lock().summary().charges_total;
    Ok(Json(json!({
        "base_price": product.unit_price,
        "total_price": fqdn_sum + wildcard_sum,
        "addons_price": 0,
        "san_package_price": 0,
        "benefits_discount_total": 0,
        "fqdns": fqdns,
        "wildcards": wildcards,
        "balance": BALANCE.saturating_sub(spent),
        "currency": "USD",
        "tax": "0.00",
        "tax_error": false,
    })))
}
