//! Changes that CertCentral makes to an order without another certificate: from two states to the calls. Pure.

use std::collections::BTreeMap;

use crate::certcentral::{ContactUpdate, CustomFieldValue, OrderStatus};
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{ContactModel, CustomFieldModel, SslOrderModel};
use crate::provider::ssl_order::plan::changes::{Change, Means};

/// Contacts that the API changes; the others stay as they were ordered.
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
const CHANGEABLE_CONTACTS: [&str; 2] = ["organization_contact", "technical_contact"];

/// One call, which sets a value and may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Replaces all recipients.
    AdditionalEmails(Vec<String>),
    /// Switches renewal e-mails off (`true`) or on.
    DisableRenewalNotifications(bool),
    /// Sets the value of one custom field.
    CustomField(CustomFieldValue),
    /// Sets contacts.
    Contacts(Vec<ContactUpdate>),
    /// Proves control of the domains in another way.
    DcvMethod(String),
}

impl Step {
    /// The argument that the step brings to CertCentral.
    pub(crate) fn argument(&self) -> &'static str {
        match self {
            Self::AdditionalEmails(_) => "additional_emails",
            Self::DisableRenewalNotifications(_) => "disable_renewal_notifications",
            Self::CustomField(_) => "custom_fields",
            Self::Contacts(_) => "organization",
            Self::DcvMethod(_) => "dcv_method",
        }
    }
}

/// The calls of a change, and what of it CertCentral cannot do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InPlace {
    /// In the order in which they are made.
    pub steps: Vec<Step>,
    /// Sentences about what stays as it is in CertCentral, for the reviewer.
    pub kept: Vec<String>,
}

/// What it takes to bring the order of `prior` to `planned`, as far as `changed` calls for it. Unknown values need no step yet.
pub(crate) fn changes(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    changed: &[Change],
) -> InPlace {
    let mut all = InPlace::default();
    for change in changed
        .iter()
        .filter(|change| change.means == Means::InPlace)
    {
        match change.argument {
            "additional_emails" => additional_emails(prior, planned, &mut all),
            "disable_renewal_notifications" => {
                disable_renewal_notifications(prior, planned, &mut all);
            }
            "custom_fields" => custom_fields(prior, planned, &mut all),
            "organization" => contacts(prior, planned, &mut all),
            "dcv_method" => dcv_method(prior, planned, &mut all),
            _ => {}
        }
    }
    all
}

/// The same beside a reissue, which takes the DCV method along.
pub(crate) fn beside_a_reissue(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    changed: &[Change],
) -> InPlace {
    let others: Vec<_> = changed
        .iter()
        .filter(|change| change.argument != "dcv_method")
        .cloned()
        .collect();
    changes(prior, planned, &others)
}

/// Whether an order still proves control of its domains, so that the method can change.
pub(crate) fn is_validating(order: &SslOrderModel) -> bool {
    let status = order.order_status();
    status.is_open() && status != OrderStatus::Issued && status != OrderStatus::Approved
}

fn additional_emails(prior: &SslOrderModel, planned: &SslOrderModel, all: &mut InPlace) {
    let of = |order: &SslOrderModel| match &order.additional_emails {
        Attr::Known(Set(emails)) => emails.iter().map(|email| email.known().cloned()).collect(),
        Attr::Null => Some(Vec::new()),
        Attr::Unknown => None,
    };
    if let (Some(old), Some(new)) = (of(prior), of(planned))
        && old != new
    {
        all.steps.push(Step::AdditionalEmails(new));
    }
}

fn disable_renewal_notifications(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    all: &mut InPlace,
) {
    let off = |order: &SslOrderModel| match order.disable_renewal_notifications {
        Attr::Known(off) => Some(off),
        Attr::Null => Some(false),
        Attr::Unknown => None,
    };
    if let (Some(old), Some(new)) = (off(prior), off(planned))
        && old != new
    {
        all.steps.push(Step::DisableRenewalNotifications(new));
    }
}

