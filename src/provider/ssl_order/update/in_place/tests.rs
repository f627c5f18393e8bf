//! Which calls a change takes, and what it leaves as it is.

use super::{Edit, InPlace, changes};
use crate::certcentral::{ContactUpdate, CustomFieldValue};
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{ContactModel, CustomFieldModel, SslOrderModel};
use crate::provider::ssl_order::plan::decision;
use crate::provider::ssl_order::plan::decision::Effect;
use crate::provider::ssl_order::samples::{contact, names, order, placed};

fn in_place(edit_prior: fn(&mut SslOrderModel), edit: fn(&mut SslOrderModel)) -> InPlace {
    let mut prior = placed(&order());
    edit_prior(&mut prior);
    let mut planned = prior.clone();
    edit(&mut planned);
    let changed = decision::changes(&prior, &planned, false).into_iter();
    let changed: Vec<_> = changed
        .filter(|change| change.effect == Effect::InPlace)
        .map(|change| change.argument)
        .collect();
    changes(&prior, &planned, &changed)
}

fn fields(values: &[(i64, &str)]) -> Attr<Set<Attr<CustomFieldModel>>> {
    let field = |&(id, value): &(i64, &str)| {
        Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(id),
            value: value.into(),
        })
    };
    Attr::Known(Set(values.iter().map(field).collect()))
}

fn set_contacts(order: &mut SslOrderModel, contacts: &[ContactModel]) {
    let Attr::Known(organization) = &mut order.organization else {
        panic!("an organization");
    };
    organization.contacts = Attr::Known(contacts.iter().cloned().map(Attr::Known).collect());
}

#[test]
fn e_mails_are_replaced_as_a_whole_and_cleared_by_none() {
    let nothing: fn(&mut SslOrderModel) = |_| {};
    let two = in_place(nothing, |o| {
        o.additional_emails = names(&["a@example.com", "b@example.com"]);
    });
    let all = vec!["a@example.com".to_owned(), "b@example.com".to_owned()];
    assert_eq!(two.edits, [Edit::AdditionalEmails(all)]);
    let none = in_place(
        |o| o.additional_emails = names(&["a@example.com"]),
        |o| o.additional_emails = Attr::Null,
    );
    assert_eq!(none.edits, [Edit::AdditionalEmails(Vec::new())]);
    let unknown = in_place(nothing, |o| o.additional_emails = Attr::Unknown);
    assert_eq!(unknown, InPlace::default());
}

#[test]
fn a_custom_field_is_set_and_never_removed() {
    let changed = in_place(
        |o| o.custom_fields = fields(&[(1, "old"), (2, "gone")]),
        |o| o.custom_fields = fields(&[(1, "new"), (3, "more")]),
    );
    let set = |metadata_id, value: &str| {
        Edit::CustomField(CustomFieldValue {
            metadata_id,
            value: value.to_owned(),
        })
    };
    assert_eq!(changed.edits, [set(1, "new"), set(3, "more")]);
    assert_eq!(
        changed.kept,
        ["Custom field 2 keeps its value, because the API has no call that removes one."]
    );
}

#[test]
fn only_what_the_api_changes_of_contacts_is_sent() {
    let changed = in_place(
        |o| {
            set_contacts(
                o,
                &[contact("ev_approver"), contact("organization_contact")],
            );
        },
        |o| {
            let mut technical = contact("technical_contact");
            technical.email = "tech@example.com".into();
            let mut approver = contact("ev_approver");
            approver.first_name = "Claire".into();
            set_contacts(o, &[approver, technical]);
        },
    );
    let technical = ContactUpdate {
        contact_type: "technical_contact".to_owned(),
        first_name: Some("Jill".to_owned()),
        last_name: Some("Valentine".to_owned()),
        email: Some("tech@example.com".to_owned()),
        job_title: Some("STARS Member".to_owned()),
        telephone: Some("555-555-5555".to_owned()),
        telephone_extension: None,
    };
    assert_eq!(changed.edits, [Edit::Contacts(vec![technical])]);
    assert_eq!(
        changed.kept,
        [
            "The ev_approver stays as it was ordered, because the API changes the organization contact and the technical contact only.",
            "The organization_contact stays, because the API has no call that removes a contact.",
        ]
    );
}

#[test]
fn the_dcv_method_changes_while_domains_are_validated() {
    let pending = in_place(
        |o| o.status = "pending".into(),
        |o| o.dcv_method = "email".into(),
    );
    assert_eq!(pending.edits, [Edit::DcvMethod("email".to_owned())]);
    let issued = in_place(
        |o| o.status = "issued".into(),
        |o| o.dcv_method = "email".into(),
    );
    assert_eq!((issued.edits.len(), issued.kept.len()), (0, 1));
}

#[test]
fn renewal_e_mails_are_switched() {
    let off = in_place(
        |_| {},
        |o| o.disable_renewal_notifications = Attr::Known(true),
    );
    assert_eq!(off.edits, [Edit::DisableRenewalNotifications(true)]);
    let absent = in_place(|_| {}, |o| o.disable_renewal_notifications = Attr::Null);
    assert_eq!(absent, InPlace::default());
}
