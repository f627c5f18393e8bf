//! What changing an argument of an order means, and which arguments differ between its state and its
//! plan. Pure.

use serde::{Deserialize, Serialize};

use super::{certificate, unknown};
use crate::framework::{Attr, AttributePath, FromToValue, Value};
use crate::provider::ssl_order::equality;
use crate::provider::ssl_order::import::organization;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term};

/// Core lets a plan keep the prior value of an argument that was set and still is.
pub(super) fn may_be_kept(argument: &str, prior: &Value, planned: &Value) -> bool {
    !prior.attribute(argument).is_null() && !planned.attribute(argument).is_null()
}

/// What changing an argument costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// A new order, which is paid.
    NewOrder,
    /// A new order if the value, which is not known yet, turns out to be another one: a matter for
    /// another plan.
    PerhapsNewOrder,
    /// A new certificate on the same order.
    Reissue,
    /// A new certificate if the value, which is not known yet, turns out to be another one.
    PerhapsReissue,
    /// A call that changes the order.
    InPlace,
    /// Nothing: CertCentral keeps the value that it was ordered with, and state records the new
    /// one.
    RecordOnly,
    /// Nothing: the argument steers the provider.
    Behaviour,
}

/// Every argument with what its change means. One table, so that the plan, the documentation and
/// the tests agree.
pub(crate) const ARGUMENTS: [(&str, Effect); 42] = [
    ("product_name_id", Effect::NewOrder),
    ("common_name", Effect::Reissue),
    ("dns_names", Effect::Reissue),
    ("csr", Effect::Reissue),
    ("signature_hash", Effect::Reissue),
    ("organization_units", Effect::Reissue),
    ("server_platform_id", Effect::Reissue),
    ("profile_option", Effect::Reissue),
    ("ca_cert_id", Effect::Reissue),
    ("cert_validity", Effect::Reissue),
    ("reissue_trigger", Effect::Reissue),
    ("validity_years", Effect::NewOrder),
    ("validity_days", Effect::NewOrder),
    ("custom_expiration_date", Effect::NewOrder),
    ("order_validity", Effect::NewOrder),
    ("organization", Effect::NewOrder),
    ("container_id", Effect::NewOrder),
    ("custom_fields", Effect::InPlace),
    ("additional_emails", Effect::InPlace),
    ("disable_renewal_notifications", Effect::InPlace),
    ("auto_renew", Effect::RecordOnly),
    ("auto_reissue", Effect::InPlace),
    ("custom_renewal_message", Effect::InPlace),
    ("comments", Effect::RecordOnly),
    ("locale", Effect::RecordOnly),
    ("skip_approval", Effect::RecordOnly),
    ("disable_ct", Effect::RecordOnly),
    ("dcv_method", Effect::InPlace),
    ("payment_method", Effect::RecordOnly),
    ("renewal_of_order_id", Effect::NewOrder),
    ("renewed_thumbprint", Effect::NewOrder),
    ("alternative_order_id", Effect::NewOrder),
    ("order_key", Effect::NewOrder),
    ("wait_for", Effect::Behaviour),
    ("on_destroy", Effect::Behaviour),
    ("revocation_reason", Effect::Behaviour),
    ("claimed_order_id", Effect::Behaviour),
    ("duplicate_order_check", Effect::Behaviour),
    ("reorder_when_closed", Effect::Behaviour),
    ("reissue_days_before_expiry", Effect::Behaviour),
    ("renew_days_before_expiry", Effect::Behaviour),
    ("on_clock_failure", Effect::Behaviour),
];

/// One argument whose value differs between state and plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which.
    pub argument: &'static str,
    /// What it means.
    pub effect: Effect,
    /// Where to point: the argument, or the nested attribute that differs.
    pub path: AttributePath,
}

impl Change {
    /// Returns whether the order would have to become another one for it: whether the argument does
    /// more than steer the provider, and does not say in other words, or for the first time, what
    /// the order may have.
    pub(crate) fn is_of_the_order(&self) -> bool {
        let mut known = ARGUMENTS.iter();
        let of_itself = known.find(|(argument, _)| *argument == self.argument);
        match (self.effect, of_itself) {
            (Effect::Behaviour, _) | (_, Some((_, Effect::Behaviour))) => false,
            (Effect::RecordOnly, Some((_, of_itself))) => *of_itself == Effect::RecordOnly,
            _ => true,
        }
    }
}