fn custom_fields(prior: &SslOrderModel, planned: &SslOrderModel, all: &mut InPlace) {
    if matches!(planned.custom_fields, Attr::Unknown) {
        return;
    }
    let (old, new) = (fields(&prior.custom_fields), fields(&planned.custom_fields));
    for (&metadata_id, &value) in &new {
        if old.get(&metadata_id) != Some(&value) {
            all.steps.push(Step::CustomField(CustomFieldValue {
                metadata_id,
                value: value.to_owned(),
            }));
        }
    }
    let is_known = planned
        .custom_fields
        .known()
        .is_none_or(|set| set.0.iter().all(|field| field.known().is_some()));
    for (id, _) in old
        .iter()
        .filter(|(id, _)| is_known && !new.contains_key(*id))
    {
        all.kept.push(format!(
            "Custom field {id} keeps its value, because the API has no call that removes one."
        ));
    }
}

fn fields(fields: &Attr<Set<Attr<CustomFieldModel>>>) -> BTreeMap<i64, &str> {
    fields
        .known()
        .into_iter()
        .flat_map(|fields| &fields.0)
        .filter_map(Attr::known)
        .filter_map(|field| Some((*field.metadata_id.known()?, field.value.as_str()?)))
        .collect()
}

fn contacts(prior: &SslOrderModel, planned: &SslOrderModel, all: &mut InPlace) {
    if !contacts_are_known(planned) {
        return;
    }
    let (old, new) = (known_contacts(prior), known_contacts(planned));
    let mut updates = Vec::new();
    for contact in &new {
        let Some(kind) = contact.contact_type.as_str() else {
            continue;
        };
        if old.contains(contact) {
            continue;
        }
        if !CHANGEABLE_CONTACTS.contains(&kind) {
            all.kept.push(format!(
                "The {kind} stays as it was ordered, because the API changes the organization contact and the technical contact only."
            ));
        } else if contact.user_id.known().is_some() {
            all.kept.push(format!(
                "The {kind} stays as it was ordered, because the API changes a contact by name, telephone and e-mail address, not by \
                 `user_id`."
            ));
        } else {
            updates.push(update(kind, contact));
        }
    }
    for contact in &old {
        let kind = contact.contact_type.as_str();
        let is_removed = |kind: &&str| new.iter().all(|c| c.contact_type.as_str() != Some(*kind));
        if let Some(kind) = kind.filter(is_removed) {
            all.kept.push(format!(
                "The {kind} stays, because the API has no call that removes a contact."
            ));
        }
    }
    if !updates.is_empty() {
        all.steps.push(Step::Contacts(updates));
    }
}

fn contacts_are_known(order: &SslOrderModel) -> bool {
    match &order.organization {
        Attr::Known(organization) => match &organization.contacts {
            Attr::Known(contacts) => contacts.iter().all(|contact| contact.known().is_some()),
            Attr::Null => true,
            Attr::Unknown => false,
        },
        Attr::Null => true,
        Attr::Unknown => false,
    }
}

fn known_contacts(order: &SslOrderModel) -> Vec<&ContactModel> {
    order
        .organization
        .known()
        .and_then(|organization| organization.contacts.known())
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
        .collect()
}

fn update(kind: &str, contact: &ContactModel) -> ContactUpdate {
    ContactUpdate {
        contact_type: kind.to_owned(),
        first_name: contact.first_name.known().cloned(),
        last_name: contact.last_name.known().cloned(),
        email: contact.email.known().cloned(),
        job_title: contact.job_title.known().cloned(),
        telephone: contact.telephone.known().cloned(),
        telephone_extension: None,
    }
}

fn dcv_method(prior: &SslOrderModel, planned: &SslOrderModel, all: &mut InPlace) {
    let Some(method) = planned.dcv_method.as_str() else {
        return;
    };
    if prior.dcv_method.as_str() == Some(method) {
        return;
    }
    if is_validating(prior) {
        all.steps.push(Step::DcvMethod(method.to_owned()));
    } else {
        all.kept.push(
            "The DCV method counts from the next reissue on, because the domains of this order are validated."
                .to_owned(),
        );
    }
}

#[cfg(test)]
mod tests;
