//! Changes that CertCentral makes to an order without another certificate: from two states to the
//! calls, and the calls, one after the other. Each sets a value, so the next apply may repeat it.

use std::collections::BTreeMap;

use tracing::info;

use super::{Failed, Update, as_planned};
use crate::certcentral::{
    ContactUpdate, CustomFieldValue, Error, OrderId, OrderStatus, RandomValue,
};
use crate::framework::{Attr, Diagnostic, Set, Warnings};
use crate::provider::order::api_error;
use crate::provider::ssl_order::model::{
    ContactModel, CustomFieldModel, DomainValidationModel, SslOrderModel, SslOrderPrivate,
};
use crate::provider::ssl_order::plan::decision::{Announced, What};
use crate::provider::ssl_order::refresh::auto_reissue::ignored;
use crate::provider::ssl_order::refresh::observer::Observer;
use crate::provider::ssl_order::refresh::state;

/// Contacts that the API changes; the others stay as they were ordered.
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
const CHANGEABLE_CONTACTS: [&str; 2] = ["organization_contact", "technical_contact"];

/// One call, which sets a value and may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Replaces all recipients.
    AdditionalEmails(Vec<String>),
    /// Switches renewal e-mails off (`true`) or on.
    DisableRenewalNotifications(bool),
    /// Switches on or off that CertCentral reissues by itself.
    AutoReissue(bool),
    /// Sets the text of the renewal e-mails, or takes it away.
    RenewalMessage(Option<String>),
    /// Sets the value of one custom field.
    CustomField(CustomFieldValue),
    /// Sets contacts.
    Contacts(Vec<ContactUpdate>),
    /// Proves control of the domains in another way.
    DcvMethod(String),
}

