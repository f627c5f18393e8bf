//! The plan of an order that exists, from what is decided about it: marks on what becomes known
//! after apply, and words.

use super::changes::Effect;
use super::create::planned_domain_validations;
use super::decision::{Decision, Reason, What};
use super::destroy::fate_when_replaced;
use super::{Plan, Request, messages, shared_records};
use crate::framework::{
    Attr, AttributePath, Diagnostic, Diagnostics, FromToValue as _, Planned, Value,
};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::owners::Verdict;
use crate::provider::ssl_order::purchase::price::PriceDecision;
use crate::provider::ssl_order::update::in_place;

/// Plans what is decided. `price` is that of the order if one is bought.
pub(crate) fn plan(
    request: Request,
    prior: &SslOrderModel,
    decision: &Decision,
    price: PriceDecision,
    verdict: &Verdict,
) -> Plan {
    let own_reference = request.config.alternative_order_id.clone();
    let mut plan = Planned::unchanged(request);
    plan.diagnostics = Diagnostics::new();
    if decision.reason == Reason::Closed {
        closed(&mut plan, prior, decision, price);
        return plan;
    }
    unknown_clocks(prior, &mut plan.state);
    match decision.what {
        What::Replace => replacement(&mut plan, prior, decision, price, verdict),
        What::Renew => {
            renewal(&mut plan, prior, &own_reference, price, decision);
            let open = messages::perhaps_another_order(decision, prior);
            plan.diagnostics.extend(open);
        }
        What::Follow => follow(&mut plan, prior, decision),
        What::Reissue => reissue(&mut plan, prior, decision),
        What::Stop => {
            let because: Vec<_> = decision.with(Effect::Reissue).collect();
            plan.diagnostics
                .push(messages::not_reissuable(prior, &because));
        }
        What::InPlace | What::Record | What::Nothing => change_in_place(&mut plan, prior, decision),
    }
    plan
}

/// A closed order stays as it is with a warning, since somebody closed it on purpose, unless the
/// configuration asks for a new one.
fn closed(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision, price: PriceDecision) {
    plan.diagnostics.extend(price.problem);
    if decision.what != What::Replace {
        plan.diagnostics.push(messages::closed(prior, decision));
        keep(plan, prior, decision);
        return;
    }
    let because = if decision.has_another_key(&plan.state) {
        plan.requires_replace.push(AttributePath::of("order_key"));
        "`order_key` changed"
    } else {
        plan.requires_replace.push(AttributePath::of("status"));
        // A difference for core to replace on.
        plan.state.status = Attr::Unknown;
        "`reorder_when_closed` is set"
    };
    let price = price.words.as_deref();
    let warning = messages::closed_replaced(prior, &plan.state, because, price);
    plan.diagnostics.push(warning);
}

/// Puts back what the plan keeps as state says it.
fn keep(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    if decision.kept.is_empty() {
        return;
    }
    let (prior, mut planned) = (prior.to_value(), plan.state.to_value());
    if let Value::Object(values) = &mut planned {
        for change in &decision.kept {
            let value = prior.attribute(change.argument).clone();
            values.insert(change.argument.to_owned(), value);
        }
    }
    match SslOrderModel::from_value(&planned, &AttributePath::default()) {
        Ok(state) => plan.state = state,
        Err(error) => {
            let detail = format!("The plan of the order cannot be built: {error}.");
            plan.diagnostics.push(Diagnostic::bug(detail));
        }
    }
}

/// Core shows no warning of the new order's own plan, so this one says all of it.
fn replacement(
    plan: &mut Plan,
    prior: &SslOrderModel,
    decision: &Decision,
    price: PriceDecision,
    verdict: &Verdict,
) {
    let of_a_new_order: Vec<_> = decision.with(Effect::NewOrder).collect();
    let paths = of_a_new_order.iter().map(|change| change.path.clone());
    plan.requires_replace.extend(paths);
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        let price = price.words.as_deref();
        let old = fate_when_replaced(prior, verdict);
        let warning = messages::replacement(prior, &plan.state, &of_a_new_order, price, &old);
        plan.diagnostics.push(warning);
    }
}

