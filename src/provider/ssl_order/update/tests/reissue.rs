//! A reissue: sent once, and seen if it was sent before.

use certcentral_sandbox::{At, Fault, Move};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::{Update, reissue};
use super::{Ordered, fault, only_error, refused, warnings, with_new_key, without_the_reissue};
use crate::framework::{Attr, Call, Warnings};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::plan::decision::Announced;
use crate::provider::ssl_order::samples::{csr_for, names, order, session, years};

pub(crate) const LOOK: &str = "GET /order/certificate/ID";
pub(crate) const REISSUE: &str = "POST /order/certificate/ID/reissue";
const REISSUES: &str = "GET /order/certificate/ID/reissue";
const VALIDATION: &str = "GET /order/certificate/ID/validation";
const NOTES: &str = "GET /order/certificate/ID/note";
const NOTE: &str = "POST /order/certificate/ID/note";

#[tokio::test]
async fn a_new_key_is_sent_once_and_noted() {
    let ordered = Ordered::issued().await;
    let config = SslOrderModel {
        skip_approval: Attr::Known(true),
        dcv_method: "email".into(),
        ..with_new_key()
    };
    let mut ordered = Ordered {
        state: SslOrderModel {
            skip_approval: Attr::Known(true),
            dcv_method: "email".into(),
            ..ordered.state
        },
        ..ordered
    };
    let seen = ordered.seen();
    let updated = ordered.apply(&config).await;
    assert!(warnings(&updated).is_empty());
    assert_eq!(
        ordered.calls_after(seen),
        [LOOK, REISSUE, NOTES, NOTE, LOOK, VALIDATION]
    );
    let sent = ordered.sandbox.journal()[seen + 1].request.clone();
    assert_eq!(
        sent,
        json!({
            "certificate": {
                "common_name": "shop.example.com",
                "dns_names": ["www.shop.example.com", "api.example.com"],
                "csr": config.csr.as_str(),
                "signature_hash": "sha256",
                "server_platform": { "id": -1 },
            },
            "skip_approval": true,
            "dcv_method": "email",
        })
    );
    assert_ne!(updated.state.certificate_id, ordered.state.certificate_id);
    assert_ne!(updated.state.serial_number, ordered.state.serial_number);
    assert_eq!(updated.state.order_id, ordered.state.order_id);
    assert_eq!(updated.state.status.as_str(), Some("issued"));
    assert_eq!(updated.state.csr, config.csr);
    let told = updated.state;
    ordered.state = told.clone();
    ordered.refresh().await;
    assert_eq!(told, ordered.state);
}

