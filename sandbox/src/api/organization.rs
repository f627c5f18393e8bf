//! Organizations: list, one of them, and the state of its validation.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use serde_json::{Value, json};
use time::Duration;

use super::error::Problem;
use super::extract::numeric_id;
use super::query::Query;
use super::{Account, Answer};
use crate::account::catalog::{DEFAULT_CONTAINER, Organization, ROOT_CONTAINER, Role, USERS};
use crate::account::clock::timestamp;
use crate::account::state::State as AccountState;

/// `GET /organization`. The documented `filters[search]` finds an id, or what a name contains; no
/// filter takes a whole name only.
pub(super) async fn list(State(shared): Account, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let state = shared.lock();
    let mut found: Vec<&Organization> = state.organizations.iter().collect();
    for (name, values) in query.filters() {
        let passes: fn(&AccountState, &Organization, &str) -> bool = match name {
            "status" => |_, organization, value| status(organization) == value,
            "search" => |_, organization, value| {
                let name = organization.name.to_lowercase();
                value.parse() == Ok(organization.id) || name.contains(&value.to_lowercase())
            },
            "validation" => |state, organization, value| match value {
                "pending" => !state.is_validated(organization),
                "not_pending" => state.is_validated(organization),
                _ => false,
            },
            // Every organization is assigned to the default division, and the top division
            // restricts nothing.
            "container_id_for_organization" => |state, _, value| {
                value
                    .parse()
                    .is_ok_and(|id| state.catalog.container(id).is_some())
            },
            _ => return Err(Problem::not_imitated(&format!("the filter `{name}`"))),
        };
        found.retain(|organization| {
            values
                .iter()
                .any(|value| passes(&state, organization, value))
        });
    }
    if let Some(id) = query.number("container_id")? {
        found.retain(|_| state.catalog.container(id).is_some());
    }
    let items = found
        .into_iter()
        .map(|organization| {
            let mut item = brief(&state, organization);
            // Text, although every other id is a number: an irregularity of the real service.
            item["container_id_assignments"] = json!([DEFAULT_CONTAINER.to_string()]);
            item
        })
        .collect();
    Ok(Json(query.page("organizations", items)?))
}

pub(super) async fn info(State(shared): Account, Path(id): Path<String>) -> Answer {
    let state = shared.lock();
    let organization = find(&state, &id)?;
    let mut answer = brief(&state, organization);
    let mut contact = default_contact();
    contact["id"] = 330_055.into();
    answer["organization_contact"] = contact;
    let verified = organization.has_verified_contact.then(|| {
        json!({
            "id": 440_077,
            "first_name": "Ines",
            "last_name": "Brandt",
            "job_title": "Head of Legal",
            "email": "ines.brandt@example.com",
            "telephone": "801-555-0199",
        })
    });
    answer["verified_contacts"] = verified.into_iter().collect();
    Ok(Json(answer))
}

pub(super) async fn validation(State(shared): Account, Path(id): Path<String>) -> Answer {
    let state = shared.lock();
    let organization = find(&state, &id)?;
    let valid_until = state.validated_until(organization).map(timestamp);
    let validations: Vec<Value> = ["ov", "ev"]
        .into_iter()
        .map(|kind| match &valid_until {
            Some(end) => json!({ "type": kind, "status": "active", "validated_until": end }),
            None => json!({ "type": kind, "status": "pending" }),
        })
        .collect();
    Ok(Json(json!({ "validations": validations })))
}

fn find<'a>(state: &'a AccountState, id: &str) -> Result<&'a Organization, Problem> {
    state
        .organization(numeric_id(id, "organization")?)
        .ok_or_else(|| Problem::not_found("organization"))
}

fn status(organization: &Organization) -> &'static str {
    if organization.active {
        "active"
    } else {
        "inactive"
    }
}

/// The contact that an organization has unless an order names another.
pub(super) fn default_contact() -> Value {
    json!({
        "first_name": "Rui",
        "last_name": "Salas",
        "email": "rui.salas@example.com",
        "job_title": "Operations Lead",
        "telephone": "801-555-0117",
    })
}

fn brief(state: &AccountState, organization: &Organization) -> Value {
    let display_name = match &organization.assumed_name {
        Some(assumed) => format!("{} ({assumed})", organization.name),
        None => organization.name.clone(),
    };
    let mut value = json!({
        "id": organization.id,
        "status": status(organization),
        "name": organization.name,
        "display_name": display_name,
        "is_active": organization.active,
        "address": organization.address,
        "zip": organization.zip,
        "city": organization.city,
        "state": organization.state,
        "country": organization.country,
        "container": {
            "id": DEFAULT_CONTAINER,
            "parent_id": ROOT_CONTAINER,
            "name": state.catalog.container(DEFAULT_CONTAINER).map(|container| &container.name),
            "is_active": true,
        },
    });
    let optional = [
        ("assumed_name", &organization.assumed_name),
        ("address2", &organization.address2),
        ("telephone", &organization.telephone),
    ];
    for (key, text) in optional {
        if let Some(text) = text {
            value[key] = text.as_str().into();
        }
    }
    if let Some(until) = state.validated_until(organization) {
        let since = until - Duration::days(360);
        value["validations"] = json!([{
            "type": "ov",
            "name": "OV",
            "description": "Normal Organization Validation",
            "date_created": timestamp(since),
            "validated_until": timestamp(until),
            "status": "active",
        }]);
    }
    value
}

/// `GET /organization/potential-approvers`: the users who may approve, and no further contact.
pub(super) async fn potential_approvers() -> Answer {
    let users = USERS.iter().filter(|user| user.role == Role::Administrator);
    let users = users.map(|user| {
        json!({
            // Text, although every other id is a number: an irregularity of the real service.
            "user_id": user.id.to_string(),
            "name": format!("{} {}", user.first_name, user.last_name),
            "first_name": user.first_name,
            "last_name": user.last_name,
            "job_title": user.job_title,
            "telephone": "801-555-0111",
            "email": user.email,
        })
    });
    let contacts: [Value; 0] = [];
    Ok(Json(
        json!({ "users": users.collect::<Vec<_>>(), "contacts": contacts }),
    ))
}
