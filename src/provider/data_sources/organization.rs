//! `digicert_organization`: one organization of the account, by its id or its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use super::{WHAT_A_KEY_SEES, failed, is_not_found};
use crate::certcentral::{
    Client, ContainerId, OrderContact, Organization, OrganizationId, OrganizationValidation,
};
use crate::framework::{
    Attr, Attribute, AttributePath, Call, DataSource, Diagnostic, Diagnostics, Nesting, Schema,
    Set, Type, Warnings,
};
use crate::provider::private_keys;
use crate::provider::session::Session;

/// How many organizations an error lists.
const MAX_LISTED: usize = 20;

crate::model! {
    /// The look-up and what it found.
    pub(super) struct OrganizationModel {
        pub id: Attr<i64>,
        pub name: Attr<String>,
        pub container_id: Attr<i64>,

        pub legal_name: Attr<String>,
        pub assumed_name: Attr<String>,
        pub display_name: Attr<String>,
        pub status: Attr<String>,
        pub is_active: Attr<bool>,
        pub address: Attr<String>,
        pub address2: Attr<String>,
        pub city: Attr<String>,
        pub state: Attr<String>,
        pub zip: Attr<String>,
        pub country: Attr<String>,
        pub telephone: Attr<String>,
        pub container: Attr<ContainerModel>,
        pub organization_contact: Attr<ContactModel>,
        pub verified_contacts: Attr<Vec<VerifiedContactModel>>,
        pub validations: Attr<BTreeMap<String, ValidationModel>>,
        pub ready_for: Attr<Set<Attr<String>>>,
    }
}

crate::model! {
    /// The division that the organization belongs to.
    pub(super) struct ContainerModel { pub id: Attr<i64>, pub name: Attr<String> }
}

crate::model! {
    /// The person whom DigiCert contacts.
    pub(super) struct ContactModel {
        pub first_name: Attr<String>,
        pub last_name: Attr<String>,
        pub job_title: Attr<String>,
        pub email: Attr<String>,
        pub telephone: Attr<String>,
        pub telephone_extension: Attr<String>,
    }
}

crate::model! {
    /// A person who may approve EV orders.
    pub(super) struct VerifiedContactModel {
        pub verified_contact_id: Attr<i64>,
        pub first_name: Attr<String>,
        pub last_name: Attr<String>,
        pub job_title: Attr<String>,
        pub email: Attr<String>,
    }
}

crate::model! {
    /// What DigiCert validated the organization for.
    pub(super) struct ValidationModel {
        pub status: Attr<String>,
        pub name: Attr<String>,
        pub date_created: Attr<String>,
        pub validated_until: Attr<String>,
        pub is_active: Attr<bool>,
    }
}

/// The data source.
#[derive(Debug)]
pub(super) struct OrganizationData {
    session: Arc<Session>,
}

impl OrganizationData {
    /// The data source of a provider.
    pub(super) fn new(session: Arc<Session>) -> Self {
        Self { session }
    }
}

impl DataSource for OrganizationData {
    type Model = OrganizationModel;

    const TYPE_NAME: &'static str = "digicert_organization";

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &OrganizationModel) -> Diagnostics {
        let keys = private_keys::refuse(config);
        if keys.has_errors() {
            return keys;
        }
        validate(config)
    }

    async fn read(
        &self,
        call: Call,
        config: OrganizationModel,
    ) -> Result<(OrganizationModel, Warnings), Diagnostics> {
        let client = self.session.client_to_look(&call.stop)?;
        let found = find(&client, &config).await?;
        let state = state(config, found, self.session.today().earlier());
        Ok((state, Warnings::new()))
    }
}

