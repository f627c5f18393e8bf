//! What changing an argument of an existing order means. One table, so that the plan, the documentation and the tests agree.

use crate::framework::{Attr, AttributePath, FromToValue, Value};
use crate::provider::ssl_order::equality;
use crate::provider::ssl_order::import::arguments;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term};

/// What a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A new order, which is paid.
    NewOrder,
    /// A new certificate on the same order.
    Reissue,
    /// A call that changes the order.
    InPlace,
    /// Nothing: CertCentral keeps the value that it was ordered with, and state records the new one.
    RecordOnly,
    /// Nothing: the argument steers the provider.
    Behaviour,
}

/// Every argument with what its change means.
pub(crate) const ARGUMENTS: [(&str, Means); 38] = [
    ("product_name_id", Means::NewOrder),
    ("common_name", Means::Reissue),
    ("dns_names", Means::Reissue),
    ("csr", Means::Reissue),
    ("signature_hash", Means::Reissue),
    ("organization_units", Means::Reissue),
    ("server_platform_id", Means::Reissue),
    ("profile_option", Means::Reissue),
    ("ca_cert_id", Means::Reissue),
    ("cert_validity", Means::Reissue),
    ("validity_years", Means::NewOrder),
    ("validity_days", Means::NewOrder),
    ("custom_expiration_date", Means::NewOrder),
    ("order_validity", Means::NewOrder),
    ("organization", Means::NewOrder),
    ("container_id", Means::NewOrder),
    ("custom_fields", Means::InPlace),
    ("additional_emails", Means::InPlace),
    ("disable_renewal_notifications", Means::InPlace),
    ("auto_renew", Means::RecordOnly),
    ("custom_renewal_message", Means::RecordOnly),
    ("comments", Means::RecordOnly),
    ("locale", Means::RecordOnly),
    ("skip_approval", Means::RecordOnly),
    ("disable_ct", Means::RecordOnly),
    ("dcv_method", Means::InPlace),
    ("payment_method", Means::RecordOnly),
    ("renewal_of_order_id", Means::NewOrder),
    ("renewed_thumbprint", Means::NewOrder),
    ("alternative_order_id", Means::NewOrder),
    ("order_key", Means::NewOrder),
    ("wait_for", Means::Behaviour),
    ("on_destroy", Means::Behaviour),
    ("revocation_reason", Means::Behaviour),
    ("duplicate_order_check", Means::Behaviour),
    ("reorder_when_closed", Means::Behaviour),
    ("reissue_days_before_expiry", Means::Behaviour),
    ("renew_days_before_expiry", Means::Behaviour),
];

/// One argument whose value differs between state and plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which.
    pub argument: &'static str,
    /// What it means.
    pub means: Means,
    /// Where to point: the argument, or the nested attribute that differs.
    pub path: AttributePath,
}

/// The changes between an order in state and its plan, an imported order's by what CertCentral told of it.
pub(crate) fn changes_of(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> Vec<Change> {
    let mut changes = changes(prior, planned, private.imported);
    arguments::settle_organization(&mut changes, prior, planned, private);
    changes
}

/// The changes between an order in state and its plan. Of an imported order, arguments that state does not know are
/// only recorded: CertCentral does not tell them, so setting them is no wish for another order.
pub(crate) fn changes(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    imported: bool,
) -> Vec<Change> {
    let (prior_values, planned_values) = (prior.to_value(), planned.to_value());
    ARGUMENTS
        .iter()
        .filter_map(|&(argument, means)| {
            let old = prior_values.attribute(argument);
            let new = planned_values.attribute(argument);
            if old == new || equality::means_the_same(argument, prior, planned) {
                return None;
            }
            // The names of an order are always told: null says that it has no further one.
            let is_not_told =
                imported && old.is_null() && means != Means::InPlace && argument != "dns_names";
            if is_not_told || is_same_validity_in_the_other_form(argument, prior, planned) {
                return Some(Change {
                    argument,
                    means: Means::RecordOnly,
                    path: AttributePath::of(argument),
                });
            }
            Some(match argument {
                "organization" => organization_change(old, new),
                _ => Change {
                    argument,
                    means,
                    path: AttributePath::of(argument),
                },
            })
        })
        .collect()
}

/// `validity_years = 1` and `order_validity = { years = 1 }` order the same, so a change of form is no new order.
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

/// Contacts change in place; everything else of the organization means another organization.
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
            means: Means::InPlace,
            path: path.attribute("contacts"),
        }
    } else {
        Change {
            argument: "organization",
            means: Means::NewOrder,
            path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ARGUMENTS, Means, SslOrderModel, changes};
    use crate::framework::Attr;
    use crate::provider::ssl_order::samples::names;
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
        let found = changes(&prior, &planned, true);
        let found: Vec<_> = found.iter().map(|it| (it.argument, it.means)).collect();
        assert_eq!(found, [("dns_names", Means::Reissue)]);
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
        let means = |imported| {
            changes(&prior, &planned, imported)
                .into_iter()
                .map(|change| (change.argument, change.means))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            means(false),
            [
                ("product_name_id", Means::NewOrder),
                ("renewed_thumbprint", Means::NewOrder),
                ("wait_for", Means::Behaviour)
            ]
        );
        assert_eq!(
            means(true),
            [
                ("product_name_id", Means::NewOrder),
                ("renewed_thumbprint", Means::RecordOnly),
                ("wait_for", Means::RecordOnly)
            ]
        );
    }
}
