//! What the person who applies reads when an order was found, doubtful or doubled.

use super::likeness::Differences;
use super::new_order::Prepared;
use super::open_orders::OpenOrder;
use crate::certcentral::{Error, Order, OrderId, PlacedOrder};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::order::waiting::Paused;

/// Orders that one message tells of.
const SHOWN_ORDERS: usize = 3;

/// An earlier run had placed the order. `for_good` is a sentence on what that means for a later
/// destroy, if it means something.
pub(crate) fn adopted(order: &Order, token: &str, for_good: &str) -> Diagnostic {
    Diagnostic::warning(
        "Existing order adopted",
        format!(
            "Order {} ({}) was placed earlier with the same content (token {token}). It is taken \
             over instead of buying it again. To buy another order with the same content, set or \
             change `order_key`.{for_good}",
            order.id, order.status
        ),
    )
}

/// The POST's answer was lost and the order is there.
pub(crate) fn settled(order: &Order) -> Diagnostic {
    Diagnostic::warning(
        "Order found after a lost answer",
        format!(
            "CertCentral's answer to the order was lost, and the order was found afterwards: order \
             {} ({}). Nothing was sent twice.",
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
            "CertCentral has taken order {}, which is in state. These members of its answer were \
             not of the type that the API documents, so they were left out: {}. The order itself \
             is not affected. If the next plan shows nothing unexpected, nothing is to be done.",
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
            "Order {id} is placed and in state. The next refresh fills in its status and \
             certificate."
        ),
    )
}

/// The order is placed, and the provider made a mistake afterwards.
pub(crate) fn details_lost(id: OrderId) -> Diagnostic {
    Diagnostic::warning(
        "Order placed, details lost by a bug",
        format!(
            "Order {id} is placed and in state. A bug of the provider kept it from reading the \
             order's details; the next refresh tries again. Please report the bug, with the log of \
             this run."
        ),
    )
}

/// The run was stopped before the POST.
pub(crate) fn interrupted() -> Diagnostic {
    Diagnostic::error(
        "Interrupted before ordering",
        "The run was interrupted before the order was sent to CertCentral. Nothing was ordered. \
         Run apply again to order.",
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
            "The order for {} was sent to CertCentral and the answer was lost: {lost}. {looked} It \
             may or may not have been placed; it was not sent again.\n\nRun apply again: it looks \
             for the token {} first, takes the order over if it exists, and orders only if it does \
             not. Keep the configuration as it is until then, because the token is derived from \
             it.",
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
            "The open orders {} all carry the token {}. Nothing was ordered. Import the one to \
             keep with `terraform import`, and cancel or revoke the others in CertCentral.",
            ids.join(", "),
            prepared.token
        ),
    )
}

/// The POST's answer was lost, and more than one open order carries the token: another run ordered
/// at the same time.
pub(crate) fn several_after_a_lost_answer(prepared: &Prepared, ids: &[OrderId]) -> Diagnostic {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Diagnostic::error(
        "Several orders with the same token",
        format!(
            "The order was sent and its answer was lost. The open orders {} all carry the token {} \
             now: this run placed one of them, and another run the rest, such as a second apply at \
             the same time. Keep the one with the lowest number, end the others in CertCentral \
             (cancel what is pending, revoke what is issued), then apply again: the apply takes \
             the one that is left over.",
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
            "Order {ours} is in this state, and order {} ({}) carries the same token {token}: \
             another run placed it meanwhile, such as a second apply without a state lock, or a \
             killed one whose request arrived late. CertCentral charges both. Keep order {keep}, \
             the earlier one, and end order {end} in CertCentral: cancel it while it is pending, \
             revoke it once it is issued. Remove it with `terraform state rm` from the state that \
             holds it and apply there again: the apply takes order {keep} over.",
            other.id, other.status
        ),
    )
}

