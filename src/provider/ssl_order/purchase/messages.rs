//! What the person who applies reads when an order was found, doubtful or doubled.

use super::new_order::Prepared;
use crate::certcentral::{Error, Order, OrderId, PlacedOrder};
use crate::framework::{AttributePath, Diagnostic};

/// An earlier run had placed the order. `for_good` is a sentence on what that means for a later destroy, if it means something.
pub(crate) fn adopted(order: &Order, token: &str, for_good: &str) -> Diagnostic {
    Diagnostic::warning(
        "Existing order adopted",
        format!(
            "Order {} ({}) was placed earlier with the same content (token {token}). It is taken over instead of buying it again. To buy another \
             order with the same content, set or change `order_key`.{for_good}",
            order.id, order.status
        ),
    )
}

/// The POST's answer was lost and the order is there.
pub(crate) fn settled(order: &Order) -> Diagnostic {
    Diagnostic::warning(
        "Order found after a lost answer",
        format!(
            "CertCentral's answer to the order was lost, and the order was found afterwards: order {} ({}). Nothing was sent twice.",
            order.id, order.status
        ),
    )
}

/// The order or the reissue is taken, and parts of the answer could not be read. None if all could.
pub(crate) fn odd_answer(answer: &PlacedOrder) -> Option<Diagnostic> {
    if answer.odd_members.is_empty() {
        return None;
    }
    let members: Vec<_> = answer
        .odd_members
        .iter()
        .map(|member| format!("`{member}`"))
        .collect();
    Some(Diagnostic::warning(
        "Answer of CertCentral is odd in parts",
        format!(
            "CertCentral has taken order {}, which is in state. These members of its answer were not of the type that the API documents, \
             so they were left out: {}. The order itself is not affected. If the next plan shows nothing unexpected, nothing is to be done.",
            answer.id,
            members.join(", ")
        ),
    ))
}

/// The order is placed, and looking at it failed.
pub(crate) fn details_follow(id: OrderId) -> Diagnostic {
    Diagnostic::warning(
        "Order placed, details follow",
        format!(
            "Order {id} is placed and in state. The next refresh fills in its status and certificate."
        ),
    )
}

/// The order is placed, and the provider made a mistake afterwards.
pub(crate) fn details_lost(id: OrderId) -> Diagnostic {
    Diagnostic::warning(
        "Order placed, details lost by a bug",
        format!(
            "Order {id} is placed and in state. A bug of the provider kept it from reading the order's details; the next refresh tries again. \
             Please report the bug, with the log of this run."
        ),
    )
}

/// The run was stopped before the POST.
pub(crate) fn interrupted() -> Diagnostic {
    Diagnostic::error(
        "Interrupted before ordering",
        "The run was interrupted before the order was sent to CertCentral. Nothing was ordered. Run apply again to order.",
    )
}

/// Nobody knows whether the order was placed.
pub(crate) fn unknown_outcome(
    prepared: &Prepared,
    lost: &Error,
    trouble: Option<&Error>,
) -> Diagnostic {
    let looked = match trouble {
        Some(error) => format!("Looking for it failed too: {error}."),
        None => "It was looked for by its token and not found.".to_owned(),
    };
    Diagnostic::error(
        "Unknown outcome of the order",
        format!(
            "The order for {} was sent to CertCentral and the answer was lost: {lost}. {looked} It may or may not have been placed; it was not sent \
             again.\n\nRun apply again: it looks for the token {} first, takes the order over if it exists, and orders only if it does not. \
             Keep the configuration as it is until then, because the token is derived from it.",
            prepared.body.certificate.common_name, prepared.token
        ),
    )
}

/// More than one open order carries the token.
pub(crate) fn several_orders(prepared: &Prepared, ids: &[OrderId]) -> Diagnostic {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Diagnostic::error(
        "Several orders with the same token",
        format!(
            "The open orders {} all carry the token {}. Nothing was ordered. Import the one to keep with `terraform import`, and cancel or \
             revoke the others in CertCentral.",
            ids.join(", "),
            prepared.token
        ),
    )
}

/// The POST's answer was lost, and more than one open order carries the token: another run ordered at the same time.
pub(crate) fn several_after_a_lost_answer(prepared: &Prepared, ids: &[OrderId]) -> Diagnostic {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Diagnostic::error(
        "Several orders with the same token",
        format!(
            "The order was sent and its answer was lost. The open orders {} all carry the token {} now: this run placed one of them, and another run \
             the rest, such as a second apply at the same time. Keep the one with the lowest number, end the others in CertCentral (cancel \
             what is pending, revoke what is issued), then apply again: the apply takes the one that is left over.",
            ids.join(", "),
            prepared.token
        ),
    )
}

