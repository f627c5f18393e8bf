//! A reissue whose answer was lost: looked for, and not sent again.

use certcentral_sandbox::{At, Behavior, Dcv, Fault, Move};

use super::reissue::{LOOK, REISSUE};
use super::{Ordered, fault, hasty, only_error, warnings, with_new_key, without_the_reissue};
use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};
use crate::provider::ssl_order::samples::{names, order};

const SENT: &str = "POST /order/certificate/*/reissue";

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking() {
    for approval in [false, true] {
        let ordered = Ordered::issued().await;
        if approval {
            ordered.needs_approval();
        }
        fault(&ordered, SENT, At::After, Fault::Drop);
        let config = with_new_key();
        let updated = ordered.apply(&config).await;
        assert!(!updated.diagnostics.has_errors(), "{updated:?}");
        let status = if approval {
            "reissue_pending"
        } else {
            "issued"
        };
        assert_eq!(updated.state.status.as_str(), Some(status));
        assert_eq!(updated.state.csr, config.csr);
        assert_eq!(reissues(&ordered), 1);
    }
}

/// CertCentral may be at work on the reissue still when the order is looked at first.
#[tokio::test]
async fn a_lost_answer_is_looked_for_more_than_once() {
    let ordered = Ordered::issued().await;
    fault(&ordered, SENT, At::After, Fault::Drop);
    let look = "GET /order/certificate/*".parse().unwrap();
    let failed = Fault::Html { status: 503 };
    ordered.sandbox.fault(look, 2, At::Before, failed);
    let seen = ordered.seen();
    let updated = ordered.apply(&with_new_key()).await;
    assert!(warnings(&updated).is_empty());
    let calls = ordered.calls_after(seen);
    assert_eq!(calls[..4], [LOOK, REISSUE, LOOK, LOOK], "{calls:?}");
    assert_eq!(updated.state.status.as_str(), Some("issued"));
}

#[tokio::test]
async fn a_pending_reissue_that_cannot_be_read_settles_nothing() {
    let ordered = Ordered::issued().await;
    ordered.needs_approval();
    fault(&ordered, SENT, At::After, Fault::Drop);
    let list = "GET /order/certificate/*/reissue".parse().unwrap();
    let failed = Fault::Html { status: 503 };
    ordered.sandbox.fault_times(list, 1, 9, At::Before, failed);
    let config = hasty(with_new_key());
    let updated = ordered.apply(&config).await;
    assert_eq!(
        only_error(&updated).summary,
        "Unknown outcome of the reissue"
    );
    assert_eq!(reissues(&ordered), 1);
    assert_eq!(updated.state, without_the_reissue(&ordered, &config));
}

/// How control over the names is proven, and whether it is known.
fn tokens_of(state: &SslOrderModel) -> Vec<(&str, bool)> {
    let validations = state.domain_validations.known().unwrap().iter();
    let token = |it: &DomainValidationModel| it.record_value.known().is_some();
    validations
        .map(|(name, it)| (name.as_str(), it.known().is_some_and(token)))
        .collect()
}

#[tokio::test]
async fn the_tokens_for_new_names_come_with_the_answer_or_are_read_where_it_was_lost() {
    let by_dns = SslOrderModel {
        dcv_method: "dns-txt-token".into(),
        wait_for: "none".into(),
        ..order()
    };
    for lost in [false, true] {
        let account = Behavior {
            dcv: Dcv::Required,
            ..Behavior::default()
        };
        let mut ordered = Ordered::of(by_dns.clone(), account).await;
        let id = u64::try_from(ordered.state.known_order_id().unwrap()).unwrap();
        ordered.sandbox.apply(id, Move::Validate).unwrap();
        ordered.refresh().await;
        if lost {
            fault(&ordered, SENT, At::After, Fault::Drop);
        }
        let config = SslOrderModel {
            dns_names: names(&["www.shop.example.com", "api.example.com", "pay.example.org"]),
            ..by_dns.clone()
        };
        let seen = ordered.seen();
        let updated = ordered.apply(&config).await;
        assert!(!updated.diagnostics.has_errors(), "{updated:?}");
        assert_eq!(updated.state.status.as_str(), Some("reissue_pending"));
        let tokens = tokens_of(&updated.state);
        assert!(tokens.contains(&("pay.example.org", true)), "{tokens:?}");
        let calls = ordered.calls_after(seen);
        let asked = calls.iter().any(|it| {
            it == "PUT /order/certificate/ID/dcv-random-value"
                || it == "POST /order/certificate/ID/dcv-random-value"
        });
        assert_eq!(asked, lost, "{calls:?}");
    }
}

#[tokio::test]
async fn a_reissue_of_unknown_outcome_is_an_error_and_not_sent_again() {
    let ordered = Ordered::issued().await;
    fault(&ordered, SENT, At::Before, Fault::Drop);
    let config = hasty(with_new_key());
    let updated = ordered.apply(&config).await;
    let error = only_error(&updated);
    assert_eq!(error.summary, "Unknown outcome of the reissue");
    assert!(error.detail.contains("sent once"), "{}", error.detail);
    assert_eq!(reissues(&ordered), 1);
    assert_eq!(updated.state, without_the_reissue(&ordered, &config));
}

/// How many reissues were sent.
fn reissues(ordered: &Ordered) -> usize {
    let journal = ordered.sandbox.journal();
    journal
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path.ends_with("/reissue"))
        .count()
}
