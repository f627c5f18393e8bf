//! What a plan says of the certificate to come.

use rcgen::ExtendedKeyUsagePurpose as Usage;
use time::Date;
use time::macros::date;

use super::{Asked, Foreseen};
use crate::framework::Attr;
use crate::provider::ssl_order::exchange::looks::{Look, present};
use crate::provider::ssl_order::model::{SslOrderModel, Term};
use crate::provider::ssl_order::samples::order;

const TODAY: Date = date!(2026 - 12 - 01);

fn foreseen(look: &Look, sent: &SslOrderModel, day: Date) -> Foreseen {
    let prior = look.issued();
    Foreseen::of(
        &look.in_force(),
        Asked {
            prior: &prior,
            sent,
            organization: None,
            order_end: Some(date!(2027 - 11 - 22)),
            day,
        },
    )
}

fn with_profile(profile: &str) -> SslOrderModel {
    SslOrderModel {
        profile_option: profile.into(),
        ..order()
    }
}

/// Summary and detail of the warning.
fn said(look: &Look, sent: &SslOrderModel, day: Date) -> Option<(String, String)> {
    let warning = foreseen(look, sent, day).warning(&look.issued(), day)?;
    Some((warning.summary, warning.detail))
}

#[test]
fn usages_that_go_are_named_with_the_reason_and_the_way_out() {
    let codes = Look {
        usages: vec![Usage::ServerAuth, Usage::EmailProtection],
        ..present()
    };
    let both = with_profile("server_client_auth_eku");
    let end = date!(2027 - 03 - 01);
    let before = end.previous_day().unwrap();
    for (look, sent, day, lost, words) in [
        (
            present(),
            order(),
            TODAY,
            "lacks clientAuth",
            "`profile_option` is not set, and DigiCert's default is serverAuth only",
        ),
        (
            present(),
            with_profile("server_auth_only_eku"),
            TODAY,
            "lacks clientAuth",
            "`profile_option` is \"server_auth_only_eku\"",
        ),
        (
            present(),
            with_profile("kdc_smart_card"),
            TODAY,
            "may lack clientAuth",
            "only the account knows what it has",
        ),
        (
            present(),
            both.clone(),
            end,
            "lacks clientAuth",
            "DigiCert issues no clientAuth since 2027-03-01",
        ),
        (
            codes,
            both.clone(),
            TODAY,
            "lacks emailProtection",
            "such as one of a private CA",
        ),
    ] {
        let (summary, detail) = said(&look, &sent, day).unwrap();
        assert_eq!(
            summary,
            format!("New certificate of order 2147500123 {lost}")
        );
        assert!(detail.contains(words), "{detail}");
    }
    assert_eq!(said(&present(), &both, before), None);
    let server = Look {
        usages: vec![Usage::ServerAuth],
        ..present()
    };
    assert_eq!(said(&server, &order(), TODAY), None);
    let gains = foreseen(&server, &both, TODAY).sentences();
    assert!(gains.contains("also good for clientAuth"), "{gains}");
    // A certificate that names no usage tells nothing.
    let silent = Look {
        usages: Vec::new(),
        ..present()
    };
    assert_eq!(foreseen(&silent, &order(), TODAY), Foreseen::default());
}

#[test]
fn another_hash_and_another_name_of_the_organization_are_sentences() {
    let look = Look {
        with_sha384: true,
        usages: vec![Usage::ServerAuth],
        ..present()
    };
    let prior = look.issued();
    let asked = Asked {
        prior: &prior,
        sent: &order(),
        organization: Some("Example Holding Inc."),
        order_end: None,
        day: TODAY,
    };
    let words = Foreseen::of(&look.in_force(), asked).sentences();
    assert!(
        words.contains("signed with sha384; the new one is asked for with sha256"),
        "{words}"
    );
    assert!(
        words.contains(
            "\"Example Company Inc.\", which CertCentral now calls \"Example Holding Inc.\""
        ),
        "{words}"
    );
}

#[test]
fn a_shorter_life_is_told_by_dates_and_arguments() {
    let server = Look {
        usages: vec![Usage::ServerAuth],
        ..present()
    };
    let pinned = |term: Term| SslOrderModel {
        cert_validity: Attr::Known(term),
        ..order()
    };
    let days = Term {
        days: Attr::Known(90),
        ..Term::default()
    };
    for (sent, day, words) in [
        (order(), TODAY, None),
        // DigiCert's limit of the day.
        (
            order(),
            date!(2027 - 03 - 15),
            Some("valid for 99 days at most, until 2027-06-21; the present one is for 199."),
        ),
        // The end of the order.
        (
            order(),
            date!(2027 - 10 - 24),
            Some("valid for 30 days at most, until 2027-11-22"),
        ),
        (
            pinned(days),
            TODAY,
            Some(
                "until 2027-02-28; the present one is for 199. It ends before the present one, \
                 which ends on 2027-06-09.",
            ),
        ),
        (
            pinned(Term::until("2027-03-31".to_owned())),
            TODAY,
            Some("until 2027-03-31"),
        ),
        (pinned(Term::until("2027-06-30".to_owned())), TODAY, None),
    ] {
        let said = foreseen(&server, &sent, day).sentences();
        match words {
            Some(words) => assert!(said.contains(words), "{day}: {said}"),
            None => assert_eq!(said, "", "{day}"),
        }
    }
}
