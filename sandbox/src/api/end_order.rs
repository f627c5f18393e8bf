//! Revoking a whole order or one certificate: at once for an administrator who skips the approval, else by request.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::error::Problem;
use super::fields::Fields;
use super::middleware::{ByCaller, Caller};
use super::order_info::user_brief;
use super::{Account, Answer, json_body, no_content, numeric_id};
use crate::account::catalog::{Role, User};
use crate::account::clock::timestamp;
use crate::account::order::Status;
use crate::account::placement::Asked;
use crate::account::state::State as AccountState;

const REASONS: [&str; 5] = [
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
];

/// `PUT /order/certificate/{id}/revoke`.
pub(super) async fn order(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = numeric_id(&id, "order")?;
    let body = json_body(&body)?;
    let mut state = shared.lock();
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    match order.status(state.now()) {
        Status::Issued => {}
        Status::ReissuePending => return Err(Problem::certificate_reissue_pending()),
        Status::Revoked => return Err(Problem::already_revoked("order")),
        _ => return Err(Problem::order_not_issued()),
    }
    revoke(&mut state, user, id, None, &body)
}

/// `PUT /certificate/{id or serial number}/revoke`.
pub(super) async fn certificate(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(key): Path<String>,
    body: Bytes,
) -> Answer {
    let body = json_body(&body)?;
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
    let (order, certificate) = (order.id, certificate.id);
    revoke(&mut state, user, order, Some(certificate), &body)
}

fn revoke(
    state: &mut AccountState,
    user: &'static User,
    order: u64,
    certificate: Option<u64>,
    body: &Value,
) -> Answer {
    let mut fields = Fields::of(body);
    let skip_approval = fields.flag("skip_approval");
    let comments = fields.text(body, "comments", "");
    let reason = fields.text(body, "revocation_reason", REASONS[0]);
    if !REASONS.contains(&reason.as_str()) {
        fields.wrong("revocation_reason");
    }
    fields.finish()?;
    let now = state.now();
    let missing = || Problem::not_found("order");
    if skip_approval && user.role == Role::Administrator {
        let order = state.orders.get_mut(&order).ok_or_else(missing)?;
        order.revoke(certificate, now);
        return Ok(no_content());
    }
    let asked = Asked {
        by: user,
        skip_approval,
        comments,
    };
    let request = state
        .request_revocation(order, certificate, asked)
        .ok_or_else(missing)?;
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
