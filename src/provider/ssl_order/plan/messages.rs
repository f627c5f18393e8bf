//! What a reviewer reads in the plan: one warning for each thing that costs money or cannot be taken back.

use super::decision::{Change, Decision, Effect};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::rules::listed;

/// The warning of every plan that buys. `price` is a sentence about the price, if there is something to say.
pub(crate) fn paid_order(order: &SslOrderModel, price: Option<&str>) -> Diagnostic {
    let price = price.map(|sentence| format!(" {sentence}"));
    Diagnostic::warning(
        "This apply places a paid order",
        format!(
            "{}.{} CertCentral charges it when the order is placed. If an earlier run placed this very order already, it is found and adopted \
             instead.",
            what_is_bought(order),
            price.unwrap_or_default(),
        ),
    )
}

/// The warning of the order that continues one which runs out.
pub(crate) fn renewal(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    price: Option<&str>,
) -> Diagnostic {
    let price = price.map(|sentence| format!(" {sentence}"));
    Diagnostic::warning(
        "This apply places a paid renewal order",
        format!(
            "Order {old} ends on {end}, which is within `renew_days_before_expiry` ({days} days). A new order is placed with \
             `renewal_of_order_id` {old} and takes its place in state. {bought}.{price} CertCentral charges it when the order is placed. Order {old} \
             and its certificate stay as they are until they end.",
            old = prior.shown_id(),
            end = prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            days = prior
                .renew_days_before_expiry
                .known()
                .copied()
                .unwrap_or_default(),
            bought = what_is_bought(planned),
            price = price.unwrap_or_default(),
        ),
    )
}

/// The warning of an order whose place in state its renewal takes.
pub(crate) fn followed(prior: &SslOrderModel, successor: i64) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    Diagnostic::warning(
        format!("Order {order} was renewed by order {successor}"),
        format!(
            "Order {order} for {names}, which ends on {}, was renewed by order {successor}, which is not in this state: somebody renewed it in \
             CertCentral, or a run did that lost its state. This apply takes order {successor} into state in its place. Nothing is bought, and order {order} and its certificate stay as they are until they end. Whatever uses the \
             certificate gets that of order {successor}.",
            prior.order_valid_till.as_str().unwrap_or("an unknown day"),
        ),
    )
}

/// The warning of an order that is due for a renewal and whose configuration fixes a day that has passed.
pub(crate) fn renewal_needs_a_date(prior: &SslOrderModel, problem: &Diagnostic) -> Diagnostic {
    let mut warning = Diagnostic::warning(
        "Order cannot be renewed with this date",
        format!(
            "Order {} for {} ends on {} and is due for a renewal, but nothing is ordered: {} Set the date on which the renewal order shall end, or \
             `order_validity = {{ years = 1 }}`.",
            prior.shown_id(),
            prior.shown_names(),
            prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            problem.detail,
        ),
    );
    if let Some(path) = &problem.attribute {
        warning = warning.at(path.clone());
    }
    warning
}

/// The warning of a replacement: why, what is bought, and what becomes of the `old` order, as a sentence ends.
pub(crate) fn replacement(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    because: &[&Change],
    price: Option<&str>,
    old: &str,
) -> Diagnostic {
    let price = price.map(|sentence| format!(" {sentence}"));
    let mut diagnostic = Diagnostic::warning(
        "Order is replaced by a new one",
        format!(
            "CertCentral cannot change {} of an order, so order {} for {} is replaced: a new order is placed and paid, and the old one {old}. The \
             new order: {}.{}",
            arguments(because),
            prior.shown_id(),
            prior.shown_names(),
            what_is_bought(planned),
            price.unwrap_or_default(),
        ),
    );
    if let [first, ..] = because {
        diagnostic = diagnostic.at(first.path.clone());
    }
    diagnostic
}