fn schema() -> Schema {
    let computed = |name, description| Attribute::computed(name, Type::String, description);
    Schema {
        version: 0,
        description: "Looks up one organization of the account, by its id or its name: what an \
            order needs as `organization.id`, and whether DigiCert has validated the organization \
            for it.",
        attributes: vec![
            Attribute::optional_computed(
                "id",
                Type::Number,
                "Id of the organization. Set either `id` or `name`.",
            ),
            Attribute::optional_computed(
                "name",
                Type::String,
                "Legal name of the organization, or its name as CertCentral displays it \
                 (`display_name`). Upper and lower case are the same. Exactly one organization \
                 must have it; if there are more, the error lists their ids. Set either `id` or \
                 `name`.",
            ),
            Attribute::optional(
                "container_id",
                Type::Number,
                "With `name`: look only among the organizations of this container (division).",
            ),
            computed("legal_name", "Legal name, as CertCentral spells it."),
            computed("assumed_name", "Assumed name (doing business as)."),
            computed(
                "display_name",
                "Legal name, with the assumed name in brackets if there is one.",
            ),
            computed(
                "status",
                "Status of the organization, such as `active` or `inactive`.",
            ),
            Attribute::computed(
                "is_active",
                Type::Bool,
                "Whether orders may use the organization.",
            ),
            computed("address", "Street and number."),
            computed("address2", "Second line of the address."),
            computed("city", "City."),
            computed("state", "State or province."),
            computed("zip", "Postal code."),
            computed(
                "country",
                "Country as a two-letter code, in the case that CertCentral uses.",
            ),
            computed("telephone", "Telephone number."),
            Attribute::computed(
                "container",
                (
                    Nesting::Single,
                    vec![
                        Attribute::computed("id", Type::Number, "Id of the container."),
                        computed("name", "Name of the container."),
                    ],
                ),
                "Container (division) that the organization belongs to.",
            ),
            Attribute::computed(
                "organization_contact",
                (
                    Nesting::Single,
                    vec![
                        computed("first_name", "Given name."),
                        computed("last_name", "Family name."),
                        computed("job_title", "Job title."),
                        computed("email", "E-mail address."),
                        computed("telephone", "Telephone number."),
                        computed("telephone_extension", "Telephone extension."),
                    ],
                ),
                "Person whom DigiCert contacts about the organization.",
            ),
            Attribute::computed(
                "verified_contacts",
                (
                    Nesting::List,
                    vec![
                        Attribute::computed(
                            "verified_contact_id",
                            Type::Number,
                            "Id of the verified contact. It is not a user id, so it does not fit \
                             `user_id` of a contact of an order.",
                        ),
                        computed("first_name", "Given name."),
                        computed("last_name", "Family name."),
                        computed("job_title", "Job title."),
                        computed("email", "E-mail address."),
                    ],
                ),
                "People who are verified to approve EV orders of the organization, by ascending \
                 id.",
            ),
            Attribute::computed(
                "validations",
                (
                    Nesting::Map,
                    vec![
                        computed(
                            "status",
                            "Status of the validation, such as `active`, `pending` or `expired`.",
                        ),
                        computed("name", "Short name of the validation."),
                        computed("date_created", "When the validation was made (RFC 3339)."),
                        computed("validated_until", "When the validation ends (RFC 3339)."),
                        Attribute::computed(
                            "is_active",
                            Type::Bool,
                            "Whether the validation is active and has not ended.",
                        ),
                    ],
                ),
                "Validations of the organization by their type, such as `ov` and `ev`.",
            ),
            Attribute::computed(
                "ready_for",
                Type::set(Type::String),
                "Types of the active validations. An order of such a type need not wait for \
                 DigiCert to validate the organization.",
            ),
        ],
    }
}

/// Refuses what names no organization, or names one twice. An empty name counts as none.
fn validate(config: &OrganizationModel) -> Diagnostics {
    let mut found = Diagnostics::new();
    let has_name = config.name.as_str().is_some_and(|name| !name.is_empty());
    let may_have_name = has_name || config.name.is_unknown();
    match config.id {
        Attr::Known(_) if has_name => found.push(
            Diagnostic::error(
                "Organization named twice",
                "Both `id` and `name` are set. Remove one of them.",
            )
            .at(AttributePath::of("name")),
        ),
        Attr::Null if !may_have_name => found.push(Diagnostic::error(
            "Organization not named",
            "Neither `id` nor `name` is set. Set one of them to say which organization to look up.",
        )),
        _ => {}
    }
    if let Attr::Known(id) = config.id
        && OrganizationId::try_from(id).is_err()
    {
        found.push(
            Diagnostic::error(
                "Invalid organization id",
                format!(
                    "{id} is not an organization id. CertCentral shows the ids under \
                    Certificates, Organizations."
                ),
            )
            .at(AttributePath::of("id")),
        );
    }
    let path = AttributePath::of("container_id");
    match config.container_id {
        Attr::Known(id) if ContainerId::try_from(id).is_err() => found.push(
            Diagnostic::error(
                "Invalid container id",
                format!(
                    "{id} is not a container id. Set the number of a container (division), or \
                    remove the argument."
                ),
            )
            .at(path),
        ),
        Attr::Known(_) if matches!(config.id, Attr::Known(_)) => found.push(
            Diagnostic::error(
                "Container without effect",
                "`container_id` narrows a search by `name`, but `id` is set. Remove \
                 `container_id`.",
            )
            .at(path),
        ),
        _ => {}
    }
    found
}

