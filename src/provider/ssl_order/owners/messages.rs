//! What a person reads of an order that more than one object may hold.

use super::Verdict;
use super::notes::Mark;
use super::verdict::Why;
use crate::certcentral::{Error, OrderId};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{OnDestroy, OrderOrigin, SslOrderModel};
use crate::provider::ssl_order::rules::listed;

/// Why an order stays, and what to do to have it ended all the same, as the end of a sentence about
/// it.
pub(crate) fn because(why: &Why, order: &SslOrderModel) -> String {
    let (on_destroy, id) = (
        order.on_destroy.as_str().unwrap_or_default(),
        order.shown_id(),
    );
    let claim = format!("set `claimed_order_id = {id}`, apply, and destroy then");
    let (reason, way_out) = match why {
        Why::NotPlaced => (
            not_placed(order).to_owned(),
            format!("To have this resource end it, {claim}."),
        ),
        Why::Held(marks) => (
            format!(
                "another resource adopted it and has not released it ({})",
                shown(marks)
            ),
            format!(
                "A destroy of that resource releases it. If nobody holds it any more, as after a \
                 run that was killed or a state that was lost, {claim}."
            ),
        ),
        Why::Unreadable(error) => (
            format!(
                "its notes, which tell whether another resource holds it, cannot be read: {error}"
            ),
            "Use a key that may read the notes of orders, or end the order in CertCentral."
                .to_owned(),
        ),
        Why::Reviewed => (
            "the plan of this apply said, when it was reviewed, that the order stays open"
                .to_owned(),
            "If nobody needs it any more, end it in CertCentral.".to_owned(),
        ),
    };
    format!(" although `on_destroy` is \"{on_destroy}\", because {reason}. {way_out}")
}

fn not_placed(order: &SslOrderModel) -> &'static str {
    match order.origin() {
        Some(OrderOrigin::Adopted) => {
            "this resource adopted it instead of placing it, and whoever placed it may need it"
        }
        Some(OrderOrigin::Imported) => {
            "this resource imported it instead of placing it, and whoever placed it may need it"
        }
        _ => "state does not tell that this resource placed it",
    }
}

/// What the plan of an end adds of other objects; nothing if there is nothing to say.
pub(crate) fn beside_an_end(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Ends(marks) if !marks.is_empty() => format!(
            " `claimed_order_id` overrides that another resource adopted the order and has not \
             released it ({}).",
            shown(marks)
        ),
        Verdict::Depends => {
            " The plan has no API key, or no address, to read the notes of the order with. The \
             apply reads them and leaves the order open if another resource has adopted it."
                .to_owned()
        }
        Verdict::Ends(_) | Verdict::Stays(_) => String::new(),
    }
}

fn shown(marks: &[Mark]) -> String {
    listed(marks.iter().map(Mark::shown), "and")
}

/// The warning about a claim that names another order than the one that the object holds.
pub(crate) fn claim_of_another_order(order: &SslOrderModel) -> Option<Diagnostic> {
    let claimed = order.claimed_order_id.known()?;
    let id = order.known_order_id()?;
    if *claimed == id {
        return None;
    }
    let warning = Diagnostic::warning(
        format!("`claimed_order_id` does not name order {id}"),
        format!(
            "`claimed_order_id` is {claimed}, and the order of this resource is {id}, so the \
             argument has no effect. Set it to {id} to let a destroy of this resource end that \
             order although another resource may hold it, or remove it."
        ),
    );
    Some(warning.at(AttributePath::of("claimed_order_id")))
}

/// What an adoption means for a later destroy; nothing where a destroy ends nothing, or was told
/// to.
pub(crate) fn adopted_for_good(state: &SslOrderModel) -> String {
    if state.on_destroy() == OnDestroy::Retain
        || state.origin() == Some(OrderOrigin::Placed)
        || state.claims_its_order()
    {
        return String::new();
    }
    format!(
        " A destroy of this resource leaves the order open, because another resource may hold it, \
         unless `claimed_order_id = {}` is applied before.",
        state.shown_id()
    )
}

/// The order is adopted, and its notes may not tell.
pub(crate) fn adoption_not_noted(order: OrderId, error: &Error) -> Diagnostic {
    Diagnostic::warning(
        format!("Adoption of order {order} is not noted on it"),
        format!(
            "Order {order} is adopted and in state, but the note on it that tells other resources \
             so could not be left: {error}. A destroy of the resource that placed the order reads \
             these notes and may end the order, because it finds none. Set `on_destroy = \
             \"retain\"` there, or add a note to the order in CertCentral for the people who own \
             it."
        ),
    )
}

