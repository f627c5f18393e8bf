//! Domain control validation of one order: its random value, its method, and its check.
//!
//! Nothing is looked up over HTTP, and DNS is the sandbox's own: domains become valid through the
//! control interface.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::Problem;
use super::extract::{JsonBody, OrderId};
use super::{Account, Answer};
use crate::account::clock::timestamp;
use crate::account::dcv::{DCV_METHODS, has_random_value};
use crate::account::order::Status;
use crate::account::state::State as AccountState;

/// `PUT /order/certificate/{id}/dcv-random-value`: the value in force, or a new one once it has
/// expired.
pub(super) async fn random_value(State(shared): Account, id: OrderId) -> Answer {
    let mut state = shared.lock();
    let order = id.find(&state)?;
    let open = matches!(
        order.status(state.now()),
        Status::NeedsApproval
            | Status::Pending
            | Status::Processing
            | Status::Issued
            | Status::ReissuePending
    );
    if !open {
        return Err(Problem::invalid_status());
    }
    if !has_random_value(&order.wanted.dcv_method) {
        return Err(Problem::invalid_dcv_method());
    }
    random_value_of(&mut state, id)
}

/// `PUT /order/certificate/{id}/dcv-method`, for pending orders.
pub(super) async fn change_method(
    State(shared): Account,
    id: OrderId,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut state = shared.lock();
    let now = state.now();
    let order = id.find(&state)?;
    let method = body["dcv_method"].as_str().unwrap_or_default();
    if !DCV_METHODS.contains(&method) {
        return Err(Problem::invalid_value("dcv_method"));
    }
    if order.primary().wanted.has_wildcard_beside_file(method) {
        return Err(Problem::invalid_wildcard_dcv_method());
    }
    if order.status(now) != Status::Pending {
        return Err(Problem::invalid_status());
    }
    state.change_dcv_method(id.0, method)?;
    if method == DCV_METHODS[0] {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    random_value_of(&mut state, id).map(Json::into_response)
}

/// `PUT /order/certificate/{id}/check-dcv`: reports, and fails for a file token that is not in
/// place.
pub(super) async fn check(State(shared): Account, id: OrderId) -> Answer {
    let mut state = shared.lock();
    state.check_dns(id.0)?;
    let order = id.find(&state)?;
    let valid = order.domains.iter().all(|domain| state.is_proven(domain));
    if !valid && order.wanted.dcv_method.starts_with("http-token") {
        return Err(Problem::token_not_found());
    }
    let names = order.domains.iter().flat_map(|domain| {
        let status = if state.is_proven(domain) {
            "approved"
        } else {
            "unapproved"
        };
        let names = domain.dns_names.iter();
        names.map(move |name| json!({ "dns_name": name, "status": status }))
    });
    let status = order.status(state.now());
    let mut answer = json!({
        "order_status": status.name(),
        "dcv_status": if valid { "valid" } else { "pending" },
        "dns_name_validations": names.collect::<Vec<Value>>(),
    });
    if status == Status::Issued {
        answer["certificate_id"] = order.primary().id.into();
    }
    Ok(Json(answer))
}

fn random_value_of(state: &mut AccountState, id: OrderId) -> Answer {
    let (value, expires) = state
        .random_value(id.0)?
        .ok_or_else(|| Problem::not_found("order"))?;
    Ok(Json(json!({
        "dcv_random_value": value,
        "expiration_date": timestamp(expires),
    })))
}