#[tokio::test]
async fn what_no_token_is_derived_from_leaves_no_note() {
    let ordered = Ordered::issued().await;
    let config = SslOrderModel {
        server_platform_id: Attr::Known(45),
        ..order()
    };
    let seen = ordered.seen();
    let updated = ordered.apply(&config).await;
    assert!(warnings(&updated).is_empty());
    assert_eq!(ordered.calls_after(seen), [LOOK, REISSUE, LOOK, VALIDATION]);
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_of_the_certificate_changed_and_no_reissue_is_due() {
    let ordered = Ordered::issued().await;
    for (due, calls) in [(false, &[][..]), (true, &[LOOK, REISSUE, LOOK, VALIDATION])] {
        let prior = SslOrderModel {
            ready_for_reissue: Attr::Known(due),
            ..ordered.state.clone()
        };
        let planned = SslOrderModel {
            comments: "another".into(),
            ..prior.clone()
        };
        let seen = ordered.seen();
        let (session, mut warnings) = (session(&ordered.sandbox), Warnings::new());
        let call = Call {
            stop: CancellationToken::new(),
        };
        let update = Update {
            session: &session,
            call: &call,
            prior: &prior,
            planned: &planned,
            reviewed: &planned,
            content: &planned,
            announced: &Announced::by_plan(&prior, &planned, &SslOrderPrivate::default()),
            private: &SslOrderPrivate::default(),
        };
        let reissued = reissue::reissue(update, planned.clone(), &mut warnings);
        let state = reissued
            .await
            .unwrap_or_else(|failed| panic!("{:?}", failed.problem));
        assert_eq!(ordered.calls_after(seen), calls, "{due}");
        assert_eq!(state == planned, !due);
    }
}

#[tokio::test]
async fn a_reissue_of_an_earlier_run_is_not_sent_again() {
    let mut ordered = Ordered::issued().await;
    let config = with_new_key();
    let _killed = ordered.apply(&config).await;
    let seen = ordered.seen();
    let updated = ordered.apply(&config).await;
    assert!(warnings(&updated).is_empty());
    let calls = ordered.calls_after(seen);
    assert_eq!(calls[..3], [LOOK, NOTES, VALIDATION], "{calls:?}");
    assert_eq!(calls.len(), 4, "{calls:?}");
    assert!(calls[3].ends_with("/chain"), "{calls:?}");
    assert_eq!(updated.state.status.as_str(), Some("issued"));
    ordered.state = updated.state;
    let known = ordered.state.clone();
    ordered.refresh().await;
    assert_eq!(known, ordered.state);
}

#[tokio::test]
async fn our_own_pending_reissue_is_not_sent_again() {
    let ordered = Ordered::issued().await;
    ordered.needs_approval();
    let config = with_new_key();
    let _killed = ordered.apply(&config).await;
    let seen = ordered.seen();
    let updated = ordered.apply(&config).await;
    assert_eq!(warnings(&updated), ["Reissue not finished yet"]);
    let calls = ordered.calls_after(seen);
    assert_eq!(calls[..3], [LOOK, REISSUES, NOTES], "{calls:?}");
    assert!(!calls.iter().any(|call| call == REISSUE));
    assert_eq!(updated.state.status.as_str(), Some("reissue_pending"));
    assert_eq!(updated.state.csr, config.csr);
}

#[tokio::test]
async fn somebody_elses_pending_reissue_stops_ours() {
    let ordered = Ordered::issued().await;
    ordered.needs_approval();
    let _theirs = ordered.apply(&with_new_key()).await;
    let (seen, config) = (ordered.seen(), with_new_key());
    let updated = ordered.apply(&config).await;
    let error = only_error(&updated);
    assert_eq!(error.summary, "Another reissue is pending");
    assert_eq!(ordered.calls_after(seen), [LOOK, REISSUES]);
    assert_eq!(updated.state, without_the_reissue(&ordered, &config));
}

#[tokio::test]
async fn an_order_that_somebody_closed_is_not_reissued() {
    let ordered = Ordered::issued().await;
    let id = u64::try_from(ordered.state.known_order_id().unwrap()).unwrap();
    ordered.sandbox.apply(id, Move::Revoke).unwrap();
    let (seen, config) = (ordered.seen(), with_new_key());
    let updated = ordered.apply(&config).await;
    assert_eq!(
        only_error(&updated).summary,
        "Closed order cannot be reissued"
    );
    assert_eq!(ordered.calls_after(seen), [LOOK]);
    assert_eq!(updated.state, without_the_reissue(&ordered, &config));
}

/// Everything about the certificate is asked for again by the next plan.
#[tokio::test]
async fn a_refused_reissue_leaves_the_certificate_in_state_as_it_was() {
    let ordered = Ordered::issued().await;
    let route = "POST /order/certificate/*/reissue";
    fault(&ordered, route, At::Before, refused("no"));
    let config = SslOrderModel {
        common_name: "store.example.com".into(),
        dns_names: names(&["new.example.com"]),
        csr: Attr::Known(csr_for("store.example.com", &[])),
        signature_hash: "sha384".into(),
        organization_units: Attr::Known(vec!["Sales".into()]),
        server_platform_id: Attr::Known(45),
        profile_option: "data_encipherment".into(),
        ca_cert_id: "DF3689F672CCB90C".into(),
        cert_validity: Attr::Known(years(1)),
        comments: "rotated".into(),
        ..order()
    };
    let seen = ordered.seen();
    let updated = ordered.apply(&config).await;
    let error = only_error(&updated);
    assert_eq!(error.summary, "Refused by CertCentral");
    assert!(error.detail.contains("reissuing order"), "{}", error.detail);
    assert_eq!(ordered.calls_after(seen), [LOOK, REISSUE]);
    assert_eq!(updated.state, without_the_reissue(&ordered, &config));
}

#[tokio::test]
async fn a_look_that_fails_after_the_reissue_is_a_warning() {
    let ordered = Ordered::issued().await;
    let route = "GET /order/certificate/*".parse().unwrap();
    let failed = Fault::Html { status: 403 };
    ordered.sandbox.fault(route, 2, At::Before, failed);
    let config = with_new_key();
    let updated = ordered.apply(&config).await;
    assert_eq!(warnings(&updated), ["Answer is not from CertCentral's API"]);
    assert_eq!(updated.state.status.as_str(), Some("reissue_pending"));
    assert_eq!(updated.state.csr, config.csr);
}

#[tokio::test]
async fn a_due_reissue_that_moves_no_end_is_said_and_holds_the_clock_back() {
    let mut ordered = Ordered::issued().await;
    ordered.state.ready_for_reissue = Attr::Known(true);
    // The certificate of the sandbox ends on the same day again, as one does that ends with its
    // order.
    let end = ordered.state.valid_till.clone();
    let updated = ordered.apply(&order()).await;
    let said = format!(
        "Reissue of order {} gained no time",
        ordered.state.shown_id()
    );
    assert_eq!(warnings(&updated), [said]);
    assert_eq!(updated.state.valid_till, end);
    assert_eq!(updated.private.no_gain.as_ref(), end.known());
    assert_eq!(updated.state.ready_for_reissue, Attr::Known(false));
}

#[tokio::test]
async fn a_certificate_that_the_plan_does_not_know_stops_the_reissue() {
    let mut ordered = Ordered::issued().await;
    let real = ordered.state.clone();
    let config = with_new_key();
    type Told = fn(&mut SslOrderModel);
    let cases: [(Told, bool); 4] = [
        (
            |state: &mut SslOrderModel| state.serial_number = "0B".into(),
            true,
        ),
        (
            |state: &mut SslOrderModel| {
                state.serial_number = Attr::Null;
                state.certificate_id = Attr::Known(1);
            },
            true,
        ),
        // Nothing tells which certificate it is: the names decide.
        (
            |state: &mut SslOrderModel| {
                state.serial_number = Attr::Null;
                state.certificate_id = Attr::Null;
                state.dns_names = names(&["www.shop.example.com"]);
            },
            true,
        ),
        (
            |state: &mut SslOrderModel| {
                state.serial_number = Attr::Null;
                state.certificate_id = Attr::Null;
            },
            false,
        ),
    ];
    for (told, is_stopped) in cases {
        ordered.state = real.clone();
        told(&mut ordered.state);
        let mut config = config.clone();
        config.dns_names = ordered.state.dns_names.clone();
        let seen = ordered.seen();
        let updated = ordered.apply(&config).await;
        if is_stopped {
            let error = only_error(&updated);
            assert_eq!(error.summary, "Certificate is not the one of the plan");
            assert_eq!(ordered.calls_after(seen), [LOOK]);
        } else {
            assert!(warnings(&updated).is_empty());
            assert_eq!(ordered.calls_after(seen)[1], REISSUE);
        }
    }
}