/// Another run placed the same order meanwhile.
pub(crate) fn placed_twice(ours: OrderId, other: &Order, token: &str) -> Diagnostic {
    let (keep, end) = (ours.min(other.id), ours.max(other.id));
    Diagnostic::warning(
        "Order placed twice by two runs",
        format!(
            "Order {ours} is in this state, and order {} ({}) carries the same token {token}: another run placed it meanwhile, such as a second \
             apply without a state lock, or a killed one whose request arrived late. CertCentral charges both. Keep order {keep}, the earlier \
             one, and end order {end} in CertCentral: cancel it while it is pending, revoke it once it is issued. Remove it with `terraform state \
             rm` from the state that holds it and apply there again: the apply takes order {keep} over.",
            other.id, other.status
        ),
    )
}

/// The reference names an order for another key: one that was reissued since, unless the reference is the user's own.
pub(crate) fn foreign_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    if prepared.is_derived() {
        return Diagnostic::error(
            "Reissued order exists",
            format!(
                "Order {id} was placed for this very configuration ({}, token {}) and was reissued for another key since. Nothing was ordered. To go on \
                 with it, import it; the next apply reissues it for the key of `csr`, which costs nothing:\n\n  \
                 import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}\n\nTo buy another order, change `order_key`.",
                prepared.body.certificate.common_name, prepared.token,
            ),
        );
    }
    Diagnostic::error(
        "Alternative order id in use",
        format!(
            "Order {id} carries the alternative order id {:?} and was placed for another key. Nothing was ordered. Choose another \
             `alternative_order_id`, or import order {id} and reissue it with the new CSR, which costs nothing.",
            prepared.token
        ),
    )
    .at(AttributePath::of("alternative_order_id"))
}

/// Another resource of the same apply has the token.
pub(crate) fn same_order_twice(prepared: &Prepared) -> Diagnostic {
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Another resource of this configuration orders the same product for the same names, key, organization and validity ({}). It was not \
             ordered twice. Remove one of them, or set a different `order_key` on each to buy both.",
            prepared.body.certificate.common_name
        ),
    )
}

/// An order that looks like this one exists and is not ours.
pub(crate) fn similar_order(prepared: &Prepared, id: OrderId, placed: &str) -> Diagnostic {
    Diagnostic::error(
        "Similar order exists",
        format!(
            "Order {id}, placed {placed}, is open and covers the same names with the same product and organization ({}). Nothing was \
             ordered. To manage it, import it:\n\n  import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}\n\nTo order another \
             one all the same, set `duplicate_order_check = \"warn\"`.",
            prepared.body.certificate.common_name
        ),
    )
}

/// A configuration has two open orders, one of which is to be renewed.
pub(crate) fn twin_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    let former = prepared.renewal_of().map(|id| id.to_string());
    Diagnostic::error(
        "Order of this configuration exists beside the one to renew",
        format!(
            "Order {id} is open for {common_name} and was placed for this very configuration, beside order {former}, which runs out. Nothing was \
             ordered. To go on with order {id}, take the resource out of the state with `terraform state rm` and import that order:\n\n  \
             import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}\n\nTo renew order {former} all the same, set \
             `duplicate_order_check = \"off\"`.",
            common_name = prepared.body.certificate.common_name,
            former = former.unwrap_or_default(),
        ),
    )
}

/// An order holds the key and the names, but nothing tells whether it was placed for this configuration.
pub(crate) fn doubtful_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Reissued order exists",
        format!(
            "Order {id} is open for {common_name}, was placed by this provider and was reissued since, or waits for a reissue, so its reference does \
             not tell whether it belongs to this configuration (token {token}). Nothing was ordered. If it does, import it:\n\n  \
             import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}\n\nTo buy another order for the same key, set \
             `duplicate_order_check = \"off\"`.",
            common_name = prepared.body.certificate.common_name,
            token = prepared.token,
        ),
    )
}

/// A destroy of the same apply is just ending the order.
pub(crate) fn order_ending(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        format!("Order {id} is just being ended by this apply"),
        format!(
            "Order {id}, which was placed earlier with this very content, is just being canceled or revoked by a destroy of the same apply, as its plan \
             has said. So it was not adopted, and nothing was ordered. A resource that was renamed without a `moved` block is such a case: Terraform \
             destroys it under its former name and creates it under the new one. If this destroy fails and the order is still open, add a `moved` block \
             from the former address to the new one, and plan again. Otherwise the next apply orders anew, and its plan says what that costs."
        ),
    )
}

/// Another resource of the same apply has the order.
pub(crate) fn order_taken(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Order {id}, which was placed earlier, belongs to this configuration, but another resource of this apply has it already. Give one of \
             them another `order_key` to buy a second order."
        ),
    )
}