/// The reference names an order that is not the one to be placed: one that was reissued since,
/// unless the reference is the user's own.
pub(crate) fn other_orders(prepared: &Prepared, others: &[(OrderId, Differences)]) -> Diagnostic {
    let [(id, differs)] = others else {
        let ids: Vec<_> = others.iter().map(|(id, _)| *id).collect();
        return several_orders(prepared, &ids);
    };
    let common_name = &prepared.body.certificate.common_name;
    if prepared.is_derived() {
        return Diagnostic::error(
            "Reissued order exists",
            format!(
                "Order {id} was placed for this very configuration ({common_name}, token {}) and \
                 is another one since: {differs}. Nothing was ordered. To go on with it, import \
                 it; the next apply reissues it for what is configured, which costs nothing:\n\n  \
                 {}\n\nTo buy another order, change `order_key`.",
                prepared.token,
                import_block(*id),
            ),
        );
    }
    Diagnostic::error(
        "Alternative order id in use",
        format!(
            "Order {id} carries the alternative order id {:?} and is not the order for \
             {common_name} that is configured here: {differs}. Nothing was ordered. Choose another \
             `alternative_order_id`. To let both orders carry this one, set `order_key` here, or \
             `duplicate_order_check = \"warn\"`. To go on with order {id}, import it.",
            prepared.token
        ),
    )
    .at(AttributePath::of("alternative_order_id"))
}

/// The same where the order is placed all the same.
pub(crate) fn other_orders_passed(
    prepared: &Prepared,
    others: &[(OrderId, Differences)],
) -> Vec<Diagnostic> {
    let warning = |(id, differs): &(OrderId, Differences)| {
        Diagnostic::warning(
            "Alternative order id in use",
            format!(
                "Order {id} carries the alternative order id {:?}, too, and is another one: \
                 {differs}. The order for {} is placed beside it.",
                prepared.token, prepared.body.certificate.common_name
            ),
        )
    };
    others.iter().map(warning).collect()
}

fn import_block(id: OrderId) -> String {
    format!("import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}")
}

/// Another resource of the same apply has the token.
pub(crate) fn same_order_twice(prepared: &Prepared) -> Diagnostic {
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Another resource of this configuration orders the same product for the same names, \
             key, organization and validity ({}). It was not ordered twice. Remove one of them, or \
             set a different `order_key` on each to buy both.",
            prepared.body.certificate.common_name
        ),
    )
}

/// An order that looks like this one exists and is not ours.
pub(crate) fn similar_order(prepared: &Prepared, order: &OpenOrder) -> Diagnostic {
    let OpenOrder { id, placed, .. } = order;
    Diagnostic::error(
        "Similar order exists",
        format!(
            "Order {id}, placed {placed}, is open and covers the same names with the same product \
             and organization ({}). Nothing was ordered. To manage it, import it:\n\n  {}\n\nTo \
             order another one all the same, set `duplicate_order_check = \"warn\"`, or \
             `order_key` if both orders are for the same key.",
            prepared.body.certificate.common_name,
            import_block(*id),
        ),
    )
}

/// The same where `duplicate_order_check` only warns.
pub(crate) fn bought_beside(prepared: &Prepared, order: &OpenOrder) -> Diagnostic {
    let OpenOrder { id, placed, .. } = order;
    let name = &prepared.body.certificate.common_name;
    Diagnostic::warning(
        format!("Order for {name} is bought beside order {id}"),
        format!(
            "Order {id}, placed {placed}, is open and covers the same names with the same product \
             and organization. Another one is ordered all the same, because \
             `duplicate_order_check` is \"warn\". If order {id} was meant, end the new one and \
             import order {id}:\n\n  {}",
            import_block(*id),
        ),
    )
}

/// An order that another resource of this apply has placed or taken over covers the same names.
pub(crate) fn sibling_order(prepared: &Prepared, order: &OpenOrder) -> Diagnostic {
    Diagnostic::error(
        "Same names twice in one apply",
        format!(
            "Another resource of this apply has just placed or taken over order {id} for the same \
             names with the same product and organization ({name}) and another CSR. Nothing was \
             ordered here. Remove one of the two resources. To buy both orders on purpose, set a \
             different `order_key` on each.",
            id = order.id,
            name = prepared.body.certificate.common_name,
        ),
    )
}

/// Another resource of this apply has sent an order for the same names, and nobody knows what
/// became of it.
pub(crate) fn sibling_of_unknown_outcome(prepared: &Prepared) -> Diagnostic {
    Diagnostic::error(
        "Same names twice in one apply",
        format!(
            "Another resource of this apply has sent an order for the same names with the same \
             product and organization ({}), and its outcome is not known yet. Nothing was ordered \
             here. Apply again: the other order is looked for first. To buy both orders on \
             purpose, set a different `order_key` on each.",
            prepared.body.certificate.common_name
        ),
    )
}

