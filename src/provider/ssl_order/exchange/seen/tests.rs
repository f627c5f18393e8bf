//! What an apply or a refresh says of a certificate that is there.

use std::collections::BTreeSet;

use rcgen::ExtendedKeyUsagePurpose as Usage;
use time::macros::date;

use super::super::{Asked, Foreseen};
use super::{Said, at_refresh, by_apply, by_successor, first, renamed_organization};
use crate::framework::Attr;
use crate::provider::ssl_order::exchange::looks::{Look, present};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::order;

/// The next certificate, of the same kind.
fn next() -> Look {
    Look {
        serial_number: 2,
        ..present()
    }
}

fn asking() -> SslOrderModel {
    SslOrderModel {
        profile_option: "server_client_auth_eku".into(),
        ..order()
    }
}

/// What a plan says that gets a certificate with these arguments.
fn said(prior: &SslOrderModel, sent: &SslOrderModel) -> Said {
    let asked = Asked {
        prior,
        sent,
        organization: None,
        order_end: None,
        day: date!(2026 - 12 - 01),
    };
    Foreseen::of(&present().in_force(), asked).said()
}

/// What the summary says after the number of the order.
fn applied(look: &Look, sent: &SslOrderModel) -> Option<String> {
    let (prior, state) = (present().issued(), look.issued());
    let known = said(&prior, sent);
    let names = sent.canonical_names();
    let mut private = SslOrderPrivate::default();
    let said = by_apply(&prior, &known, &names, &state, &mut private)?;
    let summary = said
        .summary
        .strip_prefix("New certificate of order 2147500123 ");
    summary.map(str::to_owned)
}

#[test]
fn an_apply_says_what_only_the_new_certificate_shows() {
    let server_only = Look {
        usages: vec![Usage::ServerAuth],
        ..next()
    };
    let other = Look {
        issuer: "Next CA",
        organization: "Example Holding Inc.",
        with_sha384: true,
        days: (date!(2026 - 12 - 01), date!(2027 - 02 - 28)),
        ..next()
    };
    for (look, sent, said) in [
        (next(), asking(), None),
        (server_only.clone(), asking(), Some("lacks clientAuth")),
        // The plan has said it.
        (server_only.clone(), order(), None),
        // The plan has left it open.
        (
            server_only,
            SslOrderModel {
                profile_option: "kdc_smart_card".into(),
                ..order()
            },
            Some("lacks clientAuth"),
        ),
        (
            other,
            asking(),
            Some(
                "has another issuer, names another organization, has another signature hash, has a \
                 shorter life",
            ),
        ),
    ] {
        assert_eq!(applied(&look, &sent).as_deref(), said);
    }
    let more = SslOrderModel {
        common_name: "pay.example.com".into(),
        ..asking()
    };
    let said = applied(&next(), &more);
    assert_eq!(said.as_deref(), Some("does not cover pay.example.com"));
}

#[test]
fn a_refresh_says_all_of_a_certificate_that_nobody_planned() {
    let look = Look {
        usages: vec![Usage::ServerAuth],
        ..next()
    };
    let (before, state) = (present().issued(), look.issued());
    let mut private = SslOrderPrivate::default();
    assert!(at_refresh(&before, &state, &mut private).is_some());
    assert_eq!(at_refresh(&state, &state, &mut private), None);

    // A reissue that waited, whose plan has said it.
    let names = BTreeSet::new();
    let known = said(&before, &order());
    let waiting = SslOrderModel {
        status: "reissue_pending".into(),
        ..before.clone()
    };
    let applied = by_apply(&before, &known, &names, &waiting, &mut private);
    assert_eq!(applied, None);
    assert_eq!(at_refresh(&waiting, &waiting, &mut private), None);
    assert!(private.awaited.is_some());
    assert_eq!(at_refresh(&waiting, &state, &mut private), None);
    assert_eq!(private, SslOrderPrivate::default());
    // One that was rejected leaves nothing behind.
    by_apply(&before, &known, &names, &waiting, &mut private);
    assert_eq!(at_refresh(&waiting, &before, &mut private), None);
    assert_eq!(private, SslOrderPrivate::default());
}

