//! Rules about the organization and its contacts. Source: "Order OV/EV SSL" and "Create organization" of the Services API.

use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{
    ContactModel, OrganizationModel, PersonModel, SslOrderModel,
};
use crate::provider::ssl_order::product::Product;

const CONTACT_TYPES: [&str; 4] = [
    "organization_contact",
    "technical_contact",
    "ev_approver",
    "verified_contact",
];

/// An id or a new organization, not both. An organization with contacts only takes its id from the provider.
pub(super) fn id_or_inline(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = order.organization.known() else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    let mut found = Vec::new();
    if let Some(id) = organization.id.known().filter(|id| **id <= 0) {
        found.push(error(
            &path.attribute("id"),
            "Invalid organization id",
            format!("`organization.id` is {id}; ids of CertCentral are whole numbers above zero."),
        ));
    }
    if !organization.id.is_null() && is_inline(organization) {
        found.push(error(
            &path,
            "Conflicting organization arguments",
            "`organization` has an `id` and describes a new organization at once. Keep the id for an existing organization, or remove it \
             to have a new one created.",
        ));
    }
    found
}

/// A new organization needs its name, address and contact.
pub(super) fn inline_is_complete(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = order.organization.known().filter(|o| is_inline(o)) else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    let required = [
        ("name", &organization.name),
        ("address", &organization.address),
        ("city", &organization.city),
        ("state", &organization.state),
        ("zip", &organization.zip),
        ("country", &organization.country),
        ("telephone", &organization.telephone),
    ];
    let mut found: Vec<_> = required
        .into_iter()
        .filter(|(_, value)| value.is_null())
        .map(|(name, _)| {
            error(
                &path.attribute(name),
                "Incomplete organization",
                format!("A new organization needs `{name}`. Set it, or use the `id` of an existing organization."),
            )
        })
        .collect();
    match &organization.organization_contact {
        Attr::Null => found.push(error(
            &path.attribute("organization_contact"),
            "Incomplete organization",
            "A new organization needs an `organization_contact`. Set it, or use the `id` of an existing organization.",
        )),
        Attr::Known(person) => found.extend(missing_person_members(
            person,
            &path.attribute("organization_contact"),
        )),
        Attr::Unknown => {}
    }
    for (name, value, limit) in [
        ("name", &organization.name, 64),
        ("zip", &organization.zip, 40),
        ("telephone", &organization.telephone, 32),
    ] {
        if let Some(text) = value.as_str().filter(|text| text.chars().count() > limit) {
            found.push(error(
                &path.attribute(name),
                "Organization argument too long",
                format!(
                    "`organization.{name}` has {} characters; at most {limit} are allowed.",
                    text.chars().count()
                ),
            ));
        }
    }
    if let Some(country) = organization
        .country
        .as_str()
        .filter(|code| code.len() != 2 || !code.chars().all(|c| c.is_ascii_alphabetic()))
    {
        found.push(error(
            &path.attribute("country"),
            "Invalid country",
            format!(
                "`organization.country` is {country:?}; it takes a two-letter code such as \"us\"."
            ),
        ));
    }
    found
}

/// Contacts have a known type and are an existing user or a whole person.
pub(super) fn contacts(order: &SslOrderModel) -> Vec<Diagnostic> {
    known_contacts(order)
        .flat_map(|(path, contact)| {
            let mut found = Vec::new();
            if let Some(kind) = contact
                .contact_type
                .as_str()
                .filter(|kind| !CONTACT_TYPES.contains(kind))
            {
                found.push(warning(
                    &path.attribute("contact_type"),
                    "Unknown contact type",
                    format!(
                        "{kind:?} is none of the contact types {}. It is sent as it is; CertCentral may refuse it.",
                        CONTACT_TYPES.join(", ")
                    ),
                ));
            }
            if contact.user_id.is_null() {
                found.extend(missing_person_members(
                    &PersonModel {
                        first_name: contact.first_name.clone(),
                        last_name: contact.last_name.clone(),
                        job_title: contact.job_title.clone(),
                        telephone: contact.telephone.clone(),
                        email: contact.email.clone(),
                    },
                    &path,
                ));
            }
            found
        })
        .collect()
}

/// EV orders need a contact who may approve them: an error for the two EV products of the API page, a warning for today's,
/// whose organization may have a verified contact already.
pub(super) fn ev_contact(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(product) = Product::of(order).filter(|p| p.extended_validation) else {
        return Vec::new();
    };
    let has_unknown = order.organization.is_unknown()
        || order.organization.known().is_some_and(|organization| {
            organization.contacts.is_unknown()
                || organization.contacts.known().is_some_and(|contacts| {
                    contacts.iter().any(|contact| {
                        contact
                            .known()
                            .is_none_or(|contact| contact.contact_type.is_unknown())
                    })
                })
        });
    let has_approver = known_contacts(order).any(|(_, contact)| {
        matches!(
            contact.contact_type.as_str(),
            Some("ev_approver" | "verified_contact")
        )
    });
    if has_unknown || has_approver {
        return Vec::new();
    }
    let path = AttributePath::of("organization").attribute("contacts");
    let detail = format!(
        "`{}` is an EV product, and no contact of the order is an `ev_approver` or `verified_contact`. Add one to `organization.contacts`",
        product.name_id
    );
    vec![if product.of_the_page {
        error(&path, "Missing EV approver", format!("{detail}."))
    } else {
        warning(
            &path,
            "No EV approver",
            format!("{detail}, unless the organization has a verified contact already."),
        )
    }]
}

fn is_inline(organization: &OrganizationModel) -> bool {
    [
        &organization.name,
        &organization.assumed_name,
        &organization.address,
        &organization.address2,
        &organization.city,
        &organization.state,
        &organization.zip,
        &organization.country,
        &organization.telephone,
    ]
    .into_iter()
    .any(|value| !value.is_null())
        || !organization.organization_contact.is_null()
}

fn known_contacts(order: &SslOrderModel) -> impl Iterator<Item = (AttributePath, &ContactModel)> {
    let path = AttributePath::of("organization").attribute("contacts");
    order
        .organization
        .known()
        .and_then(|organization| organization.contacts.known())
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(move |(index, contact)| Some((path.index(index), contact.known()?)))
}

fn missing_person_members(person: &PersonModel, path: &AttributePath) -> Vec<Diagnostic> {
    [
        ("first_name", &person.first_name),
        ("last_name", &person.last_name),
        ("job_title", &person.job_title),
        ("telephone", &person.telephone),
        ("email", &person.email),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_null())
    .map(|(name, _)| {
        error(
            &path.attribute(name),
            "Incomplete contact",
            format!("A new contact needs `{name}`. Set it, or name an existing user by `user_id`."),
        )
    })
    .collect()
}
