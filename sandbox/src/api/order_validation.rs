//! `GET /order/certificate/{id}/validation`: what an order waits for.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::json;
use time::Duration;

use super::error::Problem;
use super::order_info::{organization_brief, product_full, verification};
use super::{Account, Answer, numeric_id};
use crate::account::clock::timestamp;

/// `GET /order/certificate/{id}/validation`. Ids are strings here, unlike everywhere else.
pub(super) async fn validation(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "order")?;
    let state = shared.lock();
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let organization = organization_brief(&state, order);
    let product = product_full(order.wanted.product);
    let done = order.organization_validated;
    let mut organization_validation = json!({
        "type": product["validation_type"],
        "name": product["validation_name"],
        "description": product["validation_description"],
        "date_created": timestamp(order.created - Duration::days(30)),
        "status": if done { "complete" } else { "pending" },
        "verified_contacts": [],
        "verification_details": verification(done),
    });
    if done {
        organization_validation["validated_until"] =
            timestamp(order.created + Duration::days(366)).into();
    }
    let dns_names = order.domains.iter().map(|domain| {
        json!({
            "domain_id": domain.id.to_string(),
            "name_scope": domain.name,
            "approval_scope": "subdomains",
            "status": if domain.validated { "approved" } else { "unapproved" },
            "method": order.wanted.dcv_method,
            "dns_names": domain.dns_names,
        })
    });
    let answer = json!({
        "order_id": order.id.to_string(),
        "order_status": order.status(state.now()).name(),
        "order_name_scope": "base_domain",
        "order_dcv_method": order.wanted.dcv_method,
        "organization_id": order.wanted.organization_id.to_string(),
        "organization_name": organization["name"],
        "organization_validations": [organization_validation],
        "dns_name_validations": dns_names.collect::<Vec<_>>(),
    });
    Ok(Json(answer).into_response())
}
