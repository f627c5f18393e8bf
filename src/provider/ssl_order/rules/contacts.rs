//! Rules about the people of an order. Sources:
//! <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/> and
//! <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>

use std::collections::BTreeSet;

use super::limits::{CONTACT_TYPES, PERSON_LENGTHS, SINGLE_CONTACT_TYPES};
use super::values::is_email;
use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::pki::dns_rules::is_meaningless;
use crate::provider::ssl_order::model::{ContactModel, PersonModel, SslOrderModel};
use crate::provider::ssl_order::schema::products::Product;

/// The five members of a person with their names.
type Person<'a> = [(&'static str, &'a Attr<String>); 5];

/// Contacts are of a known type. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn types(order: &SslOrderModel) -> Vec<Diagnostic> {
    known_contacts(order)
        .filter_map(|(path, contact)| {
            let kind = contact.contact_type.as_str()?;
            let path = path.attribute("contact_type");
            if kind.trim().is_empty() {
                return Some(error(
                    &path,
                    "Invalid contact type",
                    format!(
                        "`{path}` is {kind:?}, no contact type. Use one of {}.",
                        CONTACT_TYPES.join(", ")
                    ),
                ));
            }
            (!CONTACT_TYPES.contains(&kind)).then(|| {
                warning(
                    &path,
                    "Unknown contact type",
                    format!(
                        "`{path}` is {kind:?}, none of the contact types {}. It is sent as it is; \
                         CertCentral may refuse it.",
                        CONTACT_TYPES.join(", ")
                    ),
                )
            })
        })
        .collect()
}

/// An order has one organization contact and one technical contact; approvers may be several.
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/organizations/update-organization-and-technical-contact.html>
pub(crate) fn duplicates(order: &SslOrderModel) -> Vec<Diagnostic> {
    let (mut types, mut users) = (BTreeSet::new(), BTreeSet::new());
    known_contacts(order)
        .filter_map(|(path, contact)| {
            let kind = contact.contact_type.as_str()?;
            let is_second_of_its_type = SINGLE_CONTACT_TYPES.contains(&kind) && !types.insert(kind);
            let is_same_user = contact
                .user_id
                .known()
                .is_some_and(|user| !users.insert((kind, *user)));
            (is_second_of_its_type || is_same_user).then(|| {
                warning(
                    &path,
                    "Duplicate contact",
                    format!(
                        "`{path}` is {} that an earlier contact is already; CertCentral may refuse \
                         the second one. Remove one of them.",
                        if is_same_user {
                            format!("the same user as {kind:?}")
                        } else {
                            format!("the {kind:?}")
                        }
                    ),
                )
            })
        })
        .collect()
}

/// A contact is an existing user or a whole person. While the user is unknown it is either.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn completeness(order: &SslOrderModel) -> Vec<Diagnostic> {
    known_contacts(order)
        .flat_map(|(path, contact)| match &contact.user_id {
            Attr::Null => missing_person_members(&contact_values(contact), &path),
            Attr::Known(id) if *id <= 0 => vec![error(
                &path.attribute("user_id"),
                "Invalid user id",
                format!(
                    "`{path}.user_id` is {id}; ids of CertCentral are whole numbers above zero. \
                     Leave it out to describe a new contact."
                ),
            )],
            Attr::Known(_) | Attr::Unknown => Vec::new(),
        })
        .collect()
}

/// The texts of a person say something and fit. A certificate does not show them and some people
/// have one name only, so what is not simply blank is a warning. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
pub(crate) fn texts(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut people: Vec<_> = known_contacts(order)
        .map(|(path, contact)| (path, contact_values(contact)))
        .collect();
    let of_the_organization = order
        .organization
        .known()
        .and_then(|organization| organization.organization_contact.known());
    if let Some(person) = of_the_organization {
        let path = AttributePath::of("organization").attribute("organization_contact");
        people.push((path, person_values(person)));
    }
    people
        .iter()
        .flat_map(|(path, person)| person_texts(path, person))
        .collect()
}

fn person_texts<'a>(
    path: &'a AttributePath,
    person: &'a Person<'_>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    person
        .iter()
        .zip(PERSON_LENGTHS)
        .filter_map(|((name, value), (_, limit))| Some((*name, value.as_str()?, limit)))
        .filter_map(|(name, text, limit)| {
            let path = path.attribute(name);
            let length = text.chars().count();
            if text.trim().is_empty() {
                Some(error(
                    &path,
                    "Blank contact argument",
                    format!("`{path}` is blank. Set it, or leave it out beside a `user_id`."),
                ))
            } else if name == "email" && !is_email(text) {
                Some(error(
                    &path,
                    "Invalid e-mail address",
                    format!(
                        "`{path}` is {text:?}, not an e-mail address such as \
                        \"tls@example.com\"."
                    ),
                ))
            } else if is_meaningless(text) {
                Some(warning(
                    &path,
                    "Meaningless contact argument",
                    format!(
                        "`{path}` is {text:?}, which says nothing; CertCentral may refuse it. \
                         DigiCert calls and writes to this person."
                    ),
                ))
            } else if length > limit {
                Some(warning(
                    &path,
                    "Long contact argument",
                    format!(
                        "`{path}` has {length} characters; CertCentral may refuse more than \
                         {limit}. Shorten it."
                    ),
                ))
            } else {
                None
            }
        })
}

/// EV orders need a contact who may approve them: an error for the two EV products of the API page,
/// a warning for today's, whose organization may have a verified contact already. Sources:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>,
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ev.html>
pub(crate) fn ev_contact(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(product) = Product::of(order).filter(|p| p.extended_validation) else {
        return Vec::new();
    };
    let has_approver = known_contacts(order).any(|(_, contact)| {
        matches!(
            contact.contact_type.as_str(),
            Some("ev_approver" | "verified_contact")
        )
    });
    if has_approver || has_unknown_contact(order) {
        return Vec::new();
    }
    let path = AttributePath::of("organization").attribute("contacts");
    let detail = format!(
        "`{}` is an EV product, and no contact of the order is an `ev_approver` or \
         `verified_contact`. Add one to `organization.contacts`",
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

fn has_unknown_contact(order: &SslOrderModel) -> bool {
    let is_hazy = |contact: &Attr<ContactModel>| {
        contact
            .known()
            .is_none_or(|contact| contact.contact_type.is_unknown())
    };
    order.organization.is_unknown()
        || order.organization.known().is_some_and(|organization| {
            let contacts = &organization.contacts;
            contacts.is_unknown() || contacts.known().is_some_and(|all| all.iter().any(is_hazy))
        })
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

pub(crate) fn missing_person_members(person: &Person<'_>, path: &AttributePath) -> Vec<Diagnostic> {
    person
        .iter()
        .filter(|(_, value)| value.is_null())
        .map(|(name, _)| {
            error(
                &path.attribute(*name),
                "Incomplete contact",
                format!(
                    "A new contact needs `{}`. Set it, or name an existing user by `user_id`.",
                    path.attribute(*name)
                ),
            )
        })
        .collect()
}

pub(crate) fn person_values(person: &PersonModel) -> Person<'_> {
    [
        ("first_name", &person.first_name),
        ("last_name", &person.last_name),
        ("job_title", &person.job_title),
        ("telephone", &person.telephone),
        ("email", &person.email),
    ]
}

fn contact_values(contact: &ContactModel) -> Person<'_> {
    [
        ("first_name", &contact.first_name),
        ("last_name", &contact.last_name),
        ("job_title", &contact.job_title),
        ("telephone", &contact.telephone),
        ("email", &contact.email),
    ]
}
