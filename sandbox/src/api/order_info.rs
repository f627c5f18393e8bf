//! `GET /order/certificate/{key}` and `.../validation`: one order, and what it waits for.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::{Extension, Json};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::error::Problem;
use super::extract::OrderId;
use super::query::Query;
use super::{Account, Answer};
use crate::account::ca::{INTERMEDIATE_ID, INTERMEDIATE_NAME};
use crate::account::catalog::{self, Product, SERVER_PLATFORMS, User};
use crate::account::certificate::{Certificate, Origin, WantedCertificate};
use crate::account::clock::timestamp;
use crate::account::order::{Order, Status};
use crate::account::request::RequestStatus;
use crate::account::snapshots::Snapshot;
use crate::account::state::State as AccountState;

/// Order info by order id, or by serial number or thumbprint of the order's certificate.
pub(super) async fn by_key(
    State(shared): Account,
    Extension(snapshot): Extension<Snapshot>,
    Path(key): Path<String>,
    uri: Uri,
) -> Answer {
    let mut state = snapshot.view(&shared);
    let found = state.find_order(&key);
    let id = OrderId(found.ok_or_else(|| Problem::not_found("order"))?.id);
    state.poll(id.0)?;
    let order = id.find(&state)?;
    let mut info = info(&state, order);
    let pending = order.status(state.now()) == Status::Pending;
    if pending && Query::of(&uri).get("include_caa_status") == Some("true") {
        let names = order.primary().wanted.dns_names.iter();
        info["caa_status_message"] = names
            .map(|name| (name.clone(), json!("CAA check is not called yet")))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    Ok(Json(info))
}

fn info(state: &AccountState, order: &Order) -> Value {
    let now = state.now();
    let wanted = &order.wanted;
    let status = order.status(now);
    let contact = organization_contact(order);
    let product = &wanted.product;
    let mut info = json!({
        "id": order.id,
        "certificate": certificate(order, shown(state, order), now),
        "status": status.name(),
        "is_renewal": wanted.renewal_of.is_some(),
        "is_renewed": state.renewed_by(order).is_some(),
        "date_created": timestamp(order.created),
        "organization": organization(state, order),
        "validity_years": wanted.order_validity.years(order.created.date()),
        "order_validity": wanted.order_validity.to_json(),
        "disable_renewal_notifications": wanted.disable_renewal_notifications,
        "auto_renew": wanted.auto_renew,
        "auto_reissue": wanted.auto_reissue,
        "container": container(state, order),
        "product": product_full(product),
        "product_name_id": product.name_id,
        "organization_contact": contact,
        "technical_contact": named_contact(order, "technical_contact").unwrap_or(contact),
        "user": user_brief(order.user),
        "requests": order.requests.iter().map(|request| json!({
            "id": request.id,
            "date": timestamp(request.date),
            "type": request.kind,
            "status": request.status.name(),
            "comments": request.comments,
        })).collect::<Vec<_>>(),
        "receipt_id": order.id - 2_147_500_000 + 990_000,
        "cs_provisioning_method": "none",
        "send_minus_90": false,
        "send_minus_60": false,
        "send_minus_30": true,
        "send_minus_7": true,
        "send_minus_3": true,
        "send_plus_7": true,
        "allow_duplicates": true,
        "payment_method": wanted.payment_method,
        "price": order.price,
        "currency": "USD",
        "is_out_of_contract": false,
        "disable_ct": wanted.disable_ct,
        "disable_issuance_email": wanted.disable_issuance_email,
        "dcv_method": wanted.dcv_method,
        "additional_emails": wanted.additional_emails,
        "server_licenses": 1,
        "has_pending_request": order.requests.iter().any(|request| {
            matches!(request.status, RequestStatus::Pending | RequestStatus::Submitted)
        }),
        "api_key": { "name": "sandbox", "key_type": "api_key" },
    });
    add_what_only_some_orders_have(&mut info, state, order, status);
    if let Some(new) = state.renewed_by(order) {
        info["renewed_order_id"] = new.into();
    }
    info
}

fn add_what_only_some_orders_have(
    info: &mut Value,
    state: &AccountState,
    order: &Order,
    status: Status,
) {
    let wanted = &order.wanted;
    if let Some(alternative) = &wanted.alternative_order_id {
        info["alternative_order_id"] = alternative.as_str().into();
    }
    if let Some(end) = order.valid_till {
        info["order_valid_till"] = end.to_string().into();
    }
    if wanted.order_validity.years(order.created.date()) > 1 {
        info["is_multi_year_plan"] = "1".into();
    }
    if let (true, Some(info)) = (
        state.behavior.orders_end_with_certificate,
        info.as_object_mut(),
    ) {
        // Such an account has no multi-year plans, and ignores the wish.
        info.remove("auto_reissue");
    }
    if let Some(old) = wanted.renewal_of {
        info["renewal_of_order_id"] = old.into();
    }
    if !wanted.custom_fields.is_empty() {
        let fields = wanted.custom_fields.iter().map(|(id, value)| {
            let field = state.catalog.custom_field(*id);
            let label = field.map_or("", |field| &field.label);
            json!({ "metadata_id": id, "label": label, "value": value })
        });
        info["custom_fields"] = fields.collect();
    }
    let reissues = order.further.iter();
    let reissues = reissues.filter(|one| one.origin == Origin::Reissue && one.issued.is_some());
    let reissues = reissues.count();
    if reissues > 0 {
        info["reissues_count"] = reissues.into();
    }
    if wanted.product.ev {
        let verified = wanted.contacts.iter().filter(|contact| {
            contact["contact_type"] == "verified_contact"
                || contact["contact_type"] == "ev_approver"
        });
        info["verified_contacts"] = verified.map(contact_of_order).collect();
        info["order_approval_complete"] = order.is_approved().into();
    }
    if status == Status::Pending {
        info["verification"] = verification(state.has_valid_organization(order));
    }
}

/// The certificate that order info shows: the one in force, or by a setting the one that is to
/// replace it.
fn shown<'a>(state: &AccountState, order: &'a Order) -> &'a Certificate {
    match order.pending_reissue() {
        Some(reissue) if state.behavior.hide_former_certificate => reissue,
        _ => order.primary(),
    }
}

