//! What to say when there is no certificate, for a person who is woken by it.

use std::time::Duration;

use crate::certcentral::{Order, OrderId};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::order::domains::{DcvRecord, OpenDomain};
use crate::provider::order::status;
use crate::provider::order::steps::OpenSteps;

/// What is known when a wait ends without a certificate.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    /// The order as it was seen last, if it was.
    pub order: Option<&'a Order>,
    /// The steps of its validation that are open.
    pub steps: &'a OpenSteps,
    /// The order's random value.
    pub token: Option<&'a str>,
    /// What the last check of the domains came to.
    pub last_check: Option<&'a str>,
}

const NOTHING_LOST: &str =
    "The order is untouched and nothing is ordered again: the next apply waits again.";

/// Asking again does not cure what a zone does to its records.
const SEEN_BY_ALL: &str = "\n\nIf what DigiCert asks for is there, look at it as DigiCert does: \
    from several networks, each of which must see it, and through a resolver that verifies DNSSEC. \
    A record that only your network sees, or a signed zone that does not verify, fails every check \
    until the zone is mended.";

/// The time is up.
pub(crate) fn time_up(id: OrderId, situation: &Situation<'_>, waited: Duration) -> Diagnostic {
    Diagnostic::error(
        "Certificate not issued in time",
        format!(
            "Order {id} has no certificate after {}.{}\n\n{NOTHING_LOST} `timeouts.create` sets \
             how long that is.",
            humantime::format_duration(waited),
            last_seen(situation),
        ),
    )
}

/// Somebody stopped the apply.
pub(crate) fn stopped(id: OrderId, situation: &Situation<'_>) -> Diagnostic {
    Diagnostic::error(
        "Wait for the certificate interrupted",
        format!(
            "The apply was stopped before the certificate of order {id} was \
             seen.{}\n\n{NOTHING_LOST}",
            last_seen(situation)
        ),
    )
}

/// Nothing is under way any more.
pub(crate) fn closed(order: &Order) -> Diagnostic {
    let (id, status) = (order.id, &order.status);
    Diagnostic::error(
        "Order closed without a certificate",
        format!(
            "Order {id} is {status}, so waiting for its certificate is of no use. {} Ask the \
             approver or DigiCert for the reason; to buy another order, set `reorder_when_closed = \
             true` at the order or change its `order_key`.",
            status::detail(status)
        ),
    )
    .at(AttributePath::of("order_id"))
}

/// CertCentral does not show the order.
pub(crate) fn not_visible(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Order not visible",
        format!(
            "CertCentral does not show order {id} to this API key: the id is wrong, or the order \
             is in a container (division) that the key does not see."
        ),
    )
    .at(AttributePath::of("order_id"))
}

/// Records that the order needs are not among those that were created.
pub(crate) fn missing_records(
    id: OrderId,
    missing: &[(&OpenDomain, DcvRecord)],
    given: &[&str],
) -> Diagnostic {
    let list: Vec<_> = missing
        .iter()
        .map(|(domain, record)| {
            format!(
                "- {} for {}: {} record with the value {:?}",
                record.name,
                domain.names.join(", "),
                record.kind,
                record.value
            )
        })
        .collect();
    Diagnostic::error(
        "Validation records are missing",
        format!(
            "Order {id} waits for DNS records that `validation_records` does not name:\n{}\n\nIt \
             names {}. Create them, for example with `for_each` over the order's \
             `domain_validations`, and name them here.",
            list.join("\n"),
            match given.is_empty() {
                true => "none".to_owned(),
                false => given.join(", "),
            }
        ),
    )
    .at(AttributePath::of("validation_records"))
}

/// The certificate is issued, and what CertCentral sends with it is not the chain of the order's
/// key.
pub(crate) fn unusable_chain(order: &Order, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "Certificate chain not usable",
        format!(
            "CertCentral's chain for order {} is not usable: {reason}. The order is fine; the next \
             apply tries again.",
            order.id
        ),
    )
}

fn last_seen(situation: &Situation<'_>) -> String {
    let mut text = situation.order.map_or_else(String::new, |order| {
        let meaning = situation.steps.detail(&order.status);
        format!(" Its status is {}: {meaning}", order.status)
    });
    if !situation.steps.domains.is_empty() {
        text.push_str("\n\nThese names are not validated and wait for:\n");
        let lines = situation.steps.domains.iter().map(|domain| {
            let names = domain.names.join(", ");
            format!("- {names}: {}", domain.needs(situation.token))
        });
        text.push_str(&lines.collect::<Vec<_>>().join("\n"));
    }
    if let Some(said) = situation.last_check {
        text.push_str("\n\nThe last check of the domains: ");
        text.push_str(said);
        if !situation.steps.domains.is_empty() {
            text.push_str(SEEN_BY_ALL);
        }
    }
    text
}
