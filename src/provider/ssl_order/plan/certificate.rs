//! What a plan means for the certificate in force: which changed arguments it has already, and what
//! a reissue takes away from it. Pure.

use super::changes::{Change, Effect};
use super::decision::{Facts, What};
use crate::certcentral::OrderStatus;
use crate::pki::canonical;
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::exchange::{Asked, Foreseen, has_what_is_asked, without_ended};
use crate::provider::ssl_order::model::{AskedNames, InForce, SslOrderModel, SslOrderPrivate};

/// The arguments that decide which names the certificate has.
const NAMES: [&str; 2] = ["common_name", "dns_names"];

/// Judges changed arguments of the certificate by the certificate in force: what it has already is
/// only recorded. What cannot be compared stays a change. While a reissue is under way, the
/// certificate to come counts, and nobody knows it.
pub(crate) fn weigh(
    changes: &mut [Change],
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) {
    let names_change = changes.iter().any(|it| NAMES.contains(&it.argument));
    let key_changes = changes.iter().any(|it| it.argument == "csr");
    let profile_is_read = private.imported && !private.configured.contains("profile_option");
    let in_force = (names_change || key_changes || profile_is_read)
        .then(|| decided(prior))
        .flatten();
    let key = in_force
        .as_ref()
        .and_then(|it| it.has_key_of(planned.csr.as_str()?));
    let has_names = has_names(in_force.as_ref(), prior, planned, private);
    for change in changes {
        let effect = match change.argument {
            "csr" if planned.csr.is_unknown() && in_force.is_some() => Some(Effect::Reissue),
            "csr" => key.map(recorded_if),
            "common_name" | "dns_names" if has_names => Some(Effect::RecordOnly),
            "profile_option" if profile_is_read && !planned.profile_option.is_unknown() => {
                Some(recorded_if(has_what_is_asked(in_force.as_ref(), planned)))
            }
            "reissue_trigger" => Some(trigger(prior, planned)),
            _ => None,
        };
        if let Some(effect) = effect {
            change.effect = effect;
        }
    }
}

/// An order without a certificate gets one that is newer than the trigger.
fn trigger(prior: &SslOrderModel, planned: &SslOrderModel) -> Effect {
    recorded_if(planned.reissue_trigger.is_null() || !may_be_reissued(prior))
}

fn recorded_if(has_it: bool) -> Effect {
    match has_it {
        true => Effect::RecordOnly,
        false => Effect::Reissue,
    }
}

/// An order without a certificate has none to replace. A word that is not known is left to
/// CertCentral's judgement.
pub(crate) fn may_be_reissued(order: &SslOrderModel) -> bool {
    !matches!(
        order.order_status(),
        OrderStatus::NeedsApproval
            | OrderStatus::Pending
            | OrderStatus::Processing
            | OrderStatus::NeedsCsr
            | OrderStatus::WaitingPickup
    )
}

fn decided(prior: &SslOrderModel) -> Option<InForce> {
    (prior.order_status() != OrderStatus::ReissuePending)
        .then(|| InForce::of(prior))
        .flatten()
}