/// Another process of the same run has the order: that of another provider block, or of a test that
/// runs beside this one.
pub(crate) fn same_order_in_two_processes(prepared: &Prepared, id: Option<OrderId>) -> Diagnostic {
    let what = match id {
        Some(id) => format!("has just placed, adopted or reissued order {id} for"),
        None => "has sent an order, of which nobody knows yet what became of it, for".to_owned(),
    };
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Another resource of this run, perhaps under another provider block such as an alias, \
             a module with a block of its own or a parallel test, {what} the same product, names, \
             key, organization and validity ({}). It was not ordered twice. Remove one of the two \
             resources, or set a different `order_key` on each to buy both.",
            prepared.body.certificate.common_name
        ),
    )
}

/// Somebody else on this machine has the locks of the order.
pub(crate) fn locked(prepared: &Prepared, paused: Paused) -> Diagnostic {
    let ended = if paused == Paused::Stopped {
        "the run was interrupted"
    } else {
        "the time of this operation was over (`timeouts`)"
    };
    Diagnostic::error(
        format!(
            "Order for {} waited for another one",
            prepared.body.certificate.common_name
        ),
        format!(
            "Another process on this machine, or another resource of this apply, was at work on an \
             order with the same token or the same names ({}), and {ended} while this one waited \
             for it. Run apply again when the other one has ended. Nothing was ordered.",
            prepared.token
        ),
    )
}

/// Orders that are older than those that stop a create go on covering the names.
pub(crate) fn older_orders(prepared: &Prepared, orders: &[OpenOrder]) -> Diagnostic {
    let name = &prepared.body.certificate.common_name;
    Diagnostic::warning(
        format!("Open order for {name} exists already"),
        format!(
            "{} The order for {name} was placed beside it all the same, because only an order of \
             the last week stops it. If one order is enough, cancel the new one while it is \
             pending, or revoke it, and import the older one:\n\n  {}\n\n`duplicate_order_check = \
             \"off\"` silences this.",
            told(orders),
            blocks(orders),
        ),
    )
}

/// The same in a plan, of orders of any age.
pub(crate) fn open_orders_in_a_plan(common_name: &str, orders: &[OpenOrder]) -> Diagnostic {
    Diagnostic::warning(
        format!("Open order for {common_name} exists already"),
        format!(
            "{} If an earlier run placed it for this very configuration, the apply takes it over \
             and buys nothing. If not, the apply stops for one of the last week, and buys another \
             order beside an older one. To manage it instead, import it:\n\n  \
             {}\n\n`duplicate_order_check = \"off\"` silences this.",
            told(orders),
            blocks(orders),
        ),
    )
}

/// As in `Order 7, placed on 2026-05-01, is open for the same names ...`.
fn told(orders: &[OpenOrder]) -> String {
    let each = orders.iter().take(SHOWN_ORDERS).map(|order| {
        let OpenOrder { id, placed, ends } = order;
        format!(
            "Order {id}, placed {placed}, is open for the same names with the same product and \
             organization, and {ends}."
        )
    });
    let mut text = each.collect::<Vec<_>>().join(" ");
    if orders.len() > SHOWN_ORDERS {
        text.push_str(&format!(" So are {} others.", orders.len() - SHOWN_ORDERS));
    }
    text
}

fn blocks(orders: &[OpenOrder]) -> String {
    orders
        .first()
        .map(|order| import_block(order.id))
        .unwrap_or_default()
}

/// Two resources of a plan order for the same names with different keys.
pub(crate) fn planned_twice(common_name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Two orders for {common_name} in one plan"),
        format!(
            "Two resources of this plan order the same product for the same names and organization \
             ({common_name}) with different CSRs. The apply places one of them and stops at the \
             other. Remove one, or set a different `order_key` on each to buy both."
        ),
    )
}

/// Order info does not show the reference that was sent, and the look-up by it does not show the
/// order.
pub(crate) fn reference_lost(order: &Order, prepared: &Prepared, is_noted: bool) -> Diagnostic {
    let bears = match order.alternative_order_id.as_deref() {
        Some(told) => format!("bears the reference {told:?}"),
        None => "bears no reference".to_owned(),
    };
    let next = if is_noted {
        "A note on the order names the token, so that a later apply without this state finds the \
         order by its names."
    } else {
        "A later apply without this state finds the order by its names only, and stops for it \
         within a week. So keep the state."
    };
    Diagnostic::warning(
        format!("Order {} does not bear its reference", order.id),
        format!(
            "Order {id} for {name} was sent with the reference {token}, and in CertCentral it \
             {bears}. The order is in state and is not affected. {next}",
            id = order.id,
            name = prepared.body.certificate.common_name,
            token = prepared.token,
        ),
    )
}