/// The warning of a reissue: why, and what it costs. Without a changed argument the certificate is running out.
pub(crate) fn reissue(prior: &SslOrderModel, because: &[&Change]) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    let Some(first) = because.first() else {
        return Diagnostic::warning(
            "This apply reissues the certificate",
            format!(
                "The certificate of order {order} for {names} ends on {}, and the order has coverage until {}. CertCentral issues another one for \
                 the same names and key on the same order. It costs nothing, and the present certificate stays valid until it ends.",
                prior.valid_till.as_str().unwrap_or("an unknown day"),
                prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            ),
        );
    };
    let pending = if prior.status.as_str() == Some("reissue_pending") {
        " A reissue is under way already: if it is this one, it is waited for; if not, the apply stops."
    } else {
        ""
    };
    Diagnostic::warning(
        "This apply reissues the certificate",
        format!(
            "Order {order} for {names} gets another certificate, because {} changed. The order stays the same. A reissue is free; names that the \
             order does not cover yet may be charged.{pending}",
            arguments(because),
        ),
    )
    .at(first.path.clone())
}

/// The warning of a reissue that takes a name away.
///
/// Source: <https://docs.digicert.com/en/certcentral/manage-certificates/reissue-a-tls-ssl-certificate.html>
pub(crate) fn revoked_names(prior: &SslOrderModel, planned: &SslOrderModel) -> Option<Diagnostic> {
    if !planned.names_are_known() || !prior.names_are_known() {
        return None;
    }
    let (old, new) = (prior.canonical_names(), planned.canonical_names());
    let dropped: Vec<_> = old.difference(&new).map(String::as_str).collect();
    if dropped.is_empty() {
        return None;
    }
    Some(
        Diagnostic::warning(
            "DigiCert will revoke the present certificate within 72 hours",
            format!(
                "The reissue of order {} drops {}. DigiCert then revokes the present certificate of the order (serial number {}), its duplicates \
                 and its earlier reissues within 72 hours after the new one is issued. Have the new certificate in use everywhere by then. To keep \
                 the present one, keep its names and add the new ones.",
                prior.shown_id(),
                dropped.join(", "),
                prior.serial_number.as_str().unwrap_or("unknown"),
            ),
        )
        .at(AttributePath::of("dns_names")),
    )
}

/// The error of a certificate that is to change before there is one.
pub(crate) fn not_reissuable(prior: &SslOrderModel, because: &[&Change]) -> Diagnostic {
    let problem = Diagnostic::error(
        "Certificate cannot be changed before it is issued",
        format!(
            "{} changed. CertCentral changes a certificate by a reissue, which an order has only once it is issued; order {} for {} is {}. Set the \
             argument back and change it after the certificate is issued. If the order is wrong as it is, set `on_destroy = \"cancel\"`, apply, \
             destroy it, and order again.",
            arguments(because),
            prior.shown_id(),
            prior.shown_names(),
            prior.status.as_str().unwrap_or("of unknown status"),
        ),
    );
    match because {
        [first, ..] => problem.at(first.path.clone()),
        [] => problem,
    }
}

/// The warning for what state records and CertCentral keeps as it was ordered; of an import also what CertCentral does not report.
pub(crate) fn recorded_only(
    decision: &Decision,
    prior: &SslOrderModel,
    imported: bool,
) -> Option<Diagnostic> {
    let recorded: Vec<_> = decision.with(Effect::RecordOnly).collect();
    let kept = &decision.in_place.kept;
    let order = prior.shown_id();
    let (first, detail) = if kept.is_empty() && imported {
        let arguments = recorded.iter().map(|it| format!("`{}`", it.argument));
        let detail = format!(
            "Order {order} was imported, and CertCentral does not tell what it was ordered with for {}, or cannot change it any more. State \
             records the configured value, and the order stays as it is. Nothing is called and nothing is paid.",
            arguments.collect::<Vec<_>>().join(", "),
        );
        (*recorded.first()?, detail)
    } else {
        let first = recorded
            .first()
            .copied()
            .or_else(|| decision.with(Effect::InPlace).next())
            .filter(|_| !recorded.is_empty() || !kept.is_empty())?;
        let mut sentences = Vec::new();
        if !recorded.is_empty() {
            sentences.push(format!(
                "CertCentral cannot change {} after an order is placed.",
                arguments(&recorded)
            ));
        }
        sentences.extend(kept.iter().cloned());
        let detail = format!(
            "{} State records the new value, and order {order} keeps what it was ordered with. Nothing is called for it and nothing is paid.",
            sentences.join(" "),
        );
        (first, detail)
    };
    Some(
        Diagnostic::warning("Change is recorded only", detail)
            .at(AttributePath::of(first.argument)),
    )
}

