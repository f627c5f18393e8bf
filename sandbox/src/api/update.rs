//! Changing an order in place: e-mails, custom fields, contacts, automatic reissue.

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::error::Problem;
use super::fields::Fields;
use super::order_checks::custom_fields;
use super::{Account, Answer, json_body, no_content, numeric_id};
use crate::account::order::Wanted;
use crate::account::state::Shared;

/// Kinds of contact that an order may be given afterwards.
const CONTACT_TYPES: [&str; 2] = ["organization_contact", "technical_contact"];
const LONGEST_NAME: usize = 128;

/// `PUT .../additional-emails`: replaces the whole list.
pub(super) async fn additional_emails(
    State(shared): Account,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = json_body(&body)?;
    change(&shared, &id, |wanted| {
        let mut fields = Fields::of(&body);
        let emails = fields.emails("additional_emails");
        if body["additional_emails"].is_null() {
            fields.wrong("additional_emails");
        }
        fields.finish()?;
        wanted.additional_emails = emails;
        Ok(())
    })
}

/// `POST .../custom-field`: sets one field, or replaces its value.
pub(super) async fn custom_field(
    State(shared): Account,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = json_body(&body)?;
    change(&shared, &id, |wanted| {
        for (field, value) in custom_fields(&json!([body]), &[])? {
            wanted.custom_fields.retain(|known| known.0 != field);
            wanted.custom_fields.push((field, value));
        }
        Ok(())
    })
}

/// `PUT .../renewal-emails/{enable|disable}`, without a body.
pub(super) async fn renewal_emails(
    State(shared): Account,
    Path((id, word)): Path<(String, String)>,
) -> Answer {
    change(&shared, &id, |wanted| {
        wanted.disable_renewal_notifications = match word.as_str() {
            "enable" => false,
            "disable" => true,
            _ => return Err(Problem::invalid_value("status")),
        };
        Ok(())
    })
}

/// `PUT .../auto-reissue`.
pub(super) async fn auto_reissue(
    State(shared): Account,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = json_body(&body)?;
    change(&shared, &id, |wanted| {
        match body["auto_reissue"].as_u64() {
            Some(number @ (0 | 1)) => wanted.auto_reissue = number,
            _ => return Err(Problem::invalid_value("auto_reissue")),
        }
        Ok(())
    })
}

/// `PUT .../contact`: adds or changes; what is not named stays.
pub(super) async fn contacts(
    State(shared): Account,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = json_body(&body)?;
    change(&shared, &id, |wanted| {
        let given = body["contacts"]
            .as_array()
            .ok_or_else(|| Problem::invalid_value("contacts"))?;
        check_contacts(given)?;
        for contact in given {
            set_contact(&mut wanted.contacts, contact);
        }
        Ok(())
    })
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

fn change(
    shared: &Shared,
    id: &str,
    change: impl FnOnce(&mut Wanted) -> Result<(), Problem>,
) -> Answer {
    let id = numeric_id(id, "order")?;
    let mut state = shared.lock();
    let order = state
        .orders
        .get_mut(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    change(&mut order.wanted)?;
    Ok(no_content())
}
