//! A price against a limit: what the plan says, and when an order is refused. Pure.

use super::{Estimate, Price};
use crate::certcentral::Amount;
use crate::framework::{Attr, AttributePath, Diagnostic};

/// What comes of the price in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// A sentence for the warning of the plan.
    pub(crate) words: Option<String>,
    /// Why the order must not be planned.
    pub(crate) problem: Option<Diagnostic>,
}

/// Judges a planned order. What the plan cannot know yet does not stop it: [`refusal`] does, when the order is placed.
pub(crate) fn judge(estimate: &Estimate, limit: &Attr<Amount>) -> Verdict {
    let problem = match (estimate, limit) {
        (Estimate::Price(_) | Estimate::Undetermined(_), Attr::Known(_)) => {
            refusal(estimate, limit)
        }
        _ => None,
    };
    let sentences: Vec<_> = [price_sentence(estimate), limit_sentence(estimate, limit)]
        .into_iter()
        .flatten()
        .collect();
    let words = (problem.is_none() && !sentences.is_empty()).then(|| sentences.join(" "));
    Verdict { words, problem }
}

/// Why an order must not be placed now. With a limit only a known price passes.
pub(crate) fn refusal(estimate: &Estimate, limit: &Attr<Amount>) -> Option<Diagnostic> {
    let limit = match limit {
        Attr::Null => return None,
        Attr::Unknown => return Some(unknown_limit()),
        Attr::Known(limit) => limit,
    };
    let reason = match estimate {
        Estimate::Price(price) => {
            return (price.total > *limit).then(|| too_dear(price, limit));
        }
        Estimate::Undetermined(reason) => reason.as_str(),
        Estimate::NotKnownYet => {
            "The product, the names or the validity of the order are not known."
        }
        Estimate::NobodyToAsk => "There is no API key or no address to ask CertCentral with.",
    };
    Some(undetermined(reason, limit))
}

fn price_sentence(estimate: &Estimate) -> Option<String> {
    let Estimate::Price(price) = estimate else {
        return None;
    };
    let amount = with_currency(&price.total, price);
    Some(format!(
        "CertCentral estimates its price at {amount} before tax."
    ))
}

fn limit_sentence(estimate: &Estimate, limit: &Attr<Amount>) -> Option<String> {
    let checked_later = "is checked before the order is placed, because";
    match (limit, estimate) {
        (Attr::Null, _) => None,
        (Attr::Unknown, _) => Some(format!(
            "`max_order_price` {checked_later} it becomes known only during apply."
        )),
        (Attr::Known(limit), Estimate::NotKnownYet) => Some(format!(
            "`max_order_price`, {limit}, {checked_later} the product, the names or the validity become known only during apply."
        )),
        (Attr::Known(limit), Estimate::NobodyToAsk) => Some(format!(
            "`max_order_price`, {limit}, {checked_later} the plan has no API key, or no address, to ask CertCentral for the price with."
        )),
        (Attr::Known(limit), Estimate::Price(price)) => Some(format!(
            "That is within `max_order_price`, {}.",
            with_currency(limit, price)
        )),
        (Attr::Known(_), Estimate::Undetermined(_)) => None,
    }
}

fn too_dear(price: &Price, limit: &Amount) -> Diagnostic {
    Diagnostic::error(
        "Order exceeds the price limit",
        format!(
            "CertCentral estimates the price of this order at {} before tax, and `max_order_price` allows {}. Nothing was ordered. Choose \
             another product, fewer names or a shorter validity, or raise `max_order_price` in the provider block (or \
             DIGICERT_MAX_ORDER_PRICE) if the price is right.",
            with_currency(&price.total, price),
            with_currency(limit, price),
        ),
    )
    .at(AttributePath::of("product_name_id"))
}

fn undetermined(reason: &str, limit: &Amount) -> Diagnostic {
    Diagnostic::error(
        "Price of the order not known",
        format!(
            "The price could not be determined, and with `max_order_price`, {limit}, no order is placed at an unknown price. Nothing was \
             ordered.\n\n{reason}\n\nRun the command again. If CertCentral tells no price for this order, order without a limit: remove \
             `max_order_price` from the provider block, or unset DIGICERT_MAX_ORDER_PRICE, for this apply."
        ),
    )
    .at(AttributePath::of("product_name_id"))
}

fn unknown_limit() -> Diagnostic {
    Diagnostic::error(
        "Price limit not known",
        "`max_order_price` of the provider block is set from a value that is still unknown, so the price cannot be checked. Nothing was \
         ordered. Apply the resources that the value comes from first, or write the amount into the provider block.",
    )
    .at(AttributePath::of("product_name_id"))
}

pub(crate) fn with_currency(amount: &Amount, price: &Price) -> String {
    match &price.currency {
        Some(currency) => format!("{amount} {currency}"),
        None => amount.to_string(),
    }
}
