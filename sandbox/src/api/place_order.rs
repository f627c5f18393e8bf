//! `POST /order/certificate/{product}`: places an order, or refuses it as documented.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use time::Date;

use super::certificate::chain_of;
use super::certificate_request::{self, one_term, read_term};
use super::error::Problem;
use super::extract::{Caller, Fields, JsonBody, OrderId};
use super::{Account, Created};
use crate::account::catalog::{Catalog, DEFAULT_CONTAINER, Organization, Product, USERS};
use crate::account::certificate::{Certificate, WantedCertificate};
use crate::account::clock::timestamp;
use crate::account::dcv::{DCV_METHODS, Domain};
use crate::account::order::{Order, Wanted};
use crate::account::state::State as AccountState;
use crate::account::term::Term;

/// Answers an unknown product before it reads the body.
pub(super) async fn place(
    State(shared): Account,
    caller: Caller,
    Path(product): Path<String>,
    body: Bytes,
) -> Created {
    let known = shared.lock().catalog.product(&product);
    let product = known.ok_or_else(|| Problem::not_found("product"))?;
    let JsonBody(body) = JsonBody::read(&body)?;
    let mut state = shared.lock();
    let mut checked = check(&body, product, &state)?;
    if let Some(organization) = checked.new_organization {
        checked.wanted.organization_id = state.add_organization(organization);
    }
    let (id, shows_request) = state.place(checked.wanted, checked.certificate, caller.0)?;
    let order = OrderId(id).find(&state)?;
    let mut answer = created(&state, order, &order.first);
    if shows_request {
        let requests = order.requests.iter();
        answer["requests"] = requests
            .map(|request| json!({ "id": request.id, "status": request.status.name() }))
            .collect();
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The answer to an order, a reissue or a duplicate, by what the certificate already has.
pub(super) fn created(state: &AccountState, order: &Order, certificate: &Certificate) -> Value {
    let mut answer = json!({ "id": order.id });
    if let Some(id) = order.id_of(certificate) {
        answer["certificate_id"] = id.into();
    }
    if let Some(issued) = &certificate.issued {
        let common_name = &certificate.wanted.common_name;
        answer["certificate_chain"] = chain_of(common_name, issued);
    }
    let open: Vec<&Domain> = order
        .domains
        .iter()
        .filter(|domain| !state.is_proven(domain))
        .collect();
    let method = order.wanted.dcv_method.as_str();
    if let Some(first) = open.first()
        && method != "email"
    {
        answer["dcv_random_value"] = first.token.shown(method).into();
        answer["domains"] = open
            .iter()
            .map(|domain| domain_with_token(domain, method))
            .collect();
    }
    answer
}

fn domain_with_token(domain: &Domain, method: &str) -> Value {
    let mut value = json!({
        "id": domain.id,
        "name": domain.name,
        "dns_name": domain.name,
        "dcv_token": {
            "token": domain.token.shown(method),
            "status": "pending",
            "expiration_date": timestamp(domain.token.expires),
        },
    });
    if let Some(url) = domain.file_url(method) {
        value["dcv_token"]["http_token_url"] = url.into();
    }
    value
}

/// What was asked for, and the organization to create first if it came inline.
struct Checked {
    wanted: Wanted,
    certificate: WantedCertificate,
    new_organization: Option<Organization>,
}

/// Checks a body. Fields that are missing or wrong are reported together, as the API does.
fn check(body: &Value, product: Arc<Product>, state: &AccountState) -> Result<Checked, Problem> {
    let mut fields = Fields::of(body);
    let today = state.clock.today();
    let mut certificate = certificate_request::read(&mut fields, &product, today);
    let order_validity = order_validity(&mut fields, today);
    let container_id = match &body["container"] {
        Value::Null => DEFAULT_CONTAINER,
        container => container["id"].as_u64().unwrap_or(0),
    };
    let payment_method = fields.text(body, "payment_method", "balance");
    if !["balance", "card", "profile", "wire_transfer"].contains(&payment_method.as_str()) {
        fields.wrong("payment_method");
    }
    let dcv_method = fields.text(body, "dcv_method", DCV_METHODS[0]);
    let thumbprint = fields.text(body, "renewed_thumbprint", "");
    let is_sha1 = thumbprint.len() == 40 && thumbprint.bytes().all(|b| b.is_ascii_hexdigit());
    if !thumbprint.is_empty() && !is_sha1 {
        fields.wrong("renewed_thumbprint");
    }
    let alternative = fields.text(body, "alternative_order_id", "");
    let renewal_of = fields.number(body, "renewal_of_order_id");
    let (organization_id, new_organization) = organization(&mut fields, state)?;
    let contacts = contacts(&mut fields, &product, state.organization(organization_id));

    let mut wanted = Wanted {
        product,
        order_validity: order_validity.unwrap_or(Term::Years(1)),
        organization_id,
        container_id,
        contacts,
        custom_fields: Vec::new(),
        skip_approval: fields.flag("skip_approval"),
        renewal_of,
        alternative_order_id: (!alternative.is_empty()).then_some(alternative),
        comments: fields.text(body, "comments", ""),
        payment_method,
        dcv_method,
        additional_emails: fields.emails("additional_emails"),
        auto_renew: fields.zero_or_one("auto_renew"),
        auto_reissue: fields.zero_or_one("auto_reissue"),
        custom_renewal_message: None,
        disable_renewal_notifications: fields.flag("disable_renewal_notifications"),
        disable_ct: fields.flag("disable_ct"),
        disable_issuance_email: fields.flag("disable_issuance_email"),
    };
    fields.text(body, "locale", "en");
    let message = fields.text(body, "custom_renewal_message", "");
    wanted.custom_renewal_message = (!message.is_empty()).then_some(message);
    if !DCV_METHODS.contains(&wanted.dcv_method.as_str()) {
        fields.wrong("dcv_method");
    }
    fields.finish()?;
    if certificate.has_wildcard_beside_file(&wanted.dcv_method) {
        return Err(Problem::invalid_wildcard_dcv_method());
    }

    certificate.csr = certificate_request::csr(body)?;
    let container = state.catalog.container(container_id);
    container.ok_or_else(|| Problem::not_found("container"))?;
    let cert_validity = certificate.cert_validity;
    if cert_validity.is_some_and(|term| term.end(today) > wanted.order_validity.end(today)) {
        return Err(Problem::cert_validity_exceeds());
    }
    certificate_request::longest(&certificate, state)?;
    certificate_request::root(&certificate, state)?;
    wanted.custom_fields = custom_fields(
        &body["custom_fields"],
        &state.catalog,
        &state.required_custom_fields,
    )?;
    renewal(renewal_of, state)?;
    Ok(Checked {
        wanted,
        certificate,
        new_organization,
    })
}

/// `order_validity`, or the older form at the root, where a date counts over days and days over
/// years.
fn order_validity(fields: &mut Fields<'_>, today: Date) -> Option<Term> {
    let body = fields.body;
    if !body["order_validity"].is_null() {
        return one_term(fields, &body["order_validity"], "order_validity", today);
    }
    let given = ["custom_expiration_date", "validity_days", "validity_years"]
        .into_iter()
        .find(|field| !body[field].is_null());
    let Some(field) = given else {
        fields.wrong("validity_years");
        return None;
    };
    let term = read_term(field.trim_start_matches("validity_"), &body[field], today);
    if term.is_none() {
        fields.wrong(field);
    }
    term
}

/// The values of custom fields, each fit for its field, and none of the `required` ones missing.
pub(super) fn custom_fields(
    given: &Value,
    catalog: &Catalog,
    required: &[u64],
) -> Result<Vec<(u64, String)>, Problem> {
    let mut values = Vec::new();
    let given = match given {
        Value::Null => &[],
        Value::Array(items) => items.as_slice(),
        _ => return Err(Problem::custom_field()),
    };
    for item in given {
        let id = item["metadata_id"].as_u64();
        let definition = id.and_then(|id| catalog.custom_field(id));
        let (Some(definition), Some(value)) = (definition, item["value"].as_str()) else {
            return Err(Problem::custom_field());
        };
        let fits = match definition.data_type {
            Some("int") => value.parse::<i64>().is_ok(),
            Some("email_list") => value.split(',').all(|email| email.contains('@')),
            _ => true,
        };
        if !fits {
            return Err(Problem::custom_field());
        }
        values.push((definition.id, value.to_owned()));
    }
    let complete = required.iter().all(|id| {
        values
            .iter()
            .any(|value| value.0 == *id && !value.1.is_empty())
    });
    complete.then_some(values).ok_or_else(Problem::custom_field)
}

fn renewal(renewal_of: Option<u64>, state: &AccountState) -> Result<(), Problem> {
    let Some(id) = renewal_of else {
        return Ok(());
    };
    let order = state.orders.get(&id);
    let order = order.ok_or_else(Problem::not_eligible_for_renewal)?;
    if state.renewed_by(order).is_some() {
        return Err(Problem::renewed_already());
    }
    if !state.may_be_renewed(order) {
        return Err(Problem::not_eligible_for_renewal());
    }
    Ok(())
}

/// The id of a known active organization, or a new one to create (its id is then 0).
fn organization(
    fields: &mut Fields<'_>,
    state: &AccountState,
) -> Result<(u64, Option<Organization>), Problem> {
    let given = &fields.body["organization"];
    if let Some(id) = given["id"].as_u64() {
        let organization = state
            .organization(id)
            .ok_or_else(|| Problem::not_found("organization"))?;
        if !organization.active {
            fields.wrong("organization");
        }
        return Ok((id, None));
    }
    if given["id"].is_null() && given["name"].is_string() {
        return Ok((0, Some(inline(fields, given))));
    }
    fields.wrong("organization");
    Ok((0, None))
}

fn inline(fields: &mut Fields<'_>, given: &Value) -> Organization {
    let assumed = fields.text(given, "assumed_name", "");
    let address2 = fields.text(given, "address2", "");
    let organization = Organization {
        id: 0,
        name: fields.required_text(given, "name"),
        assumed_name: (!assumed.is_empty()).then_some(assumed),
        address: fields.required_text(given, "address"),
        address2: (!address2.is_empty()).then_some(address2),
        zip: fields.required_text(given, "zip"),
        city: fields.required_text(given, "city"),
        state: fields.required_text(given, "state"),
        country: fields.required_text(given, "country").to_lowercase(),
        telephone: Some(fields.required_text(given, "telephone")),
        active: true,
        validated: None,
        has_verified_contact: false,
    };
    for (field, value, longest) in [
        ("name", &organization.name, 64),
        ("zip", &organization.zip, 40),
    ] {
        if value.chars().count() > longest {
            fields.wrong(field);
        }
    }
    if organization.country.len() != 2 {
        fields.wrong("country");
    }
    organization
}

/// The contacts of the order, each complete or naming a user of the account.
fn contacts(
    fields: &mut Fields<'_>,
    product: &Product,
    organization: Option<&Organization>,
) -> Vec<Value> {
    let contacts = match &fields.body["organization"]["contacts"] {
        Value::Null => Vec::new(),
        Value::Array(contacts) => contacts.clone(),
        _ => {
            fields.wrong("contacts");
            Vec::new()
        }
    };
    for contact in &contacts {
        let kind = fields.required_text(contact, "contact_type");
        let known = [
            "organization_contact",
            "technical_contact",
            "ev_approver",
            "verified_contact",
        ];
        if !known.contains(&kind.as_str()) {
            fields.wrong("contact_type");
        }
        if contact["user_id"].is_null() {
            for field in ["first_name", "last_name", "job_title", "telephone", "email"] {
                fields.required_text(contact, field);
            }
        } else if !USERS.iter().any(|user| contact["user_id"] == user.id) {
            fields.wrong("user_id");
        }
    }
    let names_approver = contacts.iter().any(|contact| {
        contact["contact_type"] == "ev_approver" || contact["contact_type"] == "verified_contact"
    });
    // The seed page demands an approver of every EV order; today's products also take the one on
    // file.
    let on_file = product.replaced_by.is_none()
        && organization.is_some_and(|organization| organization.has_verified_contact);
    if product.ev && !names_approver && !on_file {
        fields.wrong("contacts");
    }
    contacts
}