/// Returns the one organization that the configuration names.
async fn find(client: &Client, config: &OrganizationModel) -> Result<Organization, Diagnostics> {
    // Validation has refused everything else.
    let id = config
        .id
        .known()
        .and_then(|id| OrganizationId::try_from(*id).ok());
    if let Some(id) = id {
        return match client.organization(id).await {
            Ok(found) => Ok(found),
            Err(error) if is_not_found(&error) => {
                let listed = client.organizations(None).await.unwrap_or_default();
                Err(not_found(&format!("with the id {id}"), "id", listed).into())
            }
            Err(error) => Err(failed(&error, &format!("looking up organization {id}")).into()),
        };
    }
    let name = config.name.as_str().unwrap_or_default();
    let container = config
        .container_id
        .known()
        .and_then(|id| ContainerId::try_from(*id).ok());
    let mut listed = client
        .organizations(container)
        .await
        .map_err(|error| failed(&error, "listing the organizations of the account"))?;
    listed.sort_by_key(|organization| organization.id);
    listed.dedup_by_key(|organization| organization.id);
    let (mut named, others): (Vec<_>, Vec<_>) = listed
        .into_iter()
        .partition(|organization| is_named(organization, name));
    match named.as_slice() {
        [] => Err(not_found(&format!("with the name {name:?}"), "name", others).into()),
        [one] => {
            let id = one.id;
            // The list leaves the contacts out.
            let found = client.organization(id).await;
            found.map_err(|error| failed(&error, &format!("looking up organization {id}")).into())
        }
        [_, _, ..] => {
            named.sort_by_key(|organization| organization.id);
            Err(several(name, &named).into())
        }
    }
}

fn is_named(organization: &Organization, name: &str) -> bool {
    let same = |other: &str| other.trim().to_lowercase() == name.trim().to_lowercase();
    same(&organization.name) || organization.display_name.as_deref().is_some_and(same)
}

fn not_found(which: &str, argument: &str, mut others: Vec<Organization>) -> Diagnostic {
    others.sort_by_key(|organization| organization.id);
    let seen = if others.is_empty() {
        "No organization is visible to the API key.".to_owned()
    } else {
        format!(
            "These organizations are visible to the API key:\n{}",
            list(&others)
        )
    };
    Diagnostic::error(
        "Organization not found",
        format!(
            "CertCentral shows no organization {which}. {seen}\n\nCorrect `{argument}`. \
            {WHAT_A_KEY_SEES}"
        ),
    )
    .at(AttributePath::of(argument))
}

fn several(name: &str, named: &[Organization]) -> Diagnostic {
    Diagnostic::error(
        "Several organizations of this name",
        format!(
            "{} organizations have the name {name:?}:\n{}\n\nSet `id` to the one that is meant, \
             and remove `name`.",
            named.len(),
            list(named)
        ),
    )
    .at(AttributePath::of("name"))
}

/// One line for each organization, the first of many only.
fn list(organizations: &[Organization]) -> String {
    let mut lines: Vec<_> = organizations
        .iter()
        .take(MAX_LISTED)
        .map(|organization| {
            let name = organization
                .display_name
                .as_ref()
                .unwrap_or(&organization.name);
            let status = organization
                .status
                .as_deref()
                .unwrap_or("of unknown status");
            format!("- {}: {name:?}, {}", organization.id, status.escape_debug())
        })
        .collect();
    if organizations.len() > MAX_LISTED {
        lines.push(format!("- and {} more", organizations.len() - MAX_LISTED));
    }
    lines.join("\n")
}

