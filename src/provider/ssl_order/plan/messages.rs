//! What a reviewer reads in the plan: one warning for each thing that costs money or cannot be
//! taken back.

use super::certificate::Outlook;
use super::changes::{Change, Effect};
use super::decision::{Decision, Reason, What};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::rules::listed;

/// The warning of every plan that buys. `price` is a sentence about the price, if there is
/// something to say.
pub(crate) fn paid_order(order: &SslOrderModel, price: Option<&str>) -> Diagnostic {
    let price = price.map(|sentence| format!(" {sentence}"));
    Diagnostic::warning(
        "This apply places a paid order",
        format!(
            "{}.{} CertCentral charges it when the order is placed. If an earlier run placed this \
             very order already, it is found and adopted instead.",
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
    outlook: &Outlook,
) -> Diagnostic {
    let price = price.map(|sentence| format!(" {sentence}"));
    Diagnostic::warning(
        "This apply places a paid renewal order",
        format!(
            "Order {old} ends on {end}, which is within `renew_days_before_expiry` ({days} days). \
             A new order is placed with `renewal_of_order_id` {old} and takes its place in state. \
             {bought}.{price} CertCentral charges it when the order is placed. Order {old} and its \
             certificate stay as they are until they end.{beside}",
            beside = outlook.beside.sentences(),
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
            "Order {order} for {names}, which ends on {}, was renewed by order {successor}, which \
             is not in this state: somebody renewed it in CertCentral, or a run did that lost its \
             state. This apply takes order {successor} into state in its place. Nothing is bought, \
             and order {order} and its certificate stay as they are until they end. Whatever uses \
             the certificate gets that of order {successor}.",
            prior.order_valid_till.as_str().unwrap_or("an unknown day"),
        ),
    )
}

/// The warning of an order that is due for a renewal and whose configuration fixes a day that has
/// passed.
pub(crate) fn renewal_needs_a_date(prior: &SslOrderModel, problem: &Diagnostic) -> Diagnostic {
    let mut warning = Diagnostic::warning(
        "Order cannot be renewed with this date",
        format!(
            "Order {} for {} ends on {} and is due for a renewal, but nothing is ordered: {} Set \
             the date on which the renewal order shall end, or `order_validity = {{ years = 1 }}`.",
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

/// The warning of a replacement: why, what is bought, and what becomes of the `old` order, as a
/// sentence ends.
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
            "CertCentral cannot change {} of an order, so order {} for {} is replaced: a new order \
             is placed and paid, and the old one {old}. The new order: {}.{}",
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

/// The warning of a reissue: why, what it costs, and what it makes of the certificate in force.
/// Without a changed argument the certificate is running out; of arguments that are not known yet
/// nobody can say more than that it may happen.
pub(crate) fn reissue(prior: &SslOrderModel, decision: &Decision) -> Diagnostic {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    let outlook = sentences(&decision.outlook);
    let changed: Vec<_> = decision.with(Effect::Reissue).collect();
    let open: Vec<_> = decision.with(Effect::PerhapsReissue).collect();
    if decision.reason == Reason::CertificateEnds {
        let same = match decision.outlook.is_alike() {
            true => "same",
            false => "configured",
        };
        let until = match decision.outlook.drops_none() {
            true => ", and the present certificate stays valid until it ends",
            false => "",
        };
        return Diagnostic::warning(
            REISSUE,
            format!(
                "The certificate of order {order} for {names} ends on {}, and the order has \
                 coverage until {}. CertCentral issues another one for the {same} names and key on \
                 the same order. It costs nothing{until}.{outlook}",
                prior.valid_till.as_str().unwrap_or("an unknown day"),
                prior.order_valid_till.as_str().unwrap_or("an unknown day"),
            ),
        );
    }
    let pending = if prior.status.as_str() == Some("reissue_pending") {
        " A reissue is under way already: if it is this one, it is waited for; if not, the apply \
         stops."
    } else {
        ""
    };
    let (summary, because, shown) = if decision.may_reissue() {
        let because = format!(
            "Order {order} for {names} may get another certificate, because {} is not known before \
             the apply. If the value turns out to be what the order has, nothing is sent and the \
             certificate stays.",
            arguments(&open)
        );
        ("This apply may reissue the certificate", because, open)
    } else {
        let because = format!(
            "Order {order} for {names} gets another certificate, because {} changed. The order \
             stays the same.",
            arguments(&changed)
        );
        (REISSUE, because, changed)
    };
    let warning = Diagnostic::warning(
        summary,
        format!(
            "{because} A reissue is free; names that the order does not cover yet may be \
             charged.{pending}{outlook}"
        ),
    );
    match shown.first() {
        Some(first) => warning.at(first.path.clone()),
        None => warning,
    }
}

/// What a plan of a reissue says beside where CertCentral reissues, too.
pub(crate) const BY_ITSELF: &str = " CertCentral also reissues this certificate by itself 30 days \
    before its end, because `auto_reissue` is on for the order. Whichever comes first serves for \
    both: a certificate that CertCentral has reissued is taken over at the next refresh.";

const REISSUE: &str = "This apply reissues the certificate";

/// What a reviewer cannot see in the arguments: how the certificate in force differs from the one
/// to come.
fn sentences(outlook: &Outlook) -> String {
    let mut all = String::new();
    if outlook.has_another_key {
        all.push_str(
            " The present certificate has another key than `csr`: whoever uses it needs the new \
             certificate together with the key of `csr`.",
        );
    }
    if outlook.is_known && !outlook.added.is_empty() {
        let added = outlook.added.join(", ");
        all.push_str(&format!(
            " The new certificate also covers {added}, which the present one does not."
        ));
    }
    if !outlook.companions.is_empty() {
        let companions = outlook.companions.join(", ");
        all.push_str(&format!(
            " The present certificate also covers {companions}, which is not configured: \
             CertCentral adds such names by itself. If it does not add them again, DigiCert \
             revokes the present certificate within 72 hours; put them into `dns_names` to be sure \
             of them."
        ));
    }
    all.push_str(&outlook.beside.sentences());
    if !outlook.is_known {
        all.push_str(
            " State does not hold the present certificate, so its names and key could not be \
             compared. The apply stops if that certificate covers a name that this plan does not \
             know of and that the new one would not cover.",
        );
    }
    all
}

/// The warning of a reissue that takes a name away, or may.
///
/// Source:
/// <https://docs.digicert.com/en/certcentral/manage-certificates/reissue-a-tls-ssl-certificate.html>
pub(crate) fn revoked_names(prior: &SslOrderModel, outlook: &Outlook) -> Option<Diagnostic> {
    let order = prior.shown_id();
    let serial_number = prior.serial_number.as_str().unwrap_or("unknown");
    let path = AttributePath::of("dns_names");
    if outlook.names_are_open {
        let present = outlook.names.join(", ");
        let warning = Diagnostic::warning(
            "DigiCert may revoke the present certificate within 72 hours",
            format!(
                "The names of order {order} are not known before the apply. If they leave out one \
                 of {present}, the apply reissues without it, and DigiCert then revokes the \
                 present certificate of the order (serial number {serial_number}), its duplicates \
                 and its earlier reissues within 72 hours after the new one is issued."
            ),
        );
        return Some(warning.at(path));
    }
    if outlook.dropped.is_empty() {
        return None;
    }
    let warning = Diagnostic::warning(
        "DigiCert will revoke the present certificate within 72 hours",
        format!(
            "The reissue of order {order} drops {}. DigiCert then revokes the present certificate \
             of the order (serial number {serial_number}), its duplicates and its earlier reissues \
             within 72 hours after the new one is issued. Have the new certificate in use \
             everywhere by then. To keep the present one, keep its names and add the new ones.",
            outlook.dropped.join(", "),
        ),
    );
    Some(warning.at(path))
}

/// The warning of changes of the certificate that the certificate in force has already. A reissue
/// takes them along.
pub(crate) fn has_it_already(decision: &Decision, prior: &SslOrderModel) -> Option<Diagnostic> {
    if decision.what == What::Reissue {
        return None;
    }
    let recorded: Vec<_> = decision
        .with(Effect::RecordOnly)
        .filter(|it| is_of_the_certificate_in_force(it, prior))
        .collect();
    let first = recorded.first()?;
    let order = prior.shown_id();
    let warning = Diagnostic::warning(
        "Change is recorded only",
        format!(
            "The certificate of order {order} (serial number {}) has what {} now says: the same \
             key, or the same names. State records the new value, and a note on the order may say \
             by which content it is found. Nothing is reissued and nothing is paid.",
            prior.serial_number.as_str().unwrap_or("unknown"),
            arguments(&recorded),
        ),
    );
    Some(warning.at(first.path.clone()))
}

/// An import may not tell the CSR; what is configured then is not held against a certificate.
fn is_of_the_certificate_in_force(change: &Change, prior: &SslOrderModel) -> bool {
    match change.argument {
        "common_name" => !prior.common_name.is_null(),
        "csr" => !prior.csr.is_null(),
        argument => argument == "dns_names",
    }
}

/// The warning of a value that is not known yet and may mean another order.
pub(crate) fn perhaps_another_order(
    decision: &Decision,
    prior: &SslOrderModel,
) -> Option<Diagnostic> {
    let open = decision.perhaps_of_a_new_order();
    let first = open.first()?;
    let warning = Diagnostic::warning(
        "Change of the order is not known yet",
        format!(
            "{} of order {} for {} is not known before the apply. If the value turns out to be \
             what the order has, nothing happens. If not, it would take another order, which this \
             plan does not announce: the apply then stops before anything is ended or bought, \
             before Terraform 1.16 with \"Provider produced inconsistent final plan\". Plan again \
             after that, when the value is known.",
            arguments(&open),
            prior.shown_id(),
            prior.shown_names(),
        ),
    );
    Some(warning.at(first.path.clone()))
}

/// The error of a certificate that is to change before there is one.
pub(crate) fn not_reissuable(prior: &SslOrderModel, because: &[&Change]) -> Diagnostic {
    let problem = Diagnostic::error(
        "Certificate cannot be changed before it is issued",
        format!(
            "{} changed. CertCentral changes a certificate by a reissue, which an order has only \
             once it is issued; order {} for {} is {}. Set the argument back and change it after \
             the certificate is issued. If the order is wrong as it is, set `on_destroy = \
             \"cancel\"`, apply, destroy it, and order again.",
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

/// The warning for what state records and CertCentral keeps as it was ordered; of an import also
/// what CertCentral does not report.
pub(crate) fn recorded_only(
    decision: &Decision,
    prior: &SslOrderModel,
    imported: bool,
) -> Option<Diagnostic> {
    let recorded: Vec<_> = decision
        .with(Effect::RecordOnly)
        .filter(|it| it.argument != "reissue_trigger" && !is_of_the_certificate_in_force(it, prior))
        .collect();
    let kept = &decision.in_place.kept;
    let order = prior.shown_id();
    let (first, detail) = if kept.is_empty() && imported {
        let arguments = recorded.iter().map(|it| format!("`{}`", it.argument));
        let detail = format!(
            "Order {order} was imported, and CertCentral does not tell what it was ordered with \
             for {}, or cannot change it any more. State records the configured value, and the \
             order stays as it is. Nothing is called and nothing is paid.",
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
            "{} State records the new value, and order {order} keeps what it was ordered with. \
             Nothing is called for it and nothing is paid.",
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
        "Order {order} for {names} is {status} in CertCentral, and nothing is done about it. To \
         buy a new order, set `reorder_when_closed = true`, or change `order_key`; to forget it, \
         remove the resource."
    )];
    if !kept.is_empty() {
        sentences.push(format!(
            "A closed order cannot change, so what the configuration now says of {} has no effect: \
             state keeps what order {order} has.",
            arguments(&kept),
        ));
    }
    if !recorded.is_empty() {
        sentences.push(format!(
            "Terraform has state follow the configuration where an argument is added or removed, \
             so state changes in {}. Order {order} does not.",
            arguments(&recorded),
        ));
    }
    if all().any(|it| is_key(&it)) {
        sentences.push(
            "`order_key` buys nothing in this plan, because its value is not known yet, or the \
             order was imported without one. A later plan buys a new order if the value then \
             differs from the one in state."
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
            "Order {order} for {names} is {status} in CertCentral and {because}: a new order is \
             placed and paid. The new order: {}.{}",
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
pub(super) fn arguments(changes: &[&Change]) -> String {
    let names = changes.iter().map(|it| format!("`{}`", it.argument));
    listed(names, "and")
}

#[cfg(test)]
mod tests {
    use super::super::certificate::Outlook;
    use super::super::changes::{Change, Effect};
    use super::super::decision::{Decision, Reason, What};
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
            outlook: Outlook::default(),
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
