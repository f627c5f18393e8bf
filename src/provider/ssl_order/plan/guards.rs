//! What stands in the way of a plan's apply, whatever the plan is: replacements that nobody allowed
//! or announced, and a provider that only reads.
//!
//! Core asks twice for a replacement: about the old order, then, with the private data of that
//! answer, about a new one from nothing. It shows the warnings of the first answer only. Where
//! `-replace` forces the replacement, the first question is that of any plan and its answer knows
//! nothing of it. Of a tainted order only the second question is asked, and its warnings are shown.

use super::decision::{Decision, Reason, What};
use super::destroy::{must_not_be_revoked, not_allowed};
use super::{Permissions, Plan, SslOrderModel};
use crate::certcentral::OrderStatus;
use crate::framework::Diagnostic;
use crate::provider::ssl_order::model::{AskedNames, InForce};
use crate::provider::ssl_order::owners::{self, Verdict};
use crate::provider::ssl_order::refresh::succession::Successor;

/// Arguments that make another order of it for the look that a create begins with.
const LOOKUP_KEYS: [&str; 3] = ["common_name", "dns_names", "csr"];

/// Refuses the forced replacement that buys, because none can be announced. What the plan of the
/// order before announced is no matter of a new one.
pub(crate) fn create(plan: &mut Plan, permissions: Permissions) {
    plan.private.announced = None;
    let forced = plan.private.bought_if_forced.take();
    plan.diagnostics
        .extend(forced.map(|why| not_announced(&why)));
    if permissions.read_only && !plan.diagnostics.has_errors() {
        plan.diagnostics.push(read_only(&format!(
            "place the order for {}, unless an earlier run placed it already",
            plan.state.shown_names()
        )));
    }
}

/// Refuses the replacement that revokes what must not be revoked, and hands on what the plan says
/// of a replacement: to the plan and the destroy that make one of it.
pub(crate) fn existing(
    plan: &mut Plan,
    prior: &SslOrderModel,
    decision: &Decision,
    verdict: &Verdict,
    permissions: Permissions,
) {
    let is_announced = decision.what == What::Replace;
    let is_ended = is_announced && !verdict.stays();
    if is_ended && must_not_be_revoked(prior, permissions.allow_revocation) {
        plan.diagnostics.push(not_allowed(prior));
    }
    if is_announced {
        verdict.hand_on(prior, &mut plan.private);
    } else {
        plan.private.stays = None;
        plan.private.overridden.clear();
        let claim = owners::messages::claim_of_another_order(&plan.state);
        plan.diagnostics.extend(claim);
    }
    plan.private.end_announced = is_announced;
    plan.private.replacement_announced = is_announced;
    plan.private.bought_if_forced = if is_announced {
        None
    } else {
        let renewal = plan.private.successor.as_ref();
        why_bought_if_forced(prior, &plan.state, decision, renewal)
    };
    if permissions.read_only && !plan.diagnostics.has_errors() {
        let change = change_in_certcentral(prior, decision);
        plan.diagnostics.extend(change.map(|what| read_only(&what)));
    }
}

