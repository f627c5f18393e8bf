//! What a plan says and does: creates, changes of each class, closed orders, destroys.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use super::super::model::{
    DomainValidationModel, OrganizationModel, SslOrderModel, SslOrderPrivate, Term,
};
use super::super::samples::{csr, csr_for, names, order, placed, plan, years};
use super::Plan;
use crate::framework::{Attr, Severity};

type Edit = fn(&mut SslOrderModel);

fn said(plan: &Plan) -> Vec<(Severity, &str)> {
    let all = plan.diagnostics.iter();
    all.map(|d| (d.severity, d.summary.as_str())).collect()
}

fn created(edit: Edit) -> Plan {
    let mut config = order();
    edit(&mut config);
    plan(&config, None, SslOrderPrivate::default())
}

fn changed(edit: Edit) -> Plan {
    let mut config = order();
    edit(&mut config);
    plan(&config, Some(&placed(&order())), SslOrderPrivate::default())
}

#[test]
fn a_create_knows_the_names_that_will_be_validated() {
    let plan = created(|o| o.dns_names = names(&["*.example.com", "example.com"]));
    let Attr::Known(validations) = &plan.state.domain_validations else {
        panic!("{:?}", plan.state.domain_validations);
    };
    let keys: Vec<_> = validations.keys().map(String::as_str).collect();
    assert_eq!(keys, ["example.com", "shop.example.com"]);
    let Attr::Known(DomainValidationModel { record_value, .. }) = &validations["example.com"]
    else {
        panic!("{validations:?}");
    };
    assert_eq!(*record_value, Attr::Unknown);
    assert_eq!(plan.state.order_id, Attr::Unknown);
    assert_eq!(plan.state.comments, Attr::Null, "nobody sets it");
    assert_eq!(
        created(|o| o.dns_names = Attr::Unknown)
            .state
            .domain_validations,
        Attr::Unknown
    );
}

#[test]
fn a_name_in_another_spelling_is_named_once() {
    for spelling in ["b\u{fc}cher.example.com", "Xn--Bcher-KVA.example.com."] {
        let mut config = order();
        config.common_name = spelling.into();
        config.dns_names = names(&["xn--bcher-kva.example.com", "www.example.com"]);
        let plan = plan(&config, None, SslOrderPrivate::default());
        let detail = &plan.diagnostics.iter().next().unwrap().detail;
        let expected = format!("Product ssl_plus for {spelling}, www.example.com, valid");
        assert!(detail.starts_with(&expected), "{detail}");
    }
}

#[test]
fn a_create_names_what_is_paid() {
    let words = |further: usize| {
        let mut config = order();
        let all: Vec<_> = (0..further)
            .map(|n| format!("n{n:02}.example.com"))
            .collect();
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        config.dns_names = names(&all);
        let plan = plan(&config, None, SslOrderPrivate::default());
        assert_eq!(
            said(&plan),
            [(Severity::Warning, "This apply places a paid order")]
        );
        let detail = plan.diagnostics.iter().next().unwrap().detail.clone();
        detail.split_once(". ").unwrap().0.to_owned()
    };
    assert_eq!(
        words(0),
        "Product ssl_plus for shop.example.com, valid for 1 year, organization 778812"
    );
    assert_eq!(
        words(4),
        "Product ssl_plus for shop.example.com, n00.example.com, n01.example.com, n02.example.com, \
         n03.example.com, valid for 1 year, organization 778812"
    );
    assert_eq!(
        words(39),
        "Product ssl_plus for shop.example.com, n00.example.com, n01.example.com, n02.example.com, \
         n03.example.com and 35 more names, valid for 1 year, organization 778812"
    );
}

#[test]
fn a_create_without_an_organization_is_refused() {
    let plan = created(|o| o.organization = Attr::Null);
    assert_eq!(said(&plan), [(Severity::Error, "Missing organization")]);
}

