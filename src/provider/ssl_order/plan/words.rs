//! What a reviewer reads in the plan: one warning for each thing that costs money or cannot be taken back.

use super::destroy::fate_when_replaced;
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::change::{Change, Means};
use crate::provider::ssl_order::equality::canonical_set;
use crate::provider::ssl_order::model::{SslOrderModel, ValidityModel};

/// Names shown before the rest is counted.
const SHOWN_NAMES: usize = 5;

/// The warning of every plan that buys.
pub(super) fn paid_order(order: &SslOrderModel) -> Diagnostic {
    Diagnostic::warning(
        "This apply places a paid order",
        format!(
            "Product {} for {}, {}, {}. CertCentral charges it when the order is placed. If an earlier run placed this very order already, it \
             is found and adopted instead.",
            order
                .product_name_id
                .as_str()
                .unwrap_or("known after apply"),
            names(order),
            validity(order),
            organization(order),
        ),
    )
}

/// The warning of a replacement: why, and what becomes of the old order.
pub(super) fn replacement(prior: &SslOrderModel, because: &[&Change]) -> Diagnostic {
    let arguments: Vec<_> = because
        .iter()
        .map(|change| format!("`{}`", change.argument))
        .collect();
    let old = fate_when_replaced(prior);
    let mut diagnostic = Diagnostic::warning(
        "Order is replaced by a new one",
        format!(
            "CertCentral cannot change {} of an order, so order {} for {} is replaced: a new order is placed and paid, and the old one {old}.",
            arguments.join(" and "),
            order_id(prior),
            names(prior),
        ),
    );
    if let [first, ..] = because {
        diagnostic = diagnostic.at(first.path.clone());
    }
    diagnostic
}

/// The warning for arguments that CertCentral keeps as they were ordered.
pub(super) fn recorded_only(changes: &[Change], prior: &SslOrderModel) -> Option<Diagnostic> {
    let arguments: Vec<_> = changes
        .iter()
        .filter(|change| change.means == Means::RecordOnly)
        .map(|change| format!("`{}`", change.argument))
        .collect();
    let first = changes
        .iter()
        .find(|change| change.means == Means::RecordOnly)?;
    Some(
        Diagnostic::warning(
            "Change is recorded only",
            format!(
                "CertCentral cannot change {} after an order is placed. State records the new value, and order {} keeps what it was ordered with. \
                 Nothing is called and nothing is paid.",
                arguments.join(", "),
                order_id(prior),
            ),
        )
        .at(AttributePath::of(first.argument)),
    )
}

/// The warning of a certificate or an order that runs out soon: this version does not reissue or renew.
pub(super) fn due(prior: &SslOrderModel) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if prior.ready_for_reissue == Attr::Known(true) {
        found.push(Diagnostic::warning(
            "Certificate is due for a reissue",
            format!(
                "The certificate of order {} for {} ends on {}, and the order has coverage until {}. Reissue it in CertCentral, which costs nothing; \
                 this version of the provider does not reissue. The next refresh picks the new certificate up.",
                order_id(prior),
                names(prior),
                prior.valid_till.as_str().unwrap_or("an unknown day"),
                prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            ),
        ));
    }
    if prior.ready_for_renewal == Attr::Known(true) {
        found.push(Diagnostic::warning(
            "Order is due for a renewal",
            format!(
                "Order {} for {} ends on {}. To renew it, add an order with `renewal_of_order_id = {}`, which is paid.",
                order_id(prior),
                names(prior),
                prior.order_valid_till.as_str().unwrap_or("an unknown day"),
                order_id(prior),
            ),
        ));
    }
    found
}

/// The order id, for a sentence.
pub(super) fn order_id(order: &SslOrderModel) -> String {
    order
        .known_order_id()
        .map_or_else(|| "without an id".to_owned(), |id| id.to_string())
}

/// The names of an order, for a sentence.
pub(super) fn names(order: &SslOrderModel) -> String {
    if !order.names_are_known() {
        return "names that are known after apply".to_owned();
    }
    let all = canonical_set(order);
    let common_name = order.common_name.as_str().unwrap_or_default();
    let others: Vec<_> = all
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case(common_name))
        .collect();
    let shown: Vec<_> = others
        .iter()
        .take(SHOWN_NAMES - 1)
        .map(|name| name.as_str())
        .collect();
    let mut text = [&[common_name], shown.as_slice()].concat().join(", ");
    if others.len() > shown.len() {
        text.push_str(&format!(" and {} more names", others.len() - shown.len()));
    }
    text
}

fn validity(order: &SslOrderModel) -> String {
    let older = ValidityModel {
        years: order.validity_years.clone(),
        days: order.validity_days.clone(),
        custom_expiration_date: order.custom_expiration_date.clone(),
    };
    let given = order.order_validity.known().unwrap_or(&older);
    match (&given.custom_expiration_date, &given.days, &given.years) {
        (Attr::Known(date), _, _) => format!("valid until {date}"),
        (Attr::Null, Attr::Known(days), _) => format!("valid for {days} days"),
        (Attr::Null, Attr::Null, Attr::Known(1)) => "valid for 1 year".to_owned(),
        (Attr::Null, Attr::Null, Attr::Known(years)) => format!("valid for {years} years"),
        _ => "with a validity that is known after apply".to_owned(),
    }
}

fn organization(order: &SslOrderModel) -> String {
    match &order.organization {
        Attr::Known(organization) => match (&organization.id, organization.name.as_str()) {
            (Attr::Known(id), _) => format!("organization {id}"),
            (Attr::Null, Some(name)) => format!("new organization {name:?}"),
            (Attr::Null, None) => "the provider's organization".to_owned(),
            (Attr::Unknown, _) => "an organization that is known after apply".to_owned(),
        },
        Attr::Null => "the provider's organization".to_owned(),
        Attr::Unknown => "an organization that is known after apply".to_owned(),
    }
}
