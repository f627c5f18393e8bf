//! The plan of a destroy: one warning of what becomes of the order, or the error that refuses it.

use super::{Permissions, guards};
use crate::certcentral::OrderStatus;
use crate::framework::{AttributePath, Diagnostic, Diagnostics};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::{OnDestroy, SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners::verdict::Why;
use crate::provider::ssl_order::owners::{self, Verdict};

/// Plans a destroy, and hands on to it that its end is announced. One call where the order would be
/// ended.
pub(crate) async fn destroy(
    session: &Session,
    prior: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Diagnostics {
    let permissions = Permissions::of(session);
    let mut verdict = verdict(session, prior, private).await;
    if let Some(end) = session.reviewed_end(prior.order_id_to_be("ended").ok()) {
        verdict = verdict.within(&end);
    }
    let mut announced = announce(prior, &verdict, permissions.allow_revocation);
    announced.extend(not_while_imported(session, prior, &verdict));
    private.end_announced = !announced.has_errors();
    verdict.hand_on(prior, private);
    if permissions.read_only && !announced.has_errors() && !verdict.stays() {
        announced.extend(end_in_certcentral(prior).map(|end| guards::read_only(&end)));
    }
    announced
}

/// Decides whether an order is ended for which that is asked. The notes are read only where the
/// rest would let it happen.
pub(super) async fn verdict(
    session: &Session,
    prior: &SslOrderModel,
    private: &SslOrderPrivate,
) -> Verdict {
    let is_refused = must_not_be_revoked(prior, session.allow_revocation());
    if end_in_certcentral(prior).is_none() || is_refused {
        return at_sight(prior);
    }
    Verdict::in_plan(session, prior, private).await
}

/// The same before anybody is asked.
pub(super) fn at_sight(prior: &SslOrderModel) -> Verdict {
    if end_in_certcentral(prior).is_none() {
        return Verdict::Ends(Vec::new());
    }
    Verdict::at_sight(prior)
}

/// The error of an order that the same plan imports to another address.
pub(super) fn not_while_imported(
    session: &Session,
    prior: &SslOrderModel,
    verdict: &Verdict,
) -> Option<Diagnostic> {
    end_in_certcentral(prior)?;
    let id = prior.order_id_to_be("ended").ok()?;
    let is_imported = !verdict.stays() && session.ends_what_is_imported(id);
    is_imported.then(|| owners::messages::imported_and_ended(id))
}

/// Announces what will happen to the order, or refuses it. Silent about an order that is closed
/// already.
fn announce(prior: &SslOrderModel, verdict: &Verdict, allow_revocation: bool) -> Diagnostics {
    if let Verdict::Stays(why) = verdict {
        return stays(prior, why).into();
    }
    if must_not_be_revoked(prior, allow_revocation) {
        return not_allowed(prior).into();
    }
    if !is_open(prior) {
        return Diagnostics::new();
    }
    let status = prior.order_status();
    let mut warning = match prior.on_destroy() {
        OnDestroy::Retain => stays_open(prior, &status),
        OnDestroy::Cancel if status.has_certificate() => stays_valid(prior, &status),
        OnDestroy::Cancel => is_canceled(prior, &status),
        OnDestroy::Revoke if is_canceled_first(&status) => is_canceled_or_revoked(prior, &status),
        OnDestroy::Revoke => is_revoked(prior, &status),
    };
    warning
        .detail
        .push_str(&owners::messages::beside_an_end(verdict));
    warning.into()
}

/// Whether a destroy would end the order by a revocation that the provider does not allow.
pub(crate) fn must_not_be_revoked(prior: &SslOrderModel, allow_revocation: bool) -> bool {
    is_open(prior) && prior.on_destroy() == OnDestroy::Revoke && !allow_revocation
}

/// Why an order that is to be revoked is not, and the ways out.
pub(crate) fn not_allowed(prior: &SslOrderModel) -> Diagnostic {
    Diagnostic::error(
        "Revocation is not allowed",
        format!(
            "{} would be revoked, because its `on_destroy` is \"revoke\", but the provider's \
             `allow_revocation` is not true. Nothing was revoked. To revoke it, set \
             `allow_revocation = true` in the provider block, or DIGICERT_ALLOW_REVOCATION=true, \
             and plan again. To keep the certificate, set `on_destroy = \"retain\"` and apply \
             before destroying, or forget the order with `terraform state rm`.",
            named(prior),
        ),
    )
    .at(AttributePath::of("on_destroy"))
}

/// What becomes of the order that a new one replaces, as the end of a sentence.
pub(crate) fn fate_when_replaced(prior: &SslOrderModel, verdict: &Verdict) -> String {
    let order_of_things = "Terraform destroys the old one before it creates the new one, unless \
        `create_before_destroy` is set";
    if let Verdict::Stays(why) = verdict {
        let because = owners::messages::because(why, prior);
        return format!("stays open{}", because.trim_end_matches('.'));
    }
    let fate = match prior.on_destroy() {
        OnDestroy::Retain => "stays open, because `on_destroy` is \"retain\"".to_owned(),
        OnDestroy::Cancel => {
            "is canceled if it is not issued yet, and stays as it is otherwise".to_owned()
        }
        OnDestroy::Revoke => format!(
            "is ended in the same apply, because `on_destroy` is \"revoke\": its certificate, \
             duplicates and reissues are revoked for good and stop working. {order_of_things}; \
             either way the new certificate may not be issued by then. Whether `lifecycle {{ \
             destroy = false }}` spares the old one depends on the program: OpenTofu 1.12 only \
             forgets it, Terraform ends it all the same. Set `on_destroy = \"retain\"` and apply \
             first to keep the old certificate working"
        ),
    };
    let beside = owners::messages::beside_an_end(verdict);
    match beside.strip_suffix('.') {
        Some(beside) => format!("{fate}.{beside}"),
        None => fate,
    }
}

/// Returns how the destroy would end the order in CertCentral, as a sentence goes on.
fn end_in_certcentral(prior: &SslOrderModel) -> Option<String> {
    if !is_open(prior) {
        return None;
    }
    let verb = match prior.on_destroy() {
        OnDestroy::Retain => return None,
        OnDestroy::Cancel if prior.order_status().has_certificate() => return None,
        OnDestroy::Cancel => "cancel",
        OnDestroy::Revoke => "cancel or revoke",
    };
    let (order, names) = (prior.shown_id(), prior.shown_names());
    Some(format!("{verb} order {order} for {names}"))
}

fn is_open(prior: &SslOrderModel) -> bool {
    prior.order_id.known().is_some() && prior.order_status().is_open()
}

/// Whether no certificate is issued or just being issued.
fn is_canceled_first(status: &OrderStatus) -> bool {
    !status.has_certificate() && !matches!(status, OrderStatus::Processing | OrderStatus::Approved)
}

/// `Order 5 for a.example.com (ssl_plus, issued)`.
fn named(prior: &SslOrderModel) -> String {
    format!(
        "Order {} for {} ({}, {})",
        prior.shown_id(),
        prior.shown_names(),
        prior.product_name_id.as_str().unwrap_or("unknown product"),
        prior.order_status(),
    )
}

/// Of an order that somebody else may need.
fn stays(prior: &SslOrderModel, why: &Why) -> Diagnostic {
    Diagnostic::warning(
        "Destroy leaves the order open",
        format!(
            "{} stays open in CertCentral{}",
            named(prior),
            owners::messages::because(why, prior)
        ),
    )
}

fn stays_open(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let certificate = if status.has_certificate() {
        " Its certificate stays valid."
    } else {
        ""
    };
    Diagnostic::warning(
        "Destroy leaves the order open",
        format!(
            "{} stays open in CertCentral, because `on_destroy` is \"retain\". Terraform only \
             forgets it.{certificate} The same configuration finds it again instead of buying \
             another. Set `on_destroy = \"cancel\"` and apply before destroying to cancel an order \
             that is not issued.",
            named(prior)
        ),
    )
}

fn stays_valid(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let reissue = match status {
        OrderStatus::ReissuePending => ", and the reissue that it waits for goes on",
        _ => "",
    };
    Diagnostic::warning(
        "Destroy leaves the issued certificate valid",
        format!(
            "{} cannot be canceled, because it is issued. Terraform forgets it; its certificate \
             stays valid and the order stays open in CertCentral{reissue}.",
            named(prior)
        ),
    )
}

fn is_canceled(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    Diagnostic::warning(
        "Destroy cancels the order",
        format!(
            "{} {} unless its certificate has been issued by then. Canceling is final.",
            named(prior),
            how_canceled(status),
        ),
    )
}

fn how_canceled(status: &OrderStatus) -> &'static str {
    match status {
        OrderStatus::NeedsApproval => "is canceled in CertCentral by rejecting its request",
        _ => "is canceled in CertCentral",
    }
}

fn is_canceled_or_revoked(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let otherwise = match prior.certificate_id.known() {
        Some(id) => format!(
            "If its certificate {id} has been issued by then, the whole order is revoked for good \
             instead{}",
            because(prior)
        ),
        None => {
            "If its certificate has been issued by then, nothing is done and the destroy stops \
            with an error"
                .to_owned()
        }
    };
    Diagnostic::warning(
        "Destroy cancels the order",
        format!(
            "{} {}. Canceling is final. {otherwise}.",
            named(prior),
            how_canceled(status),
        ),
    )
}

fn is_revoked(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let before = match status {
        OrderStatus::ReissuePending => {
            " The reissue that it waits for is canceled first, because nothing can be revoked \
             before."
        }
        OrderStatus::Processing | OrderStatus::Approved => {
            " The certificate is just being issued; the destroy waits for it, up to \
             `timeouts.delete`."
        }
        _ => "",
    };
    Diagnostic::warning(
        "Destroy revokes the certificate for good",
        format!(
            "{} is revoked in CertCentral{}. Its certificate stops working, and all its duplicates \
             and reissues too. This cannot be undone.{before}",
            named(prior),
            because(prior),
        ),
    )
}

/// The reason that the revocation states.
fn because(prior: &SslOrderModel) -> String {
    format!(
        ", with the reason \"{}\"",
        prior.revocation_reason.as_str().unwrap_or("unspecified")
    )
}

#[cfg(test)]
mod tests {
    use super::super::guards::read_only;
    use super::{announce, at_sight, end_in_certcentral, fate_when_replaced, must_not_be_revoked};
    use crate::framework::{Attr, AttributePath, Diagnostic, Severity};
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples::{order, placed};

    const OPEN: &str = "Destroy leaves the order open";
    const CANCELS: &str = "Destroy cancels the order";
    const VALID: &str = "Destroy leaves the issued certificate valid";
    const REVOKES: &str = "Destroy revokes the certificate for good";

    fn prior(status: &str, on_destroy: &str) -> SslOrderModel {
        SslOrderModel {
            status: status.into(),
            on_destroy: on_destroy.into(),
            ..placed(&order())
        }
    }

    /// The only thing that is said, if anything is.
    fn said(prior: &SslOrderModel, allow_revocation: bool) -> Option<Diagnostic> {
        let announced = announce(prior, &at_sight(prior), allow_revocation);
        let mut all: Vec<_> = announced.into_iter().collect();
        assert!(all.len() <= 1, "{all:?}");
        all.pop()
    }

    #[test]
    fn a_destroy_says_what_becomes_of_the_order() {
        let table = [
            ("needs_approval", CANCELS, CANCELS),
            ("pending", CANCELS, CANCELS),
            ("waiting_pickup", CANCELS, CANCELS),
            ("needs_csr", CANCELS, CANCELS),
            ("on_hold", CANCELS, CANCELS),
            ("processing", CANCELS, REVOKES),
            ("approved", CANCELS, REVOKES),
            ("issued", VALID, REVOKES),
            ("reissue_pending", VALID, REVOKES),
        ];
        for (status, cancel, revoke) in table {
            for (on_destroy, expected) in [("retain", OPEN), ("cancel", cancel), ("revoke", revoke)]
            {
                let found = said(&prior(status, on_destroy), true).unwrap();
                assert_eq!(found.severity, Severity::Warning);
                assert_eq!(found.summary, expected, "{status} {on_destroy}");
                let order = format!(
                    "Order 2147500123 for shop.example.com, api.example.com, www.shop.example.com \
                     (ssl_plus, {status}) "
                );
                assert!(found.detail.starts_with(&order), "{}", found.detail);
            }
        }
    }

    #[test]
    fn a_closed_order_and_an_order_without_id_are_silent() {
        for status in ["revoked", "canceled", "rejected", "denied", "expired"] {
            for on_destroy in ["retain", "cancel", "revoke"] {
                assert_eq!(said(&prior(status, on_destroy), false), None, "{status}");
            }
        }
        let mut nothing = prior("pending", "revoke");
        nothing.order_id = Attr::Null;
        assert_eq!(said(&nothing, false), None);
    }

    #[test]
    fn a_revocation_that_is_not_allowed_refuses_the_plan_and_names_both_arguments() {
        for status in [
            "needs_approval",
            "pending",
            "processing",
            "issued",
            "reissue_pending",
        ] {
            let order = prior(status, "revoke");
            let found = said(&order, false).unwrap();
            assert_eq!(found.severity, Severity::Error, "{status}");
            assert_eq!(found.summary, "Revocation is not allowed");
            for text in [
                "Order 2147500123 for ",
                "`on_destroy` is \"revoke\"",
                "`allow_revocation = true`",
                "DIGICERT_ALLOW_REVOCATION=true",
                "`on_destroy = \"retain\"`",
                "terraform state rm",
            ] {
                assert!(found.detail.contains(text), "{text}: {}", found.detail);
            }
            assert!(must_not_be_revoked(&order, false));
            assert!(!must_not_be_revoked(&order, true));
            for other in ["retain", "cancel"] {
                assert!(!must_not_be_revoked(&prior(status, other), false));
            }
        }
    }

    #[test]
    fn a_revocation_says_its_reason_and_what_comes_before_it() {
        let mut order = prior("reissue_pending", "revoke");
        let detail = said(&order, true).unwrap().detail;
        for text in [
            "with the reason \"unspecified\"",
            "stops working",
            "all its duplicates and reissues too",
            "cannot be undone",
            "is canceled first",
        ] {
            assert!(detail.contains(text), "{text}: {detail}");
        }
        order.revocation_reason = "keyCompromise".into();
        let detail = said(&order, true).unwrap().detail;
        assert!(
            detail.contains("with the reason \"keyCompromise\""),
            "{detail}"
        );

        let waits = said(&prior("processing", "revoke"), true).unwrap().detail;
        assert!(waits.contains("`timeouts.delete`"), "{waits}");
    }

    #[test]
    fn an_order_that_may_be_issued_before_the_destroy_says_what_happens_then() {
        let mut order = prior("pending", "revoke");
        let detail = said(&order, true).unwrap().detail;
        assert!(
            detail.contains("nothing is done and the destroy stops with an error"),
            "{detail}"
        );
        order.certificate_id = Attr::Known(77);
        let detail = said(&order, true).unwrap().detail;
        assert!(
            detail.contains(
                "certificate 77 has been issued by then, the whole order is revoked for good"
            ),
            "{detail}"
        );
    }

    #[test]
    fn a_replacement_says_what_becomes_of_the_old_order() {
        let fate = |on_destroy| {
            let prior = prior("issued", on_destroy);
            fate_when_replaced(&prior, &at_sight(&prior))
        };
        assert!(fate("retain").starts_with("stays open"));
        assert!(fate("cancel").starts_with("is canceled if it is not issued yet"));
        let revoked = fate("revoke");
        for text in [
            "in the same apply",
            "revoked for good",
            "`create_before_destroy`",
            "`lifecycle { destroy = false }`",
        ] {
            assert!(revoked.contains(text), "{text}: {revoked}");
        }
    }

    #[test]
    fn an_order_that_this_object_has_not_placed_stays_whatever_is_asked_for() {
        for (origin, word) in [
            ("adopted".into(), "adopted it"),
            ("imported".into(), "imported it"),
            (Attr::Null, "does not tell"),
        ] {
            let held = |on_destroy| SslOrderModel {
                order_origin: origin.clone(),
                ..prior("pending", on_destroy)
            };
            for on_destroy in ["cancel", "revoke"] {
                for allow_revocation in [true, false] {
                    let found = said(&held(on_destroy), allow_revocation).unwrap();
                    assert_eq!(found.summary, OPEN, "{word}");
                    assert!(found.detail.contains(word), "{}", found.detail);
                    let mut claimed = held(on_destroy);
                    claimed.claimed_order_id = claimed.order_id.clone();
                    let found = said(&claimed, allow_revocation).unwrap();
                    assert_ne!(found.summary, OPEN, "{word}");
                }
                let fate = fate_when_replaced(&held(on_destroy), &at_sight(&held(on_destroy)));
                assert!(
                    fate.starts_with("stays open although `on_destroy`"),
                    "{fate}"
                );
                assert!(!fate.ends_with('.'), "{fate}");
            }
            let found = said(&held("retain"), false).unwrap();
            assert!(found.detail.contains("is \"retain\""), "{}", found.detail);
            let mut issued = held("cancel");
            issued.status = "issued".into();
            assert_eq!(said(&issued, false).unwrap().summary, VALID);
        }
    }

    /// The words of the only warning, without the name of the order before them.
    fn words(prior: &SslOrderModel) -> String {
        let detail = said(prior, true).unwrap().detail;
        let (_, words) = detail.split_once(") ").unwrap();
        words.to_owned()
    }

    #[test]
    fn the_words_of_an_order_that_stays_open_name_its_certificate_only_if_it_has_one() {
        let open = "stays open in CertCentral, because `on_destroy` is \"retain\". Terraform only \
            forgets it.";
        let after = "The same configuration finds it again instead of buying another. Set \
            `on_destroy = \"cancel\"` and apply before destroying to cancel an order that is not \
            issued.";
        for (status, certificate) in [
            ("pending", ""),
            ("approved", ""),
            ("issued", " Its certificate stays valid."),
            ("reissue_pending", " Its certificate stays valid."),
        ] {
            let expected = format!("{open}{certificate} {after}");
            assert_eq!(words(&prior(status, "retain")), expected, "{status}");
        }
        for (status, reissue) in [
            ("issued", ""),
            (
                "reissue_pending",
                ", and the reissue that it waits for goes on",
            ),
        ] {
            let expected = format!(
                "cannot be canceled, because it is issued. Terraform forgets it; its certificate \
                 stays valid and the order stays open in CertCentral{reissue}."
            );
            assert_eq!(words(&prior(status, "cancel")), expected, "{status}");
        }
    }

    #[test]
    fn the_words_of_a_cancellation_say_how_and_what_happens_otherwise() {
        for (status, how) in [
            (
                "needs_approval",
                "is canceled in CertCentral by rejecting its request",
            ),
            ("pending", "is canceled in CertCentral"),
        ] {
            let expected = format!(
                "{how} unless its certificate has been issued by then. Canceling is final."
            );
            assert_eq!(words(&prior(status, "cancel")), expected);
            let mut order = prior(status, "revoke");
            let expected = format!(
                "{how}. Canceling is final. If its certificate has been issued by then, nothing is \
                 done and the destroy stops with an error."
            );
            assert_eq!(words(&order), expected);
            order.certificate_id = Attr::Known(77);
            let expected = format!(
                "{how}. Canceling is final. If its certificate 77 has been issued by then, the \
                 whole order is revoked for good instead, with the reason \"unspecified\"."
            );
            assert_eq!(words(&order), expected);
        }
    }

    #[test]
    fn the_words_of_a_revocation_say_what_comes_before_it() {
        let waits = " The certificate is just being issued; the destroy waits for it, up to \
            `timeouts.delete`.";
        let cancels = " The reissue that it waits for is canceled first, because nothing can be \
            revoked before.";
        for (status, before) in [
            ("issued", ""),
            ("processing", waits),
            ("approved", waits),
            ("reissue_pending", cancels),
        ] {
            let expected = format!(
                "is revoked in CertCentral, with the reason \"unspecified\". Its certificate stops \
                 working, and all its duplicates and reissues too. This cannot be undone.{before}"
            );
            assert_eq!(words(&prior(status, "revoke")), expected, "{status}");
        }
        let refused = said(&prior("issued", "revoke"), false).unwrap();
        assert_eq!(refused.attribute, Some(AttributePath::of("on_destroy")));
    }

    #[test]
    fn a_destroy_that_ends_an_order_is_named() {
        let said = |status: &str, on_destroy: &str| {
            let prior = SslOrderModel {
                status: status.into(),
                on_destroy: on_destroy.into(),
                ..placed(&order())
            };
            let warning = read_only(&end_in_certcentral(&prior)?);
            for word in ["`read_only`", "DIGICERT_READ_ONLY"] {
                assert!(warning.detail.contains(word), "{}", warning.detail);
            }
            let rest = warning.detail.strip_prefix("An apply would ").unwrap();
            Some(rest.split_once(" order").unwrap().0.to_owned())
        };
        for (status, on_destroy, expected) in [
            ("pending", "cancel", Some("cancel")),
            ("issued", "cancel", None),
            ("issued", "revoke", Some("cancel or revoke")),
            ("pending", "revoke", Some("cancel or revoke")),
            ("issued", "retain", None),
            ("pending", "retain", None),
            ("revoked", "revoke", None),
            ("canceled", "cancel", None),
        ] {
            assert_eq!(
                said(status, on_destroy).as_deref(),
                expected,
                "{status} {on_destroy}"
            );
        }
    }
}
