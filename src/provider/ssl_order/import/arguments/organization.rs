//! The organization of an imported order. CertCentral tells its id, its name and people, but not whether the order named it by id
//! or described it, nor which users of the account its contacts are.

use crate::certcentral::{Order, OrderContact};
use crate::framework::{Attr, AttributePath};
use crate::provider::ssl_order::model::{
    ContactModel, OrganizationModel, ReportedContact, ReportedOrganization, SslOrderModel,
    SslOrderPrivate,
};
use crate::provider::ssl_order::plan::decision::{Change, Effect};

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

/// Makes a change of the organization a mere record where the configuration describes what CertCentral told: the same organization
/// in the members of a new one, the same contacts, or an id that is left to the provider.
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

/// Whether it holds an id and nothing else, as [`super::fill`] leaves it.
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

/// Whether CertCentral told such a contact. A user of the account cannot be compared: only its role is.
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
mod tests;
