//! What can be changed of an order in place. Each call sets a value, so it may be repeated.

use serde::Serialize;

use super::place::CustomFieldValue;
use crate::certcentral::http::action::{Action, Change};
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::OrderId;

/// A contact as an order is to have it. Absent members stay as they are.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
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

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
#[derive(Debug, Serialize)]
pub(crate) struct ContactsUpdate<'a> {
    pub(crate) contacts: &'a [ContactUpdate],
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-additional-emails.html>
#[derive(Debug, Serialize)]
pub(crate) struct AdditionalEmails<'a> {
    pub(crate) additional_emails: &'a [String],
}

/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-auto-reissue.html>
#[derive(Debug, Serialize)]
pub(crate) struct AutoReissue {
    /// 0 or 1.
    pub(crate) auto_reissue: u8,
}

impl Client {
    /// Replaces the further recipients of notifications; an empty list removes them all.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-additional-emails.html>
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
        self.put(change, &part(&id, "additional-emails"), &update)
            .await
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
        let id = order.to_string();
        self.post_done(change, &part(&id, "custom-field"), field)
            .await
    }

    /// Switches renewal e-mails on (`true`) or off; shown as the opposite, `disable_renewal_notifications`.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-renewal-notifications.html>
    pub async fn update_renewal_notifications(
        &self,
        order: OrderId,
        enabled: bool,
    ) -> Result<(), Error> {
        let word = if enabled { "enable" } else { "disable" };
        let id = order.to_string();
        let path = ["order", "certificate", &id, "renewal-emails", word];
        let change = Change::of_order(Action::Update, order);
        self.put_without_body(change, &path).await
    }

    /// Adds or changes contacts. Types that are not named stay as they are; none can be removed.
    ///
    /// # Errors
    ///
    /// [`Error`]; 400 `contact_type_duplicate` where a type is named twice.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
    pub async fn update_contacts(
        &self,
        order: OrderId,
        contacts: &[ContactUpdate],
    ) -> Result<(), Error> {
        let update = ContactsUpdate { contacts };
        let change = Change::of_order(Action::Update, order);
        let id = order.to_string();
        self.put(change, &part(&id, "contact"), &update).await
    }

    /// Says whether CertCentral reissues the certificate by itself; multi-year plans only.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/update-auto-reissue.html>
    pub async fn update_auto_reissue(&self, order: OrderId, enabled: bool) -> Result<(), Error> {
        let update = AutoReissue {
            auto_reissue: u8::from(enabled),
        };
        let change = Change::of_order(Action::Update, order);
        let id = order.to_string();
        self.put(change, &part(&id, "auto-reissue"), &update).await
    }
}

fn part<'a>(order: &'a str, part: &'a str) -> [&'a str; 4] {
    ["order", "certificate", order, part]
}
