//! The checks of `POST /order/certificate/{product}`: from JSON to a [`Wanted`] or the documented refusal.

use serde_json::Value;
use time::Date;

use super::certificate_request::{self, one_term, read_term};
use super::error::Problem;
use super::fields::Fields;
use super::organization_checks;
use crate::account::catalog::{self, DEFAULT_CONTAINER, Organization, Product};
use crate::account::certificate::WantedCertificate;
use crate::account::dcv::DCV_METHODS;
use crate::account::order::Wanted;
use crate::account::state::State;
use crate::account::term::Term;

/// What was asked for, and the organization to create first if it came inline.
pub(crate) struct Checked {
    pub(crate) wanted: Wanted,
    pub(crate) certificate: WantedCertificate,
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
    let mut certificate = certificate_request::read(&mut fields, product, today);
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
    let (organization_id, new_organization) =
        organization_checks::organization(&mut fields, state)?;
    let contacts =
        organization_checks::contacts(&mut fields, product, state.organization(organization_id));

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
        disable_renewal_notifications: fields.flag("disable_renewal_notifications"),
        disable_ct: fields.flag("disable_ct"),
        disable_issuance_email: fields.flag("disable_issuance_email"),
    };
    fields.text(body, "locale", "en");
    fields.text(body, "custom_renewal_message", "");
    if !certificate.takes_dcv_method(&wanted.dcv_method) {
        fields.wrong("dcv_method");
    }
    fields.finish()?;

    certificate.csr = certificate_request::csr(body)?;
    catalog::container(container_id).ok_or_else(|| Problem::not_found("container"))?;
    let cert_validity = certificate.cert_validity;
    if cert_validity.is_some_and(|term| term.end(today) > wanted.order_validity.end(today)) {
        return Err(Problem::cert_validity_exceeds());
    }
    wanted.custom_fields = custom_fields(&body["custom_fields"], &state.required_custom_fields)?;
    renewal(renewal_of, state)?;
    Ok(Checked {
        wanted,
        certificate,
        new_organization,
    })
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

/// The values of custom fields, each fit for its field, and none of the `required` ones missing.
pub(super) fn custom_fields(
    given: &Value,
    required: &[u64],
) -> Result<Vec<(u64, String)>, Problem> {
    let mut values = Vec::new();
    let given = match given {
        Value::Null => &[],
        Value::Array(items) => items.as_slice(),
        _ => return Err(Problem::custom_field()),
    };
    for item in given {
        let definition = item["metadata_id"].as_u64().and_then(catalog::custom_field);
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
        .ok_or_else(Problem::not_eligible_for_renewal)?;
    if state.renewed_by(order).is_some() {
        return Err(Problem::renewed_already());
    }
    if !state.may_be_renewed(order) {
        return Err(Problem::not_eligible_for_renewal());
    }
    Ok(())
}
