//! Ending an order: cancelling it, revoking it, or revoking one of its certificates.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::Problem;
use super::extract::{Caller, Fields, JsonBody, OrderId};
use super::order_info::user_brief;
use super::{Account, NoContent};
use crate::account::catalog::{Role, User};
use crate::account::clock::timestamp;
use crate::account::order::Status;
use crate::account::request::NewRequest;
use crate::account::state::State as AccountState;

/// `PUT /order/certificate/{id}/status`: cancels an order that is not issued yet, or the reissue
/// that it waits for.
pub(super) async fn cancel(
    State(shared): Account,
    caller: Caller,
    id: OrderId,
    JsonBody(body): JsonBody,
) -> NoContent {
    let mut state = shared.lock();
    let now = state.now();
    let order = id.find_mut(&mut state)?;
    // Older pages document CANCELED, newer ones canceled; both are case-sensitive.
    if !matches!(body["status"].as_str(), Some("canceled" | "CANCELED")) {
        return Err(Problem::invalid_value("status"));
    }
    let note = body["note"].as_str().unwrap_or_default();
    if note.trim().is_empty() {
        return Err(Problem::invalid_value("note"));
    }
    match order.status(now) {
        Status::Pending => order.canceled = Some(now),
        Status::ReissuePending => order.cancel_reissue(caller.0, note, now),
        _ => return Err(Problem::invalid_status()),
    }
    Ok(StatusCode::NO_CONTENT)
}

const REASONS: [&str; 5] = [
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
];

/// `PUT /order/certificate/{id}/revoke`.
pub(super) async fn revoke_order(
    State(shared): Account,
    caller: Caller,
    id: OrderId,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut state = shared.lock();
    match id.find(&state)?.status(state.now()) {
        Status::Issued => {}
        Status::ReissuePending => return Err(Problem::certificate_reissue_pending()),
        Status::Revoked => return Err(Problem::already_revoked("order")),
        _ => return Err(Problem::order_not_issued()),
    }
    revoke(&mut state, caller.0, id, None, &body)
}

/// `PUT /certificate/{id or serial number}/revoke`.
pub(super) async fn revoke_certificate(
    State(shared): Account,
    caller: Caller,
    Path(key): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut state = shared.lock();
    let now = state.now();
    let by_serial = state.orders.values().find_map(|order| {
        let mut certificates = order.certificates();
        let found = certificates.find(|one| {
            let issued = one.issued.as_ref();
            issued.is_some_and(|issued| issued.serial_number.eq_ignore_ascii_case(&key))
        });
        found.map(|certificate| (order, certificate))
    });
    let by_id = key.parse().ok().and_then(|id| state.find_certificate(id));
    let (order, certificate) = by_id
        .or(by_serial)
        .ok_or_else(|| Problem::not_found("certificate"))?;
    if certificate.is_revoked(now) {
        return Err(Problem::already_revoked("certificate"));
    }
    match order.status(now) {
        Status::ReissuePending => return Err(Problem::certificate_reissue_pending()),
        Status::Issued if certificate.issued.is_some() => {}
        _ => return Err(Problem::order_not_issued()),
    }
    let (order, certificate) = (OrderId(order.id), certificate.id);
    revoke(&mut state, caller.0, order, Some(certificate), &body)
}

fn revoke(
    state: &mut AccountState,
    user: &'static User,
    order: OrderId,
    certificate: Option<u64>,
    body: &Value,
) -> Result<Response, Problem> {
    let mut fields = Fields::of(body);
    let skip_approval = fields.flag("skip_approval");
    let comments = fields.text(body, "comments", "");
    let reason = fields.text(body, "revocation_reason", REASONS[0]);
    if !REASONS.contains(&reason.as_str()) {
        fields.wrong("revocation_reason");
    }
    fields.finish()?;
    let now = state.now();
    if skip_approval && user.role == Role::Administrator {
        order.find_mut(state)?.revoke(certificate, now);
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let request = NewRequest {
        by: user,
        skip_approval,
        comments,
    };
    let request = state
        .request_revocation(order.0, certificate, request)
        .ok_or_else(|| Problem::not_found("order"))?;
    let answer = json!({
        "id": request.id,
        "date": timestamp(request.date),
        "type": request.kind,
        "status": request.status.name(),
        "requester": user_brief(request.requester),
        "comments": request.comments,
    });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