fn certificate(order: &Order, shown: &Certificate, now: OffsetDateTime) -> Value {
    let wanted = &shown.wanted;
    let (names, wildcards) = purchased(wanted);
    let mut certificate = json!({
        "common_name": wanted.common_name,
        "dns_names": wanted.dns_names,
        "date_created": timestamp(shown.created),
        "csr": wanted.csr.pem,
        "organization": { "id": order.wanted.organization_id },
        "server_platform": platform_info(wanted.server_platform),
        "signature_hash": wanted.signature_hash,
        "key_size": wanted.csr.key_size,
        "ca_cert": { "id": INTERMEDIATE_ID, "name": INTERMEDIATE_NAME },
        "user_id": shown.user.id,
        "purchased_dns_names": names,
        "purchased_wildcard_names": wildcards,
    });
    if let Some(id) = order.id_of(shown) {
        certificate["id"] = id.into();
    }
    if let Some(term) = wanted.cert_validity {
        certificate["cert_validity"] = term.to_json();
    }
    if let Some(issued) = &shown.issued {
        certificate["thumbprint"] = issued.thumbprint.as_str().into();
        certificate["serial_number"] = issued.serial_number.as_str().into();
        certificate["date_issued"] = timestamp(issued.date_issued).into();
        certificate["valid_from"] = issued.valid_from.to_string().into();
        certificate["valid_till"] = issued.valid_till.to_string().into();
        certificate["days_remaining"] = (issued.valid_till - now.date()).whole_days().into();
    }
    certificate
}

/// How many names beside the common name are plain, and how many are wildcards.
pub(super) fn purchased(wanted: &WantedCertificate) -> (usize, usize) {
    let others = wanted.dns_names.iter().skip(1);
    let wildcards = others.clone().filter(|name| name.starts_with("*.")).count();
    (others.count() - wildcards, wildcards)
}

/// A server platform with its help pages; `null` if there is no such platform.
pub(super) fn platform_info(number: i64) -> Value {
    let platform = SERVER_PLATFORMS
        .iter()
        .find(|platform| platform.0 == number);
    platform.map_or(Value::Null, |(id, name, suffix)| {
        json!({
            "id": id,
            "name": name,
            "install_url": format!("http://www.digicert.com/SSL-certificate-installation{suffix}.htm"),
            "csr_url": format!("http://www.digicert.com/csr-creation{suffix}.htm"),
        })
    })
}

fn organization(state: &AccountState, order: &Order) -> Value {
    let Some(organization) = state.organization(order.wanted.organization_id) else {
        return Value::Null;
    };
    let mut value = json!({
        "id": organization.id,
        "name": organization.name,
        "display_name": organization.name,
        "is_active": organization.active,
        "city": organization.city,
        "state": organization.state,
        "country": organization.country,
    });
    if let Some(telephone) = &organization.telephone {
        value["telephone"] = telephone.as_str().into();
    }
    value
}

