//! What an order may show, row by row.

use serde_json::{Value as Json, json};

use super::Wanted;
use crate::framework::Attr;
use crate::pki::Csr;
use crate::provider::ssl_order::model::{AskedNames, SslOrderModel, Term};
use crate::provider::ssl_order::samples::{csr, csr_for, order, placed, years};

/// The certificate in state.
const FORMER: i64 = 2_200_000_001;
/// A later one.
const LATER: i64 = 2_200_000_002;

/// Order info of the order before the reissue, or of one that was reissued as planned where nothing
/// is replaced.
fn told(id: i64, replaced: Json) -> Json {
    let mut told = json!({
        "id": id,
        "status": "issued",
        "common_name": "shop.example.com",
        "dns_names": ["shop.example.com", "www.shop.example.com", "api.example.com"],
        "csr": csr(),
        "signature_hash": "sha256",
        "server_platform": { "id": 45, "name": "nginx" },
    });
    let Json::Object(replaced) = replaced else {
        panic!("members to replace");
    };
    told.as_object_mut().unwrap().extend(replaced);
    told
}

/// Asks about one certificate of an order in state whose plan changes `changed`.
fn is_done(told: Json, planned: &SslOrderModel, changed: &[&'static str]) -> bool {
    is_done_after(&Attr::Known(FORMER), told, planned, changed)
}

fn is_done_after(
    former: &Attr<i64>,
    told: Json,
    planned: &SslOrderModel,
    changed: &[&'static str],
) -> bool {
    let mut prior = placed(&order());
    prior.certificate_id = former.clone();
    let csr = Csr::from_pem(planned.csr.as_str().unwrap()).unwrap();
    let wanted = Wanted {
        csr: &csr,
        prior: &prior,
        planned,
        asked: &AskedNames::changed(&prior, planned, false),
        changed,
    };
    wanted.is_done(&serde_json::from_value(told).unwrap())
}

#[test]
fn another_key_or_other_names_are_not_done() {
    let planned = placed(&order());
    let other_key = csr_for("shop.example.com", &[]);
    for (why, replaced, done) in [
        ("as planned", json!({}), true),
        ("another key", json!({ "csr": other_key }), false),
        ("no CSR is told", json!({ "csr": null }), false),
        (
            "another main name",
            json!({ "common_name": "store.example.com" }),
            false,
        ),
        (
            "a name is missing",
            json!({ "dns_names": ["www.shop.example.com"] }),
            false,
        ),
        (
            "a name more",
            json!({ "dns_names": ["www.shop.example.com", "api.example.com", "new.example.com"] }),
            false,
        ),
        (
            "names in capitals",
            json!({ "dns_names": ["WWW.shop.example.com", "api.EXAMPLE.com"] }),
            true,
        ),
    ] {
        for id in [FORMER, LATER] {
            assert_eq!(
                is_done(told(id, replaced.clone()), &planned, &["csr"]),
                done,
                "{why}"
            );
        }
    }
}

#[test]
fn where_nothing_changes_only_another_certificate_is_done() {
    let planned = placed(&order());
    assert!(is_done(told(LATER, json!({})), &planned, &[]));
    assert!(!is_done(told(FORMER, json!({})), &planned, &[]));
    assert!(!is_done(told(LATER, json!({ "id": null })), &planned, &[]));
    assert!(!is_done_after(
        &Attr::Null,
        told(LATER, json!({})),
        &planned,
        &[]
    ));
}

#[test]
fn the_certificate_in_state_is_done_if_the_order_shows_everything_that_was_to_change() {
    let with = |change: fn(&mut SslOrderModel)| {
        let mut planned = placed(&order());
        change(&mut planned);
        planned
    };
    let hash = with(|it| it.signature_hash = "SHA384".into());
    let platform = with(|it| it.server_platform_id = Attr::Known(2));
    let two_years = with(|it| it.cert_validity = Attr::Known(years(2)));
    let ninety_days = with(|it| {
        it.cert_validity = Attr::Known(Term {
            days: Attr::Known(90),
            ..Term::default()
        });
    });
    let last_day = with(|it| {
        it.cert_validity = Attr::Known(Term {
            custom_expiration_date: "2027-02-01".into(),
            ..Term::default()
        });
    });
    let profile = with(|it| it.profile_option = "data_encipherment".into());
    let shown = |validity: Json| json!({ "cert_validity": validity });
    for (argument, planned, replaced, done) in [
        (
            "signature_hash",
            &hash,
            json!({ "signature_hash": "sha384" }),
            true,
        ),
        ("signature_hash", &hash, json!({}), false),
        (
            "signature_hash",
            &hash,
            json!({ "signature_hash": null }),
            false,
        ),
        (
            "server_platform_id",
            &platform,
            json!({ "server_platform": { "id": 2 } }),
            true,
        ),
        ("server_platform_id", &platform, json!({}), false),
        (
            "server_platform_id",
            &platform,
            json!({ "server_platform": null }),
            false,
        ),
        (
            "cert_validity",
            &two_years,
            shown(json!({ "years": 2 })),
            true,
        ),
        (
            "cert_validity",
            &two_years,
            shown(json!({ "years": 1 })),
            false,
        ),
        (
            "cert_validity",
            &two_years,
            shown(json!({ "years": 2, "days": 3 })),
            false,
        ),
        ("cert_validity", &two_years, json!({}), false),
        (
            "cert_validity",
            &ninety_days,
            shown(json!({ "days": 90 })),
            true,
        ),
        (
            "cert_validity",
            &ninety_days,
            shown(json!({ "days": 91 })),
            false,
        ),
        (
            "cert_validity",
            &last_day,
            shown(json!({ "custom_expiration_date": "2027-02-01" })),
            true,
        ),
        (
            "cert_validity",
            &last_day,
            shown(json!({ "custom_expiration_date": "2027-02-02" })),
            false,
        ),
        ("profile_option", &profile, json!({}), false),
    ] {
        let told = told(FORMER, replaced);
        assert_eq!(
            is_done(told.clone(), planned, &[argument]),
            done,
            "{argument}: {told}"
        );
        // A change that is shown does not hide one that is not.
        assert_eq!(
            is_done(told.clone(), planned, &["dns_names", argument]),
            done,
            "{told}"
        );
        assert!(!is_done(told, planned, &[argument, "profile_option"]));
    }
    // Without a certificate of its own, the order cannot show what it never tells.
    assert!(is_done(
        told(LATER, json!({})),
        &profile,
        &["profile_option"]
    ));
}

/// Whether the order may show what became of a reissue whose answer was lost.
fn may_have_made(told: Json) -> bool {
    let planned = placed(&order());
    let csr = Csr::from_pem(&csr()).unwrap();
    let wanted = Wanted {
        csr: &csr,
        prior: &planned,
        planned: &planned,
        asked: &AskedNames::of(&planned),
        changed: &["csr"],
    };
    let before = self::told(FORMER, json!({ "csr": csr_for("shop.example.com", &[]) }));
    let [now, before] = [told, before].map(|it| serde_json::from_value(it).unwrap());
    wanted.may_have_made(&now, &before)
}

#[test]
fn a_lost_answer_is_settled_by_another_certificate_for_our_key_with_all_our_names() {
    let other_key = csr_for("shop.example.com", &[]);
    let more = [
        "www.shop.example.com",
        "api.example.com",
        "added.example.com",
    ];
    for (why, now, made) in [
        ("as planned", told(LATER, json!({})), true),
        ("the former certificate", told(FORMER, json!({})), false),
        ("no certificate", told(LATER, json!({ "id": null })), false),
        (
            "another key",
            told(LATER, json!({ "csr": other_key })),
            false,
        ),
        ("no CSR is told", told(LATER, json!({ "csr": null })), true),
        (
            "a name more",
            told(LATER, json!({ "dns_names": more })),
            true,
        ),
        (
            "a name is missing",
            told(LATER, json!({ "dns_names": more[1..] })),
            false,
        ),
        (
            "another main name",
            told(LATER, json!({ "common_name": null, "dns_names": more })),
            false,
        ),
    ] {
        assert_eq!(may_have_made(now), made, "{why}");
    }
}

#[test]
fn a_reissue_that_waits_is_ours_for_our_key_and_our_names() {
    let planned = placed(&order());
    let csr = Csr::from_pem(&csr()).unwrap();
    let wanted = Wanted {
        csr: &csr,
        prior: &planned,
        planned: &planned,
        asked: &AskedNames::of(&planned),
        changed: &["csr"],
    };
    let other_key = csr_for("shop.example.com", &[]);
    for (why, replaced, ours) in [
        ("as planned", json!({ "status": "pending" }), true),
        ("issued already", json!({ "status": "issued" }), false),
        ("without a status", json!({ "status": null }), false),
        (
            "another key",
            json!({ "status": "pending", "csr": other_key }),
            false,
        ),
        (
            "no CSR is told",
            json!({ "status": "pending", "csr": null }),
            false,
        ),
        (
            "other names",
            json!({ "status": "pending", "dns_names": ["www.shop.example.com"] }),
            false,
        ),
        (
            "another main name",
            json!({ "status": "pending", "common_name": "www.shop.example.com", "dns_names": ["api.example.com"] }),
            false,
        ),
    ] {
        let reissue = serde_json::from_value(told(LATER, replaced)).unwrap();
        assert_eq!(wanted.is_pending(&reissue), ours, "{why}");
    }
}
