//! `POST /order/certificate/{id}/reissue` and `.../duplicate`: further certificates of an order.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::error::Problem;
use super::fields::Fields;
use super::middleware::{ByCaller, Caller};
use super::place_order::created;
use super::{Account, Answer, certificate_request, json_body, numeric_id};
use crate::account::catalog::User;
use crate::account::certificate::{Origin, WantedCertificate};
use crate::account::order::{Order, Status};
use crate::account::placement::Asked;
use crate::account::state::State as AccountState;

pub(super) async fn reissue(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = numeric_id(&id, "order")?;
    add(&mut shared.lock(), user, id, &body, Origin::Reissue)
}

pub(super) async fn duplicate(
    State(shared): Account,
    Extension(Caller(user)): ByCaller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = numeric_id(&id, "order")?;
    add(&mut shared.lock(), user, id, &body, Origin::Duplicate)
}

fn add(
    state: &mut AccountState,
    user: &'static User,
    id: u64,
    body: &Bytes,
    origin: Origin,
) -> Answer {
    let missing = || Problem::not_found("order");
    let body = json_body(body)?;
    let order = state.orders.get(&id).ok_or_else(missing)?;
    match order.status(state.now()) {
        Status::Issued => {}
        Status::ReissuePending => return Err(Problem::reissue_pending()),
        _ => return Err(Problem::order_not_issued()),
    }
    let (wanted, method) = check(&body, order, state, origin)?;
    let asked = Asked {
        by: user,
        skip_approval: Fields::of(&body).flag("skip_approval"),
        comments: body["comments"].as_str().unwrap_or_default().to_owned(),
    };
    let (certificate, shown) = state
        .extend(id, origin, wanted, asked)?
        .ok_or_else(missing)?;
    let order = state.orders.get_mut(&id).ok_or_else(missing)?;
    if let Some(method) = method {
        order.wanted.dcv_method = method;
    }
    let order = state.orders.get(&id).ok_or_else(missing)?;
    let mut certificates = order.certificates();
    let certificate = certificates
        .find(|one| one.id == certificate)
        .ok_or_else(|| Problem::not_found("certificate"))?;
    let mut answer = created(state, order, certificate);
    if shown {
        answer["requests"] = json!([{ "id": certificate.request }]);
    }
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// What the certificate is to be, and the validation method if the body names one.
fn check(
    body: &Value,
    order: &Order,
    state: &AccountState,
    origin: Origin,
) -> Result<(WantedCertificate, Option<String>), Problem> {
    let today = state.clock.today();
    let mut fields = Fields::of(body);
    let mut wanted = certificate_request::read(&mut fields, order.wanted.product, today);
    if origin == Origin::Duplicate && !may_duplicate(&order.primary().wanted, &wanted) {
        fields.wrong("dns_names");
    }
    fields.flag("skip_approval");
    fields.text(body, "comments", "");
    let method = fields.text(body, "dcv_method", &order.wanted.dcv_method);
    if !wanted.takes_dcv_method(&method) {
        fields.wrong("dcv_method");
    }
    fields.finish()?;
    wanted.csr = certificate_request::csr(body)?;
    let order_end = order.valid_till.unwrap_or(today);
    if wanted
        .cert_validity
        .is_some_and(|term| term.end(today) > order_end)
    {
        return Err(Problem::cert_validity_exceeds());
    }
    let method = (!body["dcv_method"].is_null()).then_some(method);
    Ok((wanted, method))
}

/// A duplicate has the names of the original, in any order, and further ones only below a wildcard of it.
fn may_duplicate(original: &WantedCertificate, duplicate: &WantedCertificate) -> bool {
    let had: BTreeSet<&str> = original.dns_names.iter().map(String::as_str).collect();
    let has: BTreeSet<&str> = duplicate.dns_names.iter().map(String::as_str).collect();
    let is_below_wildcard = |name: &str| {
        let parent = name
            .split_once('.')
            .map(|(_, parent)| format!("*.{parent}"));
        parent.is_some_and(|wildcard| had.contains(wildcard.as_str()))
    };
    had.is_subset(&has) && has.difference(&had).all(|name| is_below_wildcard(name))
}
