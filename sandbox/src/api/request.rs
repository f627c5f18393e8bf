//! Requests: what an order waits for until somebody approves it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};

use super::error::Problem;
use super::extract::{Caller, JsonBody, numeric_id};
use super::order_info::{container_brief, organization_brief, product_brief, user_brief};
use super::query::Query;
use super::{Account, Answer, NoContent};
use crate::account::catalog::Role;
use crate::account::clock::timestamp;
use crate::account::order::Order;
use crate::account::request::{Request, RequestStatus, Verdict};
use crate::account::state::State as AccountState;

pub(super) async fn list(State(shared): Account, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let mut statuses: Vec<&str> = query.get("status").into_iter().collect();
    for (name, values) in query.filters() {
        match name {
            "status" => statuses.extend(values),
            _ => return Err(Problem::not_imitated(&format!("the filter `{name}`"))),
        }
    }
    let state = shared.lock();
    let requests = state.orders.values().flat_map(|order| {
        let requests = order.requests.iter();
        requests.map(move |request| (order, request))
    });
    let items = requests
        .filter(|(_, request)| statuses.is_empty() || statuses.contains(&request.status.name()))
        .map(|(order, request)| brief(&state, order, request))
        .collect();
    Ok(Json(query.page("requests", items)?))
}

pub(super) async fn info(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "request")?;
    let state = shared.lock();
    let (order, request) = state
        .orders
        .values()
        .find_map(|order| {
            let request = order.requests.iter().find(|request| request.id == id)?;
            Some((order, request))
        })
        .ok_or_else(|| Problem::not_found("request"))?;
    let mut answer = brief(&state, order, request);
    answer["comments"] = request.comments.as_str().into();
    let unsubmitted: [&str; 0] = [];
    answer["order"]["unsubmitted_domains"] = json!(unsubmitted);
    if let Some(reviewer) = request.reviewer {
        answer["reviewer"] = user_brief(reviewer);
    }
    if let Some(decision) = &request.decision {
        answer["date_processed"] = timestamp(decision.date).into();
        answer["processor"] = user_brief(decision.by);
        if let Some(comment) = &decision.comment {
            answer["processor_comment"] = comment.as_str().into();
        }
    }
    Ok(Json(answer))
}

/// `PUT /request/{id}/status`. In a two-step account the reviewer sets `pending`, then the approver
/// `approved`.
pub(super) async fn decide(
    State(shared): Account,
    Caller(user): Caller,
    Path(id): Path<String>,
    body: Result<JsonBody, Problem>,
) -> NoContent {
    let id = numeric_id(&id, "request")?;
    let JsonBody(body) = body?;
    let comment = body["processor_comment"].as_str().map(str::to_owned);
    let mut state = shared.lock();
    let now = state.now();
    let order = state
        .order_of_request(id)
        .ok_or_else(|| Problem::not_found("request"))?;
    let order_id = order.id;
    let canceled = order.canceled.is_some();
    let request = order
        .requests
        .iter_mut()
        .find(|request| request.id == id)
        .ok_or_else(|| Problem::not_found("request"))?;
    if user.role != Role::Administrator {
        return Err(Problem::invalid_approver());
    }
    let mut verdict = None;
    use RequestStatus::{Approved, Pending, Rejected, Submitted};
    match (body["status"].as_str(), request.status) {
        (Some("approved" | "rejected" | "pending" | "submitted"), _) if canceled => {
            return Err(Problem::invalid_status());
        }
        (Some("pending"), Submitted) => {
            request.status = Pending;
            request.reviewer = Some(user);
        }
        (Some("submitted"), Pending) if request.reviewer.is_some() => {
            request.status = Submitted;
            request.reviewer = None;
        }
        (Some("approved"), Pending) => verdict = Some(Approved),
        (Some("rejected"), Pending | Submitted) => verdict = Some(Rejected),
        (Some("approved" | "rejected" | "pending" | "submitted"), _) => {
            return Err(Problem::invalid_status());
        }
        _ => return Err(Problem::invalid_value("status")),
    }
    if let Some(status) = verdict {
        let verdict = Verdict {
            status,
            by: user,
            comment,
        };
        order.decide(id, verdict, now);
    }
    state.issue_if_immediate(order_id)?;
    Ok(StatusCode::NO_CONTENT)
}

fn brief(state: &AccountState, order: &Order, request: &Request) -> Value {
    let mut certificates = order.certificates();
    let certificate = certificates
        .find(|certificate| request.certificate == Some(certificate.id))
        .unwrap_or(order.primary());
    json!({
        "id": request.id,
        "date": timestamp(request.date),
        "type": request.kind,
        "status": request.status.name(),
        "requester": user_brief(request.requester),
        "order": {
            "id": order.id,
            "certificate": { "common_name": certificate.wanted.common_name },
            "organization": organization_brief(state, order),
            "container": container_brief(state, order),
            "product": product_brief(&order.wanted.product),
        },
    })
}