#[test]
fn a_change_that_certcentral_cannot_make_replaces_the_order() {
    let cases: [(Edit, &str); 4] = [
        (
            |o| o.product_name_id = "ssl_basic".into(),
            "product_name_id",
        ),
        (
            |o| o.order_validity = Attr::Known(years(2)),
            "order_validity",
        ),
        (|o| o.container_id = Attr::Known(60_412), "container_id"),
        (|o| o.order_key = "again".into(), "order_key"),
    ];
    for (edit, path) in cases {
        let plan = changed(edit);
        assert_eq!(
            said(&plan),
            [(Severity::Warning, "Order is replaced by a new one")],
            "{path}"
        );
        let paths: Vec<_> = plan
            .requires_replace
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(paths, [path]);
    }
}

#[test]
fn what_certcentral_keeps_is_recorded_and_what_steers_the_provider_is_silent() {
    let plan = changed(|o| o.comments = "late".into());
    assert_eq!(
        said(&plan),
        [(Severity::Warning, "Change is recorded only")]
    );
    assert_eq!(plan.state.comments.as_str(), Some("late"));
    let plan = changed(|o| o.on_destroy = "cancel".into());
    assert_eq!(said(&plan), []);
    assert_eq!(plan.requires_replace, []);
}

#[test]
fn a_closed_order_stays_unless_a_new_one_is_asked_for() {
    let mut prior = placed(&order());
    prior.status = "revoked".into();
    let stays = plan(&order(), Some(&prior), SslOrderPrivate::default());
    assert_eq!(said(&stays), [(Severity::Warning, "Order is closed")]);
    assert_eq!(stays.state, prior);
    assert_eq!(stays.requires_replace, []);

    let mut config = order();
    config.reorder_when_closed = Attr::Known(true);
    let bought = plan(&config, Some(&prior), SslOrderPrivate::default());
    assert_eq!(
        said(&bought),
        [(Severity::Warning, "Closed order is replaced")]
    );
    assert_eq!(bought.state.status, Attr::Unknown);
    let paths: Vec<_> = bought
        .requires_replace
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(paths, ["status"]);
}

/// A closed order, the plan of another configuration for it, and what the plan says.
fn closed(status: &str, edit: Edit, private: SslOrderPrivate) -> (SslOrderModel, Plan, String) {
    let mut prior = placed(&order());
    prior.order_key = "1".into();
    prior.status = status.into();
    let mut config = order();
    config.order_key = "1".into();
    edit(&mut config);
    let plan = plan(&config, Some(&prior), private);
    let said = plan
        .diagnostics
        .iter()
        .map(|it| it.detail.clone())
        .collect();
    (prior, plan, said)
}

#[test]
fn another_order_key_replaces_a_closed_order() {
    for status in ["revoked", "canceled", "rejected", "denied", "expired"] {
        let edits: [Edit; 3] = [
            |o| o.order_key = "2".into(),
            |o| o.order_key = Attr::Null,
            |o| {
                o.order_key = "again".into();
                o.product_name_id = "ssl_basic".into();
                o.csr = Attr::Known(csr_for("shop.example.com", &[]));
            },
        ];
        for edit in edits {
            let (prior, plan, words) = closed(status, edit, SslOrderPrivate::default());
            let expected = [(Severity::Warning, "Closed order is replaced")];
            assert_eq!(said(&plan), expected, "{status}");
            assert!(
                words.contains(&format!(
                    "is {status} in CertCentral and `order_key` changed: "
                )),
                "{words}"
            );
            let paths = plan.requires_replace.iter().map(ToString::to_string);
            assert_eq!(paths.collect::<Vec<_>>(), ["order_key"], "{status}");
            assert_ne!(plan.state.order_key, prior.order_key);
            assert_eq!(plan.private.announced, None);
        }
    }
}

