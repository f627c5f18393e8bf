//! `POST /order/certificate/{product}`: places an order.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::certificate::chain_of;
use super::error::Problem;
use super::middleware::{ByCaller, Caller};
use super::{Account, Answer, json_body, order_checks};
use crate::account::catalog::product_named;
use crate::account::certificate::Certificate;
use crate::account::clock::timestamp;
use crate::account::dcv::Domain;
use crate::account::order::Order;
use crate::account::state::State as AccountState;

pub(super) async fn place(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(product): Path<String>,
    body: Bytes,
) -> Answer {
    let product = product_named(&product).ok_or_else(|| Problem::not_found("product"))?;
    let body = json_body(&body)?;
    let mut state = shared.lock();
    let mut checked = order_checks::check(&body, product, &state)?;
    if let Some(organization) = checked.new_organization {
        checked.wanted.organization_id = state.add_organization(organization);
    }
    let (id, shows_request) = state.place(checked.wanted, checked.certificate, user)?;
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let mut answer = created(&state, order, &order.first);
    if shows_request {
        let requests = order.requests.iter();
        answer["requests"] = requests
            .map(|request| json!({ "id": request.id, "status": request.status.name() }))
            .collect();
    }
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// The answer to an order, a reissue or a duplicate, by what the certificate already has.
pub(super) fn created(state: &AccountState, order: &Order, certificate: &Certificate) -> Value {
    let mut answer = json!({ "id": order.id });
    if let Some(id) = order.id_of(certificate) {
        answer["certificate_id"] = id.into();
    }
    if let Some(issued) = &certificate.issued {
        let common_name = &certificate.wanted.common_name;
        answer["certificate_chain"] = chain_of(state, common_name, issued);
    }
    let open: Vec<&Domain> = order
        .domains
        .iter()
        .filter(|domain| !domain.validated)
        .collect();
    if let Some(first) = open.first()
        && order.wanted.dcv_method != "email"
    {
        answer["dcv_random_value"] = first.token.as_str().into();
        answer["domains"] = open
            .iter()
            .map(|domain| domain_with_token(domain))
            .collect();
    }
    answer
}

fn domain_with_token(domain: &Domain) -> Value {
    json!({
        "id": domain.id,
        "name": domain.name,
        "dns_name": domain.name,
        "dcv_token": {
            "token": domain.token,
            "status": "pending",
            "expiration_date": timestamp(domain.token_expires),
        },
    })
}