/// The object lets go of the order, and the notes still say that it holds it.
pub(crate) fn release_not_noted(order: OrderId, object: &str, reason: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Release of order {order} is not noted on it"),
        format!(
            "This resource lets go of order {order}, but the note that says so could not be left: \
             {reason} The notes of the order still name it (object {object}), so a destroy of the \
             resource that placed the order leaves it open, unless `claimed_order_id = {order}` is \
             applied there before."
        ),
    )
}

/// Two objects that this process refreshed hold one order.
pub(crate) fn held_twice(order: &SslOrderModel) -> Diagnostic {
    let id = order.shown_id();
    Diagnostic::warning(
        format!("Order {id} is held by two resources"),
        format!(
            "Order {id} for {} is in state twice: this resource and another one hold it, or an \
             object that an interrupted replacement left behind. Both refresh, reissue and renew \
             the same order. Keep one of them: set `on_destroy = \"retain\"` on the other, apply, \
             and remove its block, or take it out of the state with `terraform state rm`. To have \
             two orders, give one of them another `order_key`.",
            order.shown_names()
        ),
    )
}

/// One plan imports an order to one address and ends it at another.
pub(crate) fn imported_and_ended(order: OrderId) -> Diagnostic {
    Diagnostic::error(
        format!("Order {order} is imported and ended in one plan"),
        format!(
            "This plan imports order {order} to one address, and a destroy or a replacement at \
             another address cancels or revokes it. To give the resource another address, use a \
             `moved` block instead of the import. To have the former address forget the order, use \
             a `removed` block with `destroy = false`, or set `on_destroy = \"retain\"` there and \
             apply first."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{adopted_for_good, because, beside_an_end, claim_of_another_order};
    use crate::framework::{Attr, AttributePath};
    use crate::provider::ssl_order::model::{OrderOrigin, SslOrderModel};
    use crate::provider::ssl_order::owners::Verdict;
    use crate::provider::ssl_order::owners::verdict::Why;
    use crate::provider::ssl_order::samples::{order, placed};

    fn held(origin: Option<OrderOrigin>) -> SslOrderModel {
        SslOrderModel {
            order_origin: origin.map_or(Attr::Null, Into::into),
            on_destroy: "revoke".into(),
            ..placed(&order())
        }
    }

    #[test]
    fn why_an_order_stays_names_the_way_to_end_it() {
        let claim = "set `claimed_order_id = 2147500123`, apply, and destroy then.";
        for (origin, reason) in [
            (None, "state does not tell that this resource placed it"),
            (Some(OrderOrigin::Adopted), "this resource adopted it"),
            (Some(OrderOrigin::Imported), "this resource imported it"),
        ] {
            let words = because(&Why::NotPlaced, &held(origin));
            let start = format!(" although `on_destroy` is \"revoke\", because {reason}");
            assert!(words.starts_with(&start), "{words}");
            assert!(words.ends_with(claim), "{words}");
        }
        let placed = held(Some(OrderOrigin::Placed));
        let words = because(&Why::Held(Vec::new()), &placed);
        assert!(
            words.ends_with(claim) && words.contains("killed"),
            "{words}"
        );
        let words = because(&Why::Unreadable("HTTP 403".to_owned()), &placed);
        assert!(words.contains("cannot be read: HTTP 403."), "{words}");
    }

    #[test]
    fn an_end_without_doubts_needs_no_word() {
        assert_eq!(beside_an_end(&Verdict::Ends(Vec::new())), "");
        assert!(beside_an_end(&Verdict::Depends).contains("The apply reads them"));
    }

    #[test]
    fn only_a_claim_of_another_order_is_spoken_of_and_at_its_place() {
        let mut state = held(Some(OrderOrigin::Placed));
        assert_eq!(claim_of_another_order(&state), None);
        state.claimed_order_id = state.order_id.clone();
        assert_eq!(claim_of_another_order(&state), None);
        for other in [0, -1, 7, i64::MAX] {
            state.claimed_order_id = Attr::Known(other);
            let warning = claim_of_another_order(&state).unwrap();
            let at = AttributePath::of("claimed_order_id");
            assert_eq!(warning.attribute, Some(at));
            assert!(warning.summary.contains("order 2147500123"), "{warning:?}");
        }
        state.order_id = Attr::Unknown;
        assert_eq!(claim_of_another_order(&state), None);
    }

    #[test]
    fn an_adopter_is_told_what_its_destroy_will_not_do() {
        let adopter = held(Some(OrderOrigin::Adopted));
        let words = adopted_for_good(&adopter);
        assert!(words.contains("`claimed_order_id = 2147500123`"), "{words}");
        let mut told = adopter.clone();
        told.claimed_order_id = told.order_id.clone();
        let mut retains = adopter;
        retains.on_destroy = "retain".into();
        for silent in [told, retains, held(Some(OrderOrigin::Placed))] {
            assert_eq!(adopted_for_good(&silent), "");
        }
    }
}
