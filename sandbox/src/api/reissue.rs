//! Reissues and duplicates of an order: POST asks for one, GET lists them.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::Problem;
use super::extract::{Caller, Fields, JsonBody, OrderId};
use super::order_info::{platform_info, purchased};
use super::place_order::created;
use super::{Account, Answer, Created, certificate_request};
use crate::account::ca::INTERMEDIATE_ID;
use crate::account::catalog::User;
use crate::account::certificate::{Certificate, Origin, WantedCertificate};
use crate::account::clock::timestamp;
use crate::account::dcv::DCV_METHODS;
use crate::account::order::{Order, Status};
use crate::account::request::NewRequest;
use crate::account::state::State as AccountState;

pub(super) async fn reissue(
    State(shared): Account,
    caller: Caller,
    id: OrderId,
    body: JsonBody,
) -> Created {
    add(&mut shared.lock(), caller.0, id, &body.0, Origin::Reissue)
}

pub(super) async fn duplicate(
    State(shared): Account,
    caller: Caller,
    id: OrderId,
    body: JsonBody,
) -> Created {
    add(&mut shared.lock(), caller.0, id, &body.0, Origin::Duplicate)
}

fn add(
    state: &mut AccountState,
    user: &'static User,
    id: OrderId,
    body: &Value,
    origin: Origin,
) -> Created {
    let order = id.find(state)?;
    match order.status(state.now()) {
        Status::Issued => {}
        Status::ReissuePending => return Err(Problem::reissue_pending()),
        _ => return Err(Problem::order_not_issued()),
    }
    let (wanted, method) = check(body, order, state, origin)?;
    let request = NewRequest {
        by: user,
        skip_approval: Fields::of(body).flag("skip_approval"),
        comments: body["comments"].as_str().unwrap_or_default().to_owned(),
    };
    if let Some(method) = method
        && method != order.wanted.dcv_method
    {
        state.change_dcv_method(id.0, &method)?;
    }
    let (certificate, shown) = state
        .add_certificate(id.0, origin, wanted, request)?
        .ok_or_else(|| Problem::not_found("order"))?;
    let order = id.find(state)?;
    let mut certificates = order.certificates();
    let certificate = certificates
        .find(|one| one.id == certificate)
        .ok_or_else(|| Problem::not_found("certificate"))?;
    let mut answer = created(state, order, certificate);
    if shown {
        answer["requests"] = json!([{ "id": certificate.request }]);
    }
    Ok((StatusCode::CREATED, Json(answer)))
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
    let mut wanted = certificate_request::read(&mut fields, &order.wanted.product, today);
    if origin == Origin::Duplicate && !may_duplicate(&order.primary().wanted, &wanted) {
        fields.wrong("dns_names");
    }
    fields.flag("skip_approval");
    fields.text(body, "comments", "");
    let method = fields.text(body, "dcv_method", &order.wanted.dcv_method);
    if !DCV_METHODS.contains(&method.as_str()) {
        fields.wrong("dcv_method");
    }
    fields.finish()?;
    if wanted.has_wildcard_beside_file(&method) {
        return Err(Problem::invalid_wildcard_dcv_method());
    }
    wanted.csr = certificate_request::csr(body)?;
    let order_end = order.valid_till.unwrap_or(today);
    if wanted
        .cert_validity
        .is_some_and(|term| term.end(today) > order_end)
    {
        return Err(Problem::cert_validity_exceeds());
    }
    certificate_request::longest(&wanted, state)?;
    certificate_request::root(&wanted, state)?;
    let method = (!body["dcv_method"].is_null()).then_some(method);
    Ok((wanted, method))
}

/// A duplicate has the names of the original, in any order, and further ones only below a wildcard
/// of it.
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

/// Reissues, the latest first, rejected ones included.
pub(super) async fn reissues(State(shared): Account, id: OrderId) -> Answer {
    let state = shared.lock();
    let (order, now) = (id.find(&state)?, state.now());
    let items = further(order, Origin::Reissue).map(|one| reissued(order, one, now));
    Ok(Json(json!({ "certificates": items.collect::<Vec<_>>() })))
}

/// Duplicates, the latest first.
pub(super) async fn duplicates(State(shared): Account, id: OrderId) -> Answer {
    let state = shared.lock();
    let (order, now) = (id.find(&state)?, state.now());
    let count = further(order, Origin::Duplicate).count();
    let items = further(order, Origin::Duplicate)
        .enumerate()
        .map(|(index, one)| duplicated(one, count - index, now));
    Ok(Json(json!({ "certificates": items.collect::<Vec<_>>() })))
}

fn further(order: &Order, origin: Origin) -> impl Iterator<Item = &Certificate> {
    let further = order.further.iter().rev();
    further.filter(move |certificate| certificate.origin == origin)
}

/// Numbers that other answers give as numbers are strings here.
fn reissued(order: &Order, certificate: &Certificate, now: OffsetDateTime) -> Value {
    let mut item = listed(certificate, now);
    let (names, wildcards) = purchased(&certificate.wanted);
    item["status"] = certificate.status(now).into();
    item["archived"] = 0.into();
    item["email"] = certificate.user.email.into();
    item["receipt_id"] = (order.id - 2_147_500_000 + 990_000).to_string().into();
    item["purchased_dns_names"] = names.to_string().into();
    item["purchased_wildcard_names"] = wildcards.to_string().into();
    if let Some(issued) = &certificate.issued {
        item["date_issued"] = timestamp(issued.date_issued).into();
    }
    item
}

fn duplicated(certificate: &Certificate, number: usize, now: OffsetDateTime) -> Value {
    let mut item = listed(certificate, now);
    item["status"] = match certificate.status(now) {
        "issued" => "approved".into(),
        other => other.into(),
    };
    item["archived"] = "0".into();
    item["server_platform"] = platform_info(certificate.wanted.server_platform);
    item["signature_hash"] = certificate.wanted.signature_hash.as_str().into();
    item["ca_cert_id"] = INTERMEDIATE_ID.into();
    item["sub_id"] = format!("{number:03}").into();
    item["public_id"] = format!("SANDBOX{:X}", certificate.id).into();
    if let Some(issued) = &certificate.issued {
        item["valid_from"] = issued.valid_from.to_string().into();
    }
    item
}

/// What both lists show.
fn listed(certificate: &Certificate, now: OffsetDateTime) -> Value {
    let wanted = &certificate.wanted;
    let mut item = json!({
        "id": certificate.id,
        "common_name": wanted.common_name,
        "dns_names": wanted.dns_names,
        "date_created": timestamp(certificate.created),
        "csr": wanted.csr.pem,
        "key_size": wanted.csr.key_size,
        "user_id": certificate.user.id,
        "firstname": certificate.user.first_name,
        "lastname": certificate.user.last_name,
    });
    if let Some(issued) = &certificate.issued {
        item["thumbprint"] = issued.thumbprint.as_str().into();
        item["serial_number"] = issued.serial_number.as_str().into();
        item["valid_till"] = issued.valid_till.to_string().into();
        item["days_remaining"] = (issued.valid_till - now.date()).whole_days().into();
    }
    item
}
