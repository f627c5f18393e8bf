//! The nested attributes of `organization` and its contacts.

use crate::framework::{Attribute, Nesting, Type};

/// An existing organization by `id`, or a new one by the other members.
pub(crate) fn attributes() -> Vec<Attribute> {
    let text = |name, description| Attribute::optional(name, Type::String, description);
    vec![
        Attribute::optional(
            "id",
            Type::Number,
            "Id of an existing organization. Conflicts with the members of a new one.",
        ),
        Attribute::optional(
            "contacts",
            (Nesting::List, contact()),
            "Contacts of the order. OV orders use the organization's own contact without it; EV orders need an `ev_approver` or \
             `verified_contact`.",
        ),
        text("name", "Legal name of a new organization."),
        text(
            "assumed_name",
            "Assumed name (doing business as) of a new organization.",
        ),
        text("address", "Street and number."),
        text("address2", "Second line of the address."),
        text("city", "City."),
        text("state", "State or province."),
        text("zip", "Postal code, at most 40 characters."),
        text("country", "Country as a two-letter code."),
        text("telephone", "Telephone number, at most 32 characters."),
        Attribute::optional(
            "organization_contact",
            (Nesting::Single, person()),
            "Contact of a new organization.",
        ),
    ]
}

fn contact() -> Vec<Attribute> {
    let mut members = vec![
        Attribute::required(
            "contact_type",
            Type::String,
            "`organization_contact`, `technical_contact`, `ev_approver` or `verified_contact`.",
        ),
        Attribute::optional(
            "user_id",
            Type::Number,
            "Id of an existing user or contact of the account. Without it, the five members that describe a person are required; with it, \
             they change that user's data.",
        ),
    ];
    members.extend(person());
    members
}

fn person() -> Vec<Attribute> {
    let text = |name, description| Attribute::optional(name, Type::String, description);
    vec![
        text("first_name", "First name."),
        text("last_name", "Last name."),
        text("job_title", "Job title."),
        text("telephone", "Telephone number."),
        text("email", "E-mail address."),
    ]
}
