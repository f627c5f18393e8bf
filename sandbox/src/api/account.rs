//! Who calls, and the account around it: user, account, divisions, custom fields, balance.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use time::Duration;

use super::error::Problem;
use super::extract::{Caller, numeric_id};
use super::{Account, Answer};
use crate::account::catalog::{
    ACCOUNT_ID, BALANCE, Container, DEFAULT_CONTAINER, ROOT_CONTAINER, Role,
};

pub(super) async fn me(State(shared): Account, Caller(user): Caller) -> Answer {
    let (role_id, role) = match user.role {
        Role::Administrator => (1, "Administrator"),
        Role::StandardUser => (5, "Standard user"),
        Role::ViewOnly => (2, "Limited user"),
    };
    let state = shared.lock();
    let login = state.now() - Duration::DAY;
    let container = state
        .catalog
        .container(DEFAULT_CONTAINER)
        .map(container_info);
    Ok(Json(json!({
        "id": user.id,
        "username": user.username,
        "account_id": ACCOUNT_ID,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "job_title": user.job_title,
        "telephone": "801-555-0111",
        "status": "active",
        // No zone and no `T`: this one time stamp differs from all others of the API.
        "last_login_date": format!("{} {:02}:{:02}:{:02}", login.date(), login.hour(), login.minute(), login.second()),
        "container": container,
        "access_roles": [{ "id": role_id, "name": role }],
        "is_cert_central": true,
        "is_enterprise": true,
        "is_saml_sso_only": false,
        "type": "standard",
        "has_container_assignments": false,
        "container_visibility": [container],
    })))
}

pub(super) async fn account(State(shared): Account) -> Answer {
    let state = shared.lock();
    let primary = state
        .organization(778_812)
        .ok_or_else(|| Problem::not_found("organization"))?;
    Ok(Json(json!({
        "id": ACCOUNT_ID,
        "primary_organization_id": primary.id,
        "primary_organization_name": primary.name,
        "primary_organization_country": primary.country,
        "make_renewal_calls": true,
        "express_install_enabled": false,
        "display_rep": true,
        "rep_photo_id": 0,
        "balance_negative_limit": 0,
        "root_container_id": ROOT_CONTAINER,
        "cert_transparency": "embed",
        "cert_central_type": "enterprise",
        "billing_account_id": ACCOUNT_ID,
        "language_id": 1,
        "migrated": false,
        "has_auth_key": false,
        "client_mgr_photo_id": 0,
        "ent_support_plan": "1",
        "default_country": "us",
    })))
}

pub(super) async fn metadata(State(shared): Account) -> Answer {
    let state = shared.lock();
    let required = &state.required_custom_fields;
    let fields = state.catalog.custom_fields.iter().map(|field| {
        let mut value = json!({
            "id": field.id,
            "label": field.label,
            "is_required": required.contains(&field.id),
            "is_active": true,
        });
        if let Some(data_type) = field.data_type {
            value["data_type"] = data_type.into();
        }
        value
    });
    Ok(Json(json!({ "metadata": fields.collect::<Vec<_>>() })))
}

pub(super) async fn containers(State(shared): Account) -> Answer {
    let catalog = Arc::clone(&shared.lock().catalog);
    let containers: Vec<Value> = catalog.containers.iter().map(container_info).collect();
    Ok(Json(json!({ "containers": containers })))
}

pub(super) async fn container(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "container")?;
    let catalog = Arc::clone(&shared.lock().catalog);
    let container = catalog.container(id);
    let container = container.ok_or_else(|| Problem::not_found("container"))?;
    Ok(Json(container_info(container)))
}

/// Money is text in this endpoint.
pub(super) async fn balance(State(shared): Account) -> Answer {
    let left = BALANCE.saturating_sub(shared.lock().summary().charges_total);
    Ok(Json(json!({
        "balance": format!("{left}.00"),
        "currency": "USD",
        "unpaid_invoice_balance": "0.00",
        "negative_balance_limit": "0.00",
        "used_credit_from_other_containers": "0.00",
        "total_available_funds": format!("{left}.00"),
    })))
}

fn container_info(container: &Container) -> Value {
    json!({
        "id": container.id,
        "public_id": format!("sandbox{:08x}", container.id),
        "name": container.name,
        "parent_id": container.parent_id,
        "template_id": 5,
        "ekey": "sandbox-ekey",
        "has_logo": false,
        "is_active": true,
    })
}
