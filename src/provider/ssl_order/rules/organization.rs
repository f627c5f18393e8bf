//! Rules about the organization, existing or new. Sources:
//! <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/> and "Create organization" of the
//! Services API.

use super::contacts::{missing_person_members, person_values};
use super::limits::{
    BOTH_NAMES_LENGTH, ORGANIZATION_LENGTHS, STRANGE_IN_NAMES, is_assigned_country, is_country_code,
};
use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::pki::dns_rules::is_meaningless;
use crate::provider::ssl_order::model::{OrganizationModel, SslOrderModel};

/// An id or a new organization, not both. An organization with contacts only takes its id from the
/// provider. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn id_or_inline(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = order.organization.known() else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    let mut found = Vec::new();
    if let Some(id) = organization.id.known().filter(|id| **id <= 0) {
        found.push(error(
            &path.attribute("id"),
            "Invalid organization id",
            format!(
                "`organization.id` is {id}; ids of CertCentral are whole numbers above zero. They \
                 are in CertCentral under Certificates, Organizations."
            ),
        ));
    }
    if organization.id.known().is_some() && is_inline(organization) {
        found.push(error(
            &path,
            "Conflicting organization arguments",
            "`organization` has an `id` and describes a new organization at once. Keep the id for \
             an existing organization, or remove it to have a new one created.",
        ));
    }
    found
}

/// A new organization needs its name, address and contact. While its id is unknown it may be an
/// existing one. Source: "Create organization" of the Services API.
pub(crate) fn inline_is_complete(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = new_organization(order).filter(|o| o.id.is_null()) else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    let mut found: Vec<_> = texts(organization)
        .into_iter()
        .filter(|(name, value)| !is_optional(name) && value.is_null())
        .map(|(name, _)| incomplete(&path, name))
        .collect();
    match &organization.organization_contact {
        Attr::Null => found.push(incomplete(&path, "organization_contact")),
        Attr::Known(person) => found.extend(missing_person_members(
            &person_values(person),
            &path.attribute("organization_contact"),
        )),
        Attr::Unknown => {}
    }
    found
}

fn incomplete(path: &AttributePath, member: &str) -> Diagnostic {
    error(
        &path.attribute(member),
        "Incomplete organization",
        format!(
            "A new organization needs `{member}`. Set it, or use the `id` of an existing \
             organization."
        ),
    )
}

/// What the certificate shows of a new organization says something and fits. Sources:
/// <https://docs.digicert.com/en/certcentral/manage-certificates/restrictions-on-data-entries-for-public-certificates.html>,
/// Baseline Requirements 7.1.2.7.4 (no value that only says that there is none).
pub(crate) fn inline_texts(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = new_organization(order) else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    texts(organization)
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?)))
        .flat_map(|(name, text)| {
            let limit = ORGANIZATION_LENGTHS
                .iter()
                .find_map(|(member, limit)| (*member == name).then_some(*limit));
            let at = path.attribute(name);
            meaningless(&at, name, text)
                .into_iter()
                .chain(limit.and_then(|limit| too_long(&at, name, text, limit)))
        })
        .collect()
}

/// `NA` is Namibia as a country and nothing at all elsewhere. An empty optional member is as good
/// as none.
fn meaningless(path: &AttributePath, member: &str, text: &str) -> Option<Diagnostic> {
    if member == "country" || !is_meaningless(text) || (is_optional(member) && text.is_empty()) {
        return None;
    }
    let detail = format!(
        "`organization.{member}` is {text:?}, which says nothing: CertCentral refuses such values \
         in a certificate. Set what the organization's registration says, or remove the argument."
    );
    let summary = "Meaningless organization argument";
    Some(if member == "telephone" && !text.trim().is_empty() {
        warning(path, summary, detail)
    } else {
        error(path, summary, detail)
    })
}

fn too_long(path: &AttributePath, member: &str, text: &str, limit: usize) -> Option<Diagnostic> {
    let length = text.chars().count();
    (length > limit).then(|| {
        error(
            path,
            "Organization argument too long",
            format!(
                "`organization.{member}` has {length} characters; at most {limit} are allowed. \
                 Shorten it, or use the `id` of an existing organization."
            ),
        )
    })
}

/// What is only known of names in general: a warning. Source: DigiCert's knowledge base on
/// organization names.
pub(crate) fn inline_names(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(organization) = new_organization(order) else {
        return Vec::new();
    };
    let path = AttributePath::of("organization");
    let mut found = Vec::new();
    let (name, assumed) = (
        organization.name.as_str().unwrap_or_default(),
        organization.assumed_name.as_str().unwrap_or_default(),
    );
    if let Some(character) = name.chars().find(|c| STRANGE_IN_NAMES.contains(c)) {
        found.push(warning(
            &path.attribute("name"),
            "Unusual organization name",
            format!(
                "`organization.name` contains {character:?}, which CertCentral may refuse. Use the \
                 name as it is registered."
            ),
        ));
    }
    let both = name.chars().count() + assumed.chars().count();
    if !assumed.is_empty() && both > BOTH_NAMES_LENGTH {
        found.push(warning(
            &path.attribute("assumed_name"),
            "Long organization names",
            format!(
                "`name` and `assumed_name` have {both} characters together; CertCentral may refuse \
                 more than {BOTH_NAMES_LENGTH}, because the certificate shows them in one field. \
                 Shorten the assumed name, or leave it out."
            ),
        ));
    }
    found
}

/// A code of ISO 3166. One that is not assigned may still be in use, as XK is, so it is a warning.
/// Source: "Create organization" of the Services API.
pub(crate) fn country(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(country) =
        new_organization(order).and_then(|organization| organization.country.as_str())
    else {
        return Vec::new();
    };
    let path = AttributePath::of("organization").attribute("country");
    if !is_country_code(country) {
        return vec![error(
            &path,
            "Invalid country",
            format!(
                "`organization.country` is {country:?}; it takes a two-letter code of ISO 3166 \
                 such as \"us\"."
            ),
        )];
    }
    if is_assigned_country(country) {
        return Vec::new();
    }
    vec![warning(
        &path,
        "Unknown country",
        format!(
            "`organization.country` is {country:?}, which ISO 3166 assigns to no country (the \
             United Kingdom is \"gb\"). It is sent as it is; CertCentral may refuse it."
        ),
    )]
}

/// The organization, if one of its members describes a new one.
fn new_organization(order: &SslOrderModel) -> Option<&OrganizationModel> {
    order.organization.known().filter(|o| is_inline(o))
}

/// Unknown members may turn out to be absent, so they describe nothing yet.
fn is_inline(organization: &OrganizationModel) -> bool {
    texts(organization)
        .into_iter()
        .any(|(_, value)| value.known().is_some())
        || organization.organization_contact.known().is_some()
}

fn is_optional(member: &str) -> bool {
    matches!(member, "assumed_name" | "address2")
}

fn texts(organization: &OrganizationModel) -> [(&'static str, &Attr<String>); 9] {
    [
        ("name", &organization.name),
        ("assumed_name", &organization.assumed_name),
        ("address", &organization.address),
        ("address2", &organization.address2),
        ("city", &organization.city),
        ("state", &organization.state),
        ("zip", &organization.zip),
        ("country", &organization.country),
        ("telephone", &organization.telephone),
    ]
}
