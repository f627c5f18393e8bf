//! What can be changed of an order in place, and the notes on it.
//!
//! A setting may be set again. A note is added by each call, and can be read, not changed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::place::CustomFieldValue;
use crate::certcentral::flexible;
use crate::certcentral::http::{Action, Answer, Call, Change, Client, Error, listing};
use crate::certcentral::id::OrderId;

/// A contact as an order is to have it. Absent members stay as they are.
///
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ContactUpdate {
    /// `organization_contact` or `technical_contact`, each once.
    pub contact_type: String,
    /// Given name, at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name, at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Extension of the telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone_extension: Option<String>,
}

/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
#[derive(Debug, Serialize)]
pub(crate) struct ContactsUpdate<'a> {
    pub(crate) contacts: &'a [ContactUpdate],
}

/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-additional-emails.html>
#[derive(Debug, Serialize)]
pub(crate) struct AdditionalEmails<'a> {
    pub(crate) additional_emails: &'a [String],
}

/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-renewal-message.html>
#[derive(Debug, Serialize)]
pub(crate) struct RenewalMessage<'a> {
    pub(crate) custom_renewal_message: &'a str,
}

/// A note.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// Number of the note.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// When it was written.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_created: Option<OffsetDateTime>,
    /// What it says.
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub text: Option<String>,
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/add-order-note.html>
#[derive(Debug, Serialize)]
pub(crate) struct NewNote<'a> {
    pub(crate) text: &'a str,
}

listing! {
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
    Notes { notes: Note }
}

impl Client {
    /// Replaces the further recipients of notifications; an empty list removes them all.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-additional-emails.html>
    pub async fn update_additional_emails(
        &self,
        order: OrderId,
        emails: &[String],
    ) -> Result<(), Error> {
        let update = AdditionalEmails {
            additional_emails: emails,
        };
        let change = Change::of_order(Action::Update, order);
        let id = order.to_string();
        let path = ["order", "certificate", &id, "additional-emails"];
        let call = Call::put(change, &path).with_body(&update)?;
        self.call(call.idempotent(), Answer::done).await
    }

    /// Sets an account-specific field, or replaces its value. No call is known that removes one.
    ///
    /// # Errors
    ///
    /// [`Error`]; 400 `invalid_custom_field_value` where the value does not fit the field.
    ///
    /// Source: <https://dev.digicert.com/services-api/orders/edit-custom-field/>
    pub async fn update_custom_field(
        &self,
        order: OrderId,
        field: &CustomFieldValue,
    ) -> Result<(), Error> {
        let change = Change::of_order(Action::Update, order);
        let path = ["order", "certificate", &order.to_string(), "custom-field"];
        let call = Call::post(change, &path).with_body(field)?;
        self.call(call.idempotent(), Answer::done).await
    }

    /// Switches on or off that CertCentral reissues the certificate by itself. Accounts without
    /// multi-year plans do not have that.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-auto-reissue-settings.html>
    pub async fn update_auto_reissue(&self, order: OrderId, on: bool) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Update {
            auto_reissue: u8,
        }
        let update = Update {
            auto_reissue: u8::from(on),
        };
        let change = Change::of_order(Action::Update, order);
        let path = ["order", "certificate", &order.to_string(), "auto-reissue"];
        let call = Call::put(change, &path).with_body(&update)?;
        self.call(call.idempotent(), Answer::done).await
    }

    /// Switches renewal e-mails on (`true`) or off; shown as the opposite,
    /// `disable_renewal_notifications`.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-renewal-notifications.html>
    pub async fn update_renewal_notifications(
        &self,
        order: OrderId,
        enabled: bool,
    ) -> Result<(), Error> {
        let word = if enabled { "enable" } else { "disable" };
        let id = order.to_string();
        let path = ["order", "certificate", &id, "renewal-emails", word];
        let change = Change::of_order(Action::Update, order);
        let call = Call::put(change, &path).idempotent();
        self.call(call, Answer::done).await
    }

    /// Sets the text of the renewal e-mails, or takes it away.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-renewal-message.html>
    pub async fn update_renewal_message(
        &self,
        order: OrderId,
        message: Option<&str>,
    ) -> Result<(), Error> {
        let id = order.to_string();
        let path = ["order", "certificate", &id, "custom-renewal-message"];
        let change = Change::of_order(Action::Update, order);
        let call = match message {
            Some(custom_renewal_message) => {
                let update = RenewalMessage {
                    custom_renewal_message,
                };
                Call::put(change, &path).with_body(&update)?
            }
            None => Call::delete(change, &path),
        };
        self.call(call.idempotent(), Answer::done).await
    }

    /// Adds or changes contacts. Types that are not named stay as they are; none can be removed.
    ///
    /// # Errors
    ///
    /// [`Error`]; 400 `contact_type_duplicate` where a type is named twice.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
    pub async fn update_contacts(
        &self,
        order: OrderId,
        contacts: &[ContactUpdate],
    ) -> Result<(), Error> {
        let update = ContactsUpdate { contacts };
        let change = Change::of_order(Action::Update, order);
        let path = ["order", "certificate", &order.to_string(), "contact"];
        let call = Call::put(change, &path).with_body(&update)?;
        self.call(call.idempotent(), Answer::done).await
    }

    /// Adds a note to an order. Sent exactly once, on a connection of its own: each call adds one.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/add-order-note.html>
    pub async fn add_note(&self, order: OrderId, text: &str) -> Result<Note, Error> {
        let path = ["order", "certificate", &order.to_string(), "note"];
        let change = Change::of_order(Action::Update, order);
        let call = Call::post(change, &path).with_body(&NewNote { text })?;
        self.call(call.once(), Answer::json).await
    }

    /// The notes on an order, newest first.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the order does not exist or the key does not see it.
    ///
    /// Source:
    /// <https://dev.digicert.com/certcentral-apis/services-api/orders/list-order-notes.html>
    pub async fn notes(&self, order: OrderId) -> Result<Vec<Note>, Error> {
        let path = ["order", "certificate", &order.to_string(), "note"];
        self.whole_list::<Notes>(Call::get(&path)).await
    }
}
