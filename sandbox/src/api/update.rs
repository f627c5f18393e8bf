//! Changing an order in place: e-mails, custom fields, contacts, automatic reissue, notes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::{Value, json};

use super::error::Problem;
use super::extract::{Caller, Fields, JsonBody, OrderId};
use super::order_info::user_brief;
use super::place_order::custom_fields;
use super::{Account, Answer, Created, NoContent};
use crate::account::catalog::Catalog;
use crate::account::clock::timestamp;
use crate::account::order::{Note, Wanted};
use crate::account::state::{Shared, next};

/// Kinds of contact that an order may be given afterwards.
const CONTACT_TYPES: [&str; 2] = ["organization_contact", "technical_contact"];
const LONGEST_NAME: usize = 128;

/// What a body changes in an order.
type Change = fn(&mut Wanted, &Value, &Catalog) -> Result<(), Problem>;

/// A route whose body changes an order and whose answer is a 204.
pub(super) fn route(method: MethodFilter, change: Change) -> MethodRouter<Arc<Shared>> {
    on(
        method,
        move |State(shared): Account, id: OrderId, JsonBody(body): JsonBody| async move {
            let mut state = shared.lock();
            let catalog = Arc::clone(&state.catalog);
            change(&mut id.find_mut(&mut state)?.wanted, &body, &catalog)?;
            Ok::<_, Problem>(StatusCode::NO_CONTENT)
        },
    )
}

/// `PUT .../additional-emails`: replaces the whole list.
pub(super) fn additional_emails(
    wanted: &mut Wanted,
    body: &Value,
    _: &Catalog,
) -> Result<(), Problem> {
    let mut fields = Fields::of(body);
    let emails = fields.emails("additional_emails");
    if body["additional_emails"].is_null() {
        fields.wrong("additional_emails");
    }
    fields.finish()?;
    wanted.additional_emails = emails;
    Ok(())
}

/// `POST .../custom-field`: sets one field, or replaces its value.
pub(super) fn custom_field(
    wanted: &mut Wanted,
    body: &Value,
    catalog: &Catalog,
) -> Result<(), Problem> {
    for (field, value) in custom_fields(&json!([body]), catalog, &[])? {
        wanted.custom_fields.retain(|known| known.0 != field);
        wanted.custom_fields.push((field, value));
    }
    Ok(())
}

/// `PUT .../auto-reissue`.
pub(super) fn auto_reissue(wanted: &mut Wanted, body: &Value, _: &Catalog) -> Result<(), Problem> {
    match body["auto_reissue"].as_u64() {
        Some(number @ (0 | 1)) => wanted.auto_reissue = number,
        _ => return Err(Problem::invalid_value("auto_reissue")),
    }
    Ok(())
}

/// `PUT .../custom-renewal-message`.
pub(super) fn custom_renewal_message(
    wanted: &mut Wanted,
    body: &Value,
    _: &Catalog,
) -> Result<(), Problem> {
    match body["custom_renewal_message"].as_str() {
        Some(text) if !text.trim().is_empty() => {
            wanted.custom_renewal_message = Some(text.to_owned());
            Ok(())
        }
        _ => Err(Problem::invalid_value("custom_renewal_message")),
    }
}

/// `DELETE .../custom-renewal-message`, without a body.
pub(super) fn no_renewal_message(
    wanted: &mut Wanted,
    _: &Value,
    _: &Catalog,
) -> Result<(), Problem> {
    wanted.custom_renewal_message = None;
    Ok(())
}

/// `PUT .../contact`: adds or changes; what is not named stays.
pub(super) fn contacts(wanted: &mut Wanted, body: &Value, _: &Catalog) -> Result<(), Problem> {
    let given = body["contacts"].as_array();
    let given = given.ok_or_else(|| Problem::invalid_value("contacts"))?;
    check_contacts(given)?;
    for contact in given {
        set_contact(&mut wanted.contacts, contact);
    }
    Ok(())
}

fn check_contacts(given: &[Value]) -> Result<(), Problem> {
    let mut seen = Vec::new();
    for contact in given {
        let kind = contact["contact_type"].as_str().unwrap_or_default();
        if !CONTACT_TYPES.contains(&kind) {
            return Err(Problem::invalid_value("contact_type"));
        }
        if seen.contains(&kind) {
            return Err(Problem::contact_type_duplicate());
        }
        seen.push(kind);
        for field in ["first_name", "last_name"] {
            let name = contact[field].as_str().unwrap_or_default();
            if name.chars().count() > LONGEST_NAME {
                return Err(Problem::invalid_value(field));
            }
        }
    }
    Ok(())
}

fn set_contact(contacts: &mut Vec<Value>, given: &Value) {
    let known = contacts
        .iter_mut()
        .find(|known| known["contact_type"] == given["contact_type"]);
    match (known.and_then(Value::as_object_mut), given.as_object()) {
        (Some(known), Some(given)) => known.extend(given.clone()),
        _ => contacts.push(given.clone()),
    }
}

/// `PUT .../renewal-emails/{enable|disable}`, without a body.
pub(super) async fn renewal_emails(
    State(shared): Account,
    id: OrderId,
    Path((_, word)): Path<(String, String)>,
) -> NoContent {
    let mut state = shared.lock();
    let order = id.find_mut(&mut state)?;
    order.wanted.disable_renewal_notifications = match word.as_str() {
        "enable" => false,
        "disable" => true,
        _ => return Err(Problem::invalid_value("status")),
    };
    Ok(StatusCode::NO_CONTENT)
}

/// `POST .../note`. Every call adds one.
pub(super) async fn add_note(
    State(shared): Account,
    caller: Caller,
    id: OrderId,
    JsonBody(body): JsonBody,
) -> Created {
    let text = body["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Problem::invalid_value("text"));
    }
    let mut state = shared.lock();
    let created = state.now();
    id.find(&state)?;
    let note = Note {
        id: next(&mut state.ids.note),
        created,
        text: text.to_owned(),
        user: caller.0,
    };
    let answer = shown(&note);
    id.find_mut(&mut state)?.notes.push(note);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET .../note`, newest first.
pub(super) async fn notes(State(shared): Account, id: OrderId) -> Answer {
    let state = shared.lock();
    let notes: Vec<Value> = id.find(&state)?.notes.iter().rev().map(shown).collect();
    Ok(Json(json!({ "notes": notes })))
}

fn shown(note: &Note) -> Value {
    json!({
        "id": note.id,
        "date_created": timestamp(note.created),
        "text": note.text,
        "user": user_brief(note.user),
    })
}