#[test]
fn nothing_else_changes_a_closed_order_and_state_keeps_what_it_has() {
    let edits: [(Edit, &str); 8] = [
        (
            |o| o.product_name_id = "ssl_basic".into(),
            "`product_name_id`",
        ),
        (
            |o| o.order_validity = Attr::Known(years(3)),
            "`order_validity`",
        ),
        (
            |o| o.common_name = "other.example.com".into(),
            "`common_name`",
        ),
        (|o| o.dns_names = names(&["x.example.com"]), "`dns_names`"),
        (
            |o| o.csr = Attr::Known(csr_for("shop.example.com", &[])),
            "`csr`",
        ),
        (|o| o.csr = Attr::Unknown, "`csr`"),
        (
            |o| {
                o.organization = Attr::Known(OrganizationModel {
                    id: Attr::Known(123_456),
                    ..OrganizationModel::default()
                });
            },
            "`organization`",
        ),
        (
            |o| o.disable_renewal_notifications = Attr::Known(true),
            "`disable_renewal_notifications`",
        ),
    ];
    for (edit, argument) in edits {
        let (prior, plan, words) = closed("revoked", edit, SslOrderPrivate::default());
        assert_eq!(said(&plan), [(Severity::Warning, "Order is closed")]);
        assert_eq!(plan.state, prior, "{argument}");
        assert_eq!(plan.requires_replace, [], "{argument}");
        assert_eq!(plan.private.announced, None, "{argument}");
        let sentence = format!("what the configuration now says of {argument} has no effect");
        assert!(words.contains(&sentence), "{words}");
    }
}

#[test]
fn what_state_must_say_of_a_closed_order_is_said() {
    let (prior, plan, words) = closed(
        "expired",
        |o| {
            o.container_id = Attr::Known(60_412);
            o.validity_days = Attr::Known(90);
            o.signature_hash = "sha384".into();
            o.on_destroy = "cancel".into();
        },
        SslOrderPrivate::default(),
    );
    assert_eq!(said(&plan), [(Severity::Warning, "Order is closed")]);
    assert_eq!(plan.state.signature_hash, prior.signature_hash);
    assert_eq!(plan.state.container_id, Attr::Known(60_412));
    assert_eq!(plan.state.on_destroy, "cancel".into());
    assert_eq!(plan.requires_replace, []);
    for sentence in [
        "now says of `signature_hash` has no effect",
        "state changes in `validity_days` and `container_id`. Order",
    ] {
        assert!(words.contains(sentence), "{words}");
    }
    assert!(!words.contains("on_destroy"), "{words}");
}

#[test]
fn a_key_that_may_be_the_same_buys_nothing() {
    let imported = SslOrderPrivate {
        imported: true,
        ..SslOrderPrivate::default()
    };
    let (prior, plan, words) = closed(
        "revoked",
        |o| o.order_key = Attr::Unknown,
        SslOrderPrivate::default(),
    );
    assert_eq!(plan.state, prior);
    assert!(
        words.contains("`order_key` buys nothing in this plan"),
        "{words}"
    );
    assert!(!words.contains("has no effect"), "{words}");

    let mut prior = placed(&order());
    prior.status = "revoked".into();
    let mut config = order();
    config.order_key = "1".into();
    let first = super::super::samples::plan(&config, Some(&prior), imported);
    assert_eq!(said(&first), [(Severity::Warning, "Order is closed")]);
    assert_eq!(first.state.order_key, "1".into());
    assert_eq!(first.requires_replace, []);
}

#[test]
fn an_imported_order_takes_what_certcentral_does_not_tell() {
    let mut prior = placed(&order());
    prior.locale = "en".into();
    let mut config = order();
    config.locale = "de".into();
    config.renewed_thumbprint = "AB".into();
    let private = SslOrderPrivate {
        imported: true,
        ..SslOrderPrivate::default()
    };
    let plan = plan(&config, Some(&prior), private);
    assert_eq!(
        said(&plan),
        [(Severity::Warning, "Change is recorded only")]
    );
    assert_eq!(plan.state.locale.as_str(), Some("en"));
    assert_eq!(plan.requires_replace, []);
}

/// The same names in another order and another case, some with a trailing dot.
fn respelled() -> impl Strategy<Value = Vec<String>> {
    let all = vec![
        "www.shop.example.com".to_owned(),
        "api.example.com".to_owned(),
    ];
    let shuffled = Just(all).prop_shuffle();
    (shuffled, any::<[bool; 3]>()).prop_map(|(mut all, [upper, dot, own])| {
        if upper {
            all[0] = all[0].to_uppercase();
        }
        if dot {
            all[1].push('.');
        }
        if own {
            all.push("shop.example.com".to_owned());
        }
        all
    })
}