/// Organization as lists show it.
pub(super) fn organization_brief(state: &AccountState, order: &Order) -> Value {
    let organization = state.organization(order.wanted.organization_id);
    json!({
        "id": order.wanted.organization_id,
        "name": organization.map(|organization| organization.name.as_str()),
    })
}

fn container(state: &AccountState, order: &Order) -> Value {
    let mut container = container_brief(state, order);
    container["is_active"] = true.into();
    container
}

/// Division as lists show it.
pub(super) fn container_brief(state: &AccountState, order: &Order) -> Value {
    let id = order.wanted.container_id;
    let container = state.catalog.container(id);
    json!({ "id": id, "name": container.map(|container| &container.name) })
}

/// Product as lists show it.
pub(super) fn product_brief(product: &Product) -> Value {
    json!({ "name_id": product.name_id, "name": product.name, "type": "ssl_certificate" })
}

fn product_full(product: &Product) -> Value {
    let (kind, name, description) = if product.ev {
        ("ev", "EV", "Extended Organization Validation (EV)")
    } else {
        ("ov", "OV", "Normal Organization Validation")
    };
    let mut value = product_brief(product);
    value["validation_type"] = kind.into();
    value["validation_name"] = name.into();
    value["validation_description"] = description.into();
    value
}

/// User as orders and requests show it.
pub(super) fn user_brief(user: &User) -> Value {
    json!({
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
    })
}

/// The organization contact that the order named, else the organization's own.
fn organization_contact(order: &Order) -> Value {
    named_contact(order, "organization_contact")
        .unwrap_or_else(super::organization::default_contact)
}

fn named_contact(order: &Order, kind: &str) -> Option<Value> {
    let mut contacts = order.wanted.contacts.iter();
    let named = contacts.find(|contact| contact["contact_type"] == kind);
    named.map(contact_of_order)
}

fn contact_of_order(given: &Value) -> Value {
    let user = catalog::USERS
        .iter()
        .find(|user| given["user_id"] == user.id);
    let field = |name: &str, of_user: Option<&str>| match (&given[name], of_user) {
        (Value::String(text), _) => Value::from(text.as_str()),
        (_, Some(text)) => Value::from(text),
        _ => Value::Null,
    };
    json!({
        "first_name": field("first_name", user.map(|user| user.first_name)),
        "last_name": field("last_name", user.map(|user| user.last_name)),
        "email": field("email", user.map(|user| user.email)),
        "job_title": field("job_title", user.map(|user| user.job_title)),
        "telephone": field("telephone", user.map(|_| "801-555-0111")),
    })
}

/// `GET /order/certificate/{id}/validation`. Ids are strings here, unlike everywhere else.
pub(super) async fn validation(State(shared): Account, id: OrderId) -> Answer {
    let state = shared.lock();
    let order = id.find(&state)?;
    let organization = organization_brief(&state, order);
    let product = product_full(&order.wanted.product);
    let done = state.has_valid_organization(order);
    let mut organization_validation = json!({
        "type": product["validation_type"],
        "name": product["validation_name"],
        "description": product["validation_description"],
        "date_created": timestamp(order.created - Duration::days(30)),
        "status": if done { "complete" } else { "pending" },
        "verified_contacts": [],
        "verification_details": verification(done),
    });
    if done {
        organization_validation["validated_until"] =
            timestamp(order.created + Duration::days(366)).into();
    }
    let dns_names = order.domains.iter().map(|domain| {
        json!({
            "domain_id": domain.id.to_string(),
            "name_scope": domain.name,
            "approval_scope": "subdomains",
            "status": if state.is_proven(domain) { "approved" } else { "unapproved" },
            "method": order.wanted.dcv_method,
            "dns_names": domain.dns_names,
        })
    });
    let answer = json!({
        "order_id": order.id.to_string(),
        "order_status": order.status(state.now()).name(),
        "order_name_scope": "base_domain",
        "order_dcv_method": order.wanted.dcv_method,
        "organization_id": order.wanted.organization_id.to_string(),
        "organization_name": organization["name"],
        "organization_validations": [organization_validation],
        "dns_name_validations": dns_names.collect::<Vec<_>>(),
    });
    Ok(Json(answer))
}

fn verification(organization_validated: bool) -> Value {
    let open = if organization_validated {
        "complete"
    } else {
        "pending"
    };
    json!({
        "organization_type": open,
        "organization_status": open,
        "address_verification": open,
        "blacklist_fraud": "complete",
        "request_authenticity": "pending",
    })
}