impl Edit {
    /// Returns the argument that the call brings to CertCentral.
    pub(crate) fn argument(&self) -> &'static str {
        match self {
            Self::AdditionalEmails(_) => "additional_emails",
            Self::DisableRenewalNotifications(_) => "disable_renewal_notifications",
            Self::AutoReissue(_) => "auto_reissue",
            Self::RenewalMessage(_) => "custom_renewal_message",
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
    pub edits: Vec<Edit>,
    /// Sentences about what stays as it is in CertCentral, for the reviewer.
    pub kept: Vec<String>,
}

/// Returns what it takes to bring the order of `prior` to `planned`, for the arguments that
/// `changed` in place. Unknown values need no call yet.
pub(crate) fn changes(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    changed: &[&'static str],
) -> InPlace {
    let (prior, planned) = (&prior.as_meant(), &planned.as_meant());
    let mut all = InPlace::default();
    for argument in changed {
        match *argument {
            "additional_emails" => additional_emails(prior, planned, &mut all),
            "disable_renewal_notifications" => {
                disable_renewal_notifications(prior, planned, &mut all);
            }
            "auto_reissue" => {
                let on = planned.auto_reissue.known().copied();
                all.edits.extend(on.map(Edit::AutoReissue));
            }
            "custom_renewal_message" => renewal_message(planned, &mut all),
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
    changed: &[&'static str],
) -> InPlace {
    let mut others = changed.to_vec();
    others.retain(|argument| *argument != "dcv_method");
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
        all.edits.push(Edit::AdditionalEmails(new));
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
        all.edits.push(Edit::DisableRenewalNotifications(new));
    }
}

/// What state says may never have been told, as of an import, so the planned text alone counts.
fn renewal_message(planned: &SslOrderModel, all: &mut InPlace) {
    match &planned.custom_renewal_message {
        Attr::Known(text) => all.edits.push(Edit::RenewalMessage(Some(text.clone()))),
        Attr::Null => all.edits.push(Edit::RenewalMessage(None)),
        Attr::Unknown => {}
    }
}

fn custom_fields(prior: &SslOrderModel, planned: &SslOrderModel, all: &mut InPlace) {
    if matches!(planned.custom_fields, Attr::Unknown) {
        return;
    }
    let (old, new) = (fields(&prior.custom_fields), fields(&planned.custom_fields));
    for (&metadata_id, &value) in &new {
        if old.get(&metadata_id) != Some(&value) {
            all.edits.push(Edit::CustomField(CustomFieldValue {
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
                "The {kind} stays as it was ordered, because the API changes the organization \
                 contact and the technical contact only."
            ));
        } else if contact.user_id.known().is_some() {
            all.kept.push(format!(
                "The {kind} stays as it was ordered, because the API changes a contact by name, \
                 telephone and e-mail address, not by `user_id`."
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
        all.edits.push(Edit::Contacts(updates));
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
        all.edits.push(Edit::DcvMethod(method.to_owned()));
    } else {
        all.kept.push(
            "The DCV method counts from the next reissue on, because the domains of this order are \
             validated."
                .to_owned(),
        );
    }
}

/// Makes the calls, and returns the state with all arguments of the plan. When one fails, the state
/// has those before it.
pub(super) async fn change(
    update: Update<'_>,
    private: &mut SslOrderPrivate,
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    let Update { prior, planned, .. } = update;
    let failed = |state: &SslOrderModel, problem: Diagnostic| Failed::at(state.clone(), problem);
    let mut done = prior.clone();
    let edits = edits(prior, planned, update.announced);
    if !edits.is_empty() {
        let client = update
            .client(&update.limits())
            .map_err(|problem| failed(&done, problem))?;
        let id = prior
            .order_id_to_be("changed")
            .map_err(|problem| failed(&done, problem))?;
        let mut observer = Observer::new(&client, done);
        for edit in edits {
            let is_auto_reissue = matches!(edit, Edit::AutoReissue(_));
            private.auto_reissue_ignored &= !is_auto_reissue;
            if let Err(error) = make(&mut observer, id, &edit).await {
                if is_auto_reissue && is_refusal(&error) {
                    private.auto_reissue_ignored = true;
                    let why = format!("CertCentral refuses it ({error})");
                    record(&mut observer.state, planned, &edit);
                    observer.warnings.push(ignored(&observer.state, &why));
                    continue;
                }
                let problem = api_error::diagnostic(
                    &error,
                    &format!("changing `{}` of order {id}", edit.argument()),
                );
                return Err(failed(&observer.state, problem));
            }
            info!(order_id = %id, argument = edit.argument(), "order changed");
            record(&mut observer.state, planned, &edit);
        }
        done = observer.state;
        warnings.extend(observer.warnings);
    }
    as_planned(planned, &done)
}

/// Whether CertCentral has decided about a call, and would decide the same again.
fn is_refusal(error: &Error) -> bool {
    error.api().is_some() && matches!(error.status(), Some(400 | 404 | 405 | 409 | 422))
}

/// Nothing is done about a closed order, as its plan says.
fn edits(prior: &SslOrderModel, planned: &SslOrderModel, announced: &Announced) -> Vec<Edit> {
    let changed = announced.in_place();
    match announced.what() {
        What::Stop => Vec::new(),
        What::Reissue => beside_a_reissue(prior, planned, &changed).edits,
        _ => changes(prior, planned, &changed).edits,
    }
}

async fn make(observer: &mut Observer<'_>, id: OrderId, edit: &Edit) -> Result<(), Error> {
    let client = observer.client;
    match edit {
        Edit::AdditionalEmails(emails) => client.update_additional_emails(id, emails).await,
        Edit::DisableRenewalNotifications(off) => {
            client.update_renewal_notifications(id, !off).await
        }
        Edit::AutoReissue(on) => client.update_auto_reissue(id, *on).await,
        Edit::RenewalMessage(text) => client.update_renewal_message(id, text.as_deref()).await,
        Edit::CustomField(field) => client.update_custom_field(id, field).await,
        Edit::Contacts(contacts) => client.update_contacts(id, contacts).await,
        Edit::DcvMethod(method) => {
            let token = client.update_dcv_method(id, method).await?;
            forget_proofs(&mut observer.state);
            if let Err(error) = read_proofs(observer, id, method, token).await {
                observer.warn(
                    &error,
                    &format!("reading the domain validations of order {id}"),
                );
            }
            Ok(())
        }
    }
}

/// How control over the names is proven by another method. The method has changed already, so no
/// failure undoes it.
async fn read_proofs(
    observer: &mut Observer<'_>,
    id: OrderId,
    method: &str,
    random_value: Option<RandomValue>,
) -> Result<(), Error> {
    if let Some(value) = random_value {
        let validation = observer.client.validation_status(id).await?;
        state::random_value(&mut observer.state, method, &validation, &value);
    }
    let order = observer.client.order(id).await?;
    observer.details(order, &[]).await;
    Ok(())
}

fn forget_proofs(state: &mut SslOrderModel) {
    if let Attr::Known(validations) = &mut state.domain_validations {
        for validation in validations.values_mut() {
            *validation = Attr::Known(DomainValidationModel::default());
        }
    }
}

/// Records the argument of an edit that was made.
fn record(done: &mut SslOrderModel, planned: &SslOrderModel, edit: &Edit) {
    match edit {
        Edit::AdditionalEmails(_) => done.additional_emails = planned.additional_emails.clone(),
        Edit::DisableRenewalNotifications(_) => {
            done.disable_renewal_notifications = planned.disable_renewal_notifications.clone();
        }
        Edit::AutoReissue(_) => done.auto_reissue = planned.auto_reissue.clone(),
        Edit::RenewalMessage(_) => {
            done.custom_renewal_message = planned.custom_renewal_message.clone();
        }
        // Only when the last of them is set does state hold them; until then they are set again.
        Edit::CustomField(_) => {}
        Edit::Contacts(_) => done.organization = planned.organization.clone(),
        Edit::DcvMethod(_) => done.dcv_method = planned.dcv_method.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, InPlace, changes};
    use crate::certcentral::{ContactUpdate, CustomFieldValue};
    use crate::framework::{Attr, Set};
    use crate::provider::ssl_order::model::{ContactModel, CustomFieldModel, SslOrderModel};
    use crate::provider::ssl_order::plan::changes::{self as plan_changes, Effect};
    use crate::provider::ssl_order::samples::{contact, names, order, placed, private};

    fn in_place(edit_prior: fn(&mut SslOrderModel), edit: fn(&mut SslOrderModel)) -> InPlace {
        let mut prior = placed(&order());
        edit_prior(&mut prior);
        let mut planned = prior.clone();
        edit(&mut planned);
        let changed = plan_changes::changes(&prior, &planned, &private(false)).into_iter();
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
                "The ev_approver stays as it was ordered, because the API changes the organization \
                 contact and the technical contact only.",
                "The organization_contact stays, because the API has no call that removes a \
                 contact.",
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
    fn the_renewal_message_is_set_changed_and_taken_away() {
        let text = |text: &str| Edit::RenewalMessage(Some(text.to_owned()));
        let set = in_place(|_| {}, |o| o.custom_renewal_message = "Ask us.".into());
        assert_eq!(set.edits, [text("Ask us.")]);
        let changed = in_place(
            |o| o.custom_renewal_message = "Ask us.".into(),
            |o| o.custom_renewal_message = "Ask them.".into(),
        );
        assert_eq!(changed.edits, [text("Ask them.")]);
        let taken_away = in_place(
            |o| o.custom_renewal_message = "Ask us.".into(),
            |o| o.custom_renewal_message = "".into(),
        );
        assert_eq!(taken_away.edits, [Edit::RenewalMessage(None)]);
        let unknown = in_place(|_| {}, |o| o.custom_renewal_message = Attr::Unknown);
        assert_eq!(unknown, InPlace::default());
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
}
