//! Claims on tokens, and why no call can be made.

mod connection;

use std::sync::Arc;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::json;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

use super::{Answer, Asker, LeftBehind, Session, Today};
use crate::certcentral::{OrderId, PriceEstimate, PriceQuery, PricedNames, Validity};
use crate::framework::Attr;
use crate::provider::block::ProviderConfig;
use crate::provider::settings;
use crate::provider::settings::OrderDefaults;
use crate::provider::ssl_order::samples;

fn session(config: &ProviderConfig) -> Session {
    let session = Session::default();
    session.configure(settings::resolve(config, "1.11.4", &|_| None).unwrap());
    session
}

fn id(number: i64) -> OrderId {
    OrderId::try_from(number).unwrap()
}

#[test]
fn a_token_is_claimed_once_and_given_back_without_an_order() {
    let session = session(&ProviderConfig::default());
    let claim = session.claim_token("tf-a").expect("free");
    assert!(session.claim_token("tf-a").is_none());
    assert!(session.claim_token("tf-b").is_some());
    drop(claim);
    session.claim_token("tf-a").expect("given back").keep();
    assert!(session.claim_token("tf-a").is_none(), "it has an order");
}

#[test]
fn a_token_of_the_users_own_claims_no_order() {
    let session = session(&ProviderConfig::default());
    session.claim_token("order 7").expect("free").keep();
    assert!(session.claim_order(id(7)).is_some());
}

#[test]
fn a_new_configuration_starts_without_claims() {
    let session = session(&ProviderConfig::default());
    session.claim_token("tf-a").expect("free").keep();
    session.configure(settings::resolve(&ProviderConfig::default(), "1.11.4", &|_| None).unwrap());
    assert!(session.claim_token("tf-a").is_some());
}

#[test]
fn a_call_without_key_or_address_says_which_argument_is_missing() {
    let problem = |config| session(&config).client().unwrap_err();
    assert_eq!(
        problem(ProviderConfig::default()).summary,
        "Missing API key"
    );
    let unknown_key = problem(ProviderConfig {
        api_key: Attr::Unknown,
        ..ProviderConfig::default()
    });
    assert_eq!(unknown_key.summary, "Provider argument not known yet");
    assert!(unknown_key.detail.contains("`api_key`"));
    let unknown_url = problem(ProviderConfig {
        api_key: "k".into(),
        base_url: Attr::Unknown,
        ..ProviderConfig::default()
    });
    assert!(unknown_url.detail.contains("`base_url`"));
    let early = Session::default().client().unwrap_err();
    assert_eq!(early.summary, "Unexpected provider behaviour");
}

#[tokio::test]
async fn today_is_the_day_of_certcentral_once_it_has_answered() {
    let sandbox = Sandbox::start(Settings {
        start_at: Some(datetime!(2031-05-06 23:59:59 UTC)),
        ..Settings::default()
    })
    .unwrap();
    let session = samples::session(&sandbox);
    let is_local = |day| {
        // Midnight may pass between two looks at the clock.
        let now = OffsetDateTime::now_utc().date();
        [now, now - Duration::DAY]
            .map(|day| Today::new(day, None))
            .contains(&day)
    };
    assert!(is_local(Session::default().today()), "not configured");
    assert!(is_local(session.today()), "no client");
    let client = session.client().unwrap();
    assert!(is_local(session.today()), "no answer");
    client.current_user().await.unwrap();
    assert_eq!(session.today(), Today::on(date!(2031 - 05 - 06)));
    sandbox.advance(std::time::Duration::from_secs(1));
    assert_eq!(
        session.today(),
        Today::on(date!(2031 - 05 - 06)),
        "nothing was asked"
    );
    client.current_user().await.unwrap();
    assert_eq!(session.today(), Today::on(date!(2031 - 05 - 07)));
}

#[test]
fn the_block_is_told_once_it_is_there() {
    let early = Session::default();
    assert_eq!(early.order_defaults(), None);
    assert!(!early.allow_revocation());
    assert!(!early.read_only());
    assert_eq!(early.max_order_price(), Attr::Null);
    assert_eq!(early.audit_trouble(), None);
    early.let_go(id(7));
    assert!(!early.has_let_go(id(7)));
    assert!(early.claim_order(id(7)).is_none());

    let session = session(&ProviderConfig {
        organization_id: Attr::Known(778_812),
        dcv_method: "email".into(),
        allow_revocation: Attr::Known(true),
        read_only: Attr::Known(true),
        max_order_price: "803.99".into(),
        ..ProviderConfig::default()
    });
    let defaults = OrderDefaults {
        organization_id: Attr::Known(778_812),
        dcv_method: "email".into(),
        ..OrderDefaults::default()
    };
    assert_eq!(session.order_defaults(), Some(defaults));
    assert!(session.allow_revocation());
    assert!(session.read_only());
    let limit = "803.99".parse().unwrap();
    assert_eq!(session.max_order_price(), Attr::Known(limit));
    assert_eq!(session.audit_trouble(), None);
}