/// Why a create with the content of the plan would not find the order again and buy another one;
/// none if it would find it.
fn why_bought_if_forced(
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    decision: &Decision,
    renewal: Option<&Successor>,
) -> Option<String> {
    prior.order_id.known()?;
    let (order, names) = (prior.shown_id(), prior.shown_names());
    if let Some(renewal) = renewal.and_then(|renewal| renewal.order_id) {
        return Some(format!(
            "Order {order} for {names} was renewed by order {renewal}, so `-replace` would buy an \
             order beside that one. Without `-replace` a plan takes order {renewal} into state, \
             which is free. To buy another order, change `order_key`",
        ));
    }
    if decision.reason == Reason::Closed {
        return Some(format!(
            "Order {order} for {names} is {}, so `-replace` would buy another one. To buy it, set \
             `reorder_when_closed = true`, or change `order_key`",
            prior.status.as_str().unwrap_or_default(),
        ));
    }
    let changed: Vec<_> = decision
        .changes
        .iter()
        .filter(|change| LOOKUP_KEYS.contains(&change.argument))
        .map(|change| format!("`{}`", change.argument))
        .collect();
    if changed.is_empty() {
        // A reissue that is pending has left its note already.
        let in_force = InForce::of(prior).filter(|_| prior.order_status() == OrderStatus::Issued);
        let is_ours = in_force.is_none_or(|in_force| {
            let csr = planned.csr.as_str();
            let has_our_key = csr.and_then(|csr| in_force.has_key_of(csr)) != Some(false);
            has_our_key && AskedNames::of(planned).fit(&in_force.names)
        });
        return (!is_ours).then(|| {
            format!(
                "The certificate of order {order} for {names} is not the configured one, so \
                 `-replace` would not find the order and would buy another one. Bring the \
                 configuration in line with the certificate, or set `reissue_trigger`, which is \
                 free. To buy another order, change `order_key`",
            )
        });
    }
    Some(format!(
        "{} of order {order} for {names} changed, so `-replace` would buy another order. Without \
         `-replace` the change reissues the certificate, which is free. To buy another order, \
         change `order_key`",
        changed.join(" and "),
    ))
}

fn not_announced(why: &str) -> Diagnostic {
    Diagnostic::error(
        "Forced replacement buys an order",
        format!(
            "{why}, and plan without `-replace`: the plan then says what is bought. Terraform \
             shows no warning of a replacement that `-replace` forces, and nothing is bought that \
             no plan has announced."
        ),
    )
}

/// Returns what the apply of a plan would change in CertCentral, as a sentence goes on.
pub(super) fn change_in_certcentral(prior: &SslOrderModel, decision: &Decision) -> Option<String> {
    let (order, names) = (prior.shown_id(), prior.shown_names());
    match decision.what {
        What::Replace => Some(format!("place an order that replaces {order} for {names}")),
        What::Renew => Some(format!("renew order {order} for {names}")),
        What::Reissue => Some(format!(
            "reissue the certificate of order {order} for {names}"
        )),
        What::InPlace => {
            let argument = decision.in_place.edits.first()?.argument();
            Some(format!("change `{argument}` of order {order} for {names}"))
        }
        What::Nothing | What::Record | What::Follow | What::Stop => None,
    }
}

