//! `GET /order/certificate/{id}/reissue` and `.../duplicate`: the lists of an order's further certificates.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::error::Problem;
use super::order_info::{platform_info, purchased};
use super::{Account, Answer, numeric_id};
use crate::account::ca::INTERMEDIATE_ID;
use crate::account::certificate::{Certificate, Origin};
use crate::account::clock::timestamp;
use crate::account::order::Order;

/// Reissues, the latest first, rejected ones included.
pub(super) async fn reissues(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "order")?;
    let state = shared.lock();
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let now = state.now();
    let items = further(order, Origin::Reissue).map(|one| reissue(order, one, now));
    Ok(Json(json!({ "certificates": items.collect::<Vec<_>>() })).into_response())
}

/// Duplicates, the latest first.
pub(super) async fn duplicates(State(shared): Account, Path(id): Path<String>) -> Answer {
    let id = numeric_id(&id, "order")?;
    let state = shared.lock();
    let order = state
        .orders
        .get(&id)
        .ok_or_else(|| Problem::not_found("order"))?;
    let now = state.now();
    let count = further(order, Origin::Duplicate).count();
    let items = further(order, Origin::Duplicate)
        .enumerate()
        .map(|(index, one)| duplicate(one, count - index, now));
    Ok(Json(json!({ "certificates": items.collect::<Vec<_>>() })).into_response())
}

fn further(order: &Order, origin: Origin) -> impl Iterator<Item = &Certificate> {
    let further = order.further.iter().rev();
    further.filter(move |certificate| certificate.origin == origin)
}

/// Numbers that other answers give as numbers are strings here.
fn reissue(order: &Order, certificate: &Certificate, now: OffsetDateTime) -> Value {
    let mut item = both(certificate, now);
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

fn duplicate(certificate: &Certificate, number: usize, now: OffsetDateTime) -> Value {
    let mut item = both(certificate, now);
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
fn both(certificate: &Certificate, now: OffsetDateTime) -> Value {
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