#[test]
fn a_guard_that_is_not_known_yet_neither_revokes_nor_counts_as_read_only() {
    let unknown = session(&ProviderConfig {
        allow_revocation: Attr::Unknown,
        read_only: Attr::Unknown,
        ..ProviderConfig::default()
    });
    let absent = session(&ProviderConfig::default());
    for session in [unknown, absent] {
        assert!(!session.allow_revocation());
        assert!(!session.read_only());
    }
}

#[test]
fn each_order_is_claimed_and_let_go_of_by_itself() {
    let session = session(&ProviderConfig::default());
    session.claim_order(id(7)).expect("free").keep();
    assert!(session.claim_order(id(7)).is_none());
    assert!(session.claim_order(id(8)).is_some());
    session.let_go(id(7));
    assert!(session.has_let_go(id(7)));
    assert!(!session.has_let_go(id(8)));
}

#[test]
fn an_order_that_is_being_ended_is_told_from_one_that_a_resource_has() {
    let session = session(&ProviderConfig::default());
    let ending = session.claim_ending(id(7)).expect("free");
    assert!(session.is_ending(id(7)) && !session.is_held(id(7)));
    assert!(session.claim_order(id(7)).is_none());
    drop(ending);
    assert!(!session.is_ending(id(7)));
    session.claim_order(id(7)).expect("given back").keep();
    assert!(session.claim_ending(id(7)).is_none());
    assert!(!session.is_ending(id(7)) && session.is_held(id(7)));
}

#[test]
fn a_plan_that_imports_and_ends_an_order_is_known_in_either_order() {
    let session = session(&ProviderConfig::default());
    assert!(!session.imports_what_ends(id(7)));
    assert!(session.ends_what_is_imported(id(7)));
    assert!(!session.ends_what_is_imported(id(8)));
    assert!(!session.ends_what_is_imported(id(8)), "planned twice");
    assert!(session.imports_what_ends(id(8)));
}

#[test]
fn what_was_left_behind_is_taken_over_once_and_two_objects_of_one_order_are_noticed() {
    let session = session(&ProviderConfig::default());
    let left = LeftBehind {
        order_origin: "placed".into(),
        adoption: None,
        certificate_pem: None,
        is_released: false,
    };
    session.leave_behind(id(7), left.clone());
    assert_eq!(session.take_over(id(8)), None);
    assert_eq!(session.take_over(id(7)), Some(left));
    assert_eq!(session.take_over(id(7)), None);
    assert!(!session.is_refreshed_again(id(7)));
    assert!(!session.is_refreshed_again(id(8)));
    assert!(session.is_refreshed_again(id(7)));
}

#[tokio::test]
async fn a_price_that_was_asked_for_is_known_from_then_on() {
    let session = session(&ProviderConfig::default());
    let query = |days| PriceQuery {
        certificate: PricedNames {
            dns_names: vec!["shop.example.com".to_owned()],
        },
        order_validity: Validity::Days(days),
        product_name_id: "ssl_plus".to_owned(),
        renewal_of_order_valid_till: None,
    };
    assert_eq!(session.known_price(&query(30)), None);
    let estimate = json!({ "total_price": 250, "currency": "USD" });
    let estimate: PriceEstimate = serde_json::from_value(estimate).unwrap();
    let answer: Answer = Ok(estimate.clone());
    let asked = session
        .price(&query(30), Asker::Reader, async { answer.clone() })
        .await;
    assert_eq!(asked, Some(answer));
    assert_eq!(session.known_price(&query(30)), Some(estimate));
    assert_eq!(session.known_price(&query(31)), None);
}

#[test]
fn all_waits_of_a_process_share_one_rhythm() {
    let session = session(&ProviderConfig::default());
    let first = session.polling();
    session.configure(settings::resolve(&ProviderConfig::default(), "1.11.4", &|_| None).unwrap());
    assert!(Arc::ptr_eq(&first, &session.polling()));
}