/// The answer to the POST named an order that bears the reference of another one.
pub(crate) fn answered_with_another(
    told: &Order,
    ours: Option<OrderId>,
    prepared: &Prepared,
) -> Diagnostic {
    let reference = told.alternative_order_id.as_deref().unwrap_or_default();
    let found = match ours {
        Some(id) => format!(
            "Looked up by its own token {}, the order for {} is order {id}, which is in state.",
            prepared.token, prepared.body.certificate.common_name
        ),
        None => format!(
            "No order bears the token {} of the order for {} yet, so order {} is in state, as \
             CertCentral answered.",
            prepared.token, prepared.body.certificate.common_name, told.id
        ),
    };
    Diagnostic::warning(
        format!("Two orders were answered with one id, {}", told.id),
        format!(
            "CertCentral answered this order with the id {id}, and order {id} bears the reference \
             {reference:?} of another order. {found} Look at both orders in CertCentral, and in \
             every state that holds order {id}.",
            id = told.id,
        ),
    )
}

/// A configuration has two open orders, one of which is to be renewed.
pub(crate) fn twin_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    let former = prepared.renewal_of().map(|id| id.to_string());
    Diagnostic::error(
        "Order of this configuration exists beside the one to renew",
        format!(
            "Order {id} is open for {common_name} and was placed for this very configuration, \
             beside order {former}, which runs out. Nothing was ordered. To go on with order {id}, \
             take the resource out of the state with `terraform state rm` and import that \
             order:\n\n  import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  \
             }}\n\nTo renew order {former} all the same, set `duplicate_order_check = \"off\"`.",
            common_name = prepared.body.certificate.common_name,
            former = former.unwrap_or_default(),
        ),
    )
}

/// An order holds the key and the names, but nothing tells whether it was placed for this
/// configuration.
pub(crate) fn doubtful_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Reissued order exists",
        format!(
            "Order {id} is open for {common_name}, was placed by this provider and was reissued \
             since, or waits for a reissue, so its reference does not tell whether it belongs to \
             this configuration (token {token}). Nothing was ordered. If it does, import it:\n\n  \
             import {{\n    to = digicert_ssl_order.<name>\n    id = \"{id}\"\n  }}\n\nTo buy \
             another order for the same key, set `duplicate_order_check = \"off\"`.",
            common_name = prepared.body.certificate.common_name,
            token = prepared.token,
        ),
    )
}

/// An order may be the one of this configuration, and CertCentral's answer leaves out what would
/// tell.
pub(crate) fn untold_order(prepared: &Prepared, id: OrderId) -> Diagnostic {
    let name = &prepared.body.certificate.common_name;
    Diagnostic::error(
        format!("Order {id} may be the one for {name}"),
        format!(
            "Order {id} is open, and CertCentral shows it without its CSR, its names or its \
             reference, so nothing tells whether it belongs to this configuration ({name}, token \
             {}). Nothing was ordered. Run apply again if the answer was incomplete. If it is the \
             order of this configuration, import it:\n\n  {}\n\nTo buy another order all the same, \
             set `duplicate_order_check = \"off\"`.",
            prepared.token,
            import_block(id),
        ),
    )
}

/// A destroy of the same apply is just ending the order.
pub(crate) fn order_ending(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        format!("Order {id} is just being ended by this apply"),
        format!(
            "Order {id}, which was placed earlier with this very content, is just being canceled \
             or revoked by a destroy of the same apply, as its plan has said. So it was not \
             adopted, and nothing was ordered. A resource that was renamed without a `moved` block \
             is such a case: Terraform destroys it under its former name and creates it under the \
             new one. If this destroy fails and the order is still open, add a `moved` block from \
             the former address to the new one, and plan again. Otherwise the next apply orders \
             anew, and its plan says what that costs."
        ),
    )
}

/// Another resource of the same apply has the order.
pub(crate) fn order_taken(id: OrderId) -> Diagnostic {
    Diagnostic::error(
        "Same order twice in one apply",
        format!(
            "Order {id}, which was placed earlier, belongs to this configuration, but another \
             resource of this apply has it already. Give one of them another `order_key` to buy a \
             second order."
        ),
    )
}