/// The same CSR in lines of another length with other line ends.
fn rewrapped() -> impl Strategy<Value = String> {
    (16..80_usize, any::<bool>()).prop_map(|(width, crlf)| {
        let text = csr();
        let body: Vec<char> = text
            .lines()
            .filter(|line| !line.starts_with('-'))
            .flat_map(str::chars)
            .collect();
        let lines: Vec<String> = body
            .chunks(width)
            .map(|line| line.iter().collect())
            .collect();
        let label = "CERTIFICATE REQUEST";
        let pem = format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        );
        if crlf { pem.replace('\n', "\r\n") } else { pem }
    })
}

proptest! {
    #[test]
    fn another_spelling_of_an_order_plans_nothing(further in respelled(), csr in rewrapped(), upper: bool) {
        let prior = placed(&order());
        let further: Vec<_> = further.iter().map(String::as_str).collect();
        let mut config = order();
        config.dns_names = names(&further);
        config.csr = Attr::Known(csr);
        if upper {
            config.common_name = "SHOP.Example.com".into();
        }
        let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
        assert_eq!(plan.state, prior);
        assert_eq!(plan.requires_replace, []);
        assert_eq!(said(&plan), []);
    }
}

#[test]
fn the_container_that_certcentral_told_is_no_change_and_another_one_is() {
    let prior = placed(&order());
    let planned = |container: i64, told: Option<i64>, prior: &SslOrderModel| {
        let mut config = order();
        config.container_id = Attr::Known(container);
        let private = SslOrderPrivate {
            container: told,
            ..SslOrderPrivate::default()
        };
        plan(&config, Some(prior), private)
    };
    let same = planned(31_337, Some(31_337), &prior);
    assert_eq!(same.requires_replace, []);
    assert_eq!(said(&same), []);
    assert_eq!(same.state.container_id, Attr::Known(31_337));
    let chosen = SslOrderModel {
        container_id: Attr::Known(5),
        ..prior.clone()
    };
    for other in [
        planned(31_338, Some(31_337), &prior),
        planned(31_337, None, &prior),
        planned(31_337, Some(31_337), &chosen),
    ] {
        let paths: Vec<_> = other
            .requires_replace
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(paths, ["container_id"]);
    }
}

/// Numbers that no configuration may say and a state may hold.
fn odd() -> impl Strategy<Value = Attr<i64>> {
    let any = any::<i64>().prop_map(Attr::Known);
    let known = [i64::MIN, -1, 0, i64::MAX - 1, i64::MAX].map(Attr::Known);
    prop_oneof![proptest::sample::select(known.to_vec()), any]
}

proptest! {
    #[test]
    fn no_number_of_a_state_stops_a_plan_or_a_destroy(
        (reissue, renew, years, days) in (odd(), odd(), odd(), odd()),
        (order_id, certificate_id, container_id, renewal_of) in (odd(), odd(), odd(), odd()),
        is_ready: bool,
    ) {
        let mut prior = placed(&order());
        prior.status = "issued".into();
        prior.on_destroy = "revoke".into();
        prior.order_valid_till = "2027-01-01".into();
        prior.ready_for_reissue = Attr::Known(is_ready);
        prior.ready_for_renewal = Attr::Known(!is_ready);
        prior.reissue_days_before_expiry = reissue.clone();
        prior.renew_days_before_expiry = renew.clone();
        prior.validity_years = years.clone();
        prior.validity_days = days.clone();
        prior.cert_validity = Attr::Known(Term { years: days, ..Term::default() });
        prior.order_validity = Attr::Known(Term { years, ..Term::default() });
        (prior.order_id, prior.certificate_id) = (order_id, certificate_id);
        (prior.container_id, prior.renewal_of_order_id) = (container_id, renewal_of);
        let corrected = plan(&order(), Some(&prior), SslOrderPrivate::default());
        assert!(!corrected.diagnostics.is_empty(), "something differs: {prior:?}");
        let mut as_it_was = order();
        as_it_was.reissue_days_before_expiry = reissue;
        as_it_was.renew_days_before_expiry = renew;
        let _plan = plan(&as_it_was, Some(&prior), SslOrderPrivate::default());
        let words = [prior.shown_term(), prior.shown_id(), super::destroy::fate_when_replaced(&prior, &super::destroy::at_sight(&prior))];
        assert!(words.iter().all(|text| !text.is_empty()));
        let _refusal = super::not_allowed(&prior);
    }
}