/// Returns the changes between an order in state and its plan, both as they are meant. Of an
/// imported order, arguments that state does not know are only recorded: CertCentral does not tell
/// them, so setting them is no wish for another order. Its organization is compared with what
/// CertCentral told of it, and so is the container of an order that named none. Arguments of the
/// certificate are held against the certificate in force.
pub(crate) fn changes(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> Vec<Change> {
    let (prior, planned) = (&prior.as_meant(), &planned.as_meant());
    let (prior_values, planned_values) = (prior.to_value(), planned.to_value());
    let mut changes: Vec<_> = ARGUMENTS
        .iter()
        .filter_map(|&(argument, effect)| {
            let old = prior_values.attribute(argument);
            let new = planned_values.attribute(argument);
            if old == new || equality::means_the_same(argument, prior, planned) {
                return None;
            }
            // The names of an order are always told: null says that it has no further one. The
            // profile is held against the certificate.
            let is_not_told = private.imported
                && old.is_null()
                && !matches!(effect, Effect::InPlace | Effect::Behaviour)
                && !["dns_names", "profile_option"].contains(&argument);
            if is_not_told || is_same_validity_in_the_other_form(argument, prior, planned) {
                return Some(Change {
                    argument,
                    effect: Effect::RecordOnly,
                    path: AttributePath::of(argument),
                });
            }
            Some(match argument {
                "organization" => organization_change(old, new),
                _ => Change {
                    argument,
                    effect,
                    path: AttributePath::of(argument),
                },
            })
        })
        .collect();
    let has_told_container = prior.container_id.is_null()
        && private.container.is_some()
        && planned.container_id.known().copied() == private.container;
    changes.retain(|change| change.argument != "container_id" || !has_told_container);
    organization::recognize(&mut changes, prior, planned, private);
    certificate::weigh(&mut changes, prior, planned, private);
    unknown::leave_open(&mut changes, prior, planned);
    changes
}

/// `validity_years = 1` and `order_validity = { years = 1 }` order the same, so a change of form is
/// no new order.
fn is_same_validity_in_the_other_form(
    argument: &str,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
) -> bool {
    match (argument, &prior.order_validity, &planned.order_validity) {
        ("order_validity", Attr::Null, Attr::Known(new)) => *new == prior.older_term(),
        ("validity_years" | "validity_days" | "custom_expiration_date", Attr::Known(old), _) => {
            prior.older_term() == Term::default() && *old == planned.older_term()
        }
        _ => false,
    }
}

/// Contacts change in place; everything else of the organization effect another organization.
fn organization_change(old: &Value, new: &Value) -> Change {
    let path = AttributePath::of("organization");
    let only_contacts = match (old.as_object(), new.as_object()) {
        (Some(old), Some(new)) => old
            .iter()
            .all(|(name, value)| name == "contacts" || new.get(name) == Some(value)),
        _ => false,
    };
    if only_contacts {
        Change {
            argument: "organization",
            effect: Effect::InPlace,
            path: path.attribute("contacts"),
        }
    } else {
        Change {
            argument: "organization",
            effect: Effect::NewOrder,
            path,
        }
    }
}
#[cfg(test)]
mod tests {
    use super::{ARGUMENTS, Effect, SslOrderModel, changes};
    use crate::framework::Attr;
    use crate::provider::ssl_order::samples::{names, private};
    use crate::provider::ssl_order::schema::schema;

    #[test]
    fn every_argument_of_the_schema_is_in_the_table() {
        let arguments: Vec<_> = schema()
            .attributes
            .iter()
            .filter(|a| a.mode != crate::framework::Mode::Computed && a.name != "timeouts")
            .map(|a| a.name)
            .collect();
        assert_eq!(arguments, ARGUMENTS.map(|(name, _)| name));
    }

    #[test]
    fn a_first_further_name_of_an_imported_order_is_a_reissue() {
        let prior = SslOrderModel {
            common_name: "shop.example.com".into(),
            ..SslOrderModel::default()
        };
        let planned = SslOrderModel {
            dns_names: names(&["www.shop.example.com"]),
            ..prior.clone()
        };
        let found = changes(&prior, &planned, &private(true));
        let found: Vec<_> = found.iter().map(|it| (it.argument, it.effect)).collect();
        assert_eq!(found, [("dns_names", Effect::Reissue)]);
    }

    #[test]
    fn an_argument_that_import_cannot_know_is_only_recorded() {
        let prior = SslOrderModel {
            product_name_id: "ssl_plus".into(),
            ..SslOrderModel::default()
        };
        let planned = SslOrderModel {
            product_name_id: "ssl_basic".into(),
            renewed_thumbprint: "AB".into(),
            wait_for: Attr::Unknown,
            ..SslOrderModel::default()
        };
        let effects = |imported| {
            changes(&prior, &planned, &private(imported))
                .into_iter()
                .map(|change| (change.argument, change.effect))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            effects(false),
            [
                ("product_name_id", Effect::NewOrder),
                ("renewed_thumbprint", Effect::NewOrder),
                ("wait_for", Effect::Behaviour)
            ]
        );
        assert_eq!(
            effects(true),
            [
                ("product_name_id", Effect::NewOrder),
                ("renewed_thumbprint", Effect::RecordOnly),
                ("wait_for", Effect::Behaviour)
            ]
        );
    }
}