/// The state of an organization: the configuration as it is, and the rest as found.
fn state(config: OrganizationModel, found: Organization, today: Date) -> OrganizationModel {
    let Organization {
        id,
        name,
        mut verified_contacts,
        validations,
        ..
    } = found;
    verified_contacts.sort_by_key(|contact| contact.id);
    let validations: BTreeMap<_, _> = validations
        .into_iter()
        .filter_map(|validation| {
            let kind = validation.kind.clone()?.to_lowercase();
            Some((kind, validation_model(validation, today)))
        })
        .collect();
    let ready_for = validations
        .iter()
        .filter(|(_, validation)| validation.is_active == Attr::Known(true))
        .map(|(kind, _)| Attr::Known(kind.clone()))
        .collect();
    OrganizationModel {
        id: Attr::Known(id.get()),
        name: if config.name.is_null() {
            Attr::Known(name.clone())
        } else {
            config.name
        },
        container_id: config.container_id,
        legal_name: Attr::Known(name),
        assumed_name: found.assumed_name.into(),
        display_name: found.display_name.into(),
        status: found.status.into(),
        is_active: Attr::Known(found.is_active),
        address: found.address.into(),
        address2: found.address2.into(),
        city: found.city.into(),
        state: found.state.into(),
        zip: found.zip.into(),
        country: found.country.into(),
        telephone: found.telephone.into(),
        container: found
            .container
            .map(|container| ContainerModel {
                id: container.id.map(ContainerId::get).into(),
                name: container.name.into(),
            })
            .into(),
        organization_contact: found.organization_contact.map(contact_model).into(),
        verified_contacts: Attr::Known(
            verified_contacts
                .into_iter()
                .map(verified_contact_model)
                .collect(),
        ),
        validations: Attr::Known(validations),
        ready_for: Attr::Known(Set(ready_for)),
    }
}

fn contact_model(contact: OrderContact) -> ContactModel {
    ContactModel {
        first_name: contact.first_name.into(),
        last_name: contact.last_name.into(),
        job_title: contact.job_title.into(),
        email: contact.email.into(),
        telephone: contact.telephone.into(),
        telephone_extension: contact.telephone_extension.into(),
    }
}

fn verified_contact_model(contact: OrderContact) -> VerifiedContactModel {
    VerifiedContactModel {
        verified_contact_id: contact.id.into(),
        first_name: contact.first_name.into(),
        last_name: contact.last_name.into(),
        job_title: contact.job_title.into(),
        email: contact.email.into(),
    }
}

