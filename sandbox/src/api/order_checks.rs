//! The checks of `POST /order/certificate/{product}`: from JSON to a [`Wanted`] or the documented refusal.

use serde_json::Value;
use time::{Date, format_description::BorrowedFormatItem, macros::format_description};

use super::{error::Problem, fields::Fields, name_checks::dns_name_is_valid, organization_checks};
use crate::{
    account::{self, DEFAULT_CONTAINER, Organization, Product, SERVER_PLATFORMS},
    csr::{self, CsrFault},
    order::{DCV_METHODS, Status, Term, Wanted},
    state::State,
};

/// What was asked for, and the organization to create first if it came inline.
pub(crate) struct Checked {
    pub(crate) wanted: Wanted,
    pub(crate) new_organization: Option<Organization>,
}

/// Checks a body. Fields that are missing or wrong are reported together, as the API does.
pub(crate) fn check(
    body: &Value,
    product: &'static Product,
    state: &State,
) -> Result<Checked, Problem> {
    let mut fields = Fields::of(body);
    let today = state.clock.today();
    let certificate = &body["certificate"];

    let common_name = fields.required_text(certificate, "common_name");
    let dns_names = names(&mut fields, certificate, &common_name, product);
    let csr_text = fields.required_text(certificate, "csr");
    let signature_hash = fields.required_text(certificate, "signature_hash");
    if !signature_hash.is_empty() && !product.hashes().iter().any(|hash| hash.0 == signature_hash) {
        fields.wrong("signature_hash");
    }
    let server_platform = match &certificate["server_platform"] {
        Value::Null => -1,
        platform => platform["id"].as_i64().unwrap_or(0),
    };
    if !SERVER_PLATFORMS
        .iter()
        .any(|known| known.0 == server_platform)
    {
        fields.wrong("server_platform");
    }
    let profile = fields.text(certificate, "profile_option", "server_auth_only_eku");
    let order_validity = order_validity(&mut fields, today);
    let cert_validity = match &certificate["cert_validity"] {
        Value::Null => None,
        term => one_term(&mut fields, term, "cert_validity", today),
    };

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
    let (organization_id, new_organization) =
        organization_checks::organization(&mut fields, state)?;
    let contacts =
        organization_checks::contacts(&mut fields, product, state.organization(organization_id));

    let mut wanted = Wanted {
        product,
        common_name,
        dns_names,
        csr: csr::Csr {
            pem: String::new(),
            public_key_der: Vec::new(),
            key_size: 0,
        },
        signature_hash,
        server_platform,
        client_auth: profile == "server_client_auth_eku",
        cert_validity,
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
        disable_renewal_notifications: fields.flag("disable_renewal_notifications"),
        disable_ct: fields.flag("disable_ct"),
        disable_issuance_email: fields.flag("disable_issuance_email"),
    };
    fields.text(body, "locale", "en");
    fields.text(body, "custom_renewal_message", "");
    if !wanted.takes_dcv_method(&wanted.dcv_method) {
        fields.wrong("dcv_method");
    }
    fields.finish()?;

    wanted.csr = csr::parse(&csr_text).map_err(|fault| match fault {
        CsrFault::Unreadable => Problem::csr_unreadable(),
        CsrFault::BadSignature => Problem::csr_bad_signature(),
        CsrFault::WeakKey => Problem::csr_weak_key(),
    })?;
    account::container(container_id).ok_or_else(|| Problem::not_found("container"))?;
    if cert_validity.is_some_and(|term| term.end(today) > wanted.order_validity.end(today)) {
        return Err(Problem::cert_validity_exceeds());
    }
    wanted.custom_fields = custom_fields(&body["custom_fields"], &state.required_custom_fields)?;
    renewal(renewal_of, state)?;
    Ok(Checked {
        wanted,
        new_organization,
    })
}

/// The common name and the other names, lower-case, each once.
fn names(
    fields: &mut Fields<'_>,
    certificate: &Value,
    common_name: &str,
    product: &Product,
) -> Vec<String> {
    let refused = |name: &str| !dns_name_is_valid(name) || (product.ev && name.starts_with("*."));
    if common_name.len() > 64 || (!common_name.is_empty() && refused(common_name)) {
        fields.wrong("common_name");
    }
    let mut names = vec![common_name.to_lowercase()];
    for name in fields.list(certificate, "dns_names").unwrap_or_default() {
        if refused(&name) {
            fields.wrong("dns_names");
        }
        let name = name.to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// `order_validity`, or the older form at the root, where a date counts over days and days over years.
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

/// An object with exactly one of `years`, `days` and `custom_expiration_date`. The refusal names the unit that was used.
fn one_term(fields: &mut Fields<'_>, object: &Value, name: &str, today: Date) -> Option<Term> {
    let units: Vec<_> = ["custom_expiration_date", "days", "years"]
        .into_iter()
        .filter(|unit| !object[unit].is_null())
        .collect();
    let [unit] = units[..] else {
        fields.wrong(name);
        return None;
    };
    let term = read_term(unit, &object[unit], today);
    if term.is_none() {
        match unit {
            "years" => fields.wrong("validity_years"),
            "days" => fields.wrong("validity_days"),
            _ => fields.wrong(unit),
        }
    }
    term
}

/// A term of at least a day and at most three years.
fn read_term(unit: &str, value: &Value, today: Date) -> Option<Term> {
    const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
    let term = match unit {
        "years" => Term::Years(u16::try_from(value.as_u64()?).ok()?),
        "days" => Term::Days(u16::try_from(value.as_u64()?).ok()?),
        _ => Term::Until(Date::parse(value.as_str()?, DATE).ok()?),
    };
    // Numbers are bounded before they become dates, which end with the year 9999.
    let in_range = match term {
        Term::Years(years) => (1..=3).contains(&years),
        Term::Days(days) => (1..=3 * 366).contains(&days),
        Term::Until(date) => date > today,
    };
    (in_range && term.end(today) <= Term::Years(3).end(today)).then_some(term)
}

fn custom_fields(given: &Value, required: &[u64]) -> Result<Vec<(u64, String)>, Problem> {
    let mut values = Vec::new();
    let given = match given {
        Value::Null => &[],
        Value::Array(items) => items.as_slice(),
        _ => return Err(Problem::custom_field()),
    };
    for item in given {
        let definition = item["metadata_id"].as_u64().and_then(account::custom_field);
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

fn renewal(renewal_of: Option<u64>, state: &State) -> Result<(), Problem> {
    let Some(id) = renewal_of else {
        return Ok(());
    };
    let order = state
        .orders
        .get(&id)
        .filter(|order| matches!(order.status(state.now()), Status::Issued | Status::Expired))
        .ok_or_else(Problem::not_eligible_for_renewal)?;
    match order.renewed_by {
        Some(_) => Err(Problem::renewed_already()),
        None => Ok(()),
    }
}
