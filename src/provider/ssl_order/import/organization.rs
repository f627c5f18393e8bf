//! The organization of an imported order. CertCentral tells its id, its name and people, but not
//! whether the order named it by id or described it, nor which users of the account its contacts
//! are.

use crate::certcentral::{Order, OrderContact};
use crate::framework::{Attr, AttributePath};
use crate::provider::ssl_order::model::{
    ContactModel, OrganizationModel, ReportedContact, ReportedOrganization, SslOrderModel,
    SslOrderPrivate,
};
use crate::provider::ssl_order::plan::changes::{Change, Effect};

/// What order info tells beside the id.
pub(crate) fn reported(order: &Order) -> ReportedOrganization {
    let contact = |contact_type: &str, contact: &OrderContact| {
        Some(ReportedContact {
            contact_type: contact_type.to_owned(),
            email: contact.email.as_deref()?.to_lowercase(),
        })
    };
    let named = [
        ("organization_contact", &order.organization_contact),
        ("technical_contact", &order.technical_contact),
    ];
    let mut contacts: Vec<_> = named
        .into_iter()
        .filter_map(|(contact_type, told)| contact(contact_type, told.as_ref()?))
        .collect();
    let verified = order.verified_contacts.iter();
    contacts.extend(verified.filter_map(|told| contact("verified_contact", told)));
    ReportedOrganization {
        name: order.organization.as_ref().and_then(|o| o.name.clone()),
        contacts,
    }
}

/// Makes a change of the organization a mere record where the configuration describes what
/// CertCentral told: the same organization in the members of a new one, the same contacts, or an id
/// that is left to the provider.
pub(crate) fn recognize(
    changes: &mut [Change],
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) {
    let (true, Attr::Known(old), Attr::Known(new)) =
        (private.imported, &prior.organization, &planned.organization)
    else {
        return;
    };
    let told = private.organization.clone().unwrap_or_default();
    for change in changes.iter_mut() {
        if change.argument != "organization" || !is_as_imported(old) {
            continue;
        }
        let is_recorded = match change.effect {
            Effect::InPlace => has_told_contacts(new, &told),
            Effect::NewOrder => leaves_the_id_open(new) || has_told_name(new, &told),
            _ => false,
        };
        if is_recorded {
            change.effect = Effect::RecordOnly;
            change.path = AttributePath::of("organization");
        }
    }
}

/// Whether it holds an id and nothing else, as [`super::arguments::fill`] leaves it.
fn is_as_imported(organization: &OrganizationModel) -> bool {
    *organization
        == OrganizationModel {
            id: organization.id.clone(),
            ..OrganizationModel::default()
        }
}

/// Contacts only: the id is the provider's.
fn leaves_the_id_open(organization: &OrganizationModel) -> bool {
    organization.id.is_null() && organization.name.is_null()
}

fn has_told_name(organization: &OrganizationModel, told: &ReportedOrganization) -> bool {
    let name = organization.name.as_str().map(str::to_lowercase);
    organization.id.is_null()
        && name.is_some()
        && name == told.name.as_ref().map(|n| n.to_lowercase())
}

fn has_told_contacts(organization: &OrganizationModel, told: &ReportedOrganization) -> bool {
    let Attr::Known(contacts) = &organization.contacts else {
        return false;
    };
    contacts.iter().all(|contact| {
        contact
            .known()
            .is_some_and(|contact| is_told(contact, told))
    })
}

/// Whether CertCentral told such a contact. A user of the account cannot be compared: only its role
/// is.
fn is_told(contact: &ContactModel, told: &ReportedOrganization) -> bool {
    let contact_type = match contact.contact_type.as_str() {
        Some("ev_approver") => Some("verified_contact"),
        other => other,
    };
    let email = contact.email.as_str().map(str::to_lowercase);
    told.contacts.iter().any(|told| {
        Some(told.contact_type.as_str()) == contact_type
            && email.as_ref().is_none_or(|email| *email == told.email)
    })
}

#[cfg(test)]
mod tests {
    use super::reported;
    use crate::framework::{Attr, AttributePath};
    use crate::provider::ssl_order::model::{
        ContactModel, OrganizationModel, SslOrderModel, SslOrderPrivate,
    };
    use crate::provider::ssl_order::plan::changes::{Change, Effect, changes};
    use crate::provider::ssl_order::samples::fixture;

    fn by_id(id: i64) -> OrganizationModel {
        OrganizationModel {
            id: Attr::Known(id),
            ..OrganizationModel::default()
        }
    }

    fn inline(name: &str) -> OrganizationModel {
        OrganizationModel {
            name: name.into(),
            city: "Lehi".into(),
            ..OrganizationModel::default()
        }
    }

    fn with_contact(id: Option<i64>, contact_type: &str, email: Option<&str>) -> OrganizationModel {
        OrganizationModel {
            id: id.into(),
            contacts: Attr::Known(vec![Attr::Known(ContactModel {
                contact_type: contact_type.into(),
                email: email.map(str::to_owned).into(),
                ..ContactModel::default()
            })]),
            ..OrganizationModel::default()
        }
    }

    fn planned(organization: OrganizationModel, imported: bool) -> Vec<Change> {
        let order = |organization| SslOrderModel {
            organization: Attr::Known(organization),
            ..SslOrderModel::default()
        };
        let (prior, planned) = (order(by_id(778_812)), order(organization));
        let private = SslOrderPrivate {
            imported,
            organization: Some(reported(&fixture("order_info_issued.json"))),
            ..SslOrderPrivate::default()
        };
        changes(&prior, &planned, &private)
    }

    #[test]
    fn what_certcentral_told_is_recorded_and_anything_else_stays_what_it_is() {
        let rui = "Rui.Salas@example.com";
        for (organization, means) in [
            (by_id(778_812), None),
            (by_id(123_456), Some(Effect::NewOrder)),
            (inline("EXAMPLE Widgets LLC"), Some(Effect::RecordOnly)),
            (inline("Another Company"), Some(Effect::NewOrder)),
            (
                with_contact(Some(778_812), "technical_contact", Some(rui)),
                Some(Effect::RecordOnly),
            ),
            (
                with_contact(Some(778_812), "technical_contact", None),
                Some(Effect::RecordOnly),
            ),
            (
                with_contact(Some(778_812), "technical_contact", Some("a@example.com")),
                Some(Effect::InPlace),
            ),
            (
                with_contact(Some(778_812), "verified_contact", Some(rui)),
                Some(Effect::InPlace),
            ),
            (
                with_contact(None, "technical_contact", Some(rui)),
                Some(Effect::RecordOnly),
            ),
            (
                with_contact(Some(123_456), "technical_contact", Some(rui)),
                Some(Effect::NewOrder),
            ),
        ] {
            let changes = planned(organization.clone(), true);
            let found: Vec<_> = changes.iter().map(|change| change.effect).collect();
            assert_eq!(found, Vec::from_iter(means), "{organization:?}");
        }
    }

    #[test]
    fn an_order_that_was_not_imported_is_compared_as_it_is() {
        let changes = planned(inline("Example Widgets LLC"), false);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].effect, Effect::NewOrder);
        assert_eq!(changes[0].path, AttributePath::of("organization"));
    }
}