/// `today` is CertCentral's day: a validation counts through the day on which it ends.
fn validation_model(validation: OrganizationValidation, today: Date) -> ValidationModel {
    let text = |at: Option<OffsetDateTime>| -> Attr<String> {
        at.and_then(|at| at.format(&Rfc3339).ok()).into()
    };
    let has_ended = validation
        .validated_until
        .is_some_and(|until| until.date() < today);
    let is_active = validation.status.as_deref() == Some("active") && !has_ended;
    ValidationModel {
        status: validation.status.into(),
        name: validation.name.into(),
        date_created: text(validation.date_created),
        validated_until: text(validation.validated_until),
        is_active: Attr::Known(is_active),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::date;

    use super::*;

    fn config(id: Attr<i64>, name: Attr<String>, container_id: Attr<i64>) -> OrganizationModel {
        OrganizationModel {
            id,
            name,
            container_id,
            ..OrganizationModel::default()
        }
    }

    fn summaries(config: &OrganizationModel) -> Vec<String> {
        let found = validate(config).into_iter();
        found.map(|diagnostic| diagnostic.summary).collect()
    }

    fn organization(value: serde_json::Value) -> Organization {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn exactly_one_of_id_and_name_is_asked_for() {
        let id = || Attr::Known(778_812);
        let name = || Attr::from("Example Widgets LLC");
        for (id, name, container, expected) in [
            (id(), Attr::Null, Attr::Null, &[][..]),
            (Attr::Null, name(), Attr::Null, &[]),
            (Attr::Null, name(), Attr::Known(60_412), &[]),
            (Attr::Unknown, Attr::Null, Attr::Null, &[]),
            (Attr::Null, Attr::Unknown, Attr::Unknown, &[]),
            (Attr::Unknown, name(), Attr::Null, &[]),
            (id(), Attr::from(""), Attr::Null, &[]),
            (id(), name(), Attr::Null, &["Organization named twice"]),
            (
                Attr::Null,
                Attr::Null,
                Attr::Null,
                &["Organization not named"],
            ),
            (
                Attr::Null,
                Attr::from(""),
                Attr::Null,
                &["Organization not named"],
            ),
            (
                Attr::Known(0),
                Attr::Null,
                Attr::Null,
                &["Invalid organization id"],
            ),
            (
                id(),
                Attr::Null,
                Attr::Known(1),
                &["Container without effect"],
            ),
            (
                Attr::Null,
                name(),
                Attr::Known(-1),
                &["Invalid container id"],
            ),
        ] {
            let config = config(id, name, container);
            assert_eq!(summaries(&config), expected, "{config:?}");
        }
    }

    #[test]
    fn a_name_is_the_legal_or_the_displayed_one_in_any_case() {
        let organization = organization(json!({
            "id": 1, "name": "Example Widgets LLC", "display_name": "Example Widgets LLC (Widgets)",
        }));
        for (name, is_it) in [
            ("Example Widgets LLC", true),
            ("example widgets llc ", true),
            ("EXAMPLE WIDGETS LLC (WIDGETS)", true),
            ("Widgets", false),
            ("", false),
        ] {
            assert_eq!(is_named(&organization, name), is_it, "{name}");
        }
    }

    #[test]
    fn a_validation_counts_while_it_is_active_and_not_past() {
        let found = organization(json!({
            "id": 1, "name": "Example",
            "validations": [
                { "type": "OV", "status": "active", "validated_until": "2026-12-01T00:00:00+00:00" },
                { "type": "ev", "status": "active", "validated_until": "2026-11-29T23:59:59+00:00" },
                { "type": "cs", "status": "pending" },
                { "type": "smime", "status": "active" },
                { "status": "active" },
            ],
        }));
        let named = config(Attr::Known(1), Attr::Null, Attr::Null);
        let state = state(named, found, date!(2026 - 11 - 30));
        let ready = ["ov", "smime"].map(Attr::from).to_vec();
        assert_eq!(state.ready_for, Attr::Known(Set(ready)));
        let validations = state.validations.into_known().unwrap();
        assert_eq!(validations.len(), 4);
        assert_eq!(validations["ev"].is_active, Attr::Known(false));
        assert_eq!(validations["cs"].validated_until, Attr::Null);
        assert_eq!(
            validations["ov"].validated_until,
            "2026-12-01T00:00:00Z".into()
        );
    }

    #[test]
    fn the_configuration_stays_as_it_is() {
        let found = || organization(json!({ "id": 1, "name": "Example Inc." }));
        let by_name = config(Attr::Null, "EXAMPLE inc.".into(), Attr::Known(7));
        let by_name = state(by_name, found(), date!(2026 - 11 - 30));
        assert_eq!(by_name.name, "EXAMPLE inc.".into());
        assert_eq!(by_name.legal_name, "Example Inc.".into());
        assert_eq!(
            (by_name.id, by_name.container_id),
            (Attr::Known(1), Attr::Known(7))
        );
        let by_id = config(Attr::Known(1), Attr::Null, Attr::Null);
        let by_id = state(by_id, found(), date!(2026 - 11 - 30));
        assert_eq!(by_id.name, "Example Inc.".into());
    }

    #[test]
    fn an_error_lists_the_first_of_many_and_escapes_names() {
        let many = (1..=25).map(|id| organization(json!({ "id": id, "name": "A\u{1b}[2J" })));
        let detail = not_found("with the id 99", "id", many.collect()).detail;
        assert!(
            detail.contains("- 20: \"A\\u{1b}[2J\", of unknown status\n- and 5 more\n"),
            "{detail}"
        );
        assert!(!detail.contains('\u{1b}'));
    }
}