/// The warning of a closed order that stays, with what of the configuration it does not take.
pub(crate) fn closed(prior: &SslOrderModel, decision: &Decision) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    let status = prior.status.as_str().unwrap_or_default();
    let is_key = |change: &&Change| change.argument == "order_key";
    let all = || decision.kept.iter().chain(&decision.changes);
    let kept: Vec<_> = decision.kept.iter().filter(|it| !is_key(it)).collect();
    let recorded: Vec<_> = decision
        .changes
        .iter()
        .filter(|it| it.is_of_the_order() && !is_key(it))
        .collect();
    let mut sentences = vec![format!(
        "Order {order} for {names} is {status} in CertCentral, and nothing is done about it. To buy a new order, set \
         `reorder_when_closed = true`, or change `order_key`; to forget it, remove the resource."
    )];
    if !kept.is_empty() {
        sentences.push(format!(
            "A closed order cannot change, so what the configuration now says of {} has no effect: state keeps what order {order} has.",
            arguments(&kept),
        ));
    }
    if !recorded.is_empty() {
        sentences.push(format!(
            "Terraform has state follow the configuration where an argument is added or removed, so state changes in {}. Order {order} does not.",
            arguments(&recorded),
        ));
    }
    if all().any(|it| is_key(&it)) {
        sentences.push(
            "`order_key` buys nothing in this plan, because its value is not known yet, or the order was imported without one. A later plan buys a \
             new order if the value then differs from the one in state."
                .to_owned(),
        );
    }
    let detail = sentences.join("\n\n");
    Diagnostic::warning("Order is closed", detail).at(AttributePath::of("status"))
}

/// The warning of a closed order that another one replaces.
pub(crate) fn closed_replaced(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    because: &str,
    price: Option<&str>,
) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    let status = prior.status.as_str().unwrap_or_default();
    let price = price.map(|sentence| format!(" {sentence}"));
    Diagnostic::warning(
        "Closed order is replaced",
        format!(
            "Order {order} for {names} is {status} in CertCentral and {because}: a new order is placed and paid. The new \
             order: {}.{}",
            what_is_bought(planned),
            price.unwrap_or_default(),
        ),
    )
}

/// Product, names, validity and organization.
fn what_is_bought(order: &SslOrderModel) -> String {
    format!(
        "Product {} for {}, {}, {}",
        order
            .product_name_id
            .as_str()
            .unwrap_or("known after apply"),
        order.shown_names(),
        order.shown_term(),
        order.shown_organization(),
    )
}

/// The arguments of some changes, each once.
fn arguments(changes: &[&Change]) -> String {
    let names = changes.iter().map(|it| format!("`{}`", it.argument));
    listed(names, "and")
}

#[cfg(test)]
mod tests {
    use super::super::decision::{Change, Decision, Effect, Reason, What};
    use super::recorded_only;
    use crate::framework::{Attr, AttributePath};
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::update::in_place::InPlace;

    fn change(argument: &'static str, effect: Effect) -> Change {
        Change {
            argument,
            effect,
            path: AttributePath::of(argument),
        }
    }

    #[test]
    fn only_recorded_arguments_are_named() {
        let mut decision = Decision {
            what: What::Record,
            reason: Reason::Arguments,
            changes: vec![
                change("csr", Effect::Reissue),
                change("order_key", Effect::RecordOnly),
                change("comments", Effect::RecordOnly),
            ],
            kept: Vec::new(),
            in_place: InPlace::default(),
            renewal_refused: None,
        };
        let prior = SslOrderModel {
            order_id: Attr::Known(112_233),
            ..SslOrderModel::default()
        };
        let warning = recorded_only(&decision, &prior, true).unwrap();
        assert_eq!(warning.attribute, Some(AttributePath::of("order_key")));
        assert!(
            warning.detail.starts_with("Order 112233 was imported")
                && warning.detail.contains("for `order_key`, `comments`, or"),
            "{}",
            warning.detail
        );
        decision.changes.truncate(1);
        assert_eq!(recorded_only(&decision, &prior, true), None);
    }
}
