//! Status changes of many orders in one answer, and cancelling one order.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};
use time::{Duration, UtcOffset};

use super::error::Problem;
use super::middleware::{ByCaller, Caller};
use super::query::{Query, time_range};
use super::{Account, Answer, json_body, no_content, numeric_id};
use crate::account::order::Status;

/// `GET /order/certificate/status-changes`. Counts as one reading of every order, as polling clients use it instead.
pub(super) async fn changes(State(shared): Account, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let mut state = shared.lock();
    let ids: Vec<u64> = state.orders.keys().copied().collect();
    for id in ids {
        state.poll(id)?;
    }
    let now = state.now();
    let minutes = query.number("minutes")?;
    let seconds = query.number("seconds")?;
    let filters = query.filters();
    let (from, to) = match (filters.as_slice(), minutes, seconds) {
        ([], None, None) => return Err(Problem::invalid_value("minutes")),
        ([], minutes, seconds) => {
            let back = minutes
                .unwrap_or(0)
                .saturating_mul(60)
                .saturating_add(seconds.unwrap_or(0));
            let back = i64::try_from(back).map_err(|_| Problem::time_frame_too_long())?;
            let from = now.checked_sub(Duration::seconds(back));
            (from.ok_or_else(Problem::time_frame_too_long)?, now)
        }
        ([("status_last_updated", values)], None, None) if values.len() == 1 => {
            // Documented as Mountain Daylight Time.
            let zone = UtcOffset::from_hms(-6, 0, 0).unwrap_or(UtcOffset::UTC);
            time_range(values[0], zone)
                .ok_or_else(|| Problem::invalid_value("status_last_updated"))?
        }
        _ => return Err(Problem::not_imitated("this combination of filters")),
    };
    if to - from > Duration::days(7) {
        return Err(Problem::time_frame_too_long());
    }
    let orders: Vec<Value> = state
        .orders
        .values()
        .filter(|order| (from..=to).contains(&order.last_change(now)))
        .map(|order| {
            let mut item = json!({ "order_id": order.id, "status": order.status(now).name() });
            if let Some(id) = order.certificate_id() {
                item["certificate_id"] = id.into();
            }
            item
        })
        .collect();
    let answer = if orders.is_empty() {
        json!({})
    } else {
        json!({ "orders": orders })
    };
    Ok(Json(answer).into_response())
}

/// `PUT /order/certificate/{id}/status`: cancels an order that is not issued yet, or the reissue that it waits for.
pub(super) async fn cancel(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = numeric_id(&id, "order")?;
    let body = json_body(&body)?;
    let mut state = shared.lock();
    let now = state.now();
    let order = state
        .orders
        .get_mut(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
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
        Status::ReissuePending => order.cancel_reissue(user, note, now),
        _ => return Err(Problem::invalid_status()),
    }
    Ok(no_content())
}