/// Everything becomes unknown, since another order takes this one's place. A reference that the
/// user chose stays.
fn renewal(
    plan: &mut Plan,
    prior: &SslOrderModel,
    own_reference: &Attr<String>,
    price: PriceDecision,
    decision: &Decision,
) {
    let planned = &mut plan.state;
    unknown_order(planned);
    planned.id = Attr::Unknown;
    planned.order_id = Attr::Unknown;
    if own_reference.is_null() {
        planned.alternative_order_id = Attr::Unknown;
    }
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        let price = price.words.as_deref();
        let warning = messages::renewal(prior, &plan.state, price, &decision.outlook);
        plan.diagnostics.push(warning);
    }
}

/// The id is known, so that nobody takes it for a purchase; everything else of the order becomes
/// known in the apply.
fn follow(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    let Some(successor) = decision.followed() else {
        return;
    };
    let planned = &mut plan.state;
    unknown_order(planned);
    planned.id = Attr::Known(successor.to_string());
    planned.order_id = Attr::Known(successor);
    planned.alternative_order_id = Attr::Unknown;
    plan.diagnostics.push(messages::followed(prior, successor));
    recorded(plan, prior, decision);
}

fn reissue(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    renewal_refused(plan, prior, decision);
    unknown_certificate(&mut plan.state);
    keep_former_proofs(prior, plan.private.values_expired, &mut plan.state);
    let mut warning = messages::reissue(prior, decision);
    if plan.private.reissues_by_itself(prior) {
        warning.detail.push_str(messages::BY_ITSELF);
    }
    plan.diagnostics.push(warning);
    plan.diagnostics
        .extend(messages::revoked_names(prior, &decision.outlook));
    plan.diagnostics
        .extend(shared_records::dropped(prior, &plan.state));
    recorded(plan, prior, decision);
}

/// A renewal that is due, and whose day cannot be ordered, is a warning.
fn renewal_refused(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    if let Some(problem) = &decision.renewal_refused {
        plan.diagnostics
            .push(messages::renewal_needs_a_date(prior, problem));
    }
}

fn change_in_place(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    renewal_refused(plan, prior, decision);
    keep(plan, prior, decision);
    let mut changed = decision.changes.iter();
    if changed.any(|change| change.argument == "dcv_method") && in_place::is_validating(prior) {
        plan.state.domain_validations = planned_domain_validations(&plan.state);
    }
    recorded(plan, prior, decision);
}

/// Says what the plan changes in state only, and what it leaves to another plan.
fn recorded(plan: &mut Plan, prior: &SslOrderModel, decision: &Decision) {
    let is_imported = plan.private.imported;
    let said = &mut plan.diagnostics;
    said.extend(messages::recorded_only(decision, prior, is_imported));
    said.extend(messages::has_it_already(decision, prior));
    said.extend(messages::perhaps_another_order(decision, prior));
}

/// Marks a clock whose days change: the apply reads it again.
fn unknown_clocks(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    if planned.reissue_days_before_expiry != prior.reissue_days_before_expiry {
        planned.ready_for_reissue = Attr::Unknown;
        planned.status_detail = Attr::Unknown;
    }
    if planned.auto_reissue != prior.auto_reissue {
        planned.status_detail = Attr::Unknown;
    }
    if planned.renew_days_before_expiry != prior.renew_days_before_expiry {
        planned.ready_for_renewal = Attr::Unknown;
    }
}

/// Marks what CertCentral tells of an order that takes the place of another.
fn unknown_order(planned: &mut SslOrderModel) {
    unknown_certificate(planned);
    planned.order_origin = Attr::Unknown;
    planned.order_valid_till = Attr::Unknown;
    planned.ready_for_renewal = Attr::Unknown;
    planned.domain_validations = planned_domain_validations(planned);
}