#[test]
fn an_order_that_ends_with_its_certificate_explains_no_shorter_life() {
    let shorter = Look {
        days: (date!(2026 - 12 - 01), date!(2027 - 02 - 28)),
        ..next()
    };
    let before = present().issued();
    let seen = |order_end: &str, told: &str| {
        let before = SslOrderModel {
            order_valid_till: order_end.into(),
            ..before.clone()
        };
        let state = SslOrderModel {
            order_valid_till: told.into(),
            ..shorter.issued()
        };
        let said = at_refresh(&before, &state, &mut SslOrderPrivate::default());
        said.map(|it| it.summary)
    };
    let said = "New certificate of order 2147500123 has a shorter life".to_owned();
    assert_eq!(seen("2027-06-09", "2027-02-28"), Some(said));
    assert_eq!(seen("2027-02-28", "2027-02-28"), None);
}

#[test]
fn what_takes_the_place_of_an_object_holds_its_certificate_against_the_one_of_that() {
    let former = present().pem();
    let found = |state: &SslOrderModel| {
        let mut private = SslOrderPrivate::default();
        let said = by_successor(former.clone(), state, &mut private);
        (said.map(|it| it.summary), private)
    };
    let another = Look {
        issuer: "Next CA",
        ..next()
    };
    let (said, private) = found(&another.issued());
    let summary = "New certificate of order 2147500123 has another issuer".to_owned();
    assert_eq!((said, private), (Some(summary), SslOrderPrivate::default()));

    // A reissue that goes on is held against it once it is there.
    let waiting = SslOrderModel {
        status: "reissue_pending".into(),
        certificate_pem: Attr::Known(former.clone()),
        ..present().issued()
    };
    let (said, mut private) = found(&waiting);
    assert_eq!(said, None);
    let said = at_refresh(&waiting, &another.issued(), &mut private).unwrap();
    assert!(said.summary.contains("another issuer"), "{said:?}");
}

#[test]
fn a_renewal_that_waits_is_held_against_the_former_order() {
    let prior = present().issued();
    let waiting = SslOrderModel {
        order_id: Attr::Known(2_147_500_124),
        certificate_pem: Attr::Null,
        serial_number: Attr::Null,
        ..present().issued()
    };
    let mut private = SslOrderPrivate::default();
    let names = BTreeSet::new();
    assert_eq!(
        by_apply(&prior, &Said::default(), &names, &waiting, &mut private),
        None
    );
    assert!(private.awaited.is_some());
    assert_eq!(at_refresh(&waiting, &waiting, &mut private), None);
    let there = Look {
        issuer: "Next CA",
        ..next()
    }
    .issued();
    let said = at_refresh(&waiting, &there, &mut private).unwrap();
    assert!(said.summary.contains("another issuer"), "{said:?}");
    assert_eq!(private, SslOrderPrivate::default());
}

#[test]
fn an_organization_counts_as_renamed_where_the_certificate_says_otherwise() {
    let state = present().issued();
    let now = |told| renamed_organization(&state, told);
    assert_eq!(now(None), None);
    assert_eq!(now(Some("Example Company Inc.")), None);
    assert_eq!(
        now(Some("Example Holding Inc.")).as_deref(),
        Some("Example Holding Inc.")
    );
}

#[test]
fn a_first_certificate_that_lacks_what_is_asked_for_is_said() {
    let pending = SslOrderModel {
        certificate_pem: Attr::Null,
        serial_number: Attr::Null,
        ..present().issued()
    };
    let server_only = Look {
        usages: vec![Usage::ServerAuth],
        ..present()
    };
    for (look, profile, is_said) in [
        (&server_only, "server_client_auth_eku", true),
        (&server_only, "server_auth_only_eku", false),
        (&present(), "server_client_auth_eku", false),
        (&present(), "server_auth_only_eku", false),
    ] {
        let state = SslOrderModel {
            profile_option: profile.into(),
            ..look.issued()
        };
        let said = first(&state).map(|it| it.summary);
        let expected =
            is_said.then(|| "Certificate of order 2147500123 lacks clientAuth".to_owned());
        assert_eq!(said, expected, "{profile}");
        let seen = at_refresh(&pending, &state, &mut SslOrderPrivate::default());
        assert_eq!(seen.map(|it| it.summary), expected, "{profile}");
        assert_eq!(
            at_refresh(&state, &state, &mut SslOrderPrivate::default()),
            None
        );
    }
}