/// Warns of a plan that would `change` something in CertCentral where the provider only reads. It
/// stays a plan, because pipelines that plan and never apply are what the switch is for; the client
/// refuses the calls of an apply.
pub(crate) fn read_only(change: &str) -> Diagnostic {
    Diagnostic::warning(
        "This plan cannot be applied here",
        format!(
            "An apply would {change}, and `read_only` of the provider block, or \
             DIGICERT_READ_ONLY, is set: the call would be refused before it is sent. Apply where \
             it is not set."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Permissions, Plan};
    use super::Successor;
    use crate::framework::{Attr, Diagnostic, Severity};
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
    use crate::provider::ssl_order::samples::{in_force, names, order, placed, plan, plan_with};

    const SUMMARY: &str = "This plan cannot be applied here";

    #[test]
    fn only_a_replacement_that_the_plan_announces_is_marked_and_refused() {
        let mut config = order();
        config.on_destroy = "revoke".into();
        let mut old = placed(&config);
        old.status = "issued".into();
        let marked = SslOrderPrivate {
            end_announced: true,
            replacement_announced: true,
            ..SslOrderPrivate::default()
        };
        let mut other = config.clone();
        other.order_key = "another".into();
        for (config, allow_revocation, announced, refused) in [
            (&config, false, false, false),
            (&other, true, true, false),
            (&other, false, true, true),
        ] {
            // The mark of an earlier plan counts for nothing.
            let permissions = Permissions {
                allow_revocation,
                read_only: false,
            };
            let plan = plan_with(config, Some(&old), marked.clone(), permissions);
            assert_eq!(plan.private.end_announced, announced);
            assert_eq!(plan.private.replacement_announced, announced);
            assert_eq!(plan.diagnostics.has_errors(), refused);
        }
    }

    #[test]
    fn the_plan_from_nothing_of_a_replacement_hands_the_mark_on() {
        for end_announced in [true, false] {
            let handed_on = SslOrderPrivate {
                end_announced,
                replacement_announced: end_announced,
                ..SslOrderPrivate::default()
            };
            let plan = plan(&order(), None, handed_on.clone());
            assert_eq!(plan.private, handed_on);
            assert!(!plan.diagnostics.has_errors());
        }
    }

    /// The answer to the second question, after that to the first.
    fn forced(config: &SslOrderModel, prior: &SslOrderModel) -> Plan {
        let first = plan(config, Some(prior), SslOrderPrivate::default());
        assert!(!first.diagnostics.has_errors());
        let second = plan(config, None, first.private);
        assert_eq!(second.private, SslOrderPrivate::default());
        second
    }

    #[test]
    fn a_forced_replacement_that_finds_the_order_again_is_planned() {
        let mut config = order();
        let prior = SslOrderModel {
            status: "issued".into(),
            ..placed(&config)
        };
        config.comments = "another".into();
        assert!(!forced(&config, &prior).diagnostics.has_errors());
    }

    #[test]
    fn a_forced_replacement_that_would_buy_is_refused_with_the_reason() {
        let same = order();
        let mut other_names = order();
        other_names.dns_names = names(&["new.example.com"]);
        for (config, status, reason) in [
            (
                &other_names,
                "issued",
                "`dns_names` of order 2147500123 for",
            ),
            (&same, "canceled", "is canceled, so `-replace` would buy"),
            (&same, "revoked", "is revoked, so `-replace` would buy"),
        ] {
            let prior = SslOrderModel {
                status: status.into(),
                ..placed(&order())
            };
            let plan = forced(config, &prior);
            let error = plan
                .diagnostics
                .iter()
                .find(|it| it.severity == Severity::Error)
                .unwrap();
            assert_eq!(error.summary, "Forced replacement buys an order");
            assert!(error.detail.contains(reason), "{}", error.detail);
        }
    }

    #[test]
    fn a_forced_replacement_of_a_renewed_order_is_refused_with_its_renewal() {
        let prior = placed(&order());
        let renewed = SslOrderPrivate {
            successor: Some(Successor {
                order_id: Some(2_147_500_999),
                reference: None,
                refused: None,
            }),
            ..SslOrderPrivate::default()
        };
        let first = plan(&order(), Some(&prior), renewed);
        let plan = plan(&order(), None, first.private);
        let said = &mut plan.diagnostics.iter();
        let error = said.find(|it| it.severity == Severity::Error).unwrap();
        assert_eq!(error.summary, "Forced replacement buys an order");
        let renewal = "was renewed by order 2147500999, so `-replace` would buy";
        assert!(error.detail.contains(renewal), "{}", error.detail);
    }

    #[test]
    fn a_forced_replacement_of_a_certificate_that_is_not_the_configured_one_is_refused() {
        let all = [
            "shop.example.com",
            "www.shop.example.com",
            "api.example.com",
        ];
        for (names_in_force, has_our_key, status, is_refused) in [
            (&all[..], true, "issued", false),
            (&all, false, "issued", true),
            (&all[..2], true, "issued", true),
            // The note of the reissue leads to the order.
            (&all, false, "reissue_pending", false),
        ] {
            let certificate = in_force(all[0], names_in_force);
            let mut config = order();
            if has_our_key {
                config.csr = Attr::Known(certificate.csr.clone());
            }
            let mut prior = placed(&config);
            certificate.put_into(&mut prior);
            prior.status = status.into();
            let first = plan(&config, Some(&prior), SslOrderPrivate::default());
            let second = plan(&config, None, first.private);
            let refused = second.diagnostics.has_errors();
            assert_eq!(refused, is_refused, "{names_in_force:?} {status}");
        }
    }

    #[test]
    fn without_an_order_nothing_is_refused() {
        let mut other_names = order();
        other_names.dns_names = names(&["new.example.com"]);
        for status in ["issued", "canceled"] {
            let prior = SslOrderModel {
                status: status.into(),
                order_id: Attr::Null,
                ..placed(&order())
            };
            assert!(!forced(&other_names, &prior).diagnostics.has_errors());
        }
    }

    #[test]
    fn an_announced_replacement_may_buy() {
        let mut config = order();
        config.order_key = "another".into();
        config.dns_names = names(&["new.example.com"]);
        let prior = SslOrderModel {
            status: "issued".into(),
            ..placed(&order())
        };
        let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert!(plan.private.replacement_announced);
        assert_eq!(plan.private.bought_if_forced, None);
    }

    fn read_only(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Plan {
        let permissions = Permissions {
            allow_revocation: true,
            read_only: true,
        };
        plan_with(config, prior, SslOrderPrivate::default(), permissions)
    }

    /// What an apply would do, as the warning says it.
    fn would(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Option<String> {
        let plan = read_only(config, prior);
        let warning = plan
            .diagnostics
            .iter()
            .find(|said| said.summary == SUMMARY)?;
        assert!(!plan.diagnostics.has_errors());
        Some(verb(warning))
    }

    fn issued() -> SslOrderModel {
        SslOrderModel {
            status: "issued".into(),
            certificate_id: Attr::Known(3_001_200_345),
            ..placed(&order())
        }
    }

    fn verb(warning: &Diagnostic) -> String {
        for word in ["`read_only`", "DIGICERT_READ_ONLY"] {
            assert!(warning.detail.contains(word), "{}", warning.detail);
        }
        let rest = warning.detail.strip_prefix("An apply would ").unwrap();
        rest.split_once(", and `read_only`").unwrap().0.to_owned()
    }

    #[test]
    fn every_plan_that_calls_something_is_named_by_its_order() {
        let prior = issued();
        let is = "order 2147500123 for shop.example.com, api.example.com, www.shop.example.com";
        let with = |edit: fn(&mut SslOrderModel)| {
            let mut config = order();
            edit(&mut config);
            would(&config, Some(&prior))
        };
        let bought = would(&order(), None).unwrap();
        assert!(
            bought.starts_with("place the order for shop.example.com"),
            "{bought}"
        );
        assert_eq!(
            with(|order| order.order_key = "again".into()).unwrap(),
            "place an order that replaces 2147500123 for shop.example.com, api.example.com, \
             www.shop.example.com"
        );
        assert_eq!(
            with(|order| order.dns_names =
                names(&["www.shop.example.com", "api.example.com", "new.example.com"]))
            .unwrap(),
            format!("reissue the certificate of {is}")
        );
        assert_eq!(
            with(|order| order.additional_emails = names(&["a@example.com"])).unwrap(),
            format!("change `additional_emails` of {is}")
        );
        let mut due = prior.clone();
        due.ready_for_renewal = Attr::Known(true);
        due.renew_days_before_expiry = Attr::Known(30);
        let mut config = order();
        config.renew_days_before_expiry = Attr::Known(30);
        let renewed = would(&config, Some(&due)).unwrap();
        assert_eq!(renewed, format!("renew {is}"));
    }

    #[test]
    fn a_plan_that_calls_nothing_needs_no_word() {
        let prior = issued();
        assert_eq!(would(&order(), Some(&prior)), None);
        let mut recorded = order();
        recorded.comments = "only recorded".into();
        assert_eq!(would(&recorded, Some(&prior)), None);
        let mut closed = prior;
        closed.status = "revoked".into();
        let mut config = order();
        config.additional_emails = names(&["a@example.com"]);
        assert_eq!(would(&config, Some(&closed)), None);
    }

    #[test]
    fn a_plan_that_fails_says_only_why() {
        let mut config = order();
        config.organization = Attr::Null;
        let plan = plan(&config, None, SslOrderPrivate::default());
        assert!(plan.diagnostics.has_errors());
        assert_eq!(read_only(&config, None).diagnostics, plan.diagnostics);
    }
}