/// Marks the certificate, and the status, because the new certificate may have to be approved or
/// validated first.
fn unknown_certificate(planned: &mut SslOrderModel) {
    planned.certificate_id = Attr::Unknown;
    planned.requests = Attr::Unknown;
    planned.status = Attr::Unknown;
    planned.status_detail = Attr::Unknown;
    planned.certificate_pem = Attr::Unknown;
    planned.chain_pem = Attr::Unknown;
    planned.fullchain_pem = Attr::Unknown;
    planned.root_pem = Attr::Unknown;
    planned.certificate_chain = Attr::Unknown;
    planned.serial_number = Attr::Unknown;
    planned.thumbprint = Attr::Unknown;
    planned.issuer_common_name = Attr::Unknown;
    planned.extended_key_usages = Attr::Unknown;
    planned.valid_from = Attr::Unknown;
    planned.valid_till = Attr::Unknown;
    planned.ready_for_reissue = Attr::Unknown;
}

/// Keeps the DNS records and files of former names while CertCentral would give their value again.
/// DigiCert reuses a proof for a time only, so a reissue may bring another value once the former
/// one has expired, and a first value where there was none yet.
fn keep_former_proofs(prior: &SslOrderModel, values_expired: bool, planned: &mut SslOrderModel) {
    planned.domain_validations = planned_domain_validations(planned);
    let (Attr::Known(former), Attr::Known(validations)) =
        (&prior.domain_validations, &mut planned.domain_validations)
    else {
        return;
    };
    if prior.dcv_method != planned.dcv_method {
        return;
    }
    for (name, validation) in validations {
        if let Some(Attr::Known(known)) = former.get(name)
            && (known.needs_no_value() || known.has_a_value() && !values_expired)
        {
            *validation = Attr::Known(known.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Plan;
    use crate::framework::{Attr, Severity};
    use crate::provider::ssl_order::model::{
        DomainValidationModel, SslOrderModel, SslOrderPrivate,
    };
    use crate::provider::ssl_order::samples::{csr_for, names, order, placed, plan, years};

    type Edit = fn(&mut SslOrderModel);

    fn said(plan: &Plan) -> Vec<(Severity, &str)> {
        let all = plan.diagnostics.iter();
        all.map(|d| (d.severity, d.summary.as_str())).collect()
    }

    fn issued() -> SslOrderModel {
        let mut prior = placed(&order());
        prior.status = "issued".into();
        prior.certificate_id = Attr::Known(7);
        prior.serial_number = "0A".into();
        prior.valid_till = "2027-05-31".into();
        prior.order_valid_till = "2027-11-22".into();
        prior
    }

    fn changed_issued(edit: Edit) -> Plan {
        let mut config = order();
        edit(&mut config);
        plan(&config, Some(&issued()), SslOrderPrivate::default())
    }

    #[test]
    fn an_argument_of_the_certificate_reissues_and_only_the_certificate_becomes_unknown() {
        let cases: [(Edit, &str, &str); 3] = [
            (
                |o| o.csr = Attr::Known(csr_for("shop.example.com", &[])),
                "csr",
                "because `csr` changed",
            ),
            (
                |o| o.signature_hash = "sha384".into(),
                "signature_hash",
                "because `signature_hash` changed",
            ),
            (
                |o| {
                    o.dns_names =
                        names(&["www.shop.example.com", "api.example.com", "new.example.com"]);
                },
                "dns_names",
                "because `dns_names` changed",
            ),
        ];
        for (edit, path, words) in cases {
            let plan = changed_issued(edit);
            assert_eq!(
                said(&plan),
                [(Severity::Warning, "This apply reissues the certificate")],
                "{path}"
            );
            let warning = plan.diagnostics.iter().next().unwrap();
            assert_eq!(warning.attribute.as_ref().unwrap().to_string(), path);
            assert!(warning.detail.contains(words), "{warning:?}");
            assert_eq!(plan.requires_replace, []);
            assert_eq!(plan.state.certificate_id, Attr::Unknown);
            assert_eq!(plan.state.fullchain_pem, Attr::Unknown);
            let prior = issued();
            assert_eq!(plan.state.id, prior.id);
            assert_eq!(plan.state.order_valid_till, prior.order_valid_till);
            assert_eq!(plan.state.alternative_order_id, prior.alternative_order_id);
        }
    }

    /// Proven by a value, and by the letter of its owner.
    fn proofs() -> [DomainValidationModel; 2] {
        let by_value = DomainValidationModel {
            method: "dns-txt-token".into(),
            status: "approved".into(),
            record_value: "9kq".into(),
            ..DomainValidationModel::default()
        };
        let by_mail = DomainValidationModel {
            method: "email".into(),
            status: "approved".into(),
            ..DomainValidationModel::default()
        };
        [by_value, by_mail]
    }

    /// The plan of a reissue of an order whose names were proven so.
    fn reissue_after(proven: &DomainValidationModel, values_expired: bool) -> Plan {
        let mut prior = issued();
        for validation in prior_validations(&mut prior) {
            *validation = Attr::Known(proven.clone());
        }
        let mut config = order();
        config.dns_names = names(&["api.example.com", "new.example.com"]);
        let private = SslOrderPrivate {
            values_expired,
            ..SslOrderPrivate::default()
        };
        plan(&config, Some(&prior), private)
    }

    fn planned_proof(plan: &Plan, name: &str) -> DomainValidationModel {
        let validations = plan.state.domain_validations.known().unwrap();
        validations[name].known().unwrap().clone()
    }

    #[test]
    fn a_value_that_may_change_is_unknown_in_the_plan_of_a_reissue() {
        let [by_value, by_mail] = proofs();
        let none_yet = DomainValidationModel {
            record_value: Attr::Null,
            ..by_value.clone()
        };
        for (proven, values_expired, stays) in [
            (&by_value, false, true),
            (&by_value, true, false),
            (&none_yet, false, false),
            (&by_mail, true, true),
        ] {
            let plan = reissue_after(proven, values_expired);
            let planned = planned_proof(&plan, "api.example.com");
            if stays {
                assert_eq!(planned, *proven, "{values_expired}");
            } else {
                assert_eq!(planned.record_value, Attr::Unknown, "{proven:?}");
                assert_eq!(planned.status, Attr::Unknown, "{proven:?}");
            }
        }
    }

    #[test]
    fn a_reissue_keeps_the_proofs_of_the_names_that_stay() {
        let mut prior = issued();
        let [proven, _] = proofs();
        for validation in prior_validations(&mut prior) {
            *validation = Attr::Known(proven.clone());
        }
        let mut config = order();
        config.dns_names = names(&["api.example.com", "new.example.com"]);
        let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
        let Attr::Known(validations) = &plan.state.domain_validations else {
            panic!("{:?}", plan.state.domain_validations);
        };
        let keys: Vec<_> = validations.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["api.example.com", "new.example.com", "shop.example.com"]
        );
        assert_eq!(validations["api.example.com"], Attr::Known(proven));
        let Attr::Known(new) = &validations["new.example.com"] else {
            panic!("{validations:?}");
        };
        assert_eq!(new.record_value, Attr::Unknown);
    }

    fn prior_validations(
        order: &mut SslOrderModel,
    ) -> impl Iterator<Item = &mut Attr<DomainValidationModel>> {
        match &mut order.domain_validations {
            Attr::Known(validations) => validations.values_mut(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_dropped_name_announces_the_revocation() {
        let plan = changed_issued(|o| o.dns_names = names(&["api.example.com"]));
        assert_eq!(
            said(&plan),
            [
                (Severity::Warning, "This apply reissues the certificate"),
                (
                    Severity::Warning,
                    "DigiCert will revoke the present certificate within 72 hours"
                )
            ]
        );
        let warning = plan.diagnostics.iter().nth(1).unwrap();
        assert!(
            warning.detail.starts_with(
                "The reissue of order 2147500123 drops www.shop.example.com. DigiCert then revokes \
                 the present certificate of the order (serial number 0A)"
            ),
            "{warning:?}"
        );
    }

    #[test]
    fn a_certificate_that_is_not_issued_cannot_change() {
        for status in [
            "needs_approval",
            "pending",
            "processing",
            "needs_csr",
            "waiting_pickup",
        ] {
            let mut prior = issued();
            prior.status = status.into();
            let mut config = order();
            config.dns_names = names(&["api.example.com"]);
            let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
            assert_eq!(
                said(&plan),
                [(
                    Severity::Error,
                    "Certificate cannot be changed before it is issued"
                )],
                "{status}"
            );
            assert_eq!(plan.state.certificate_id, prior.certificate_id);
        }
    }

    #[test]
    fn a_certificate_that_runs_out_is_reissued_and_an_order_renewed() {
        let mut prior = issued();
        prior.ready_for_reissue = Attr::Known(true);
        let reissue = plan(&order(), Some(&prior), SslOrderPrivate::default());
        assert_eq!(
            said(&reissue),
            [(Severity::Warning, "This apply reissues the certificate")]
        );
        assert_eq!(reissue.state.certificate_id, Attr::Unknown);
        assert_eq!(reissue.state.id, prior.id);

        let mut config = order();
        config.renew_days_before_expiry = Attr::Known(30);
        prior.renew_days_before_expiry = Attr::Known(30);
        prior.ready_for_renewal = Attr::Known(true);
        let renewal = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(
            said(&renewal),
            [(Severity::Warning, "This apply places a paid renewal order")]
        );
        assert_eq!(renewal.requires_replace, []);
        assert_eq!(renewal.state.id, Attr::Unknown);
        assert_eq!(renewal.state.order_id, Attr::Unknown);
        assert_eq!(renewal.state.alternative_order_id, Attr::Unknown);
        let words = &renewal.diagnostics.iter().next().unwrap().detail;
        assert!(
            words.contains("`renewal_of_order_id` 2147500123")
                && words.contains("Product ssl_plus for shop.example.com")
                && words.contains("ends on 2027-11-22"),
            "{words}"
        );
    }

    #[test]
    fn a_clock_with_other_days_acts_only_after_the_next_refresh() {
        let mut prior = issued();
        prior.ready_for_reissue = Attr::Known(true);
        prior.reissue_days_before_expiry = Attr::Known(200);
        let mut config = order();
        config.reissue_days_before_expiry = Attr::Known(10);
        let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(said(&plan), []);
        assert_eq!(plan.state.ready_for_reissue, Attr::Unknown);
        assert_eq!(plan.state.certificate_id, prior.certificate_id);
    }

    #[test]
    fn a_renewal_may_have_another_term_and_refuses_a_day_that_has_passed() {
        let mut prior = issued();
        prior.renew_days_before_expiry = Attr::Known(30);
        prior.ready_for_renewal = Attr::Known(true);
        let mut config = order();
        config.renew_days_before_expiry = Attr::Known(30);
        config.order_validity = Attr::Known(years(2));
        let longer = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(
            said(&longer),
            [(Severity::Warning, "This apply places a paid renewal order")]
        );
        assert_eq!(longer.requires_replace, []);

        config.order_validity = Attr::Null;
        config.custom_expiration_date = "2026-11-01".into();
        let mut fixed = prior;
        fixed.order_validity = Attr::Null;
        fixed.custom_expiration_date = "2026-11-01".into();
        let late = plan(&config, Some(&fixed), SslOrderPrivate::default());
        assert_eq!(
            said(&late),
            [(Severity::Warning, "Order cannot be renewed with this date")]
        );
        assert_eq!(late.state.id, fixed.id);
    }

    #[test]
    fn what_changes_in_place_is_silent_and_what_certcentral_keeps_is_not() {
        let silent = changed_issued(|o| o.additional_emails = names(&["a@example.com"]));
        assert_eq!(said(&silent), []);
        assert_eq!(silent.requires_replace, []);
        let kept = changed_issued(|o| o.dcv_method = "email".into());
        assert_eq!(
            said(&kept),
            [(Severity::Warning, "Change is recorded only")]
        );
        assert!(
            kept.diagnostics
                .iter()
                .next()
                .unwrap()
                .detail
                .starts_with("The DCV method counts from the next reissue on"),
        );
    }
}
