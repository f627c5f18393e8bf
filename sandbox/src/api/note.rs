//! Notes on an order.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::error::Problem;
use super::middleware::{ByCaller, Caller};
use super::order_info::user_brief;
use super::{Account, Answer, json_body, numeric_id};
use crate::account::clock::timestamp;
use crate::account::order::Note;
use crate::account::state::next;

/// `POST /order/certificate/{id}/note`. Every call adds one.
pub(super) async fn add(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = numeric_id(&id, "order")?;
    let body = json_body(&body)?;
    let text = body["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Problem::invalid_value("text"));
    }
    let mut state = shared.lock();
    let created = state.now();
    let state = &mut *state;
    let order = state
        .orders
        .get_mut(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let note = Note {
        id: next(&mut state.ids.note),
        created,
        text: text.to_owned(),
        user,
    };
    let answer = shown(&note);
    order.notes.push(note);
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// `GET /order/certificate/{id}/note`, newest first.
pub(super) async fn list(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "order")?;
    let state = shared.lock();
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let notes: Vec<Value> = order.notes.iter().rev().map(shown).collect();
    Ok(Json(json!({ "notes": notes })).into_response())
}

fn shown(note: &Note) -> Value {
    json!({
        "id": note.id,
        "date_created": timestamp(note.created),
        "text": note.text,
        "user": user_brief(note.user),
    })
}
