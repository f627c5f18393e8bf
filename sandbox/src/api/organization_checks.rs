//! The checks of the `organization` object of an order: an existing or a new organization, and its contacts.

use serde_json::Value;

use super::error::Problem;
use super::fields::Fields;
use crate::account::catalog::{Organization, Product, USERS};
use crate::account::state::State;

/// The id of a known active organization, or a new one to create (its id is then 0).
pub(crate) fn organization(
    fields: &mut Fields<'_>,
    state: &State,
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
        validated: false,
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
pub(crate) fn contacts(
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
    // The seed page demands an approver of every EV order; today's products also take the one on file.
    let on_file = product.replaced_by.is_none()
        && organization.is_some_and(|organization| organization.has_verified_contact);
    if product.ev && !names_approver && !on_file {
        fields.wrong("contacts");
    }
    contacts
}