fn has_names(
    in_force: Option<&InForce>,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> bool {
    if !planned.names_are_known() {
        return false;
    }
    let asked = AskedNames::changed(prior, planned, private.imported);
    if says_what_was_left_out(&asked, prior, planned, private) {
        return true;
    }
    in_force.is_some_and(|it| {
        let is_first = is_same_name(it.common_name.as_deref(), planned.common_name.as_str())
            || is_same_name(prior.common_name.as_str(), planned.common_name.as_str());
        is_first && asked.fit(&it.names)
    })
}

/// Whether a plan names, or does not name, what the import left out, and differs in nothing else.
fn says_what_was_left_out(
    asked: &AskedNames,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> bool {
    private.imported
        && is_same_name(prior.common_name.as_str(), planned.common_name.as_str())
        && asked.differ_only_in(prior, &private.companions)
}

fn is_same_name(a: Option<&str>, b: Option<&str>) -> bool {
    matches!((a.map(canonical), b.map(canonical)), (Some(Ok(a)), Some(Ok(b))) if a == b)
}

/// Returns whether the only changes are names that the import left out: the plan keeps what state
/// says then, so that it is empty.
pub(crate) fn are_of_the_import(
    changes: &[Change],
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    private: &SslOrderPrivate,
) -> bool {
    let is_recorded = |it: &Change| it.argument == "dns_names" && it.effect == Effect::RecordOnly;
    !changes.is_empty()
        && changes.iter().all(is_recorded)
        && says_what_was_left_out(
            &AskedNames::changed(prior, planned, true),
            prior,
            planned,
            private,
        )
}

/// What a reissue makes of the certificate in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// Whether state holds the certificate in force. Without it, the arguments in state stand for
    /// its names.
    pub is_known: bool,
    /// Its names.
    pub names: Vec<String>,
    /// Those that the new one will not have.
    pub dropped: Vec<String>,
    /// Those that nobody asked for, and that CertCentral may add again.
    pub companions: Vec<String>,
    /// Names of the new one that it does not have.
    pub added: Vec<String>,
    /// Whether it has another key than the new one.
    pub has_another_key: bool,
    /// Whether a name of the new one is not known yet.
    pub names_are_open: bool,
    /// In what else the two differ.
    pub beside: Foreseen,
}

impl Outlook {
    /// Looks from the certificate in force to the plan.
    pub(crate) fn of(facts: &Facts<'_>, what: What) -> Self {
        let Facts {
            prior,
            planned,
            private,
            ..
        } = *facts;
        let in_force = InForce::of(prior);
        let names = match &in_force {
            Some(it) => it.names.clone(),
            None => prior.canonical_names(),
        };
        let key = in_force
            .as_ref()
            .and_then(|it| it.has_key_of(planned.csr.as_str()?));
        let mut outlook = Self {
            is_known: in_force.is_some(),
            has_another_key: key == Some(false),
            names_are_open: !planned.names_are_known(),
            names: names.iter().cloned().collect(),
            beside: in_force.map_or_else(Foreseen::default, |it| beside(&it, facts, what)),
            ..Self::default()
        };
        if !outlook.names_are_open {
            let asked = AskedNames::changed(prior, planned, private.imported);
            outlook.dropped = asked.further_in(&names);
            outlook.companions = asked.companions_in(&names);
            outlook.added = asked.missing_in(&names);
        }
        outlook
    }

    /// Returns whether no name goes away, as far as is known.
    pub(crate) fn drops_none(&self) -> bool {
        self.dropped.is_empty() && !self.names_are_open
    }

    /// Returns whether the new certificate has the same names and key, as far as is known.
    pub(crate) fn is_alike(&self) -> bool {
        self.drops_none() && self.added.is_empty() && !self.has_another_key
    }
}

/// In what the certificate to come differs beside names and key. A renewal has an order of its own,
/// a replacement nothing of the former one.
fn beside(in_force: &InForce, facts: &Facts<'_>, what: What) -> Foreseen {
    let Facts {
        prior,
        planned,
        config,
        private,
        seen_on: day,
        ..
    } = *facts;
    let mut sent = without_ended(planned, config, day);
    if what == What::Replace {
        sent.profile_option = config.profile_option.clone();
        sent.ca_cert_id = config.ca_cert_id.clone();
        sent.cert_validity = config.cert_validity.clone();
    }
    let order_end = prior.order_valid_till.as_str().and_then(parse_day);
    Foreseen::of(
        in_force,
        Asked {
            prior,
            sent: &sent,
            organization: private.renamed_organization.as_deref(),
            order_end: order_end.filter(|_| what == What::Reissue),
            day,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::Plan;
    use crate::framework::{Attr, Severity};
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
    use crate::provider::ssl_order::plan::decision::{Announced, What};
    use crate::provider::ssl_order::samples::{
        CertificateInForce, csr_for, in_force, names, order, placed, plan, private,
    };

    const REISSUE: &str = "This apply reissues the certificate";
    const MAY_REISSUE: &str = "This apply may reissue the certificate";
    const REVOKED: &str = "DigiCert will revoke the present certificate within 72 hours";
    const MAY_REVOKE: &str = "DigiCert may revoke the present certificate within 72 hours";
    const RECORDED: &str = "Change is recorded only";

    /// The sample order for the key of a certificate with these names, which was issued for it.
    fn issued(all: &[&str]) -> (SslOrderModel, SslOrderModel, CertificateInForce) {
        let certificate = in_force("shop.example.com", all);
        let config = SslOrderModel {
            csr: Attr::Known(certificate.csr.clone()),
            ..order()
        };
        let mut state = placed(&config);
        certificate.put_into(&mut state);
        state.valid_till = "2027-05-31".into();
        state.order_valid_till = "2027-11-22".into();
        (config, state, certificate)
    }

    const CONFIGURED: [&str; 3] = [
        "shop.example.com",
        "www.shop.example.com",
        "api.example.com",
    ];

    fn said(plan: &Plan) -> Vec<&str> {
        let all = plan.diagnostics.iter();
        all.map(|it| {
            assert_eq!(it.severity, Severity::Warning, "{it:?}");
            it.summary.as_str()
        })
        .collect()
    }

    fn detail(plan: &Plan, at: usize) -> &str {
        &plan.diagnostics.iter().nth(at).unwrap().detail
    }

    fn what(plan: &Plan) -> What {
        plan.private
            .announced
            .as_ref()
            .map_or(What::Nothing, Announced::what)
    }

    #[test]
    fn another_csr_for_the_key_in_force_is_recorded_and_nothing_is_unknown() {
        let (mut config, prior, certificate) = issued(&CONFIGURED);
        config.csr = Attr::Known(certificate.another_csr("shop.example.com"));
        let changed = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(said(&changed), [RECORDED]);
        assert_eq!(what(&changed), What::Record);
        let expected = SslOrderModel {
            csr: config.csr,
            ..prior
        };
        assert_eq!(changed.state, expected);
    }

    #[test]
    fn a_configuration_in_line_with_a_certificate_reissued_elsewhere_is_recorded() {
        let (mut config, mut prior, certificate) =
            issued(&["shop.example.com", "api.example.com", "pay.example.com"]);
        prior.csr = Attr::Known(csr_for("shop.example.com", &[]));
        config.csr = Attr::Known(certificate.another_csr("shop.example.com"));
        config.dns_names = names(&["api.example.com", "pay.example.com"]);
        let in_line = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(said(&in_line), [RECORDED]);
        assert_eq!(in_line.state.certificate_id, prior.certificate_id);
        // One step of two: the names still are not those of the certificate.
        config.dns_names = names(&["api.example.com", "new.example.com"]);
        let halfway = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(said(&halfway), [REISSUE, REVOKED]);
        assert!(detail(&halfway, 0).contains("also covers new.example.com"));
        assert!(detail(&halfway, 1).contains("drops pay.example.com."));
    }

    #[test]
    fn what_cannot_be_compared_is_a_change_as_it_stands() {
        let (mut config, mut prior, certificate) = issued(&CONFIGURED);
        config.csr = Attr::Known(certificate.another_csr("shop.example.com"));
        prior.certificate_pem = Attr::Null;
        let changed = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(said(&changed), [REISSUE]);
        assert!(
            detail(&changed, 0).contains("State does not hold the present certificate"),
            "{}",
            detail(&changed, 0)
        );
        let (_, mut waiting, _) = issued(&CONFIGURED);
        waiting.status = "reissue_pending".into();
        config.csr = Attr::Known(csr_for("shop.example.com", &[]));
        let changed = plan(&config, Some(&waiting), SslOrderPrivate::default());
        assert_eq!(said(&changed), [REISSUE]);
    }

    /// Of a certificate that somebody reissued with one name more, by every way to a reissue.
    #[test]
    fn a_name_that_only_the_certificate_has_is_dropped_by_name() {
        type Edit = fn(&mut SslOrderModel, &mut SslOrderModel);
        let edits: [Edit; 4] = [
            |_, prior| prior.ready_for_reissue = Attr::Known(true),
            |config, _| config.csr = Attr::Known(csr_for("shop.example.com", &[])),
            |config, _| {
                config.dns_names =
                    names(&["www.shop.example.com", "api.example.com", "new.example.com"]);
            },
            |config, _| config.reissue_trigger = "1".into(),
        ];
        for (at, edit) in edits.into_iter().enumerate() {
            let more = [&CONFIGURED[..], &["pay.example.com"]].concat();
            let (mut config, mut prior, _) = issued(&more);
            edit(&mut config, &mut prior);
            let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
            assert_eq!(said(&plan), [REISSUE, REVOKED], "{at}");
            assert!(detail(&plan, 1).contains("drops pay.example.com."), "{at}");
            assert!(detail(&plan, 1).contains("(serial number 0A0B)"), "{at}");
            assert!(!detail(&plan, 0).contains("stays valid"), "{at}");
            assert!(!detail(&plan, 0).contains("same names and key"), "{at}");
        }
    }

    #[test]
    fn a_clock_says_so_if_the_certificate_has_another_key_or_lacks_a_name() {
        let (config, mut prior, _) = issued(&["shop.example.com", "api.example.com"]);
        prior.ready_for_reissue = Attr::Known(true);
        let plan_of = |config: &SslOrderModel, prior| plan(config, Some(prior), private(false));
        let lacking = plan_of(&config, &prior);
        assert_eq!(said(&lacking), [REISSUE]);
        let words = detail(&lacking, 0);
        assert!(words.contains("also covers www.shop.example.com, which the present one does not"));
        assert!(words.contains("configured names and key"), "{words}");
        assert!(words.contains("stays valid until it ends"), "{words}");

        let (_, mut prior, _) = issued(&CONFIGURED);
        prior.csr = config.csr.clone();
        prior.ready_for_reissue = Attr::Known(true);
        let another_key = plan_of(&config, &prior);
        assert!(detail(&another_key, 0).contains("has another key than `csr`"));
    }

    #[test]
    fn a_companion_is_no_dropped_name_unless_somebody_asked_for_it() {
        let (mut config, mut prior, _) = issued(&CONFIGURED);
        config.dns_names = names(&["api.example.com"]);
        let asked_for = plan(&config, Some(&prior), private(false));
        assert_eq!(said(&asked_for), [REISSUE, REVOKED]);
        assert!(detail(&asked_for, 1).contains("drops www.shop.example.com."));

        prior.dns_names = config.dns_names.clone();
        let same = plan(&config, Some(&prior), private(false));
        assert_eq!(said(&same), [] as [&str; 0]);
        assert_eq!(same.state, prior);
        prior.ready_for_reissue = Attr::Known(true);
        let due = plan(&config, Some(&prior), private(false));
        assert_eq!(said(&due), [REISSUE]);
        assert!(
            detail(&due, 0).contains("also covers www.shop.example.com, which is not configured")
        );
        // Somebody writes it down: the certificate has it.
        prior.ready_for_reissue = Attr::Known(false);
        config.dns_names = names(&["api.example.com", "www.shop.example.com"]);
        let written = plan(&config, Some(&prior), private(false));
        assert_eq!(said(&written), [RECORDED]);
        assert_eq!(written.state.dns_names, config.dns_names);
    }

    #[test]
    fn an_import_and_its_configuration_plan_nothing_whether_they_name_a_companion_or_not() {
        let (config, mut prior, _) = issued(&CONFIGURED);
        prior.dns_names = names(&["api.example.com"]);
        let imported = SslOrderPrivate {
            companions: ["www.shop.example.com".to_owned()].into(),
            ..private(true)
        };
        for pending in [false, true] {
            if pending {
                prior.status = "pending".into();
                prior.certificate_pem = Attr::Null;
            }
            for with in [
                &["www.shop.example.com", "api.example.com"][..],
                &["api.example.com"],
            ] {
                let mut config = config.clone();
                config.dns_names = names(with);
                let plan = plan(&config, Some(&prior), imported.clone());
                assert_eq!(said(&plan), [] as [&str; 0], "{with:?}");
                assert_eq!(plan.state, prior, "{with:?}");
            }
        }
        // Beside another change, state takes the configured names.
        let mut other = config.clone();
        other.on_destroy = "cancel".into();
        let plan = plan(&other, Some(&prior), imported);
        assert_eq!(plan.state.dns_names, config.dns_names);
        assert_eq!(what(&plan), What::Record);
    }

    #[test]
    fn a_trigger_reissues_when_it_is_set_or_changed_and_not_when_it_goes_away() {
        let (config, prior, _) = issued(&CONFIGURED);
        let with = |order: &SslOrderModel, trigger: Attr<String>| SslOrderModel {
            reissue_trigger: trigger,
            ..order.clone()
        };
        let known = |text: &str| Attr::from(text);
        for (before, after, expected, decided) in [
            (Attr::Null, known("1"), &[REISSUE][..], What::Reissue),
            (known(""), known("1"), &[REISSUE], What::Reissue),
            (known("1"), known("2"), &[REISSUE], What::Reissue),
            (known("1"), Attr::Null, &[], What::Record),
            (known("1"), known(""), &[], What::Record),
            (known("1"), known("1"), &[], What::Nothing),
            (Attr::Null, known(""), &[], What::Nothing),
            (known("1"), Attr::Unknown, &[MAY_REISSUE], What::Reissue),
        ] {
            for imported in [false, true] {
                let prior = with(&prior, before.clone());
                let plan = plan(
                    &with(&config, after.clone()),
                    Some(&prior),
                    private(imported),
                );
                assert_eq!(said(&plan), expected, "{before:?} {after:?}");
                if decided != What::Nothing {
                    assert_eq!(what(&plan), decided, "{before:?} {after:?}");
                }
                assert_eq!(plan.state.reissue_trigger, after);
                let is_marked = plan.state.certificate_id.is_unknown();
                assert_eq!(is_marked, decided == What::Reissue, "{before:?} {after:?}");
            }
        }
        // What is issued later is newer than the trigger.
        let mut pending = prior;
        pending.status = "pending".into();
        let plan = plan(&with(&config, "1".into()), Some(&pending), private(false));
        assert_eq!((said(&plan), what(&plan)), (vec![], What::Record));
    }

    #[test]
    fn an_argument_of_the_certificate_that_is_not_known_yet_may_reissue() {
        type Edit = fn(&mut SslOrderModel);
        let cases: [(Edit, &[&str]); 5] = [
            (|o| o.csr = Attr::Unknown, &[MAY_REISSUE]),
            (|o| o.signature_hash = Attr::Unknown, &[MAY_REISSUE]),
            (|o| o.dns_names = Attr::Unknown, &[MAY_REISSUE, MAY_REVOKE]),
            (
                |o| o.common_name = Attr::Unknown,
                &[MAY_REISSUE, MAY_REVOKE],
            ),
            (
                |o| {
                    o.dns_names = names(&["new.example.com"]);
                    if let Attr::Known(all) = &mut o.dns_names {
                        all.0.push(Attr::Unknown);
                    }
                },
                &[REISSUE, MAY_REVOKE],
            ),
        ];
        for (edit, expected) in cases {
            let (mut config, prior, _) = issued(&CONFIGURED);
            edit(&mut config);
            let plan = plan(&config, Some(&prior), private(false));
            assert_eq!(said(&plan), expected);
            assert_eq!(plan.state.certificate_id, Attr::Unknown);
            assert_eq!(plan.state.certificate_pem, Attr::Unknown);
            assert_eq!(plan.state.id, prior.id);
            assert_eq!(plan.requires_replace, []);
        }
        // Before there is a certificate nothing can be said; the apply plans again.
        let (mut config, mut prior, _) = issued(&CONFIGURED);
        prior.status = "pending".into();
        config.csr = Attr::Unknown;
        let plan = plan(&config, Some(&prior), private(false));
        assert_eq!((said(&plan), what(&plan)), (vec![], What::Record));
    }

    #[test]
    fn a_key_that_the_certificate_lacks_counts_for_an_import_that_tells_no_csr() {
        let (mut config, mut prior, certificate) = issued(&CONFIGURED);
        prior.csr = Attr::Null;
        let same = plan(&config, Some(&prior), private(true));
        assert_eq!(said(&same), [RECORDED]);
        config.csr = Attr::Known(certificate.another_csr("shop.example.com"));
        assert_eq!(
            said(&plan(&config, Some(&prior), private(true))),
            [RECORDED]
        );
        config.csr = Attr::Known(csr_for("shop.example.com", &[]));
        assert_eq!(said(&plan(&config, Some(&prior), private(true))), [REISSUE]);
        config.csr = Attr::Unknown;
        let open = plan(&config, Some(&prior), private(true));
        assert_eq!(said(&open), [MAY_REISSUE]);
    }

    #[test]
    fn another_common_name_of_the_same_names_is_a_reissue() {
        let (mut config, prior, _) = issued(&CONFIGURED);
        config.common_name = "api.example.com".into();
        config.dns_names = names(&["www.shop.example.com", "shop.example.com"]);
        let plan = plan(&config, Some(&prior), private(false));
        assert_eq!(said(&plan), [REISSUE]);
        let announced = plan.private.announced.unwrap();
        assert!(announced.of_the_certificate().contains(&"common_name"));
    }

    #[test]
    fn a_renewal_that_cannot_be_ordered_does_not_swallow_a_reissue() {
        let (mut config, mut prior, _) = issued(&CONFIGURED);
        config.renew_days_before_expiry = Attr::Known(30);
        prior.renew_days_before_expiry = Attr::Known(30);
        prior.ready_for_renewal = Attr::Known(true);
        let passed = crate::provider::ssl_order::model::Term::until("2026-11-01".to_owned());
        config.order_validity = Attr::Known(passed.clone());
        prior.order_validity = Attr::Known(passed);
        config.csr = Attr::Known(csr_for("shop.example.com", &[]));
        let plan = plan(&config, Some(&prior), private(false));
        assert_eq!(
            said(&plan),
            ["Order cannot be renewed with this date", REISSUE]
        );
        assert_eq!(plan.state.certificate_id, Attr::Unknown);
        assert_eq!(plan.state.id, prior.id);
    }
}
